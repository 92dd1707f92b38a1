import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { LiveCompute } from "../../src/azure/computes.ts";
import type { ComputeTarget } from "../../src/compute/target.ts";
import { allowances } from "../../src/plan/allowed-by.ts";
import { plan } from "../../src/plan/plan.ts";
import { withFindings } from "../../src/plan/preflight.ts";
import type { PlanOptions } from "../../src/plan/step.ts";
import type { AllowedBy, InputSetting } from "../../src/report/result.ts";
import {
  amlCompute,
  attachedTarget,
  attachedTypes,
  liveAttached,
  liveCluster,
  liveMachine,
  machineId,
  virtualMachine,
  workspace,
  type AttachedType,
} from "../support/targets.ts";

const strict: PlanOptions = { onDrift: "fail", onConflict: "fail", allowDelete: false };

const resized = liveCluster({ properties: { ...liveCluster().properties, vmSize: "Standard_D2_v3" } });
const smaller = liveCluster({
  properties: {
    ...liveCluster().properties,
    scaleSettings: { minNodeCount: 0, maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: "PT2M" },
  },
});
const elsewhere = liveMachine({ name: "old-name", resourceId: machineId("dsvm") });

/** `on-drift: reattach & allow-delete: true | …` */
const words = (allowedBy: AllowedBy | undefined) =>
  allowedBy?.map((settings) => settings.map(({ input, value }) => `${input}: ${value}`).join(" & ")).join(" | ");

const allowedIn = (declared: readonly ComputeTarget[], live: readonly LiveCompute[], options: PlanOptions) =>
  allowances(plan(declared, live, workspace, options), declared, live, workspace, options);

type Case = {
  readonly when: string;
  readonly declared: ComputeTarget;
  readonly live: readonly LiveCompute[];
  readonly options?: Partial<PlanOptions>;
  readonly expected: string | undefined;
};

