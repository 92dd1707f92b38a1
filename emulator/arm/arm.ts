import type { Fault } from "../faults.ts";
import { armError, ok, page, type Incoming, type Reply } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";
import type { Assets } from "./assets.ts";
import type { Computes } from "./computes/computes.ts";
import { datastores } from "./datastores.ts";
import type { Endpoints } from "./endpoints/endpoints.ts";
import type { Jobs } from "./jobs/jobs.ts";
import { permissions } from "./permissions.ts";
import type { OtherWorkspaces } from "./other-workspaces.ts";
import { metadata } from "./metadata.ts";
import { resourceAt } from "./resources.ts";
import { servicesOfArm } from "./services.ts";
import { workspace } from "./workspace.ts";

export type ArmParts = {
  readonly store: Store;
  readonly computes: Computes;
  readonly jobs: Jobs;
  readonly assets: Assets;
  readonly endpoints: Endpoints;
  readonly otherWorkspaces: OtherWorkspaces;
  readonly storage: Storage;
  readonly pageSize: number;
};

/** Azure Resource Manager: the resource provider of Azure ML, and the resources that targets point at. */
export async function arm(request: Incoming, parts: ArmParts, faults: readonly Fault[]): Promise<Reply | undefined> {
  const { store, computes, jobs, assets, endpoints, otherWorkspaces, pageSize } = parts;
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
  const resource = resourceAt(request, store, computes);
  if (resource !== undefined) return ok(resource);
  const [, subscription = ""] = /^\/subscriptions\/([^/]+)/i.exec(path) ?? [];
  if (subscription.toLowerCase() !== seeded.subscriptionId)
    return armError(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
  const granted = permissions(request, store, pageSize);
  if (granted !== undefined) return granted;
  const [, operation] = /\/computeOperationsStatus\/([^/]+)$/i.exec(path) ?? [];
  if (operation !== undefined) return otherWorkspaces.status(operation) ?? computes.status(operation);
  const [, which = "", onEndpoint] = /\/mfeOperation(sStatus|Results)\/((?!jc:)[^/]+)$/i.exec(path) ?? [];
  if (onEndpoint !== undefined)
    return (
      (/results/i.test(which) ? endpoints.result(request, onEndpoint) : endpoints.status(onEndpoint)) ??
      armError(404, "OperationNotFound", `The operation ${onEndpoint} was not found.`)
    );
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
      case "components":
      case "environments":
      case "data":
      case "models":
        return assets.handle(request, collection.toLowerCase(), rest);
      case "onlineendpoints":
        return endpoints.handle(request, "onlineEndpoints", rest, faults);
      case "batchendpoints":
        return endpoints.handle(request, "batchEndpoints", rest, faults);
      case "services":
        return servicesOfArm(request, store, pageSize);
      case "datastores":
        return datastores(request, rest, parts);
      default:
        return armError(404, "NotFound", `The emulator does not implement ${request.method} ${path}.`);
    }
  }
  const elsewhere = await otherWorkspaces.handle(request, faults);
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

const subscriptionDocument = {
  id: `/subscriptions/${seeded.subscriptionId}`,
  subscriptionId: seeded.subscriptionId,
  displayName: "emulated",
  state: "Enabled",
  tenantId: seeded.tenantId,
};

/** A list of a resource group has only what is in it. */
function isBelow(path: string): (document: { readonly id: string }) => boolean {
  const inGroup = /\/resourceGroups\//i.test(path);
  return ({ id }) => !inGroup || id.toLowerCase().startsWith(`${path.toLowerCase()}/`);
}
