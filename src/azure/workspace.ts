import type { Arm } from "./arm.ts";
import { defined } from "./defined.ts";
import { membersOf } from "./members.ts";
import { failed, succeeded, type Outcome } from "./outcome.ts";

/** Which workspace to work on. */
export type WorkspaceRef = { readonly subscriptionId: string; readonly resourceGroup: string; readonly name: string };

/** `/subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.MachineLearningServices/workspaces/{w}` */
export function workspaceId({ subscriptionId, resourceGroup, name }: WorkspaceRef): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
}

/** What the other calls need to know of a workspace; read once. */
export type Workspace = WorkspaceRef & {
  readonly id: string;
  /** Azure region, as the service spells it: `eastus`. */
  readonly location: string;
  /** Data-plane discovery document; absent while the workspace is being created. */
  readonly discoveryUrl?: string;
  /** `azureml://{host}/mlflow/v1.0{id}` */
  readonly mlFlowTrackingUri?: string;
  readonly v1LegacyMode: boolean;
  readonly provisioningState: string;
  /** `Disabled`: reachable only from private networks. */
  readonly publicNetworkAccess?: string;
  /** ARM ids of the resources that the workspace was given. */
  readonly storageAccount?: string;
  readonly keyVault?: string;
};

/** Reads the workspace once: everything else hangs on its id, region and discovery address. */
export async function readWorkspace(arm: Arm, ref: WorkspaceRef): Promise<Outcome<Workspace>> {
  const id = workspaceId(ref);
  const answer = await arm.get(id, "2023-08-01-preview");
  if (!answer.ok) return answer;
  const body = membersOf(answer.value.body);
  const { location } = body;
  const properties = membersOf(body["properties"]);
  // Nothing is written on the ground of an answer that names no region: it is a gateway's, or half of one.
  if (typeof location !== "string" || location === "") {
    const message = "The service answered with something that is not a workspace: it has no location.";
    return failed({
      reason: "unreachable",
      status: answer.value.status,
      error: { code: "BrokenReply", message, details: [] },
    });
  }
  const text = (key: string) => (typeof properties[key] === "string" ? properties[key] : undefined);
  return succeeded({
    ...ref,
    id,
    location,
    v1LegacyMode: properties["v1LegacyMode"] === true,
    provisioningState: text("provisioningState") ?? "Unknown",
    ...defined({
      discoveryUrl: text("discoveryUrl"),
      mlFlowTrackingUri: text("mlFlowTrackingUri"),
      publicNetworkAccess: text("publicNetworkAccess"),
      storageAccount: text("storageAccount"),
      keyVault: text("keyVault"),
    }),
  });
}
