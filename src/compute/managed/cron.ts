type Field = { readonly name: string; readonly low: number; readonly high: number; readonly words?: readonly string[] };

const fields: readonly Field[] = [
  { name: "minute", low: 0, high: 59 },
  { name: "hour", low: 0, high: 23 },
  { name: "day of the month", low: 1, high: 31 },
  {
    name: "month",
    low: 1,
    high: 12,
    words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { name: "day of the week", low: 0, high: 7, words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/** A cron expression that is none, as a problem. */
export function cronProblem(expression: string): { readonly message: string; readonly fix: string } | undefined {
  const fault = cronFault(expression);
  if (fault === undefined) return undefined;
  return {
    message: `The expression ${JSON.stringify(expression)} ${fault}.`,
    fix: "Write five fields, for example 0 18 * * * for every day at 18:00.",
  };
}

/**
 * What is wrong with a cron expression of five fields, if anything: values, ranges, lists and steps (NCronTab).
 * @see https://learn.microsoft.com/azure/machine-learning/reference-yaml-compute-instance
 */
function cronFault(expression: string): string | undefined {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== fields.length)
    return `has ${parts.length} field${parts.length === 1 ? "" : "s"} and not ${fields.length}: minute, hour, day of the month, month, day of the week`;
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? "";
    if (!part.split(",").every((item) => isItem(item, field)))
      return `has ${JSON.stringify(part)} as its ${field.name}, which goes from ${field.low} to ${field.high}`;
  }
  return undefined;
}

function isItem(item: string, field: Field): boolean {
  const [, range = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
  if (range === "" || (step !== undefined && Number(step) < 1)) return false;
  if (range === "*") return true;
  const bounds = range.split("-").map((text) => valueOf(text, field));
  if (bounds.length > 2 || bounds.some((bound) => bound === undefined)) return false;
  const [from = 0, to = from] = bounds;
  return from <= (to ?? 0);
}

function valueOf(text: string, { low, high, words = [] }: Field): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) >= low && Number(text) <= high ? Number(text) : undefined;
  const index = words.findIndex((word) => text.length >= 3 && (word === text.toLowerCase() || isLongName(word, text)));
  return index < 0 ? undefined : index + low;
}

const longNames =
  /^(january|february|march|april|june|july|august|september|october|november|december|sunday|monday|tuesday|wednesday|thursday|friday|saturday)$/i;

function isLongName(word: string, text: string): boolean {
  return longNames.test(text) && text.toLowerCase().startsWith(word);
}
