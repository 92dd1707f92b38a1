import { armError, type Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import type { JobDocument } from "./document.ts";

/** A job that names a compute of the workspace has to name one that exists. */
export function checkCompute(properties: JobDocument["properties"], store: Store): Reply | undefined {
  const compute = properties["computeId"];
  if (typeof compute !== "string") return undefined;
  const name = compute.split("/").at(-1) ?? "";
  if (name.toLowerCase() === "serverless") return undefined;
  return store.get("computes", name.toLowerCase()) === undefined
    ? armError(
        400,
        "UserError",
        `Compute with name '${name}' not found in workspace. Please make sure the compute name is correct.`,
      )
    : undefined;
}
