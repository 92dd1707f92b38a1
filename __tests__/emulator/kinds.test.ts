import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { excludeEachOther } from "../../emulator/arm/computes/attachments.ts";
import { emulatedKinds } from "../../emulator/arm/computes/kinds.ts";
import { kinds } from "../../src/compute/target.ts";

const kindsFolder = "emulator/arm/computes/kinds";
const kindOf = (computeType: string) => {
  const kind = emulatedKinds.get(computeType.toLowerCase());
  if (kind === undefined) throw new Error(`The emulator does not know ${computeType}.`);
  return kind;
};

describe("what the emulator knows about the kinds", () => {
  it("has a file for each of them, and each file is in the list", () => {
    const files = readdirSync(kindsFolder).map((name) => name.replace(/\.ts$/, "").replaceAll("-", ""));
    expect([...emulatedKinds.keys()].sort()).toEqual(files.sort());
  });

  it("covers every kind that can be declared, except the runner itself", () => {
    const declared = Object.keys(kinds).filter((kind) => kind !== "local");
    expect(declared.filter((kind) => !emulatedKinds.has(kind))).toEqual([]);
  });

  it("is written nowhere else: no other file of the emulator names a kind", () => {
    const names = [...emulatedKinds.values()].map(({ computeType }) => `["'\`]${computeType}["'\`]`);
    const naming = readdirSync("emulator", { recursive: true, encoding: "utf8" })
      .map((path) => join("emulator", path))
      // The service's own list of sizes says which kinds each is for.
      .filter((path) => path.endsWith(".ts") && !path.startsWith(kindsFolder) && !path.endsWith("resources/sizes.ts"))
      // Web services have types of their own, one of which has the name of a kind.
      .filter((path) => !path.includes("data-plane/v1-services-"))
      .filter((path) => new RegExp(names.join("|"), "i").test(readFileSync(path, "utf8")));
    expect(naming).toEqual([]);
  });

  it("never reads the action's own kinds, so that neither agrees with the other's mistakes", () => {
    const reading = readdirSync("emulator", { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .filter((path) => /from "[./]*\/src\/(?!run\/on-runner\/)/.test(readFileSync(join("emulator", path), "utf8")));
    expect(reading).toEqual([]);
  });
});

describe("each emulated kind", () => {
  it.each([
    { computeType: "VirtualMachine", origin: "attached", exclusive: "per-resource" },
    { computeType: "HDInsight", origin: "attached", exclusive: "per-resource" },
    { computeType: "Batch", origin: "attached", exclusive: "per-resource" },
    { computeType: "Databricks", origin: "attached", exclusive: "per-resource" },
    { computeType: "DataLakeAnalytics", origin: "attached", exclusive: "per-resource" },
    { computeType: "DataFactory", origin: "attached", exclusive: "never" },
    { computeType: "AKS", origin: "either", exclusive: "per-resource" },
    { computeType: "Kubernetes", origin: "attached", exclusive: "per-namespace" },
    { computeType: "SynapseSpark", origin: "attached", exclusive: "per-resource" },
    { computeType: "AmlCompute", origin: "made", exclusive: "never" },
    { computeType: "ComputeInstance", origin: "made", exclusive: "never" },
  ])("$computeType is $origin, and exclusive $exclusive", ({ computeType, ...expected }) => {
    expect(kindOf(computeType)).toMatchObject(expected);
  });

  it.each([...emulatedKinds.values()].map(({ computeType }) => computeType).filter((type) => type !== "Batch"))(
    "%s is accepted by every published api-version",
    (computeType) => {
      expect(kindOf(computeType).apiVersions).toBe("published");
    },
  );

  it("Batch is accepted by the one api-version of the first SDK alone", () => {
    expect(kindOf("Batch").apiVersions).toEqual({ only: "2020-02-02" });
  });
});

describe("what GET does not give back", () => {
  const account = { username: "me", password: "secret" };
  it.each([
    {
      computeType: "VirtualMachine",
      own: { administratorAccount: account },
      hidden: { administratorAccount: { username: "me", password: null } },
    },
    {
      computeType: "HDInsight",
      own: { administratorAccount: { ...account, privateKeyData: "key", passphrase: "phrase" } },
      hidden: { administratorAccount: { username: "me", password: null, privateKeyData: null, passphrase: null } },
    },
    {
      computeType: "Databricks",
      own: { databricksAccessToken: "token" },
      hidden: { databricksAccessToken: null },
    },
    {
      computeType: "AKS",
      own: { sslConfiguration: { status: "Enabled", cert: "c", key: "k", cname: "n" } },
      hidden: { sslConfiguration: { status: "Enabled", cert: null, key: null, cname: "n" } },
    },
    {
      computeType: "AmlCompute",
      own: { userAccountCredentials: { adminUserName: "me", adminUserPassword: "secret" } },
      hidden: { userAccountCredentials: { adminUserName: "me", adminUserPassword: null } },
    },
  ])("is the secrets of a $computeType", ({ computeType, own, hidden }) => {
    expect(kindOf(computeType).hidden?.(own)).toEqual(hidden);
    expect(kindOf(computeType).hidden?.({})).toEqual({});
  });
});

describe("two attachments of one resource", () => {
  const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/aks1";
  const attachment = (computeType: string, namespace?: string, resourceId: string | null = id) => ({
    computeType,
    resourceId,
    properties: namespace === undefined ? {} : { namespace },
  });

  it.each([
    { when: "both are exclusive", a: attachment("AKS"), b: attachment("aks"), excluded: true },
    {
      when: "the ids differ in case only",
      a: attachment("AKS"),
      b: attachment("AKS", undefined, id.toUpperCase()),
      excluded: true,
    },
    { when: "the resources differ", a: attachment("AKS"), b: attachment("AKS", undefined, `${id}2`), excluded: false },
    {
      when: "each has a namespace of its own",
      a: attachment("Kubernetes", "a"),
      b: attachment("Kubernetes", "b"),
      excluded: false,
    },
    {
      when: "one says the default namespace and the other says none",
      a: attachment("Kubernetes", "default"),
      b: attachment("Kubernetes"),
      excluded: true,
    },
    {
      when: "one of them takes the whole cluster",
      a: attachment("Kubernetes", "a"),
      b: attachment("AKS"),
      excluded: true,
    },
    { when: "nothing of it is exclusive", a: attachment("DataFactory"), b: attachment("DataFactory"), excluded: false },
    {
      when: "one has no resource",
      a: attachment("AKS", undefined, null),
      b: attachment("AKS"),
      excluded: false,
    },
  ])("exclude each other: $excluded, when $when", ({ a, b, excluded }) => {
    expect(excludeEachOther(a, b)).toBe(excluded);
    expect(excludeEachOther(b, a)).toBe(excluded);
  });
});
