import { armError, type Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import type { Json } from "./document.ts";

/** What the kinds share that the service makes by itself. */

/** A name that a workspace of somebody else has in the region. */
export function checkName(name: string, store: Store): Reply | undefined {
  return store.get("takenNames", name.toLowerCase()) === undefined ? undefined : nameTaken(name);
}

export function checkSize(own: Json): Reply | undefined {
  return own["vmSize"] === undefined ? armError(400, "BadRequest", "vmSize is required.") : undefined;
}

export function nameTaken(name: string): Reply {
  return armError(
    400,
    "BadRequest",
    `Compute name '${name}' is not available. Reason: AlreadyExists. Message: Compute with this name already exists. Compute name needs to be unique across all existing computes within an Azure region. Please choose a different name.`,
  );
}
