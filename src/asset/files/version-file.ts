import type { AddProblem } from "../../compute/kind.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { versionText } from "../version.ts";

/** Name and version under which a file registers an asset; without a name nothing can be. */
export function readIdentity(
  declared: { readonly name?: string | undefined; readonly version?: string | number | boolean | undefined },
  label: string,
  node: SourceNode,
  add: AddProblem,
): { readonly name: string; readonly version?: string } | undefined {
  const { name } = declared;
  const version = versionText(declared.version, node);
  if (version !== undefined && /[/?#\s]/.test(version)) {
    const message = `${JSON.stringify(version)} is not a valid version.`;
    add("illegal-version", ["version"], message, "Use letters, digits, dots, dashes and underscores.");
  }
  if (name === undefined) {
    add("missing-key", [], 'The key "name" is missing.', "AddProblem name.");
    return undefined;
  }
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$/.test(name)) {
    add(
      "illegal-name",
      ["name"],
      `${JSON.stringify(name)} is not a valid name for a ${label}.`,
      "Use letters, digits, dots, dashes and underscores, starting with a letter or digit; at most 255 characters.",
    );
  }
  return { name, ...(version === undefined ? {} : { version }) };
}
