import { beforeAll, describe, expect, it } from "@jest/globals";
import { aksCluster, aksId, arcCluster, arcId, extensions } from "../../emulator/resources/clusters.ts";
import type { ResourceDocument } from "../../emulator/resources/resource.ts";
import type { LiveCompute } from "../../src/azure/computes.ts";
import { differencesFrom, secretsOf, toRequest } from "../../src/compute/target.ts";
import type { PlannedStep } from "../../src/report/result.ts";
import { bodyOf, dataId, placesOf, readYaml, recordedWorkspace, targetOf } from "../support/declared.ts";
import { planCases, wordsOf, type FindingCase } from "../support/findings.ts";

const aks = dataId("Microsoft.ContainerService/managedClusters", "aks1");
const arc = dataId("Microsoft.Kubernetes/connectedClusters", "arc1");
const elsewhere = "99999999-9999-4999-8999-999999999999";
const yaml = (settings = "", id = arc) => `name: my-k8s\ntype: kubernetes\nresource_id: ${id}\n${settings}`;
const types = [
  "instance_types:",
  "  gpu:",
  "    node_selector: { pool: gpu }",
  "    resources:",
  "      requests: { cpu: 1, memory: 4Gi }",
  "      limits: { nvidia.com/gpu: 1 }",
  "",
].join("\n");
const gpu = {
  nodeSelector: { pool: "gpu" },
  resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { "nvidia.com/gpu": "1" } },
};

describe("the request of a Kubernetes cluster", () => {
  it("is the official client's", async () => {
    expect(await bodyOf(yaml("namespace: ml\nidentity: { type: SystemAssigned }\n"))).toEqual({
      location: "eastus",
      identity: { type: "SystemAssigned" },
      properties: {
        resourceId: arc,
        computeLocation: "eastus",
        properties: { namespace: "ml" },
        computeType: "Kubernetes",
      },
    });
  });

  it("names an AKS cluster by its parts", async () => {
    const parts = "name: my-k8s\ntype: kubernetes\nresource_group: rg-data\ncluster_name: aks1\n";
    expect(await bodyOf(parts)).toMatchObject({
      properties: { resourceId: aks, properties: { namespace: "default" } },
    });
  });

  it("has the instance types in the service's spelling, quantities as text", async () => {
    expect(await bodyOf(yaml(`${types}default_instance_type: gpu\n`))).toMatchObject({
      properties: { properties: { instanceTypes: { gpu }, defaultInstanceType: "gpu", namespace: "default" } },
    });
  });

  it("resolves a secret of the free mapping, which validate and plan never do", async () => {
    const target = targetOf(yaml("properties: { vcName: vc, relayConnectionString: { env: RELAY } }\n"));
    expect(secretsOf(target)).toMatchObject([{ from: "env", name: "RELAY", where: { line: 4 } }]);
    expect(await toRequest(target, recordedWorkspace, () => Promise.resolve("***"))).toMatchObject({
      properties: { properties: { vcName: "vc", relayConnectionString: "***", namespace: "default" } },
    });
  });
});

