import type { Store } from "../../store.ts";
import type { Failure } from "../course.ts";

/** The service looks the resource up while it makes the attachment. */
export function resourceNotFound(resourceId: string, store: Store): Failure | undefined {
  return store.get("resources", resourceId.toLowerCase()) === undefined
    ? { code: "ResourceNotFound", message: `The resource ${resourceId} was not found.` }
    : undefined;
}
