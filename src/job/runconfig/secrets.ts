import type { AddProblem } from "../../compute/kind.ts";
import { valueAt, type NodePath, type SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";

/** Passwords in a run configuration: everybody who can read the repository reads them. None is repeated. */
export function checkSecrets(node: SourceNode, add: AddProblem): void {
  const look = (value: unknown, path: NodePath): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) look(item, [...path, index]);
    if (!isMapping(value)) return;
    for (const [key, member] of Object.entries(value)) {
      // What a script finds in its variables has names of its own.
      if (/^environment_?variables$/i.test(key)) continue;
      const at = [...path, key];
      if (!/^(?:password|auth_?token)$/i.test(key)) look(member, at);
      else if (typeof member === "string" && member !== "")
        add(
          "literal-secret",
          at,
          `${at.map(String).join(".")} holds a secret, which everybody who can read the repository knows.`,
          key === "password"
            ? "Replace the secret, and remove it here: let the workspace's identity pull the image (AcrPull on the registry)."
            : "Replace the secret, and remove it here.",
        );
    }
  };
  look(valueAt(node), []);
}