describe("what would allow a refused target", () => {
  it.each<Case>([
    {
      when: "it can be changed in place",
      declared: amlCompute(),
      live: [smaller],
      expected: "on-drift: update",
    },
    {
      when: "it has to be attached again",
      declared: virtualMachine({ sshPort: 2222 }),
      live: [liveMachine()],
      expected: "on-drift: reattach",
    },
    {
      when: "it has to be attached again, and on-drift is update",
      declared: virtualMachine({ sshPort: 2222 }),
      live: [liveMachine()],
      options: { onDrift: "update" },
      expected: "on-drift: reattach",
    },
    {
      when: "it has to be deleted and created again: both inputs at once",
      declared: amlCompute(),
      live: [resized],
      expected: "on-drift: reattach & allow-delete: true",
    },
    {
      when: "it has to be deleted, and on-drift is reattach",
      declared: amlCompute(),
      live: [resized],
      options: { onDrift: "reattach" },
      expected: "allow-delete: true",
    },
    {
      when: "it has to be deleted, and allow-delete is true",
      declared: amlCompute(),
      live: [resized],
      options: { allowDelete: true },
      expected: "on-drift: reattach",
    },
    {
      when: "it failed, whatever on-drift is",
      declared: amlCompute(),
      live: [liveCluster({ provisioningState: "Failed" })],
      expected: "allow-delete: true",
    },
    {
      when: "its resource is attached under another name",
      declared: virtualMachine(),
      live: [elsewhere],
      expected: "on-conflict: adopt | on-conflict: replace",
    },
    {
      when: "that other attachment is broken and cannot be adopted",
      declared: virtualMachine(),
      live: [{ ...elsewhere, provisioningState: "Failed" }],
      expected: "on-conflict: replace",
    },
    {
      when: "it is attached twice, and on-conflict is adopt",
      declared: virtualMachine(),
      live: [elsewhere, { ...elsewhere, name: "older-name" }],
      options: { onConflict: "adopt" },
      expected: "on-conflict: replace",
    },
    {
      when: "another kind of compute has its name: no input helps",
      declared: amlCompute({ name: "dsvm" }),
      live: [liveMachine()],
      expected: undefined,
    },
  ])("is $expected when $when", ({ declared, live, options = {}, expected }) => {
    const found = allowedIn([declared], live, { ...strict, ...options });
    expect(words(found.get(declared.name))).toBe(expected);
  });

  it("is force for what is in use, and nothing for a failed preflight", () => {
    const options: PlanOptions = { ...strict, onDrift: "reattach" };
    const declared = virtualMachine({ sshPort: 2222 });
    const live = [liveMachine()];
    const refused = (code: string) =>
      withFindings(
        plan([declared], live, workspace, options),
        new Map([[declared.name, [{ severity: "error", code, message: "It is used.", advice: "Wait." }]]]),
      );
    const after = (code: string) => allowances(refused(code), [declared], live, workspace, options).get(declared.name);
    expect(words(after("in-use"))).toBe("force: true");
    expect(words(after("use-unknown"))).toBe("force: true");
    expect(words(after("no-such-machine"))).toBeUndefined();
  });

  it("is what its reason says, letter by letter but for the form", () => {
    for (const [declared, live] of [
      [amlCompute(), resized],
      [amlCompute(), smaller],
      [virtualMachine({ sshPort: 2222 }), liveMachine()],
      [virtualMachine(), elsewhere],
    ] as const) {
      const [step] = plan([declared], [live], workspace, strict).steps;
      const settings = allowedIn([declared], [live], strict).get(declared.name)?.flat() ?? [];
      expect(settings.length).toBeGreaterThan(0);
      for (const { input, value } of settings) {
        expect(step?.reason).toContain(input);
        expect(step?.reason).toContain(value);
      }
    }
  });

  const types = Object.keys(attachedTypes) as AttachedType[];
  const shapes = fc.record({
    type: fc.constantFrom(...types),
    name: fc.constantFrom("a-name", "b-name", "c-name"),
    of: fc.constantFrom("x", "y"),
  });
  const optionsOf = fc.record({
    onDrift: fc.constantFrom("fail" as const, "update" as const, "reattach" as const),
    onConflict: fc.constantFrom("fail" as const, "adopt" as const, "replace" as const),
    allowDelete: fc.boolean(),
  });
  const withSettings = (options: PlanOptions, settings: readonly InputSetting[]): PlanOptions => {
    const value = (input: InputSetting["input"]) => settings.find((one) => one.input === input)?.value;
    return {
      onDrift: (value("on-drift") ?? options.onDrift) as PlanOptions["onDrift"],
      onConflict: (value("on-conflict") ?? options.onConflict) as PlanOptions["onConflict"],
      allowDelete: value("allow-delete") === "true" || options.allowDelete,
    };
  };

  it("allows it, and with one input less it is refused still, whatever is declared and live", () => {
    let named = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(shapes, { maxLength: 3, selector: ({ name }) => name }),
        fc.uniqueArray(fc.tuple(shapes, fc.constantFrom("Succeeded", "Failed")), {
          maxLength: 4,
          selector: ([{ name }]) => name,
        }),
        fc.boolean(),
        optionsOf,
        (declared, live, isCluster, options) => {
          const targets = [
            ...declared.map(({ type, name, of }) => attachedTarget(type, name, of)),
            ...(isCluster ? [amlCompute()] : []),
          ];
          const computes = [
            ...live.map(([{ type, name, of }, provisioningState]) => ({
              ...liveAttached(attachedTarget(type, name, of)),
              provisioningState,
            })),
            ...(isCluster ? [resized] : []),
          ];
          const isRefused = (name: string, settings: readonly InputSetting[]) =>
            plan(targets, computes, workspace, withSettings(options, settings)).steps.some(
              (step) => step.do === "refuse" && step.target.name === name,
            );
          for (const [name, ways] of allowedIn(targets, computes, options)) {
            expect(isRefused(name, [])).toBe(true);
            for (const settings of ways) {
              named += 1;
              expect(isRefused(name, settings)).toBe(false);
              for (const one of settings)
                expect(
                  isRefused(
                    name,
                    settings.filter((other) => other !== one),
                  ),
                ).toBe(true);
            }
          }
        },
      ),
    );
    expect(named).toBeGreaterThan(20);
  });
});
