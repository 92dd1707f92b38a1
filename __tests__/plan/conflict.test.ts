import { describe, expect, it } from "@jest/globals";
import type { LiveCompute } from "../../src/azure/computes.ts";
import type { ComputeTarget } from "../../src/compute/target.ts";
import { decideConflict, holdersBesides, isClaimed, movesAway } from "../../src/plan/conflict.ts";
import { indexLiveComputes } from "../../src/plan/live-computes.ts";
import type { PlanOptions, Step } from "../../src/plan/step.ts";
import {
  aks,
  clusterId,
  kubernetes,
  liveAks,
  liveKubernetes,
  liveMachine,
  machineId,
  virtualMachine,
} from "../support/targets.ts";

const target = virtualMachine({ name: "ours", resourceId: machineId("m") });

/** An attachment of the target's machine under another name. */
function holder(name: string, provisioningState = "Succeeded"): LiveCompute {
  return liveMachine({ name, resourceId: machineId("m"), provisioningState });
}

/** The step in short: what is done, with the computes that it is done to. */
function short(step: Step | undefined): string {
  if (step === undefined) return "no conflict";
  const live = "live" in step && step.live !== undefined ? [step.live] : [];
  const computes = "remove" in step ? step.remove : live;
  return [step.do, ...computes.map(({ name }) => name)].join(" ");
}

describe("a conflict over a resource", () => {
  it.each<{
    readonly own?: LiveCompute;
    readonly others: readonly LiveCompute[];
    readonly when: string;
    readonly decided: Readonly<Record<PlanOptions["onConflict"], string>>;
  }>([
    {
      when: "nobody else has attached it",
      others: [],
      decided: { fail: "no conflict", adopt: "no conflict", replace: "no conflict" },
    },
    {
      when: "the other attachment is being removed",
      others: [holder("old", "Deleting")],
      decided: { fail: "no conflict", adopt: "no conflict", replace: "no conflict" },
    },
    {
      when: "it is attached under another name",
      others: [holder("old")],
      decided: { fail: "refuse", adopt: "adopt old", replace: "replace old" },
    },
    {
      when: "the other attachment has failed",
      others: [holder("old", "Failed")],
      decided: { fail: "refuse", adopt: "refuse", replace: "replace old" },
    },
    {
      when: "the other attachment is in flight",
      others: [holder("old", "Creating")],
      decided: { fail: "refuse", adopt: "wait old", replace: "replace old" },
    },
    {
      when: "the other attachment is in an unknown state",
      others: [holder("old", "A new word")],
      decided: { fail: "refuse", adopt: "wait old", replace: "replace old" },
    },
    {
      when: "it is attached under two other names",
      others: [holder("old"), holder("older")],
      decided: { fail: "refuse", adopt: "refuse", replace: "replace old older" },
    },
    {
      when: "of two other attachments one is being removed",
      others: [holder("old", "Deleting"), holder("older")],
      decided: { fail: "refuse", adopt: "adopt older", replace: "replace older" },
    },
    {
      when: "it is attached under its own name as well",
      own: holder("ours"),
      others: [holder("old")],
      decided: { fail: "refuse ours", adopt: "refuse ours", replace: "replace old ours" },
    },
  ])("is decided by on-conflict when $when: $decided", ({ own, others, decided }) => {
    const by = (onConflict: PlanOptions["onConflict"]) =>
      short(decideConflict(target, own, others, { onConflict, onDrift: "fail", allowDelete: false }));
    expect({ fail: by("fail"), adopt: by("adopt"), replace: by("replace") }).toEqual(decided);
  });

  it("is refused as a conflict, with the names of the other attachments and the way on", () => {
    const options: PlanOptions = { onConflict: "fail", onDrift: "fail", allowDelete: false };
    expect(decideConflict(target, undefined, [holder("old"), holder("older")], options)).toMatchObject({
      because: "conflict",
      reason: expect.stringMatching(/'old', 'older'.*on-conflict to adopt.*or replace/),
    });
    expect(decideConflict(target, undefined, [holder("old", "Failed")], options)).toMatchObject({
      reason: expect.stringContaining("on-drift: reattach where 'old' is declared"),
    });
  });

  it("detaches the cluster that the service made where it is attached next, and never deletes it", () => {
    const made = liveAks({ isAttachedCompute: false });
    const options: PlanOptions = { onConflict: "replace", onDrift: "fail", allowDelete: false };
    const own = aks({ name: "own", resourceId: clusterId("one") });
    expect(decideConflict(own, undefined, [made], options)).toMatchObject({ remove: [{ by: "Detach" }] });
    const attached = decideConflict(target, undefined, [holder("old")], options);
    expect(attached).toMatchObject({ remove: [{ name: "old" }] });
    expect(JSON.stringify(attached)).not.toContain("Detach");
  });
});

