import type { Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import type { ComputeDocument } from "../computes/document.ts";
import { emulatedKinds } from "../computes/kinds.ts";
import type { Family } from "./document.ts";
import { invalid, userError } from "./refused.ts";

/** The types of computes that take deployments of such endpoints. */
export function typesFor(family: Family): readonly string[] {
  return [...emulatedKinds.values()]
    .filter(({ takesDeployments = [] }) => takesDeployments.includes(family))
    .map(({ computeType }) => computeType);
}

/** Why deployments of such endpoints cannot be put on a compute, which is named, or given by its id. */
export function refusedCompute(compute: string, family: Family, store: Store): Reply | undefined {
  const name =
    compute
      .replace(/^azureml:(?!\/)/, "")
      .split("/")
      .at(-1) ?? "";
  const found = store.get<ComputeDocument>("computes", name.toLowerCase());
  if (found === undefined) return userError(`Compute with name '${name}' not found in workspace.`);
  const type = String(found.properties["computeType"]);
  const types = typesFor(family);
  return types.some((one) => one.toLowerCase() === type.toLowerCase())
    ? undefined
    : invalid(
        "Compute",
        `The compute '${name}' is of the type ${type}; deployments of ${family} run on ${types.join(", ")}.`,
      );
}
