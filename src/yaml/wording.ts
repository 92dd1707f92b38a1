import { isYamlTimestamp } from "./timestamp.ts";

/** A value for a message: short, and on one line. */
export function quoted(value: unknown): string {
  if (value === undefined) return "nothing";
  if (isMapping(value)) {
    const keys = Object.keys(value);
    return keys.length === 0 ? "An empty mapping" : cut(`A mapping of ${listed(keys, "and")}`);
  }
  if (Array.isArray(value)) return value.length === 0 ? "An empty list" : "A list";
  if (typeof value === "number" && !Number.isFinite(value))
    return Number.isNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
  return cut(JSON.stringify(value));
}

const cut = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}…` : text);

/** `pytorch, mpi or ray` */
export function listed(words: readonly string[], conjunction: "or" | "and" = "or"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1) ?? ""}`;
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isYamlTimestamp(value);
}

/**
 * What is written where something else is expected, and what to write.
 *
 * @param expected with its article: `text`, `a mapping`, `a whole number`.
 * @param keys of the mapping that is expected.
 */
export function mismatch(value: unknown, expected: string, keys: readonly string[] = []): string {
  if (isYamlTimestamp(value)) {
    const written = String(value);
    return `YAML reads ${written} as a date or a time, but ${expected} is expected. ${takesText(expected) ? `Put it in quotes: "${written}".` : `Write ${expected}.`}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    const meaning = Number.isNaN(value) ? "not a number" : "infinity";
    return `YAML reads ${quoted(value)} as ${meaning}, but ${expected} is expected. ${takesText(expected) ? `Put it in quotes: "${quoted(value)}".` : `Write ${expected}.`}`;
  }
  if (value === null) return `Nothing is written here, but ${expected} is expected. Write it, or remove the key.`;
  if (expected === "a list" && isMapping(value)) return listFault(value);
  const form = expected === "a mapping" && keys.length > 0 ? `a mapping with ${listed(keys.slice(0, 6))}` : expected;
  if (isMapping(value) || Array.isArray(value))
    return `${quoted(value)} is written where ${expected} is expected. Write ${form}.`;
  if (expected === "text") return `${quoted(value)} is not text. Put it in quotes.`;
  return `${quoted(value)} is not ${expected}. Write ${form} here.`;
}

const takesText = (expected: string) => /\btext\b/.test(expected);

/** A list whose dashes are missing: by name, or one entry alone. */
function listFault(value: Readonly<Record<string, unknown>>): string {
  const [first = "", entry] = Object.entries(value)[0] ?? [];
  return isMapping(entry)
    ? `A mapping by name is written where a list is expected. Write "- name: ${first}" in place of "${first}:", with its keys below.`
    : `${quoted(value)} is written where a list is expected. Begin each entry with a dash: "- ${first}: …".`;
}
