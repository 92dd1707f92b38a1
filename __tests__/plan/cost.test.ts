import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { LiveCompute } from "../../src/azure/computes.ts";
import type { ComputeTarget } from "../../src/compute/target.ts";
import { hourlyOf, totalOf } from "../../src/plan/cost.ts";
import { plan } from "../../src/plan/plan.ts";
import {
  amlCompute,
  computeInstance,
  liveCluster,
  liveInstance,
  liveMachine,
  virtualMachine,
  workspace,
} from "../support/targets.ts";

const prices = new Map([
  ["standard_ds3_v2", 0.229],
  ["standard_d4_v3", 0.1],
]);
const planned = (declared: readonly ComputeTarget[], live: readonly LiveCompute[], allow = true) =>
  plan(declared, live, workspace, {
    onDrift: allow ? "reattach" : "fail",
    onConflict: "fail",
    allowDelete: allow,
  });

type Case = {
  readonly when: string;
  readonly declared: ComputeTarget;
  readonly live?: LiveCompute;
  readonly allow?: boolean;
  readonly expected: { readonly minimum: number; readonly maximum: number } | undefined;
};

describe("the hourly difference", () => {
  it.each<Case>([
    {
      when: "a cluster is created",
      declared: amlCompute({ minInstances: 1, maxInstances: 4 }),
      expected: { minimum: 0.229, maximum: 0.916 },
    },
    {
      when: "a cluster is scaled",
      declared: amlCompute({ maxInstances: 6 }),
      live: liveCluster(),
      expected: { minimum: 0, maximum: 0.458 },
    },
    {
      when: "a cluster is recreated with a cheaper size",
      declared: amlCompute({ size: "Standard_D4_v3" }),
      live: liveCluster(),
      expected: { minimum: 0, maximum: -0.516 },
    },
    {
      when: "an instance that stops by itself is created",
      declared: computeInstance({ idleShutdown: "PT30M" }),
      expected: { minimum: 0, maximum: 0.229 },
    },
    {
      when: "an instance gets an idle shutdown",
      declared: computeInstance({ idleShutdown: "PT30M" }),
      live: liveInstance(),
      expected: { minimum: -0.229, maximum: 0 },
    },
    { when: "a machine of the user's is attached", declared: virtualMachine(), expected: undefined },
    { when: "nothing changes", declared: amlCompute(), live: liveCluster(), expected: undefined },
    {
      when: "the change is refused",
      declared: amlCompute({ maxInstances: 6 }),
      live: liveCluster(),
      allow: false,
      expected: undefined,
    },
  ])("$when: $expected", ({ declared, live, allow, expected }) => {
    const [step] = planned([declared], live === undefined ? [] : [live], allow).steps;
    if (step === undefined) throw new Error("There is no step.");
    expect(hourlyOf(step, prices)).toEqual(expected && { ...expected, unpriced: [] });
  });

  it("names the sizes that have no price, declared and live", () => {
    const live = liveCluster({ properties: { ...liveCluster().properties, vmSize: "Standard_F4s_v2" } });
    const { steps } = planned([amlCompute({ size: "Standard_E4s_v3" })], [live]);
    expect(steps.map((step) => hourlyOf(step, prices))).toEqual([
      { minimum: 0, maximum: 0, unpriced: ["Standard_E4s_v3", "Standard_F4s_v2"] },
    ]);
  });

  it("is the sum over all targets, and 0 without any", () => {
    const targets = [amlCompute(), computeInstance(), virtualMachine()];
    expect(totalOf(planned(targets, []), prices)).toEqual({ minimum: 0.229, maximum: 1.145, unpriced: [] });
    expect(totalOf(planned([virtualMachine()], [liveMachine()]), prices)).toEqual({
      minimum: 0,
      maximum: 0,
      unpriced: [],
    });
  });

  it("of a change and of its reversal cancel each other out", () => {
    const scale = fc.record({ min: fc.nat(50), extra: fc.nat(50) });
    fc.assert(
      fc.property(scale, scale, (a, b) => {
        const cost = (from: typeof a, to: typeof a) => {
          const live = liveCluster({
            properties: {
              ...liveCluster().properties,
              scaleSettings: {
                minNodeCount: from.min,
                maxNodeCount: from.min + from.extra,
                nodeIdleTimeBeforeScaleDown: "PT2M",
              },
            },
          });
          return totalOf(
            planned([amlCompute({ minInstances: to.min, maxInstances: to.min + to.extra })], [live]),
            prices,
          );
        };
        const there = cost(a, b);
        const back = cost(b, a);
        expect(there.minimum + back.minimum).toBeCloseTo(0, 5);
        expect(there.maximum + back.maximum).toBeCloseTo(0, 5);
      }),
    );
  });
});
