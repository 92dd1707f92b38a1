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
};
