import { ok, type Incoming, type Reply } from "../server/reply.ts";
import type { Store } from "../store.ts";
import { problemsOf, shortage, type CheckParts } from "./v1-services-checks.ts";
import { serviceCollections, type Json, type KeptService } from "./v1-services-document.ts";
import { errorDocument, type Detail } from "./v1-services-error.ts";
import { isDetail, patched } from "./v1-services-patch.ts";
import { complete, existing } from "./v1-services-writes.ts";

/**
 * Whether something would be taken: an answer of 200, with an error where not.
 *
 * @param what `name/{name}`, `resource`, or nothing.
 */
export function validateService(request: Incoming, what: string, parts: CheckParts & { readonly store: Store }): Reply {
  const body = (request.body ?? {}) as Json;
  const get = (name: string) => parts.store.get<KeptService>(serviceCollections.services, name);
  const [, name] = /^name\/([^/]+)$/.exec(what) ?? [];
  if (name !== undefined) {
    const known = get(decodeURIComponent(name));
    return said(known === undefined ? [] : [existing(known)]);
  }
  if (what === "resource") {
    const lack = shortage(complete(body), parts);
    return said(lack === undefined ? [] : [lack]);
  }
  const { type, serviceName, createRequest, updateRequest } = body;
  if (type !== "Delete" && type !== "Update") return said(problemsOf(complete((createRequest ?? {}) as Json), parts));
  const known = get(String(serviceName));
  if (known === undefined)
    return said([{ code: "ServiceNotFound", message: `No service with the name ${String(serviceName)} exists.` }]);
  if (type === "Delete") return said([]);
  const changed = patched(known, updateRequest, known.computeType);
  return said(isDetail(changed) ? [changed] : problemsOf(changed, parts));
}

function said(details: readonly Detail[]): Reply {
  if (details.length === 0) return ok({});
  const message = details.map((detail) => detail.message).join(" ");
  return ok({ error: { ...errorDocument(400, ...details), message } });
}
