import { isMapping } from "../yaml/wording.ts";

/** az ml's names of the schemas that component files name in `$schema`, one for each type of component. */
const componentSchemas = ["commandComponent", "parallelComponent", "pipelineComponent"] as const;
export type ComponentSchema = (typeof componentSchemas)[number];

/** True for the name of a schema of component files. */
export function isComponentSchema(schemaName: string): boolean {
  return componentSchemas.some((name) => name === schemaName);
}

/** Keys that a component has at its top and a job has not. */
const ownKeys = ["version", "is_deterministic", "additional_includes"];

/** True for a mapping that declares a component and no job; many files name no `$schema`. */
export function hasKeysOfComponent(mapping: Readonly<Record<string, unknown>>): boolean {
  const type = typeof mapping["type"] === "string" ? mapping["type"].toLowerCase() : "command";
  const main = new Map([
    ["command", "command"],
    ["pipeline", "jobs"],
    ["parallel", "task"],
  ]).get(type);
  if (main === undefined || typeof mapping["name"] !== "string" || !Object.hasOwn(mapping, main)) return false;
  if (["compute", "experiment_name", "settings", "limits", "services"].some((key) => Object.hasOwn(mapping, key)))
    return false;
  // An input of a job has a value or a path; one of a component says what it takes.
  const inputs = isMapping(mapping["inputs"]) ? Object.values(mapping["inputs"]) : [];
  const isPort = (input: unknown) => isMapping(input) && Object.hasOwn(input, "type") && !Object.hasOwn(input, "path");
  return ownKeys.some((key) => Object.hasOwn(mapping, key)) || (inputs.length > 0 && inputs.every(isPort));
}
