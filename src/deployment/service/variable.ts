import type { EnvironmentValue } from "../../job/parts/variables.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import { isReserved, reservedFault } from "../../secret/reserved.ts";
import { positionOf } from "../../yaml/source.ts";

/** Text, or the environment variable that has it. */
export function readVariable(
  declared: string | { readonly env: string } | undefined,
  key: string,
  { node, add }: PartReader,
): EnvironmentValue | undefined {
  if (declared === undefined || typeof declared === "string") return declared;
  if (isReserved(declared.env)) {
    const { message, fix } = reservedFault(declared.env);
    add("reserved-secret", [key, "env"], message, fix);
    return undefined;
  }
  return { from: "env", name: declared.env, where: positionOf(node, [key]) };
}
