import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { isOutside } from "../yaml/is-outside.ts";
import type { Problem } from "../yaml/problem.ts";
import { formatSecretReference, type SecretReference } from "../secret/secret.ts";

/** A file of the checkout is in the repository, or was made by it: what it holds is no secret. A link counts both ways. */
export function secretFileProblems(references: readonly SecretReference[], checkout: string): readonly Problem[] {
  return references.flatMap((reference): readonly Problem[] => {
    if (reference.from !== "file" || reference.path.startsWith("~")) return [];
    const path = resolve(checkout, reference.path);
    if (isOutside(checkout, path) && isOutside(realOf(checkout), realOf(path))) return [];
    return [
      {
        code: "literal-secret",
        severity: "error",
        where: reference.where,
        message: `The secret ${formatSecretReference(reference)} would be read from the checkout.`,
        fix: "Keep it out of the repository and refer to it: { env: NAME }, { key_vault: URL }, or { file: PATH } outside the checkout.",
      },
    ];
  });
}

/** The path itself where nothing is there: a step may write the file later, outside the checkout. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
