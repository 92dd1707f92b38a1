import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { succeeded } from "../../src/azure/outcome.ts";
import { canonicalId } from "../../src/azure/resource-id.ts";
import type { CommandJob } from "../../src/job/command.ts";
import { compareGrants, scopesOf } from "../../src/permissions/compare-grants.ts";
import { neededFor, type NeedFacts, type NeedSources } from "../../src/permissions/needs.ts";
import { leastPrivilegeRoles } from "../../src/permissions/role.ts";
import { resourceIdOf } from "../../src/compute/target.ts";
import {
  aks,
  amlCompute,
  attachedTarget,
  clusterId,
  kubernetes,
  nowhere,
  virtualMachine,
  workspace,
} from "../support/targets.ts";

const identity = `${workspace.id.split("/providers/")[0] ?? ""}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id`;
const container = `${workspace.id.split("/providers/")[0] ?? ""}/providers/Microsoft.Storage/storageAccounts/st/blobServices/default/containers/c`;
const vault = `${workspace.id.split("/providers/")[0] ?? ""}/providers/Microsoft.KeyVault/vaults/kv`;

const job = ({
  work,
  ...fields
}: Partial<Omit<CommandJob, "work">> & { work?: Partial<CommandJob["work"]> } = {}): CommandJob => ({
  type: "command",
  source: nowhere,
  tags: {},
  properties: {},
  work: {
    command: "python train.py",
    environment: { from: "reference", id: "azureml:env:1" },
    environmentVariables: {},
    ...work,
  },
  inputs: {},
  outputs: {},
  ...fields,
});

const facts: NeedFacts = { workspace, store: { by: "secret" }, vaults: [], downloads: false, removes: false };
const nothing: NeedSources = { targets: [], assets: [], deployments: [] };
const inline = { from: "inline", definition: { image: "ubuntu", tags: {} } } as const;
const localData = {
  kind: "data",
  type: "uri_folder",
  path: "./data",
  local: "/checkout/data",
  root: "/checkout",
} as const;

const declared = fc.record({
  targets: fc.subarray([
    virtualMachine(),
    amlCompute(),
    amlCompute({ name: "in-subnet", subnet: { vnet: "vnet", subnet: "default" } }),
    amlCompute({
      name: "as-identity",
      identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
    }),
  ]),
  assets: fc.constantFrom(
    [],
    [{ kind: "environment" as const, source: nowhere, name: "env", definition: { image: "ubuntu", tags: {} } }],
  ),
  run: fc.constantFrom(
    undefined,
    job(),
    job({ work: { environment: inline, code: { from: "local", path: ".", folder: "/checkout", root: "/checkout" } } }),
    job({ inputs: { data: localData, model: { kind: "data", type: "mlflow_model", path: "azureml:m@latest" } } }),
  ),
});
const anyFacts = fc.record({
  workspace: fc.constant(workspace),
  store: fc.constantFrom(
    { by: "secret" as const },
    { by: "secret" as const, container },
    { by: "identity" as const, container },
  ),
  vaults: fc.constantFrom([], [{ id: vault, byRoles: true }]),
  downloads: fc.boolean(),
  removes: fc.boolean(),
});
type Sources = { run: CommandJob | undefined } & Omit<NeedSources, "run" | "deployments">;
const sources = ({ run, ...rest }: Sources): NeedSources => ({
  ...rest,
  deployments: [],
  ...(run === undefined ? {} : { run }),
});

