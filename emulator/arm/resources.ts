import type { ResourceDocument } from "../resources/resource.ts";
import type { Incoming } from "../server/reply.ts";
import type { Store } from "../store.ts";
import type { Computes } from "./computes/computes.ts";

/** A resource that targets point at, or the list of the extensions of one, which is empty as long as nobody put one there. */
export function resourceAt({ path, query }: Incoming, store: Store, computes: Pick<Computes, "usages">): unknown {
  const resource = store.get<ResourceDocument>("resources", path.toLowerCase());
  if (resource !== undefined && /\/locations\/[^/]+\/usages$/i.test(path)) return computes.usages(resource);
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
