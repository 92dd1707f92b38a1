import { beforeAll, describe, expect, it } from "@jest/globals";
import { sparkCluster } from "../../emulator/resources/hdinsight.ts";
import type { ResourceDocument } from "../../emulator/resources/resource.ts";
import type { PlannedStep } from "../../src/report/result.ts";
import { bodyOf, dataId, placesOf, readYaml } from "../support/declared.ts";
import { planCases, wordsOf, type FindingCase } from "../support/findings.ts";

const yaml = (rest: string) => `name: v1-hdi\ntype: hdinsight\n${rest}`;
const byParts = "resource_group: rg-data\ncluster_name: hdi1\n";
const login = "ssh_settings: { admin_username: sshuser, admin_password: { env: P } }\n";

describe("an HDInsight cluster's request", () => {
  const expected = (account: object) => ({
    location: "eastus",
    properties: {
      computeType: "HDInsight",
      resourceId: dataId("Microsoft.HDInsight/clusters", "hdi1"),
      properties: { sshPort: 22, administratorAccount: { username: "sshuser", ...account } },
    },
  });

  it("is the first SDK's, with a password, less the address that it sends as null", async () => {
    // azureml-core 1.61.0 also sends address: null, because it can attach by address instead of by id.
    expect(await bodyOf(yaml(byParts + login))).toEqual(expected({ password: "***" }));
  });

  it("carries a private key and its passphrase", async () => {
    const settings =
      "ssh_settings: { admin_username: sshuser, ssh_private_key_file: { env: K }, passphrase: { env: W } }\n";
    expect(await bodyOf(yaml(byParts + settings))).toEqual(expected({ privateKeyData: "***", passphrase: "***" }));
  });
});

describe("an HDInsight declaration", () => {
  it.each([
    { rest: `cluster_name: hdi1\n${login}`, problem: "error missing-key 1:1" },
    { rest: byParts, problem: "error missing-key 1:1" },
    { rest: `vm_name: hdi1\n${byParts}${login}`, problem: "error unknown-key 3:1" },
    {
      rest: `resource_id: ${dataId("Microsoft.Compute/virtualMachines", "hdi1")}\n${login}`,
      problem: "error wrong-resource-type 3:14",
    },
  ])("is wrong at its place: $problem", ({ rest, problem }) => {
    expect(placesOf(readYaml(yaml(rest)).problems)).toContain(problem);
  });
});

const clusterWith = (name: string, properties: object): readonly ResourceDocument[] => {
  const cluster = sparkCluster(name);
  return [{ ...cluster, properties: { ...(cluster["properties"] as object), ...properties } }];
};
const note = "note hdinsight-ssh-host";
const cases: readonly FindingCase[] = [
  { name: "good", when: "it is as the service wants it", resources: [sparkCluster("good")], expected: [note] },
  {
    name: "absent",
    when: "it does not exist",
    resources: [],
    expected: ["error resource-not-found"],
  },
  {
    name: "secret",
    when: "the identity may not read it",
    resources: [sparkCluster("secret")],
    hidden: ["/clusters/secret$"],
    expected: ["not-checked resource-not-readable", note],
  },
  {
    name: "hadoop",
    when: "it is no Spark cluster",
    resources: clusterWith("hadoop", { clusterDefinition: { kind: "HADOOP" } }),
    expected: ["error hdinsight-not-spark", note],
  },
  {
    name: "windows",
    when: "its nodes run Windows",
    resources: clusterWith("windows", { osType: "Windows" }),
    expected: ["error hdinsight-not-linux", note],
  },
  {
    name: "young",
    when: "it is being made",
    resources: clusterWith("young", { provisioningState: "InProgress", clusterState: "HdInsightConfiguration" }),
    expected: ["error hdinsight-not-running", note],
  },
  {
    name: "outbound",
    when: "it has no public addresses",
    resources: clusterWith("outbound", { networkProperties: { resourceProviderConnection: "Outbound" } }),
    expected: ["error hdinsight-no-public-endpoint"],
  },
  {
    name: "private",
    when: "its SSH endpoint has a private address only",
    resources: clusterWith("private", {
      connectivityEndpoints: [{ name: "SSH", protocol: "TCP", port: 22, privateIPAddress: "10.0.0.9" }],
    }),
    expected: ["error hdinsight-no-public-endpoint"],
  },
  {
    name: "no-ssh",
    when: "it lists no SSH endpoint",
    resources: clusterWith("no-ssh", { connectivityEndpoints: [{ name: "HTTPS", port: 443 }] }),
    expected: ["error hdinsight-no-ssh-endpoint"],
  },
  {
    name: "ports",
    when: "another port is declared",
    resources: [sparkCluster("ports")],
    port: 2222,
    expected: ["warning hdinsight-ssh-port", note],
  },
  {
    name: "second-node",
    when: "the port of the second head node is declared",
    resources: [sparkCluster("second-node")],
    port: 23,
    expected: [note],
  },
].map(({ name, port = 22, ...one }: Omit<FindingCase, "target"> & { name: string; port?: number }) => ({
  ...one,
  target: `type: hdinsight, resource_group: rg-data, cluster_name: ${name}, ssh_settings: { admin_username: sshuser, ssh_port: ${port}, admin_password: { env: P } }`,
}));

describe("before an HDInsight cluster is attached, the plan", () => {
  let steps: readonly PlannedStep[];
  beforeAll(async () => {
    steps = await planCases(cases);
  });

  it.each(cases.map((one, index) => ({ ...one, index })))("finds $expected when $when", ({ index, expected }) => {
    expect(wordsOf(steps[index])).toEqual(expected);
    const refused = expected.some((word) => word.startsWith("error"));
    expect(steps[index]?.action).toBe(refused ? "refuse" : "attach");
  });

  it("names the host that the service logs in to", () => {
    expect(steps[0]?.findings[0]?.message).toBe(
      "The service logs in at good-ssh.azurehdinsight.net, port 22, as sshuser.",
    );
  });
});
