import { describe, expect, it } from "@jest/globals";
import { asReference, writeOf } from "../../src/attach/compute-write.ts";
import type { LiveCompute } from "../../src/azure/computes.ts";
import type { ComputeTarget } from "../../src/compute/target.ts";
import { plan } from "../../src/plan/plan.ts";
import { amlCompute, kubernetes, liveCluster, liveKubernetes, workspace } from "../support/targets.ts";

/** What brings the live compute to its declaration. */
async function update(target: ComputeTarget, live: LiveCompute): Promise<unknown> {
  const [step] = plan([target], [live], workspace, { onDrift: "update", onConflict: "fail", allowDelete: false }).steps;
  if (step?.do !== "update") throw new Error(JSON.stringify(step));
  return writeOf(step, workspace, asReference);
}

const identity = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one";
const subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/default";

describe("an update in place", () => {
  it("keeps what a cluster has and its declaration does not name", async () => {
    const live = liveCluster({
      tags: { Team: "vision", "cost-center": "42" },
      description: "made in the portal",
      disableLocalAuth: false,
      identity: { type: "UserAssigned", userAssignedIds: [identity] },
      properties: {
        ...liveCluster().properties,
        vmPriority: "LowPriority",
        subnet: { id: subnet },
        remoteLoginPortPublicAccess: "Disabled",
        enableNodePublicIp: false,
      },
    });
    expect(await update(amlCompute({ tags: { team: "speech" } }), live)).toMatchObject({
      method: "PUT",
      body: {
        tags: { team: "speech", "cost-center": "42" },
        identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
        properties: {
          description: "made in the portal",
          disableLocalAuth: false,
          properties: {
            vmPriority: "LowPriority",
            subnet: { id: subnet },
            remoteLoginPortPublicAccess: "Disabled",
            enableNodePublicIp: false,
          },
        },
      },
    });
  });

  it("keeps identity and tags that others gave an attachment, unless the target declares its own", async () => {
    const live = liveKubernetes({
      tags: { owner: "ann", "azureml-targets.credentials": "1" },
      identity: { type: "SystemAssigned", userAssignedIds: [] },
    });
    const kept = await update(kubernetes({ description: "training" }), live);
    expect(kept).toMatchObject({ body: { tags: live.tags, identity: { type: "SystemAssigned" } } });
    const taken = await update(kubernetes({ identity: { type: "None" } }), live);
    expect(taken).toMatchObject({ body: { identity: { type: "None" } } });
  });

  it("adds nothing where the live compute has nothing else", async () => {
    const { tags: _, ...target } = amlCompute({ description: "training" });
    const write = (await update(target, liveCluster({ tags: {} }))) as { readonly body: object };
    expect(Object.keys(write.body)).toEqual(["location", "properties"]);
  });
});
