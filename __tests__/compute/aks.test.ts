import { beforeAll, describe, expect, it } from "@jest/globals";
import { aksCluster } from "../../emulator/resources/clusters.ts";
import { virtualCpus } from "../../src/compute/managed/size.ts";
import { differencesFrom } from "../../src/compute/target.ts";
import type { LiveCompute } from "../../src/azure/computes.ts";
import type { PlannedStep } from "../../src/report/result.ts";
import { bodyOf, dataId, placesOf, readYaml, recordedWorkspace, targetOf } from "../support/declared.ts";
import { planCases, wordsOf, type FindingCase } from "../support/findings.ts";

const aksType = "Microsoft.ContainerService/managedClusters";
const attached = (settings = "") => `name: v1-aks\ntype: aks\nresource_group: rg-data\ncluster_name: aks1\n${settings}`;
const created = (settings = "") => `name: v1-aks-new\ntype: aks\n${settings}`;
const network = [
  "network_settings:",
  "  vnet_name: vnet",
  "  vnet_resource_group: rg-net",
  "  subnet: aks",
  "  service_cidr: 10.0.0.0/16",
  "  dns_service_ip: 10.0.0.10",
  "  docker_bridge_cidr: 172.17.0.1/16",
  "",
].join("\n");

describe("the request of an AKS cluster", () => {
  it("is the first SDK's when the service makes the cluster", async () => {
    expect(await bodyOf(created("agent_count: 3\nagent_vm_size: Standard_D3_v2\n"))).toEqual({
      location: "eastus",
      properties: { computeType: "AKS", properties: { agentCount: 3, agentVmSize: "Standard_D3_v2" } },
    });
  });

  it("has the first SDK's defaults when nothing is said of the nodes", async () => {
    expect(await bodyOf(created())).toMatchObject({
      properties: { properties: { agentCount: 3, agentVmSize: "Standard_D3_v2" } },
    });
    expect(await bodyOf(created("cluster_purpose: dev_test\n"))).toMatchObject({
      properties: { properties: { agentCount: 1, clusterPurpose: "DevTest" } },
    });
  });

  it("is the first SDK's for an attachment, less the member that it sends empty", async () => {
    // azureml-core 1.61.0 also sends loadBalancerSubnet: null.
    expect(await bodyOf(attached("cluster_purpose: dev_test\nload_balancer_type: PublicIp\n"))).toEqual({
      location: "eastus",
      properties: {
        computeType: "AKS",
        resourceId: dataId(aksType, "aks1"),
        properties: { clusterPurpose: "DevTest", loadBalancerType: "PublicIp" },
      },
    });
  });

  it("has the network with the full id of its subnet, and the region of the cluster", async () => {
    expect(await bodyOf(created(`location: westus2\n${network}`))).toMatchObject({
      location: "eastus",
      properties: {
        computeLocation: "westus2",
        properties: {
          aksNetworkingConfiguration: {
            subnetId: `/subscriptions/${recordedWorkspace.subscriptionId}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet/subnets/aks`,
            serviceCidr: "10.0.0.0/16",
            dnsServiceIP: "10.0.0.10",
            dockerBridgeCidr: "172.17.0.1/16",
          },
        },
      },
    });
  });

  it.each([
    {
      ssl: "{ cname: a.example.com, cert: { env: C }, key: { env: K } }",
      sent: { status: "Enabled", cname: "a.example.com", cert: "***", key: "***" },
    },
    {
      ssl: "{ leaf_domain_label: scoring }",
      sent: { status: "Auto", leafDomainLabel: "scoring", overwriteExistingDomain: false },
    },
    {
      ssl: "{ leaf_domain_label: scoring, overwrite_existing_domain: true }",
      sent: { status: "Auto", leafDomainLabel: "scoring", overwriteExistingDomain: true },
    },
    { ssl: "{ status: disabled }", sent: { status: "Disabled" } },
  ])("sends ssl $ssl", async ({ ssl, sent }) => {
    expect(await bodyOf(attached(`ssl: ${ssl}\n`))).toMatchObject({
      properties: { properties: { sslConfiguration: sent } },
    });
  });
});

