import type { Fault } from "../faults.ts";
import { armError, ok, page, type Incoming, type Reply } from "../reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { ResourceDocument } from "../resources/resource.ts";
import type { Store } from "../store.ts";
import type { Assets } from "./assets.ts";
import type { createComputes } from "./computes.ts";
import type { createJobs } from "./jobs.ts";
import { usagesWith } from "./managed.ts";
import { permissions } from "./permissions.ts";
import type { createOtherWorkspaces } from "./other-workspaces.ts";

export type ArmParts = {
  readonly store: Store;
  readonly computes: ReturnType<typeof createComputes>;
  readonly jobs: ReturnType<typeof createJobs>;
  readonly assets: Assets;
  readonly otherWorkspaces: ReturnType<typeof createOtherWorkspaces>;
  readonly pageSize: number;
};

/** Azure Resource Manager: the resource provider of Azure ML, and the resources that targets point at. */
export async function arm(request: Incoming, parts: ArmParts, faults: readonly Fault[]): Promise<Reply | undefined> {
  const { store, computes, jobs, assets, otherWorkspaces, pageSize } = parts;
  const { path, query } = request;
  if (path.startsWith("/metadata/endpoints")) return metadata(request);
  // The first SDK writes by way of ARM, and reads from the data plane.
  const dataPlane = /^\/rp\/workspaces(\/subscriptions\/.+\/computes(?:\/[^/]+)?)$/i.exec(path)?.[1];
  if (dataPlane !== undefined && request.method === "GET") return arm({ ...request, path: dataPlane }, parts, faults);
  if (/^\/subscriptions$/i.test(path)) return page([subscriptionDocument], request, pageSize);
  if (!/^\/subscriptions\//i.test(path)) return undefined;
  if (!query.has("api-version"))
    return armError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  // Targets may point into other subscriptions.
  const behind = behindTargets(request, store, computes);
  if (behind !== undefined) return ok(behind);
  const [, subscription = ""] = /^\/subscriptions\/([^/]+)/i.exec(path) ?? [];
  if (subscription.toLowerCase() !== seeded.subscriptionId)
    return armError(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
  const granted = permissions(request, store, pageSize);
  if (granted !== undefined) return granted;
  const [, operation] = /\/computeOperationsStatus\/([^/]+)$/i.exec(path) ?? [];
  if (operation !== undefined) return otherWorkspaces.status(operation) ?? computes.status(operation);
  const [, cancelled] = /\/mfeOperationResults\/jc:[^:]+:([^/]+)$/i.exec(path) ?? [];
  if (cancelled !== undefined) return jobs.cancelResult(request, cancelled);
  if (/\/providers\/Microsoft\.MachineLearningServices\/workspaces$/i.test(path))
    return page([workspace(request), ...otherWorkspaces.documents()].filter(isBelow(path)), request, pageSize);
  if (path.toLowerCase() === workspacePath.toLowerCase()) return ok(workspace(request));
  if (path.toLowerCase().startsWith(`${workspacePath}/`.toLowerCase())) {
    const [collection, ...rest] = path
      .slice(workspacePath.length + 1)
      .split("/")
      .map(decodeURIComponent);
    switch (collection?.toLowerCase()) {
      case "computes":
        return computes.handle(request, rest[0], rest[1], faults);
      case "jobs":
        return jobs.handle(request, rest[0], rest[1]);
      case "codes":
      case "environments":
      case "data":
      case "models":
        return assets.handle(request, collection.toLowerCase(), rest);
      case "onlineendpoints":
      case "services":
        return page(
          store.list(collection.toLowerCase()).map(({ value }) => value),
          request,
          pageSize,
        );
      case "datastores":
        return assets.datastores(request, rest[0], rest[1]);
      default:
        return armError(404, "NotFound", `Nothing is played at ${path}.`);
    }
  }
  const elsewhere = otherWorkspaces.handle(request, faults);
  if (elsewhere !== undefined) return elsewhere;
  const [, other] = /\/workspaces\/([^/]+)/i.exec(path) ?? [];
  if (other !== undefined && /MachineLearningServices/i.test(path)) {
    return armError(
      404,
      "ResourceNotFound",
      `The Resource 'Microsoft.MachineLearningServices/workspaces/${other}' under resource group '${seeded.resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    );
  }
  return armError(404, "ResourceNotFound", `The Resource '${path.split("/providers/").at(-1) ?? path}' was not found.`);
}

/** A resource that targets point at, or the list of the extensions of one, which is empty as long as nobody put one there. */
function behindTargets({ path, query }: Incoming, store: Store, computes: ArmParts["computes"]): unknown {
  const resource = store.get<ResourceDocument>("resources", path.toLowerCase());
  if (resource !== undefined && /\/locations\/[^/]+\/usages$/i.test(path))
    return usagesWith(store, resource, computes.all());
  if (resource !== undefined) return expanded(resource, query.get("$expand"));
  const [, host] = /^(.+)\/providers\/Microsoft\.KubernetesConfiguration\/extensions$/i.exec(path) ?? [];
  return host !== undefined && store.get("resources", host.toLowerCase()) !== undefined ? { value: [] } : undefined;
}

/** What a resource shows only when it is asked for. */
function expanded(resource: ResourceDocument, expand: string | null): unknown {
  const { instanceView, ...properties } = (resource["properties"] ?? {}) as { readonly instanceView?: unknown };
  return instanceView === undefined || expand?.toLowerCase() === "instanceview"
    ? resource
    : { ...resource, properties };
}

const subscriptionDocument = {
  id: `/subscriptions/${seeded.subscriptionId}`,
  subscriptionId: seeded.subscriptionId,
  displayName: "emulated",
  state: "Enabled",
  tenantId: seeded.tenantId,
};

function metadata({ endpoints, query }: Incoming): Reply {
  const cloud = {
    name: "AzureEmulator",
    portal: endpoints.studio,
    resourceManager: endpoints.arm,
    authentication: {
      loginEndpoint: endpoints.login,
      audiences: [endpoints.arm],
      tenant: "common",
      identityProvider: "AAD",
    },
    suffixes: {
      storage: "core.windows.net",
      keyVaultDns: new URL(endpoints.vault).hostname.replace(/^[^.]+\.(?=vault\.)/, ""),
    },
  };
  return ok(
    query.get("api-version") === "2015-01-01"
      ? { galleryEndpoint: "", graphEndpoint: "", portalEndpoint: cloud.portal, authentication: cloud.authentication }
      : [cloud],
  );
}

/** A list of a resource group has only what is in it. */
function isBelow(path: string): (document: { readonly id: string }) => boolean {
  const inGroup = /\/resourceGroups\//i.test(path);
  return ({ id }) => !inGroup || id.toLowerCase().startsWith(`${path.toLowerCase()}/`);
}

function workspace({ endpoints }: Incoming): { readonly id: string } & Readonly<Record<string, unknown>> {
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
