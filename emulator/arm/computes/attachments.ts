import type { Store } from "../../store.ts";
import { ownPart, type ComputeDocument, type Json } from "./document.ts";
import { kindOf } from "./kinds.ts";

/** The collection of what a careful client never causes: an attachment that broke another, a resource left behind. */
export const violations = "violations";

/** Whether two attachments exclude each other: of one resource, or of one namespace in it. */
export function excludeEachOther(a: Json, b: Json): boolean {
  const [resourceOfA, resourceOfB] = [a["resourceId"], b["resourceId"]];
  if (typeof resourceOfA !== "string" || typeof resourceOfB !== "string") return false;
  if (resourceOfA.toLowerCase() !== resourceOfB.toLowerCase()) return false;
  const kinds = [kindOf(a), kindOf(b)];
  if (kinds.every((kind) => kind?.exclusive === "per-namespace")) return namespaceOf(a) === namespaceOf(b);
  return kinds.some((kind) => kind?.exclusive === "per-resource");
}

function namespaceOf(properties: Json): string {
  return String(ownPart({ properties })["namespace"] ?? "default");
}

/** A hazard of the service: of two attachments of one resource the older stops working. */
export function breakOthers(
  store: Store,
  computes: readonly ComputeDocument[],
  { name, properties }: { readonly name: string; readonly properties: Json },
): void {
  const resourceId = String(properties["resourceId"]);
  for (const found of computes) {
    // An operation in flight on the broken one does not repair it.
    const { operation: _, ...other } = found;
    if (other.name.toLowerCase() === name.toLowerCase() || !excludeEachOther(properties, other.properties)) continue;
    const message = `attachment replaced: ${resourceId} is now attached as '${name}'`;
    store.put("computes", other.name.toLowerCase(), {
      ...other,
      properties: {
        ...other.properties,
        provisioningState: "Failed",
        provisioningErrors: [{ error: { code: "AttachmentReplaced", message } }],
      },
    });
    store.put(violations, `${Date.now()}-${other.name}`, { resourceId, broken: other.name, by: name });
  }
}

/** A compute that the service made was only detached: what it consists of stays behind. */
export function recordOrphan(store: Store, { name, properties }: ComputeDocument): void {
  const made = properties["resourceId"];
  const isResource = typeof made === "string";
  const key = isResource ? orphanKey(made) : `${Date.now()}-${name}`;
  store.put(violations, key, { orphaned: name, ...(isResource ? { resourceId: made } : {}) });
}

/** A resource that is attached by its own id is not an orphan any more. */
export function adoptOrphan(store: Store, resourceId: unknown): void {
  store.remove(violations, orphanKey(resourceId));
}

function orphanKey(resourceId: unknown): string {
  return `orphan ${String(resourceId).toLowerCase()}`;
}
