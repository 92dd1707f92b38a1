import { code, heading, joined, lineBreak, sentence, type Block, type Column, type Section } from "../document.ts";
import { signed } from "../format.ts";
import type { HourlyReport, PlanReport, Result } from "../result.ts";
import { kindWord, planWords } from "../wording.ts";
import { findingItems } from "./findings.ts";

/** What would be done, where nothing was done yet. */
export function planSection({ plan, targets }: Pick<Result, "plan" | "targets">): readonly Section[] {
  return plan === undefined || targets.length > 0 ? [] : [{ rank: 4, blocks: planBlocks(plan) }];
}

export function planBlocks({ steps, hasChanges, hourly }: PlanReport): readonly Block[] {
  if (steps.length === 0) return [heading(2, "Plan"), { kind: "text", content: "No targets are declared." }];
  const rows = steps.map((step) => [
    code(step.target),
    kindWord(step.type),
    planWords(step),
    joined(
      step.changes.map(({ field, from, to }) => [code(field), `: ${from} → ${to}`]),
      lineBreak,
    ),
    ...(hourly === undefined ? [] : [step.hourly === undefined ? "" : hourlyWords(step.hourly)]),
    sentence(step.reason),
  ]);
  const columns: readonly Column[] = [
    { title: "Target" },
    { title: "Kind" },
    { title: "Plan" },
    { title: "Changes", long: true },
    ...(hourly === undefined ? [] : [{ title: "Per hour", numeric: true as const, long: true as const }]),
    { title: "Why", long: true },
  ];
  const sentences = [
    ...(hasChanges ? [] : ["The workspace is as declared. Nothing has to change."]),
    ...(hourly === undefined ? [] : [totalWords(hourly)]),
  ];
  const notes = findingItems(steps);
  return [
    heading(2, "Plan"),
    ...sentences.map((content) => ({ kind: "text" as const, content })),
    { kind: "table", columns, rows },
    ...(notes.length === 0 ? [] : [{ kind: "list" as const, items: notes }]),
  ];
}

/** `+0.229 to +0.916`, and what is left out of it. */
function hourlyWords({ minimum, maximum, unpriced }: HourlyReport): string {
  const range = signed(minimum) === signed(maximum) ? signed(minimum) : `${signed(minimum)} to ${signed(maximum)}`;
  return unpriced.length === 0 ? range : `${range}, without ${unpriced.join(", ")} (no price is declared)`;
}

/** The difference over all targets, as a sentence. */
function totalWords({ minimum, maximum, unpriced }: HourlyReport): string {
  const without = unpriced.length === 0 ? "" : ` No price is declared for ${unpriced.join(", ")}.`;
  return `Costs per hour change by ${signed(minimum)} with all computes at minimum size, by ${signed(maximum)} at maximum.${without}`;
}