describe("the declaration of a Kubernetes cluster", () => {
  const identity = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ManagedIdentity/userAssignedIdentities";
  it.each([
    { text: "name: my-k8s\ntype: kubernetes\n", problems: ["error missing-key 1:1"] },
    { text: yaml("", dataId("Microsoft.Compute/virtualMachines", "a")), problems: ["error wrong-resource-type 3:14"] },
    { text: yaml("cluster_name: arc1\n"), problems: ["error id-and-parts 4:15"] },
    {
      text: yaml("", aks.replace(/3{8}-[^/]+/, elsewhere)),
      problems: ["error other-subscription 3:14"],
    },
    { text: yaml("allow_other_subscription: true\n", aks.replace(/3{8}-[^/]+/, elsewhere)), problems: [] },
    { text: yaml("", arc.replace(/3{8}-[^/]+/, elsewhere)), problems: [] },
    { text: yaml("namespace: 5\n"), problems: ["error wrong-value 4:12"] },
    { text: yaml("namespace: Team_A\n"), problems: ["error illegal-namespace 4:12"] },
    { text: yaml("properties: { namespace: other }\n"), problems: ["warning namespace-not-used 4:26"] },
    { text: yaml("identity: { type: user_assigned }\n"), problems: ["error missing-identity 4:11"] },
    {
      text: yaml(
        `identity:\n  type: user_assigned\n  user_assigned_identities:\n    - resource_id: ${identity}/a\n    - resource_id: ${identity}/b\n`,
      ),
      problems: ["warning only-first-identity 8:7"],
    },
    { text: yaml(types), problems: [] },
    { text: yaml(`${types}default_instance_type: gpu\n`), problems: [] },
    { text: yaml(`${types}default_instance_type: defaultinstancetype\n`), problems: [] },
    { text: yaml(`${types}default_instance_type: cpu\n`), problems: ["error unknown-instance-type 10:24"] },
    { text: yaml(types.replace("4Gi", "4 GB")), problems: ["error malformed-quantity 8:35"] },
    { text: yaml(`${types}properties: { instanceTypes: {} }\n`), problems: ["error said-twice 10:30"] },
    {
      text: yaml("properties: { relayConnectionString: hunter2 }\n"),
      problems: ["error literal-secret 4:38"],
    },
  ])("$#: has $problems", ({ text, problems }) => {
    const read = readYaml(text);
    expect(placesOf(read.problems)).toEqual(problems);
    expect(JSON.stringify(read.problems)).not.toContain("hunter2");
  });
});

function live(own: object = {}, fields: Partial<LiveCompute> = {}): LiveCompute {
  return {
    id: `${recordedWorkspace.id}/computes/my-k8s`,
    name: "my-k8s",
    computeType: "Kubernetes",
    resourceId: arc.toLowerCase(),
    tags: {},
    provisioningState: "Succeeded",
    provisioningErrors: [],
    isAttachedCompute: true,
    properties: { namespace: "default", extensionPrincipalId: "p", vcName: null, ...own },
    ...fields,
  };
}

describe("a live Kubernetes cluster", () => {
  const withNulls = { gpu: { ...gpu, resources: { ...gpu.resources, other: null } }, defaultinstancetype: {} };
  const unknown = { "x-new-member": { a: 1 } };
  const withUnknown = { gpu: { ...gpu, ...unknown, resources: { ...gpu.resources, ...unknown } } };
  const newer = { gpu: { ...unknown, resources: { limits: { cpu: "1" }, ...unknown } } };
  const free = (instanceTypes: string) => `properties: { instanceTypes: { ${instanceTypes} } }\n`;
  it.each([
    { declared: "", compute: live(), expected: [] },
    { declared: "", compute: live({}, { identity: { type: "SystemAssigned", userAssignedIds: [] } }), expected: [] },
    {
      declared: "identity: { type: system_assigned }\n",
      compute: live({}, { identity: { type: "Systemassigned", userAssignedIds: [] } }),
      expected: [],
    },
    { declared: "identity: { type: none }\n", compute: live(), expected: [] },
    { declared: "identity: { type: system_assigned }\n", compute: live(), expected: ["identity in-place"] },
    { declared: "tags: { a: b }\n", compute: live(), expected: ["tags.a in-place"] },
    { declared: "description: x\n", compute: live(), expected: ["description in-place"] },
    { declared: "namespace: ml\n", compute: live(), expected: ["namespace reattach"] },
    { declared: types, compute: live({ instanceTypes: withNulls }), expected: [] },
    { declared: types, compute: live({ instanceTypes: withUnknown }), expected: [] },
    { declared: free("gpu: null"), compute: live({ instanceTypes: { gpu: null } }), expected: [] },
    {
      declared: free("gpu: { resources: { limits: { cpu: 1 } } }"),
      compute: live({ instanceTypes: newer }),
      expected: [],
    },
    {
      declared: free("gpu: { resources: { limits: { cpu: 1 } }, x-new-member: { a: 2 } }"),
      compute: live({ instanceTypes: newer }),
      expected: ["properties.instanceTypes.gpu reattach"],
    },
    {
      declared: free("gpu: { resources: { limits: { cpu: 1 } } }"),
      compute: live({ instanceTypes: { gpu: { ...newer.gpu, nodeSelector: { pool: "gpu" } } } }),
      expected: ["properties.instanceTypes.gpu reattach"],
    },
    {
      declared: types,
      compute: live({ instanceTypes: { gpu: { ...gpu, nodeSelector: { pool: "gpu", "x-new-member": "a" } } } }),
      expected: ["instance_types.gpu reattach"],
    },
    { declared: types, compute: live(), expected: ["instance_types.gpu reattach"] },
    {
      declared: types,
      compute: live({ instanceTypes: { gpu: { ...gpu, nodeSelector: null } } }),
      expected: ["instance_types.gpu reattach"],
    },
    {
      declared: "default_instance_type: gpu\n",
      compute: live({ defaultInstanceType: "cpu" }),
      expected: ["default_instance_type reattach"],
    },
    { declared: "properties: { vcName: vc }\n", compute: live(), expected: ["properties.vcName reattach"] },
    { declared: "properties: { relayConnectionString: { env: R } }\n", compute: live(), expected: [] },
    { declared: "", compute: live({}, { resourceId: aks }), expected: ["resource_id reattach"] },
  ])("$#: differs in $expected", ({ declared, compute, expected }) => {
    const differences = differencesFrom(targetOf(yaml(declared)), compute, recordedWorkspace);
    expect(differences.map(({ field, means }) => `${field} ${means}`)).toEqual(expected);
  });
});

