import { isMapping } from "../../yaml/wording.ts";

/**
 * Names of the members that a live version has otherwise than they are declared; what is not declared is not compared. An
 * archived version is another one than the declared one. Members are compared as text, because the service makes text of
 * numbers, and without those that are null.
 */
export function differing(
  live: Readonly<Record<string, unknown>>,
  declared: Readonly<Record<string, unknown>>,
): readonly string[] {
  const names = Object.entries(declared).flatMap(([name, value]) =>
    value === undefined || asText(value) === asText(live[name]) ? [] : [name],
  );
  return live["isArchived"] === true ? [...names, "isArchived"] : names;
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  // Some writers of JSON have True for true.
  if (typeof value === "string") return value.replace(/^(?:True|False)$/, (word) => word.toLowerCase());
  if (Array.isArray(value)) return JSON.stringify(value.map(asText));
  if (!isMapping(value)) return asText(sent(value));
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return members.length === 0
    ? ""
    : JSON.stringify(
        members.map(([key, member]) => [key, asText(member)]).sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
      );
}

/** A number, a boolean or a date, as it is sent. */
function sent(value: unknown): string {
  const json = JSON.stringify(value);
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}