describe("the declaration of an AKS cluster", () => {
  const tls = (members: string) => attached(`ssl: { ${members} }\n`);
  it.each([
    { yaml: attached("agent_count: 3\n"), problems: ["error only-for-creation 5:14"] },
    { yaml: attached(network), problems: ["error only-for-creation 6:3"] },
    { yaml: created("cluster_name: aks1\n"), problems: ["error missing-key 1:1"] },
    { yaml: `${attached()}resource_id: ${dataId(aksType, "aks1")}\n`, problems: ["error id-and-parts 4:15"] },
    {
      yaml: created(`resource_id: ${dataId("Microsoft.Kubernetes/connectedClusters", "a")}\n`),
      problems: ["error wrong-resource-type 3:14"],
    },
    { yaml: created("agent_count: 2\ncluster_purpose: fast_prod\n"), problems: ["error too-few-nodes 3:14"] },
    { yaml: created("agent_count: 2\n"), problems: ["warning too-few-nodes 3:14"] },
    { yaml: created("agent_count: 1\ncluster_purpose: DevTest\n"), problems: [] },
    { yaml: created("agent_count: 0\n"), problems: ["error out-of-range 3:14"] },
    {
      yaml: created("agent_vm_size: Standard_D2s_v3\ncluster_purpose: dense_prod\n"),
      problems: ["error too-few-cpus 3:16"],
    },
    { yaml: created("agent_count: 3\nagent_vm_size: Standard_PB6s\ncluster_purpose: fast_prod\n"), problems: [] },
    { yaml: created("agent_vm_size: large\n"), problems: ["error unknown-size-form 3:16"] },
    { yaml: created(network), problems: [] },
    { yaml: created(network.replace(/ {2}subnet.*\n/, "")), problems: ["error incomplete-network 4:3"] },
    { yaml: created(network.replace(/ {2}vnet_name.*\n/, "")), problems: ["error missing-vnet 5:11"] },
    {
      yaml: created(network.replace("subnet: aks", "subnet: /subscriptions/s/a")),
      problems: ["error id-and-parts 4:14"],
    },
    { yaml: created(network.replace("10.0.0.0/16", "10.0.0.0")), problems: ["error malformed-cidr 7:17"] },
    { yaml: created(network.replace("10.0.0.0/16", "10.0.0.300/16")), problems: ["error malformed-cidr 7:17"] },
    { yaml: created(network.replace("172.17.0.1/16", "172.17.0.1/33")), problems: ["error malformed-cidr 9:23"] },
    { yaml: created(network.replace("10.0.0.10", "dns")), problems: ["error malformed-address 8:19"] },
    { yaml: created(network.replace("10.0.0.10", "10.1.0.10")), problems: ["error dns-outside-services 8:19"] },
    { yaml: created(network.replace("172.17.0.1/16", "10.0.8.1/24")), problems: ["error overlapping-ranges 9:23"] },
    { yaml: attached("load_balancer_subnet: aks\n"), problems: ["error subnet-without-load-balancer 5:23"] },
    { yaml: attached("load_balancer_type: InternalLoadBalancer\nload_balancer_subnet: aks\n"), problems: [] },
    { yaml: attached("load_balancer_type: internal\n"), problems: ["error wrong-value 5:21"] },
    { yaml: tls("cname: a.example.com, cert: { env: C }"), problems: ["error incomplete-certificate 5:15"] },
    {
      yaml: tls("cname: a.example.com, cert: { env: C }, key: { env: K }, leaf_domain_label: abc"),
      problems: ["error certificate-and-label 5:84"],
    },
    { yaml: tls("cname: https://a, cert: { env: C }, key: { env: K }"), problems: ["error malformed-cname 5:15"] },
    { yaml: tls("leaf_domain_label: A_b"), problems: ["error malformed-label 5:27"] },
    { yaml: tls("overwrite_existing_domain: true"), problems: ["error missing-key 5:6"] },
    { yaml: tls("status: disabled, leaf_domain_label: abc"), problems: ["error tls-off-and-on 5:45"] },
    {
      yaml: tls("cname: a.example.com, cert: MIIBhunter2, key: { file: key.pem }"),
      problems: ["error literal-secret 5:36"],
    },
  ])("$#: has $problems", ({ yaml, problems }) => {
    const read = readYaml(yaml);
    expect(placesOf(read.problems)).toEqual(problems);
    expect(JSON.stringify(read.problems)).not.toContain("hunter2");
  });

  it.each([
    ["Standard_D3_v2", 4],
    ["Standard_DS3_v2", 4],
    ["Standard_D14", 16],
    ["Standard_D4s_v3", 4],
    ["Standard_E4-2s_v3", 2],
    ["Standard_NC24ads_A100_v4", 24],
    ["Standard_A8_v2", 8],
    ["Standard_B2ms", 2],
    ["Standard_F4s_v2", 4],
    ["Standard_PB6s", undefined],
    ["Standard_G3", undefined],
  ])("knows the virtual CPUs of %s: %s", (size, cpus) => {
    expect(virtualCpus(size)).toBe(cpus);
  });
});