describe("the other attachments of a target's resource", () => {
  const names = (declared: ComputeTarget, live: readonly LiveCompute[], moving: readonly ComputeTarget[] = []) =>
    holdersBesides(declared, { ...indexLiveComputes(live), replaced: new Set() }, moving).map(({ name }) => name);
  const elsewhere = virtualMachine({ name: "old", resourceId: machineId("other") });

  it.each<{
    readonly when: string;
    readonly declared: ComputeTarget;
    readonly live: readonly LiveCompute[];
    readonly moving?: readonly ComputeTarget[];
    readonly expected: readonly string[];
  }>([
    { when: "only it is attached", declared: target, live: [holder("ours")], expected: [] },
    { when: "its name differs in case", declared: target, live: [holder("OURS")], expected: [] },
    { when: "another name has it", declared: target, live: [holder("ours"), holder("old")], expected: ["old"] },
    {
      when: "the id differs in case",
      declared: target,
      live: [liveMachine({ name: "old", resourceId: machineId("M").toUpperCase() })],
      expected: ["old"],
    },
    { when: "another machine is attached", declared: target, live: [liveMachine({ name: "old" })], expected: [] },
    {
      when: "the other one is declared with another machine and moves there",
      declared: target,
      live: [holder("old")],
      moving: [elsewhere],
      expected: [],
    },
    {
      when: "the other one is declared with this machine too",
      declared: target,
      live: [holder("old")],
      moving: [virtualMachine({ name: "old", resourceId: machineId("m") })],
      expected: ["old"],
    },
    {
      when: "the cluster is attached in another namespace",
      declared: kubernetes({ namespace: "a" }),
      live: [liveKubernetes({ name: "b", namespace: "b" })],
      expected: [],
    },
    {
      when: "the cluster is attached in the same namespace",
      declared: kubernetes({ namespace: "a" }),
      live: [liveKubernetes({ name: "other", namespace: "a" })],
      expected: ["other"],
    },
    {
      when: "the cluster is attached as AKS",
      declared: kubernetes({ namespace: "a" }),
      live: [liveAks({ name: "aks" })],
      expected: ["aks"],
    },
    { when: "the service makes what it declares", declared: aks(), live: [liveAks({ name: "other" })], expected: [] },
  ])("are $expected when $when", ({ declared, live, moving, expected }) => {
    expect(names(declared, live, moving)).toEqual(expected);
  });

  it("do not move where their own declaration conflicts with the target", () => {
    const owner = kubernetes({ name: "first", namespace: "b" });
    expect(movesAway(liveKubernetes({ name: "first", namespace: "a" }), kubernetes({ namespace: "a" }), [owner])).toBe(
      true,
    );
    const aksOwner = aks({ name: "first", resourceId: clusterId("one") });
    expect(movesAway(liveKubernetes({ name: "first" }), aks({ resourceId: clusterId("one") }), [aksOwner])).toBe(false);
    expect(movesAway(holder("old"), target, [])).toBe(false);
  });
});

describe("a cluster that is left", () => {
  const live = { ...indexLiveComputes([]), replaced: new Set<string>() };
  const left = aks({ resourceId: clusterId("one") });
  const declared = aks();

  it.each<{ readonly other: ComputeTarget; readonly expected: boolean }>([
    { other: aks({ name: "own", resourceId: clusterId("one") }), expected: true },
    { other: kubernetes({ resourceId: clusterId("one") }), expected: true },
    { other: aks({ name: "own", resourceId: clusterId("two") }), expected: false },
    { other: virtualMachine(), expected: false },
  ])(
    "is claimed by another target that declares it: $other.name $other.resourceId: $expected",
    ({ other, expected }) => {
      expect(isClaimed(left, declared, [declared, other], live)).toBe(expected);
    },
  );
});