it("the printed roles grant all that is needed, and without any single action exactly that one is missing", () => {
  fc.assert(
    fc.property(declared, anyFacts, (what, given) => {
      const needs = neededFor(sources(what), given);
      const roles = leastPrivilegeRoles(needs, "ws");
      const missingWithout = (taken?: string) => {
        const grantsAt = (scope: string) =>
          roles
            .filter(({ scopes }) => scopes.some((one) => `${canonicalId(scope)}/`.startsWith(`${canonicalId(one)}/`)))
            .map(({ role }) => ({
              actions: role.Actions.filter((action) => action !== taken),
              notActions: role.NotActions,
              dataActions: role.DataActions.filter((action) => action !== taken),
              notDataActions: role.NotDataActions,
            }));
        const granted = scopesOf(needs).map((scope) => [canonicalId(scope), succeeded(grantsAt(scope))] as const);
        const missing = compareGrants(needs, new Map(granted)).filter(({ state }) => state === "missing");
        return [...new Set(missing.map(({ action }) => action))];
      };
      expect(missingWithout()).toEqual([]);
      for (const { role } of roles)
        for (const action of [...role.Actions, ...role.DataActions]) expect(missingWithout(action)).toEqual([action]);
    }),
    { numRuns: 60 },
  );
});

describe("what is needed", () => {
  const of = (what: Partial<NeedSources>, given: Partial<NeedFacts> = {}) =>
    neededFor({ ...nothing, ...what }, { ...facts, ...given }).map(
      ({ action, level }) => `${level} ${action.replace("Microsoft.MachineLearningServices/", "")}`,
    );
  const lease = ["recommended workspaces/datastores/read", "recommended workspaces/datastores/listsecrets/action"];

  it.each([
    { when: "nothing is declared", what: {}, has: ["required workspaces/read"], hasNot: ["write", "datastores"] },
    {
      when: "a machine is attached",
      what: { targets: [virtualMachine()] },
      has: [
        "required workspaces/computes/write",
        "recommended workspaces/computes/delete",
        "recommended Microsoft.Compute/virtualMachines/read",
        "recommended Microsoft.Network/publicIPAddresses/read",
        ...lease,
      ],
      hasNot: ["workspaces/jobs/write", "usages"],
    },
    {
      when: "targets may be removed",
      what: { targets: [virtualMachine()] },
      given: { removes: true },
      has: ["required workspaces/computes/delete", "required workspaces/jobs/read"],
      hasNot: [],
    },
    {
      when: "a cluster stands in a subnet",
      what: { targets: [amlCompute({ subnet: { vnet: "vnet", subnet: "default" } })] },
      has: [
        "required Microsoft.Network/virtualNetworks/subnets/join/action",
        "required Microsoft.Network/virtualNetworks/join/action",
        "recommended locations/usages/read",
      ],
      hasNot: ["virtualMachines"],
    },
    {
      when: "a cluster has an identity",
      what: {
        targets: [amlCompute({ identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } } })],
      },
      has: ["required Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"],
      hasNot: [],
    },
    {
      when: "a run uploads code",
      what: {
        run: job({
          work: { environment: inline, code: { from: "local", path: ".", folder: "/checkout", root: "/checkout" } },
        }),
      },
      has: [
        "required workspaces/jobs/write",
        "required workspaces/jobs/cancel/action",
        "required workspaces/codes/versions/write",
        "required workspaces/environments/versions/write",
        "required workspaces/experiments/runs/read",
      ],
      hasNot: ["computes/write", "listsecrets"],
    },
    {
      when: "a run uploads data to a store that is accessed by identity",
      what: { run: job({ inputs: { data: localData } }) },
      given: { store: { by: "identity", container } },
      has: ["required Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"],
      hasNot: ["listsecrets", "codes"],
    },
    {
      when: "outputs are downloaded",
      what: { run: job() },
      given: { downloads: true },
      has: ["required workspaces/metadata/artifacts/read"],
      hasNot: [],
    },
    {
      when: "a vault goes by access policies",
      what: { targets: [virtualMachine()] },
      given: { vaults: [{ id: vault, byRoles: false }] },
      has: [],
      hasNot: ["getSecret"],
    },
  ] satisfies readonly {
    when: string;
    what: Partial<NeedSources>;
    given?: Partial<NeedFacts>;
    has: string[];
    hasNot: string[];
  }[])("when $when", ({ what, has, hasNot, ...rest }) => {
    const found = of(what, "given" in rest ? rest.given : {});
    expect(found).toEqual(expect.arrayContaining(has));
    for (const part of hasNot) expect(found.filter((line) => line.includes(part))).toEqual([]);
  });

  it("names each action once for each scope, at its strictest level", () => {
    const needs = neededFor({ ...nothing, targets: [virtualMachine()], run: job() }, facts);
    const jobs = needs.filter(({ action }) => action.endsWith("workspaces/jobs/read"));
    expect(jobs.map(({ level }) => level)).toEqual(["required"]);
  });
});