type Case = Omit<FindingCase, "target">;

const onAks = (name: string, properties = {}, extension: object | undefined = {}): readonly ResourceDocument[] => [
  aksCluster(name, properties),
  ...(extension === undefined ? [] : [extensions(aksId(name), extension)]),
];
const onArc = (name: string, properties: object): readonly ResourceDocument[] => [
  arcCluster(name, properties),
  extensions(arcId(name)),
];
const pool = (count: number, vmSize: string) => ({ agentPoolProfiles: [{ count, vmSize, osType: "Linux" }] });
const configured = (settings: object) => ({ configurationSettings: settings });

/** By the name of the cluster. */
const aksCases: Readonly<Record<string, Case>> = {
  good: { when: "it is as the service wants it", resources: onAks("good"), expected: [] },
  absent: { when: "it does not exist", resources: [], expected: ["error resource-not-found"] },
  secret: {
    when: "the identity may not read it",
    resources: onAks("secret"),
    hidden: ["/managedClusters/secret$"],
    expected: ["not-checked resource-not-readable"],
  },
  veiled: {
    when: "the identity may not read its extensions",
    resources: onAks("veiled"),
    hidden: ["/managedClusters/veiled/.*/extensions$"],
    expected: ["not-checked resource-not-readable"],
  },
  stopped: {
    when: "it is stopped",
    resources: onAks("stopped", { powerState: { code: "Stopped" } }),
    expected: ["error aks-stopped"],
  },
  principal: {
    when: "it runs under a service principal",
    resources: onAks("principal", { servicePrincipalProfile: { clientId: elsewhere } }).map((one) => ({
      ...one,
      identity: null,
    })),
    expected: ["error aks-service-principal"],
  },
  locked: {
    when: "its local accounts are disabled",
    resources: onAks("locked", { disableLocalAccounts: true }),
    expected: ["error aks-local-accounts-disabled"],
  },
  windows: {
    when: "it has Windows alone",
    resources: onAks("windows", { agentPoolProfiles: [{ count: 3, vmSize: "Standard_D4s_v3", osType: "Windows" }] }),
    expected: ["error aks-no-linux-pool"],
  },
  private: {
    when: "it is private",
    resources: onAks("private", {
      apiServerAccessProfile: { enablePrivateCluster: true, enablePrivateClusterPublicFQDN: true },
    }),
    expected: ["warning aks-private"],
  },
  ranges: {
    when: "its API server answers some addresses only",
    resources: onAks("ranges", { apiServerAccessProfile: { authorizedIPRanges: ["1.2.3.0/24"] } }),
    expected: ["warning aks-authorized-ranges"],
  },
  single: {
    when: "it has one node",
    resources: onAks("single", pool(1, "Standard_D4s_v3")),
    expected: ["warning cluster-few-nodes"],
  },
  weak: {
    when: "it has three virtual CPUs",
    resources: onAks("weak", pool(3, "Standard_D1_v2")),
    expected: ["warning cluster-too-small"],
  },
  bare: {
    when: "it has no extension",
    resources: [aksCluster("bare")],
    expected: ["error extension-missing"],
  },
  foreign: {
    when: "it has another extension",
    resources: onAks("foreign", {}, { extensionType: "Microsoft.Flux" }),
    expected: ["error extension-missing"],
  },
  failing: {
    when: "its extension failed",
    resources: onAks("failing", {}, { provisioningState: "Failed" }),
    expected: ["error extension-not-ready"],
  },
  purposeless: {
    when: "its extension neither trains nor answers",
    resources: onAks("purposeless", {}, configured({ enableTraining: "False" })),
    expected: ["error extension-without-purpose"],
  },
  training: {
    when: "its extension trains alone",
    resources: onAks("training", {}, configured({ enableTraining: "true" })),
    expected: ["note extension-only-training"],
  },
  inference: {
    when: "its extension answers alone",
    resources: onAks("inference", {}, configured({ enableinference: "True" })),
    expected: ["note extension-only-inference"],
  },
};
const arcCases: Readonly<Record<string, Case>> = {
  connected: { when: "it is connected", resources: onArc("connected", {}), expected: [] },
  gone: { when: "it does not exist", resources: [], expected: ["error resource-not-found"] },
  offline: {
    when: "it is offline",
    resources: onArc("offline", { connectivityStatus: "Offline" }),
    expected: ["error arc-not-connected"],
  },
  tiny: {
    when: "it has one node with two cores",
    resources: onArc("tiny", { totalNodeCount: 1, totalCoreCount: 2 }),
    expected: ["warning cluster-too-small", "warning cluster-few-nodes"],
  },
  naked: { when: "it has no extension", resources: [arcCluster("naked")], expected: ["error extension-missing"] },
};
const cases: readonly FindingCase[] = [
  ...Object.entries(aksCases).map(([name, one]) => ({
    ...one,
    when: `AKS: ${one.when}`,
    target: `type: kubernetes, resource_group: rg-data, cluster_name: ${name}`,
  })),
  ...Object.entries(arcCases).map(([name, one]) => ({
    ...one,
    when: `Arc: ${one.when}`,
    target: `type: kubernetes, resource_id: ${arcId(name)}`,
  })),
];

