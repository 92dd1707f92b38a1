import { readFileSync } from "node:fs";
import { namedPath } from "../../yaml/named-path.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { readDocuments } from "../../yaml/yaml.ts";

/**
 * The type of a step: what it says, else that of the component that it names, as az ml has it. Of a component in Azure
 * nothing is known here, and nearly all are commands.
 */
export function typeOfStep(step: Readonly<Record<string, unknown>>, { document }: SourceNode): unknown {
  if (step["type"] !== undefined) return step["type"];
  if (step["trial"] !== undefined) return "sweep";
  const { component } = step;
  const declared = isMapping(component) ? component : typeof component === "string" ? inFile(component) : undefined;
  return declared?.["type"] ?? "command";

  function inFile(written: string): Readonly<Record<string, unknown>> | undefined {
    if (/^(azureml:|\/subscriptions\/)/i.test(written)) return undefined;
    const { path, is } = namedPath(written.replace(/^file:/i, ""), document);
    // What is wrong with the file is said by whoever reads it as a component.
    const [read] =
      is === "file" ? readDocuments(readFileSync(path, "utf8"), { file: written, folder: "" }).documents : [];
    return isMapping(read?.value) ? read.value : undefined;
  }
}
