import { describe, expect, it } from "@jest/globals";
import { succeeded, type Outcome } from "../../src/azure/outcome.ts";
import type { ResourceReads } from "../../src/azure/resource-reads.ts";
import { kindOf } from "../../src/compute/target.ts";
import { dataId, recordedWorkspace, targetOf } from "../support/declared.ts";

const aksId = dataId("Microsoft.ContainerService/managedClusters", "aks1");
const targetOn = (type: string) => targetOf(`name: own-cluster\ntype: ${type}\nresource_id: ${aksId}\n`);

/** Whatever is asked for below the cluster is its list of extensions. */
function readsOf(cluster: object, extension: object = {}): ResourceReads {
  const own = { extensionType: "Microsoft.AzureML.Kubernetes", provisioningState: "Succeeded", ...extension };
  return {
    get: (id): Promise<Outcome<Readonly<Record<string, unknown>>>> =>
      Promise.resolve(succeeded(id === aksId ? { id, properties: cluster } : { value: [{ properties: own }] })),
    list: () => Promise.resolve(succeeded([])),
    workspace: recordedWorkspace,
    cloud: {},
  };
}

const pool = { count: 3, vmSize: "Standard_D4s_v3" };

describe("a cluster that leaves members without a value", () => {
  it.each([
    {
      when: "of an extension that shows no settings",
      type: "kubernetes",
      cluster: {},
      extension: { configurationSettings: null },
    },
    {
      when: "of a pool that names no system",
      type: "aks",
      cluster: { agentPoolProfiles: [{ ...pool, osType: null }] },
    },
    { when: "of no pools", type: "aks", cluster: { agentPoolProfiles: null, powerState: null } },
  ])("stops no plan, and is accused of nothing: $when", async ({ type, cluster, extension }) => {
    const target = targetOn(type);
    const findings = await kindOf(target).preflight?.(target, readsOf(cluster, extension));
    expect(findings?.map(({ code }) => code)).toEqual([]);
  });
});