/** As the service shows a cluster: what is attached has nothing of how it was made. */
function live(own: object, fields: Partial<LiveCompute> = {}): LiveCompute {
  return {
    id: `${recordedWorkspace.id}/computes/v1-aks`,
    name: "v1-aks",
    computeType: "AKS",
    resourceId: dataId(aksType, "aks1").toUpperCase(),
    location: "eastus",
    computeLocation: "eastus",
    tags: {},
    provisioningState: "Succeeded",
    provisioningErrors: [],
    isAttachedCompute: true,
    properties: {
      agentCount: null,
      agentVmSize: null,
      clusterPurpose: null,
      sslConfiguration: null,
      aksNetworkingConfiguration: null,
      clusterFqdn: "v1-aks.hcp.eastus.azmk8s.io",
      systemServices: [{ systemServiceType: "ScoringFrontEnd", publicIpAddress: "20.0.0.9", version: "1.0" }],
      loadBalancerType: null,
      loadBalancerSubnet: null,
      ...own,
    },
    ...fields,
  };
}
const made = (own: object) =>
  live({ agentCount: 3, agentVmSize: "Standard_D3_v2", ...own }, { isAttachedCompute: false });
const withCertificate = { status: "Enabled", cname: "a.example.com", cert: null, key: null };

describe("a live AKS cluster", () => {
  it.each([
    { declared: attached(), compute: live({ clusterPurpose: "FastProd" }), expected: [] },
    { declared: attached("load_balancer_type: public_ip\n"), compute: live({}), expected: [] },
    { declared: attached("ssl: { status: disabled }\n"), compute: live({}), expected: [] },
    {
      declared: attached("cluster_purpose: dev_test\n"),
      compute: live({ clusterPurpose: "FastProd" }),
      expected: ["cluster_purpose reattach"],
    },
    {
      declared: attached("ssl: { cname: A.example.com, cert: { env: C }, key: { env: K } }\n"),
      compute: live({ sslConfiguration: withCertificate }),
      expected: [],
    },
    {
      declared: attached("ssl: { cname: b.example.com, cert: { env: C }, key: { env: K } }\n"),
      compute: live({ sslConfiguration: withCertificate }),
      expected: ["ssl.cname reattach"],
    },
    {
      declared: attached("ssl: { leaf_domain_label: abc }\n"),
      compute: live({ sslConfiguration: withCertificate }),
      expected: ["ssl.status reattach", "ssl.leaf_domain_label reattach"],
    },
    {
      declared: attached("ssl: { status: disabled }\n"),
      compute: live({ sslConfiguration: withCertificate }),
      expected: ["ssl.status reattach"],
    },
    {
      declared: attached("credentials_version: 2\nssl: { cname: a.example.com, cert: { env: C }, key: { env: K } }\n"),
      compute: live({ sslConfiguration: withCertificate }, { tags: { "azureml-targets.credentials": "1" } }),
      expected: ["credentials_version reattach"],
    },
    { declared: created("agent_count: 3\n"), compute: made({}), expected: [] },
    { declared: created(), compute: made({ agentCount: 5 }), expected: [] },
    { declared: created("agent_count: 4\n"), compute: made({}), expected: ["agent_count recreate"] },
    { declared: created("location: West US 2\n"), compute: made({}), expected: ["location recreate"] },
    // Attached again by its own id, it does not show any more how it was made.
    { declared: created("agent_count: 4\nlocation: westus2\n"), compute: live({}), expected: [] },
    {
      declared: created("ssl: { leaf_domain_label: abc }\n"),
      compute: made({}),
      expected: ["ssl.status reattach", "ssl.leaf_domain_label reattach"],
    },
    {
      declared: created("credentials_version: 2\n"),
      compute: made({}),
      expected: ["credentials_version reattach"],
    },
    { declared: attached().replace("aks1", "aks9"), compute: live({}), expected: ["resource_id reattach"] },
    { declared: attached().replace("aks1", "aks9"), compute: made({}), expected: ["resource_id recreate"] },
  ])("$#: differs in $expected", ({ declared, compute, expected }) => {
    const differences = differencesFrom(targetOf(declared), compute, recordedWorkspace);
    expect(differences.map(({ field, means }) => `${field} ${means}`)).toEqual(expected);
  });
});

