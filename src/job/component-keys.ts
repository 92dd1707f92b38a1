import { isMapping } from "../yaml/wording.ts";

/** All of az ml's components, those that nobody runs, too: they are refused by their type. */
export function isComponentSchema(schemaName: string): boolean {
  return /^[a-z]\w*Component$/i.test(schemaName);
}

/** Keys that a component has at its top and a job has not. */
const ownKeys = ["version", "is_deterministic", "additional_includes"];

/** The key without which a file is no component of its type. */
const mainKeys: ReadonlyMap<string, string> = new Map([
  ["command", "command"],
  ["pipeline", "jobs"],
  ["parallel", "task"],
  ["spark", "entry"],
  ["automl", "task"],
  ["data_transfer", "task"],
]);

/** True for a mapping that declares a component and no job; many files name no `$schema`. */
export function hasKeysOfComponent(mapping: Readonly<Record<string, unknown>>): boolean {
  const main = mainKeys.get(typeof mapping["type"] === "string" ? mapping["type"].toLowerCase() : "command");
  if (main === undefined || typeof mapping["name"] !== "string" || !Object.hasOwn(mapping, main)) return false;
  if (["compute", "experiment_name", "settings", "limits", "services"].some((key) => Object.hasOwn(mapping, key)))
    return false;
  // An input of a job has a value or a path; one of a component says what it takes.
  const inputs = isMapping(mapping["inputs"]) ? Object.values(mapping["inputs"]) : [];
  const isPort = (input: unknown) => isMapping(input) && Object.hasOwn(input, "type") && !Object.hasOwn(input, "path");
  return ownKeys.some((key) => Object.hasOwn(mapping, key)) || (inputs.length > 0 && inputs.every(isPort));
}
