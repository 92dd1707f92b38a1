import { arm } from "../arm/arm.ts";
import { invokeBatch, jobsOfBatch } from "../arm/endpoints/batch-invoke.ts";
import { mlflow } from "../data-plane/mlflow.ts";
import { runHistory } from "../data-plane/run-history.ts";
import { v1Datastores, v1Experiments, v1Pipelines } from "../data-plane/v1-pipelines.ts";
import { v1Execution } from "../data-plane/v1-execution.ts";
import { v1Artifacts } from "../data-plane/v1-artifacts.ts";
import { v1Models } from "../data-plane/v1-models.ts";
import { v1Snapshots } from "../data-plane/v1-snapshots.ts";
import { entra } from "../entra.ts";
import type { Fault } from "../faults.ts";
import { githubApi } from "../github/api.ts";
import { idTokens } from "../github/id-token.ts";
import { keyVault } from "../key-vault.ts";
import type { Services } from "../services.ts";
import type { Answer } from "./answer.ts";
import { scoredAt } from "./cloud-endpoints.ts";
import { refusedStorageAccess, refusedToken } from "./authorization.ts";
import type { Received } from "./received.ts";
import { armError, type Incoming, type Reply } from "./reply.ts";

/** Hands a client's request to the storage, or to the service that it is for. */
export async function dispatch(
  request: Incoming,
  received: Received,
  faults: readonly Fault[],
  services: Services,
): Promise<Answer> {
  const served = await services.webServices.score(received);
  if (served !== undefined) return served;
  // Nothing else is asked in the clear.
  if (!received.isEncrypted)
    return armError(404, "NotFound", `The emulator does not implement ${request.method} ${request.path}.`);
  const scored = scoredAt(received.host, received.url.pathname);
  if (scored !== undefined) return scoredBy(request, received, scored, services);
  if (!received.isBlob) return replyOf(request, faults, services);
  return (
    refusedStorageAccess(request.headers["authorization"], services) ??
    (await services.storage.forward(received.message, received.bytes))
  );
}

/** An endpoint's own address, below which everything is the container's. */
async function scoredBy(
  request: Incoming,
  { url, bytes }: Received,
  { endpoint: name, path }: { readonly endpoint: string; readonly path: string },
  services: Services,
): Promise<Answer> {
  const { method, headers } = request;
  const { endpoints, inference } = services;
  const online = endpoints.collection.find("onlineEndpoints", name);
  if (online !== undefined) return inference.score(online, { method, path: `${path}${url.search}`, headers, bytes });
  const batch = endpoints.collection.find("batchEndpoints", name);
  return batch === undefined
    ? armError(404, "NotFound", `There is no endpoint ${name}.`)
    : invokeBatch(request, batch, path, { ...services, collection: endpoints.collection });
}

/** Each service knows its own paths, and answers `undefined` to all others. */
async function replyOf(request: Incoming, faults: readonly Fault[], services: Services): Promise<Reply> {
  const { store, storage, tokens } = services;
  const open =
    idTokens(request, tokens) ??
    githubApi(request, store) ??
    entra(request, tokens, services.entra) ??
    keyVault(request, store);
  if (open !== undefined) return open;
  const refused = isPublic(request) ? undefined : refusedToken(request, tokens);
  if (refused !== undefined) return refused;
  const reply =
    (await arm(request, services, faults)) ??
    (await services.webServices.handle(request, faults)) ??
    v1Models(request, store, services.assets) ??
    (await v1Artifacts(request, storage)) ??
    jobsOfBatch(request, store, services.pageSize) ??
    v1Pipelines(request, store, services.runner) ??
    v1Experiments(request, store) ??
    v1Datastores(request) ??
    v1Execution(request, store, services.runner) ??
    (await v1Snapshots(request, store, storage)) ??
    (await runHistory(request, store, storage)) ??
    mlflow(request, store);
  return reply ?? armError(404, "NotFound", `The emulator does not implement ${request.method} ${request.path}.`);
}

/** Official clients ask for the discovery documents without a token. */
function isPublic({ path }: Incoming): boolean {
  return path.startsWith("/metadata/endpoints") || path === "/discovery";
}