const elsewhere = "99999999-9999-4999-8999-999999999999";
const pools = (count: number, vmSize = "Standard_D4s_v3", osType = "Linux") => ({
  agentPoolProfiles: [{ name: "pool", count, vmSize, osType }],
});
const access = (profile: object) => ({ apiServerAccessProfile: profile });
type Case = Omit<FindingCase, "target" | "resources"> & {
  readonly cluster: string;
  readonly properties?: object;
  readonly settings?: string;
};

const cases: readonly Case[] = [
  { cluster: "good", when: "it is as the service wants it", properties: {}, expected: [] },
  { cluster: "absent", when: "it does not exist", expected: ["error resource-not-found"] },
  {
    cluster: "secret",
    when: "the identity may not read it",
    properties: {},
    hidden: ["/managedClusters/secret$"],
    expected: ["not-checked resource-not-readable"],
  },
  {
    cluster: "stopped",
    when: "it is stopped",
    properties: { powerState: { code: "Stopped" } },
    expected: ["error aks-stopped"],
  },
  {
    cluster: "failed",
    when: "it failed",
    properties: { provisioningState: "Failed" },
    expected: ["error aks-not-ready"],
  },
  {
    cluster: "upgrading",
    when: "it is being upgraded",
    properties: { provisioningState: "Upgrading" },
    expected: ["warning aks-not-ready"],
  },
  {
    cluster: "windows",
    when: "it has Windows alone",
    properties: pools(3, "Standard_D4s_v3", "Windows"),
    settings: ", cluster_purpose: dev_test",
    expected: ["error aks-no-linux-pool"],
  },
  {
    cluster: "locked",
    when: "its local accounts are disabled",
    properties: { disableLocalAccounts: true },
    expected: ["error aks-local-accounts-disabled"],
  },
  {
    cluster: "principal",
    when: "it runs under a service principal",
    properties: { servicePrincipalProfile: { clientId: elsewhere } },
    expected: [],
  },
  {
    cluster: "private",
    when: "it is private",
    properties: access({ enablePrivateCluster: true }),
    expected: ["warning aks-private"],
  },
  {
    cluster: "named",
    when: "it is private with a public name",
    properties: access({ enablePrivateCluster: true, enablePrivateClusterPublicFQDN: true }),
    expected: ["error aks-private-with-public-name"],
  },
  {
    cluster: "small",
    when: "it has two nodes",
    properties: pools(2, "Standard_D8s_v3"),
    expected: ["warning aks-too-small-for-production"],
  },
  {
    cluster: "weak",
    when: "it has six virtual CPUs",
    properties: pools(3, "Standard_D2s_v3"),
    settings: ", cluster_purpose: fast_prod",
    expected: ["warning aks-too-small-for-production"],
  },
  {
    cluster: "tests",
    when: "it has one node and is for tests",
    properties: pools(1),
    settings: ", cluster_purpose: dev_test",
    expected: [],
  },
];

describe("before an AKS cluster is attached, the plan", () => {
  let steps: readonly PlannedStep[];
  const foreign = { ...aksCluster("far"), id: dataId(aksType, "far").replace(/3{8}-[^/]+/, elsewhere) };
  beforeAll(async () => {
    steps = await planCases([
      ...cases.map(({ cluster, properties, settings = "", ...one }) => ({
        ...one,
        resources: properties === undefined ? [] : [aksCluster(cluster, properties)],
        target: `type: aks, resource_group: rg-data, cluster_name: ${cluster}${settings}`,
      })),
      { when: "", resources: [foreign], target: `type: aks, resource_id: ${foreign.id}`, expected: [] },
      { when: "", resources: [], target: "type: aks", expected: [] },
    ]);
  });

  it.each(cases.map((one, index) => ({ ...one, index })))("finds $expected when $when", ({ index, expected }) => {
    expect(wordsOf(steps[index])).toEqual(expected);
    const refused = expected.some((word) => word.startsWith("error"));
    expect(steps[index]?.action).toBe(refused ? "refuse" : "attach");
  });

  it("warns of a cluster of another subscription", () => {
    expect(wordsOf(steps[cases.length])).toEqual(["warning aks-other-subscription"]);
  });

  it("looks at nothing when the service makes the cluster", () => {
    expect(steps[cases.length + 1]).toMatchObject({ action: "create", findings: [] });
  });
});
