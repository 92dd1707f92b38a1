import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { LiveCompute } from "../../src/azure/computes.ts";
import { resourceIdOf, type ComputeTarget } from "../../src/compute/target.ts";
import { hasChanges, plan } from "../../src/plan/plan.ts";
import { namesAfter, type PlanOptions } from "../../src/plan/step.ts";
import {
  amlCompute,
  attachedTarget,
  attachedTypes,
  computeInstance,
  liveAttached,
  liveCluster,
  liveInstance,
  liveMachine,
  machineId,
  nowhere,
  virtualMachine,
  workspace,
  type AttachedType,
} from "../support/targets.ts";

const strict: PlanOptions = { onDrift: "fail", onConflict: "fail", allowDelete: false };

type Case = {
  readonly when: string;
  readonly declared: readonly ComputeTarget[];
  readonly live: readonly LiveCompute[];
  readonly options?: Partial<PlanOptions>;
  readonly expected: readonly object[];
};

const resized = liveCluster({ properties: { ...liveCluster().properties, vmSize: "Standard_D2_v3" } });
const smaller = liveCluster({
  properties: {
    ...liveCluster().properties,
    scaleSettings: { minNodeCount: 0, maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: "PT2M" },
  },
});
const vaulted = (version: string) =>
  ({
    from: "key_vault",
    url: `https://kvmlw.vault.azure.net/secrets/dsvm-password/${version}`,
    where: nowhere.document.at([]),
  }) as const;
const elsewhere = liveMachine({ name: "old-name", resourceId: machineId("DSVM").toUpperCase() });