describe("before a Kubernetes cluster is attached, the plan", () => {
  const [far = aksCluster(""), farExtensions = far] = onAks("far").map((one) => ({
    ...one,
    id: one.id.replace(/3{8}-[^/]+/, elsewhere),
  }));
  const farArc = arcCluster("far");
  const away = (id: string) => id.replace(/3{8}-[^/]+/, elsewhere);
  let steps: readonly PlannedStep[];
  beforeAll(async () => {
    steps = await planCases([
      ...cases,
      {
        when: "",
        resources: [far, farExtensions],
        target: `type: kubernetes, namespace: b, resource_id: ${far.id}, allow_other_subscription: true`,
        expected: [],
      },
      {
        when: "",
        resources: [{ ...farArc, id: away(farArc.id) }, { ...extensions(away(farArc.id)) }],
        target: `type: kubernetes, resource_id: ${away(farArc.id)}`,
        expected: [],
      },
    ]);
  });

  it.each(cases.map((one, index) => ({ ...one, index })))("finds $expected. $when", ({ index, expected }) => {
    expect(wordsOf(steps[index])).toEqual(expected);
    const refused = expected.some((word) => word.startsWith("error"));
    expect(steps[index]?.action).toBe(refused ? "refuse" : "attach");
  });

  it("looks at clusters of other subscriptions, where they may be attached", () => {
    const [allowed, connected] = steps.slice(cases.length);
    expect(allowed).toMatchObject({ action: "attach", findings: [] });
    expect(connected).toMatchObject({ action: "attach", findings: [] });
  });
});
