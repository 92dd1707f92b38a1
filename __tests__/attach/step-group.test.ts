import { describe, expect, it } from "@jest/globals";
import { groupsOf, intentKeysOf, keysOf } from "../../src/attach/step-group.ts";
import type { LiveCompute } from "../../src/azure/computes.ts";
import { canonicalId } from "../../src/azure/resource-id.ts";
import type { ComputeTarget } from "../../src/compute/target.ts";
import type { Removed, Step } from "../../src/plan/step.ts";
import {
  aks,
  amlCompute,
  clusterId,
  liveAks,
  liveMachine,
  machineId,
  virtualMachine,
  workspace,
} from "../support/targets.ts";

const why = { reason: "", differences: [] };

function vm(name: string, machine = name): ComputeTarget {
  return virtualMachine({ name, resourceId: machineId(machine) });
}

function attach(target: ComputeTarget, afterRemovalOf: readonly LiveCompute[] = []): Step {
  return { do: "attach", target, afterRemovalOf, ...why };
}

function replace(target: ComputeTarget, ...remove: readonly Removed[]): Step {
  return { do: "replace", target, remove, ...why };
}

function update(target: ComputeTarget, live: LiveCompute): Step {
  return { do: "update", target, live, ...why };
}

describe("steps", () => {
  it.each<{ readonly when: string; readonly steps: readonly Step[]; readonly groups: readonly (readonly string[])[] }>([
    { when: "there are none", steps: [], groups: [] },
    { when: "they have nothing in common", steps: [attach(vm("a")), attach(vm("b"))], groups: [["a"], ["b"]] },
    {
      when: "they attach one machine under two names",
      steps: [attach(vm("a", "m")), attach(vm("b", "m"))],
      groups: [["a", "b"]],
    },
    {
      when: "the id of the machine differs in case",
      steps: [attach(vm("a", "m")), attach(virtualMachine({ name: "b", resourceId: machineId("M").toUpperCase() }))],
      groups: [["a", "b"]],
    },
    {
      when: "two targets swap their machines",
      steps: [
        replace(vm("a", "two"), liveMachine({ name: "a", resourceId: machineId("one") })),
        replace(vm("b", "one"), liveMachine({ name: "b", resourceId: machineId("two") })),
      ],
      groups: [["a", "b"]],
    },
    {
      when: "one removes the compute that has the name of the other",
      steps: [replace(vm("a", "m"), liveMachine({ name: "B", resourceId: machineId("m") })), attach(vm("b"))],
      groups: [["a", "b"]],
    },
    {
      when: "one waits for the removal of what the other attaches",
      steps: [attach(vm("a"), [liveMachine({ name: "old", resourceId: machineId("b") })]), attach(vm("b"))],
      groups: [["a", "b"]],
    },
    {
      when: "the live compute of one has the machine that the other attaches",
      steps: [update(vm("a"), liveMachine({ name: "a", resourceId: machineId("b") })), attach(vm("b"))],
      groups: [["a", "b"]],
    },
    {
      when: "a third one joins two that have nothing in common themselves",
      steps: [
        attach(vm("a")),
        attach(vm("b")),
        attach(vm("apart")),
        replace(
          vm("c"),
          liveMachine({ name: "x", resourceId: machineId("a") }),
          liveMachine({ name: "y", resourceId: machineId("b") }),
        ),
      ],
      groups: [["a", "b", "c"], ["apart"]],
    },
    {
      when: "the service makes what they declare",
      steps: [
        { do: "create", target: amlCompute({ name: "one" }), afterRemovalOf: [], ...why },
        { do: "create", target: aks({ name: "two" }), afterRemovalOf: [], ...why },
      ],
      groups: [["one"], ["two"]],
    },
  ])("form the groups $groups when $when", ({ steps, groups }) => {
    const found = groupsOf(steps, workspace).map((group) => group.map(({ target }) => target.name));
    expect([...found].sort()).toEqual([...groups].sort());
  });
});

const nameKey = (name: string) => canonicalId(`${workspace.id}/computes/${name}`);

describe("the keys of a step", () => {
  it("are its resource, its name, and name and resource of every compute that it touches, each once", () => {
    const step = replace(
      vm("a", "m"),
      liveMachine({ name: "A", resourceId: machineId("M") }),
      liveMachine({ name: "b" }),
    );
    expect(keysOf(step, workspace)).toEqual([
      canonicalId(machineId("m")),
      nameKey("a"),
      nameKey("b"),
      canonicalId(machineId("b")),
    ]);
  });

  it.each<{ readonly when: string; readonly step: Step; readonly keys: readonly string[] }>([
    { when: "a resource is attached", step: attach(vm("a", "m")), keys: [canonicalId(machineId("m"))] },
    {
      when: "a service-created cluster is detached first",
      step: replace(aks({ resourceId: clusterId("one") }), { ...liveAks(), by: "Detach" }),
      keys: [canonicalId(clusterId("one")), nameKey("scoring")],
    },
    {
      when: "a cluster that is being removed may be left",
      step: {
        do: "wait",
        target: aks({ resourceId: clusterId("one") }),
        live: liveAks({ provisioningState: "Deleting" }),
        ...why,
      },
      keys: [canonicalId(clusterId("one")), nameKey("scoring")],
    },
    {
      when: "an operation is in flight",
      step: { do: "wait", target: aks(), live: liveAks({ provisioningState: "Creating" }), ...why },
      keys: [nameKey("scoring")],
    },
  ])("under which its intent is recorded: $when", ({ step, keys }) => {
    expect(intentKeysOf(step, workspace)).toEqual(keys);
  });
});
