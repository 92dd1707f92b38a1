import { describe, expect, it } from "@jest/globals";
import { isExactly, isNoMoreDestructive } from "../../src/attach/impact.ts";
import type { Step } from "../../src/plan/step.ts";
import { amlCompute, liveCluster, liveMachine, machineId, virtualMachine } from "../support/targets.ts";

const base = { target: virtualMachine(), reason: "", differences: [] };
const live = liveMachine();

/** One step of every action. */
const steps: Readonly<Record<Step["do"], Step>> = {
  keep: { do: "keep", ...base },
  adopt: { do: "adopt", live, ...base },
  refuse: { do: "refuse", because: "drift", ...base },
  wait: { do: "wait", live, ...base },
  create: { do: "create", afterRemovalOf: [], ...base },
  attach: { do: "attach", afterRemovalOf: [], ...base },
  update: { do: "update", live, ...base },
  reattach: { do: "reattach", remove: [live], ...base },
  replace: { do: "replace", remove: [live], ...base },
  recreate: { do: "recreate", remove: [live], ...base },
};

/** From harmless to most destructive; what shares a line is equal. */
const order: readonly (readonly Step["do"][])[] = [
  ["keep", "adopt", "refuse", "wait"],
  ["create", "attach"],
  ["update"],
  ["reattach", "replace"],
  ["recreate"],
];

describe("a decided step", () => {
  const pairs = order.flatMap((planned, limit) =>
    planned
      .filter((action) => action !== "wait")
      .flatMap((plannedAction) =>
        order.flatMap((decided, level) =>
          decided.map((decidedAction) => ({ plannedAction, decidedAction, allowed: level <= limit })),
        ),
      ),
  );
  it.each(pairs)(
    "is allowed where it destroys no more than planned: $decidedAction for a planned $plannedAction: $allowed",
    ({ plannedAction, decidedAction, allowed }) => {
      expect(isNoMoreDestructive(steps[decidedAction], steps[plannedAction])).toBe(allowed);
    },
  );

  it.each(order.flat())("is allowed after a planned wait, because the options bound it: %s", (action) => {
    expect(isNoMoreDestructive(steps[action], steps.wait)).toBe(true);
  });
});

describe("a step under a plan file", () => {
  const scaled = { field: "max_instances", from: "2", to: "4", means: "in-place" } as const;
  const update: Step = {
    do: "update",
    target: amlCompute(),
    live: liveCluster(),
    reason: "then",
    differences: [scaled],
  };
  const two: Step = {
    do: "replace",
    ...base,
    remove: [
      liveMachine({ name: "a", resourceId: machineId("m") }),
      liveMachine({ name: "b", resourceId: machineId("n") }),
    ],
  };

  it.each<{ readonly when: string; readonly decided: Step; readonly planned: Step; readonly expected: boolean }>([
    { when: "only the reason differs", decided: { ...update, reason: "now" }, planned: update, expected: true },
    { when: "the action differs", decided: steps.attach, planned: steps.create, expected: false },
    {
      when: "a live value differs",
      decided: { ...update, differences: [{ ...scaled, from: "3" }] },
      planned: update,
      expected: false,
    },
    { when: "a difference is gone", decided: { ...update, differences: [] }, planned: update, expected: false },
    {
      when: "removals come in another order, and an id in another case",
      decided: {
        ...two,
        remove: [
          liveMachine({ name: "b", resourceId: machineId("n") }),
          liveMachine({ name: "a", resourceId: machineId("M").toUpperCase() }),
        ],
      },
      planned: two,
      expected: true,
    },
    {
      when: "another compute is removed",
      decided: { ...two, remove: [liveMachine({ name: "a", resourceId: machineId("m") })] },
      planned: two,
      expected: false,
    },
    {
      when: "a compute is detached in place of the removal by its kind",
      decided: { ...steps.reattach, do: "reattach", remove: [{ ...live, by: "Detach" }] },
      planned: steps.reattach,
      expected: false,
    },
  ])("is exactly the planned one, or not: $when: $expected", ({ decided, planned, expected }) => {
    expect(isExactly(decided, planned)).toBe(expected);
  });
});
