import type { DeclarationRequest } from "../../src/declaration/gathered.ts";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { checkoutOf } from "./step.ts";

/** The declaration of a checkout with these files, `azureml.yml` unless the request names others. */
export function declare(files: Readonly<Record<string, string>>, request: Partial<DeclarationRequest> = {}) {
  const folder = checkoutOf(files);
  return readDeclaration({
    config: ["azureml.yml"],
    set: [],
    only: [],
    workingDirectory: folder,
    checkout: folder,
    ...request,
  });
}