const connected = clusterId("one").replace("ContainerService/managedClusters", "Kubernetes/connectedClusters");
const managedCluster = [
  "recommended Microsoft.ContainerService/managedClusters/read",
  "recommended Microsoft.KubernetesConfiguration/extensions/read",
  "required Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
];

it.each([
  {
    what: "an HDInsight cluster",
    target: attachedTarget("hdinsight", "x", "x"),
    expected: ["recommended Microsoft.HDInsight/clusters/read"],
  },
  {
    what: "a Databricks workspace",
    target: attachedTarget("databricks", "x", "x"),
    expected: ["recommended Microsoft.Databricks/workspaces/read"],
  },
  {
    what: "a Batch account",
    target: attachedTarget("batch", "x", "x"),
    expected: ["recommended Microsoft.Batch/batchAccounts/read"],
  },
  { what: "an AKS cluster with the extension", target: kubernetes(), expected: managedCluster },
  { what: "an AKS cluster for web services", target: aks({ resourceId: clusterId("one") }), expected: managedCluster },
  {
    what: "a connected cluster",
    target: kubernetes({ resourceId: connected }),
    expected: [
      "recommended Microsoft.Kubernetes/connectedClusters/read",
      "recommended Microsoft.KubernetesConfiguration/extensions/read",
    ],
  },
])("attaching $what needs permissions at the resource's own scope", ({ target, expected }) => {
  const needs = neededFor({ ...nothing, targets: [target] }, facts);
  const scope = resourceIdOf(target);
  const there = needs.filter((need) => need.scope === scope).map(({ level, action }) => `${level} ${action}`);
  expect(there).toEqual(expected);
});

it.each([
  { kind: "a machine", target: virtualMachine(), expected: ["jobs"] },
  { kind: "a Kubernetes cluster", target: kubernetes(), expected: ["jobs", "onlineEndpoints"] },
  { kind: "an AKS cluster", target: aks(), expected: ["jobs", "services"] },
])("seeing what uses $kind needs to read exactly the lists that it can be used from", ({ target, expected }) => {
  const needs = neededFor({ ...nothing, targets: [target] }, facts);
  const lists = needs
    .filter(({ purpose }) => purpose.startsWith("see what still uses"))
    .map(({ action }) => action.split("/").at(-2));
  expect(lists).toEqual(expected);
});

it("a role on the blobs stands in for the datastore's secret", () => {
  const needs = neededFor(
    { ...nothing, targets: [virtualMachine()] },
    { ...facts, store: { by: "secret", container } },
  );
  const grants = {
    actions: ["*"],
    notActions: ["Microsoft.MachineLearningServices/workspaces/datastores/listsecrets/action"],
    dataActions: ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],
    notDataActions: [],
  };
  const judged = compareGrants(
    needs,
    new Map(scopesOf(needs).map((scope) => [canonicalId(scope), succeeded([grants])])),
  );
  expect(judged.filter(({ state }) => state !== "granted")).toEqual([]);
});

it("a role for single resources is offered in their groups, and one for a subscription is a role of its own", () => {
  const needs = neededFor({ ...nothing, targets: [amlCompute()] }, facts);
  const roles = leastPrivilegeRoles(needs, "ws");
  expect(roles.map(({ scopes }) => scopes)).toEqual([[workspace.id], [`/subscriptions/${workspace.subscriptionId}`]]);
  expect(roles.map(({ role }) => role.AssignableScopes)).toEqual([
    [`/subscriptions/${workspace.subscriptionId}/resourceGroups/${workspace.resourceGroup}`],
    [`/subscriptions/${workspace.subscriptionId}`],
  ]);
  expect(roles[1]?.role.Actions.every((action) => action.includes("/locations/"))).toBe(true);
});
