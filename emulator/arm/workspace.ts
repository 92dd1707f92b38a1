import type { Incoming } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";

/** The seeded workspace as ARM shows it. */
export function workspace({ endpoints }: Incoming): { readonly id: string } & Readonly<Record<string, unknown>> {
  const resource = (type: string, name: string) =>
    `/subscriptions/${seeded.subscriptionId}/resourceGroups/${seeded.resourceGroup}/providers/${type}/${name}`;
  return {
    id: workspacePath,
    name: seeded.workspace,
    type: "Microsoft.MachineLearningServices/workspaces",
    location: seeded.location,
    tags: {},
    etag: null,
    kind: "Default",
    sku: { name: "Basic", tier: "Basic" },
    identity: {
      type: "SystemAssigned",
      principalId: "77bec992-ccd2-527a-81a2-821b546225df",
      tenantId: seeded.tenantId,
    },
    properties: {
      friendlyName: seeded.workspace,
      description: "",
      storageAccount: resource("Microsoft.Storage/storageAccounts", seeded.storageAccount),
      keyVault: resource("Microsoft.Keyvault/vaults", seeded.vault),
      hbiWorkspace: false,
      tenantId: seeded.tenantId,
      provisioningState: "Succeeded",
      v1LegacyMode: false,
      workspaceId: seeded.workspaceId,
      publicNetworkAccess: "Enabled",
      discoveryUrl: `${endpoints.api}/discovery`,
      mlFlowTrackingUri: `azureml://${new URL(endpoints.api).host}/mlflow/v1.0${workspacePath}`,
    },
  };
}