describe("plan", () => {
  it.each<Case>([
    {
      when: "the target is the runner",
      declared: [{ type: "local", name: "laptop", tags: {}, source: nowhere }],
      live: [],
      expected: [{ do: "keep" }],
    },
    {
      when: "a cluster failed for a cause that only its leaf tells",
      declared: [amlCompute()],
      live: [
        liveCluster({
          provisioningState: "Failed",
          provisioningErrors: [
            {
              code: "BadRequest",
              message: "It failed.",
              details: [{ code: "ClusterMinNodesExceedCoreQuota", message: "No cores are left.", details: [] }],
            },
          ],
        }),
      ],
      expected: [
        {
          do: "refuse",
          because: "provisioning-failed",
          reason: expect.stringContaining(
            "It is Failed (No cores are left [ClusterMinNodesExceedCoreQuota])",
          ) as unknown as string,
        },
      ],
    },
    ...(["fail", "update"] as const).map((onDrift) => ({
      when: `what has to be deleted differs, and on-drift is ${onDrift}: both inputs are named at once`,
      declared: [amlCompute()],
      live: [resized],
      options: { onDrift },
      expected: [
        {
          do: "refuse",
          because: "drift",
          reason: expect.stringMatching(
            /set on-drift to reattach and allow-delete to true .*: 'cpu-cluster' is deleted and created again/,
          ) as unknown as string,
        },
      ],
    })),
    {
      when: "the declaration names no idle time, and none is live",
      declared: [amlCompute()],
      live: [
        liveCluster({
          properties: { ...liveCluster().properties, scaleSettings: { minNodeCount: 0, maxNodeCount: 4 } },
        }),
      ],
      expected: [{ do: "keep", differences: [] }],
    },
    {
      when: "the declaration names another idle time, and none is live",
      declared: [amlCompute({ idleSeconds: 300 })],
      live: [
        liveCluster({
          properties: { ...liveCluster().properties, scaleSettings: { minNodeCount: 0, maxNodeCount: 4 } },
        }),
      ],
      options: { onDrift: "update" },
      expected: [{ do: "update" }],
    },
    {
      when: "nothing is live",
      declared: [amlCompute(), virtualMachine()],
      live: [],
      expected: [{ do: "create" }, { do: "attach" }],
    },
    {
      when: "both are live as declared",
      declared: [amlCompute(), virtualMachine()],
      live: [liveCluster(), liveMachine()],
      expected: [{ do: "keep" }, { do: "keep" }],
    },
    {
      when: "the live name differs only in case",
      declared: [amlCompute()],
      live: [liveCluster({ name: "CPU-Cluster" })],
      expected: [{ do: "keep" }],
    },
    {
      when: "the live resource id differs only in case",
      declared: [virtualMachine()],
      live: [liveMachine({ resourceId: machineId("dsvm").toUpperCase() })],
      expected: [{ do: "keep" }],
    },
    {
      when: "an instance is live, whatever the service filled in",
      declared: [computeInstance()],
      live: [liveInstance()],
      expected: [{ do: "keep" }],
    },
    {
      when: "an instance succeeded and its setup failed",
      declared: [computeInstance()],
      live: [liveInstance({ state: "SetupFailed" })],
      expected: [
        {
          do: "refuse",
          because: "provisioning-failed",
          reason: expect.stringContaining("SetupFailed") as unknown as string,
        },
      ],
    },
    {
      when: "an instance succeeded and its setup failed, and deleting is allowed",
      declared: [computeInstance()],
      live: [liveInstance({ state: "SetupFailed" })],
      options: { allowDelete: true },
      expected: [{ do: "recreate", reason: "It is SetupFailed; it is deleted and created again." }],
    },
    {
      when: "only the idle time of an instance differs",
      declared: [computeInstance({ idleShutdown: "PT30M" })],
      live: [liveInstance()],
      options: { onDrift: "update" },
      expected: [{ do: "update" }],
    },
    {
      when: "an instance differs in more, and is not to be deleted",
      declared: [computeInstance({ idleShutdown: "PT30M", tags: { team: "a" } })],
      live: [liveInstance()],
      options: { onDrift: "reattach" },
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "a compute of another kind has the name",
      declared: [virtualMachine({ name: "cpu-cluster" })],
      live: [liveCluster()],
      expected: [{ do: "refuse", because: "conflict" }],
    },
    {
      when: "the other attachment is declared with another resource, and an operation on it is in flight",
      declared: [
        virtualMachine({ name: "ours", resourceId: machineId("dsvm") }),
        virtualMachine({ name: "theirs", resourceId: machineId("other") }),
      ],
      live: [liveMachine({ name: "theirs", resourceId: machineId("dsvm"), provisioningState: "Creating" })],
      options: { onDrift: "reattach" },
      expected: [{ do: "wait" }, { do: "wait" }],
    },
    {
      when: "the other attachment is adopted while what had the name is being removed",
      declared: [virtualMachine({ name: "ours", resourceId: machineId("dsvm") })],
      live: [
        liveMachine({ name: "theirs", resourceId: machineId("dsvm") }),
        liveMachine({ name: "ours", resourceId: machineId("other"), provisioningState: "Deleting" }),
      ],
      options: { onConflict: "adopt" },
      expected: [{ do: "adopt" }],
    },
    {
      when: "a compute of another kind has the name and is being removed",
      declared: [virtualMachine({ name: "cpu-cluster" })],
      live: [liveCluster({ provisioningState: "Deleting" })],
      expected: [{ do: "attach" }],
    },
    {
      when: "a compute of another kind has the name, and another target replaces it",
      declared: [virtualMachine({ name: "ours", resourceId: machineId("dsvm") }), amlCompute({ name: "theirs" })],
      live: [liveMachine({ name: "theirs", resourceId: machineId("dsvm") })],
      options: { onConflict: "replace" },
      expected: [{ do: "replace" }, { do: "create" }],
    },
    {
      when: "another target replaces what is declared with another machine, whatever on-drift is",
      declared: [
        virtualMachine({ name: "ours", resourceId: machineId("dsvm") }),
        virtualMachine({ name: "theirs", resourceId: machineId("other") }),
      ],
      live: [liveMachine({ name: "theirs", resourceId: machineId("dsvm") })],
      options: { onConflict: "replace" },
      expected: [{ do: "replace" }, { do: "attach" }],
    },
    {
      when: "the scale differs and drift fails",
      declared: [amlCompute()],
      live: [smaller],
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "the scale differs and drift is updated",
      declared: [amlCompute()],
      live: [smaller],
      options: { onDrift: "update" },
      expected: [{ do: "update" }],
    },
    {
      when: "the scale differs and drift is re-attached",
      declared: [amlCompute()],
      live: [smaller],
      options: { onDrift: "reattach" },
      expected: [{ do: "update" }],
    },
    {
      when: "the scale differs and drift is ignored",
      declared: [amlCompute()],
      live: [smaller],
      options: { onDrift: "ignore" },
      expected: [{ do: "keep" }],
    },
    {
      when: "the size differs and drift is updated",
      declared: [amlCompute()],
      live: [resized],
      options: { onDrift: "update" },
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "the size differs and nothing may be deleted",
      declared: [amlCompute()],
      live: [resized],
      options: { onDrift: "reattach" },
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "the size differs and deleting is allowed",
      declared: [amlCompute()],
      live: [resized],
      options: { onDrift: "reattach", allowDelete: true },
      expected: [{ do: "recreate" }],
    },
    {
      when: "the ssh port differs and drift is updated",
      declared: [virtualMachine({ sshPort: 2222 })],
      live: [liveMachine()],
      options: { onDrift: "update" },
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "the ssh port differs and drift is re-attached",
      declared: [virtualMachine({ sshPort: 2222 })],
      live: [liveMachine()],
      options: { onDrift: "reattach" },
      expected: [{ do: "reattach" }],
    },
    {
      when: "the resource is attached under another name",
      declared: [virtualMachine()],
      live: [elsewhere],
      expected: [{ do: "refuse", because: "conflict" }],
    },
    {
      when: "the resource is attached under another name, to be adopted",
      declared: [virtualMachine()],
      live: [elsewhere],
      options: { onConflict: "adopt" },
      expected: [{ do: "adopt", live: elsewhere }],
    },
    {
      when: "the other attachment is broken, to be adopted",
      declared: [virtualMachine()],
      live: [{ ...elsewhere, provisioningState: "Failed" }],
      options: { onConflict: "adopt" },
      expected: [{ do: "refuse", because: "conflict" }],
    },
    {
      when: "the other attachment is still in flight, to be adopted",
      declared: [virtualMachine()],
      live: [{ ...elsewhere, provisioningState: "Creating" }],
      options: { onConflict: "adopt" },
      expected: [{ do: "wait" }],
    },
    {
      when: "the resource is attached under another name, to be replaced",
      declared: [virtualMachine()],
      live: [elsewhere],
      options: { onConflict: "replace" },
      expected: [{ do: "replace", remove: [elsewhere] }],
    },
    {
      when: "the resource is attached under both names, to be replaced",
      declared: [virtualMachine()],
      live: [elsewhere, liveMachine({ provisioningState: "Failed" })],
      options: { onConflict: "replace" },
      expected: [{ do: "replace", remove: [elsewhere, liveMachine({ provisioningState: "Failed" })] }],
    },
    {
      when: "the other attachment is being removed",
      declared: [virtualMachine()],
      live: [{ ...elsewhere, provisioningState: "Deleting" }],
      expected: [{ do: "attach", afterRemovalOf: [{ ...elsewhere, provisioningState: "Deleting" }] }],
    },
    {
      when: "the target is being removed",
      declared: [virtualMachine()],
      live: [liveMachine({ provisioningState: "Deleting" })],
      expected: [{ do: "attach" }],
    },
    {
      when: "the target is being attached",
      declared: [virtualMachine()],
      live: [liveMachine({ provisioningState: "Creating" })],
      expected: [{ do: "wait" }],
    },
    {
      when: "the target is in an unknown state",
      declared: [virtualMachine()],
      live: [liveMachine({ provisioningState: "Hibernating" })],
      expected: [{ do: "wait" }],
    },
    {
      when: "the attachment failed",
      declared: [virtualMachine()],
      live: [liveMachine({ provisioningState: "Failed" })],
      expected: [{ do: "reattach" }],
    },
    {
      when: "the cluster failed and nothing may be deleted",
      declared: [amlCompute()],
      live: [liveCluster({ provisioningState: "Failed" })],
      expected: [{ do: "refuse", because: "provisioning-failed" }],
    },
    {
      when: "the cluster failed and deleting is allowed",
      declared: [amlCompute()],
      live: [liveCluster({ provisioningState: "Failed" })],
      options: { allowDelete: true },
      expected: [{ do: "recreate" }],
    },
    {
      when: "two targets swap their machines",
      declared: [
        virtualMachine({ name: "one", resourceId: machineId("two") }),
        virtualMachine({ name: "two", resourceId: machineId("one") }),
      ],
      live: [liveMachine({ name: "one" }), liveMachine({ name: "two" })],
      options: { onDrift: "reattach" },
      expected: [{ do: "reattach" }, { do: "reattach" }],
    },
    {
      when: "two targets swap their machines and drift fails",
      declared: [
        virtualMachine({ name: "one", resourceId: machineId("two") }),
        virtualMachine({ name: "two", resourceId: machineId("one") }),
      ],
      live: [liveMachine({ name: "one" }), liveMachine({ name: "two" })],
      expected: [
        { do: "refuse", because: "conflict" },
        { do: "refuse", because: "conflict" },
      ],
    },
    {
      when: "a target's machine is attached under another target's name, which is broken and moves away whatever on-drift says",
      declared: [
        virtualMachine({ name: "one", resourceId: machineId("two") }),
        virtualMachine({ name: "two", resourceId: machineId("one") }),
      ],
      live: [liveMachine({ name: "one", provisioningState: "Failed" })],
      expected: [{ do: "reattach" }, { do: "attach" }],
    },
    {
      when: "the credentials were attached in another version",
      declared: [virtualMachine({ credentialsVersion: "2" })],
      live: [liveMachine({ tags: { "azureml-targets.credentials": "1" } })],
      options: { onDrift: "reattach" },
      expected: [{ do: "reattach" }],
    },
    {
      when: "the credentials were attached in this version",
      declared: [virtualMachine({ credentialsVersion: "2" })],
      live: [liveMachine({ tags: { "azureml-targets.credentials": "2" } })],
      expected: [{ do: "keep" }],
    },
    {
      when: "a version is declared for the first time",
      declared: [virtualMachine({ credentialsVersion: "1" })],
      live: [liveMachine()],
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "the vault's secret was rotated",
      declared: [virtualMachine({ adminPassword: vaulted("b2") })],
      live: [liveMachine({ tags: { "azureml-targets.credentials": "a1" } })],
      options: { onDrift: "reattach" },
      expected: [{ do: "reattach" }],
    },
    {
      when: "somebody else attached the machine, and the vault's secret has a version",
      declared: [virtualMachine({ adminPassword: vaulted("b2") })],
      live: [liveMachine()],
      expected: [{ do: "keep" }],
    },
  ])("decides $expected when $when", ({ declared, live, options, expected }) => {
    expect(plan(declared, live, workspace, { ...strict, ...options }).steps).toMatchObject(expected);
  });

  it("knows the names under which targets are live afterwards: what is deployed is compared with those", () => {
    const machine = { ...virtualMachine(), name: "Ours" };
    const names = (onConflict: PlanOptions["onConflict"]) => [
      ...namesAfter(plan([machine], [elsewhere], workspace, { ...strict, onConflict })),
    ];
    expect(names("adopt")).toEqual([["ours", elsewhere.name]]);
    expect(names("replace")).toEqual([["ours", "Ours"]]);
  });

  it("names the field, its live and its declared value", () => {
    const [step] = plan([amlCompute({ maxInstances: 8 })], [liveCluster()], workspace, strict).steps;
    expect(step?.differences).toEqual([{ field: "max_instances", from: "4", to: "8", means: "in-place" }]);
  });

  it("reports no drift for fields that the service filled in", () => {
    const live = liveMachine({
      tags: { createdBy: "policy" },
      properties: { ...liveMachine().properties, address: "20.0.0.5", virtualMachineSize: "Standard_D2_v3" },
    });
    expect(hasChanges(plan([virtualMachine()], [live], workspace, strict))).toBe(false);
  });

  it.each(Object.keys(attachedTypes) as AttachedType[])("takes nothing of an attached %s for drift", (type) => {
    const target = attachedTarget(type, "declared", "resource");
    expect(plan([target], [liveAttached(target)], workspace, strict).steps).toMatchObject([{ do: "keep" }]);
  });

  it("refuses retired kinds and resources of another subscription, whatever the options", () => {
    const retired = { ...attachedTarget("datalakeanalytics", "adla", "adla"), allowRetired: false } as ComputeTarget;
    const elsewhere = attachedTarget("databricks", "dbx", "dbx");
    const options = { onDrift: "reattach", onConflict: "replace", allowDelete: true } as const;
    const other = { ...workspace, subscriptionId: "another" };
    expect(plan([retired, elsewhere], [], other, options).steps).toMatchObject([
      { do: "refuse", because: "retired" },
      { do: "refuse", because: "other-subscription" },
    ]);
  });

  it("never plans a second attachment of a resource, for any live state and any options", () => {
    const names = fc.constantFrom("alpha", "beta", "gamma");
    const states = fc.constantFrom("Succeeded", "Failed", "Creating", "Deleting", "Unknown");
    const types = fc.constantFrom(...(Object.keys(attachedTypes) as AttachedType[]));
    const compute = fc.record({ name: names, type: types, of: names });
    const liveComputes = fc.uniqueArray(fc.tuple(compute, states), { selector: ([{ name }]) => name });
    const declarations = fc.uniqueArray(compute, {
      comparator: (a, b) => a.name === b.name || (a.type === b.type && a.of === b.of),
    });
    const options = fc.record({
      onDrift: fc.constantFrom("fail", "update", "reattach", "ignore"),
      onConflict: fc.constantFrom("fail", "adopt", "replace"),
      allowDelete: fc.boolean(),
    });
    fc.assert(
      fc.property(declarations, liveComputes, options, (declared, live, allowed) => {
        const computes = live.map(([{ type, name, of }, provisioningState]) => ({
          ...liveAttached(attachedTarget(type, name, of)),
          provisioningState,
        }));
        const targets = declared.map(({ type, name, of }) => attachedTarget(type, name, of));
        const { steps } = plan(targets, computes, workspace, allowed);
        const removed = new Set(steps.flatMap((step) => ("remove" in step ? step.remove : [])).map(({ name }) => name));
        const attached = steps.filter((step) => step.do === "attach" || "remove" in step);
        for (const step of attached) {
          const held = computes.filter(
            (compute) =>
              compute.resourceId === resourceIdOf(step.target) &&
              compute.name !== step.target.name &&
              compute.provisioningState !== "Deleting" &&
              !removed.has(compute.name),
          );
          expect(held).toEqual([]);
        }
      }),
    );
  });
});
