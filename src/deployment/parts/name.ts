import type { PartReader } from "../../job/parts/read-part.ts";
import type { NodePath } from "../../yaml/source.ts";

/** What a name that the service would refuse is told; nothing for one that it takes. */
function faultOf(name: string, what: string): { readonly message: string; readonly fix: string } | undefined {
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
  if (name.length < 3 || name.length > 32)
    return {
      message: `${shown} has ${name.length} ${name.length === 1 ? "character" : "characters"}, and the name of ${what} has 3 to 32.`,
      fix: name.length < 3 ? "Use a longer name." : "Use a shorter name.",
    };
  if (/^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(name)) return undefined;
  const mended = name
    .replaceAll(/[^-a-zA-Z0-9]+/g, "-")
    .replace(/^[^a-zA-Z]+/, "")
    .replace(/-+$/, "");
  return {
    message: `${shown} is not a valid name for ${what}: it takes letters, digits and dashes, the first a letter, the last a letter or digit.`,
    fix: mended.length < 3 ? "Use another name." : `Write ${mended}.`,
  };
}

/** Checks the name of an online or batch endpoint, or of a deployment on one. @param what with its article. */
export function checkName(name: string, path: NodePath, what: string, { add }: PartReader): void {
  const fault = faultOf(name, what);
  if (fault !== undefined) add("illegal-name", path, fault.message, fault.fix);
}

/** True for what the author of a file leaves to its reader: `<ENDPOINT_NAME>`, `{{ENDPOINT_NAME}}`. */
export function isPlaceholder(name: string): boolean {
  return /^(?:<[\w -]+>|\{\{[\w -]+\}\})$/.test(name.trim());
}
