import { code, heading, joined, lineBreak, sentence, type Block, type Column, type Section } from "../document.ts";
import { signed } from "../format.ts";
import type { HourlyReport, PlanReport, Result } from "../result.ts";
import { kindWord, planWords } from "../wording.ts";
import { findingItems } from "./findings.ts";

/** What would be done, where nothing was done yet. */
export function planSection({ plan, targets }: Pick<Result, "plan" | "targets">): readonly Section[] {
  if (plan === undefined || targets.length > 0) return [];
  const blocks = planBlocks(plan);
  return blocks.length === 0 ? [] : [{ rank: 4, blocks }];
}

export function planBlocks({ steps, hasChanges, hourly, deployments = [] }: PlanReport): readonly Block[] {
  if (steps.length === 0 && deployments.length > 0) return [];
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
  const sentences = [...verdict(steps, hasChanges), ...(hourly === undefined ? [] : [totalWords(hourly)])];
  const notes = findingItems(steps);
  return [
    heading(2, "Plan"),
    ...sentences.map((content) => ({ kind: "text" as const, content })),
    { kind: "table", columns, rows },
    ...(notes.length === 0 ? [] : [{ kind: "list" as const, items: notes }]),
  ];
}

/** What the plan amounts to; what is refused, left as it is or still moving is never called as declared. */
function verdict(steps: PlanReport["steps"], hasChanges: boolean): readonly string[] {
  const refused = steps.filter(({ action }) => action === "refuse").length;
  const left = steps.filter(({ action, changes }) => action === "none" && changes.length > 0).length;
  const moving = steps.filter(({ action }) => action === "wait").length;
  const counted = (count: number, one: string, many: string) =>
    count === 0 ? [] : [count === 1 ? one : `${count} ${many}`];
  const sentences = [
    ...counted(
      refused,
      "One target is refused; the reason stands beside it.",
      "targets are refused; the reasons stand beside them.",
    ),
    ...counted(
      left,
      "One target differs from its declaration and is left as it is.",
      "targets differ from their declaration and are left as they are.",
    ),
  ];
  if (hasChanges) return sentences.length === 0 ? [] : [sentences.join(" ")];
  if (sentences.length === 0 && moving === 0) return ["The targets are as declared. None has to change."];
  const waits = counted(
    moving,
    "An operation on one target is in flight; it is decided again when that is over.",
    "targets have an operation in flight; they are decided again when that is over.",
  );
  return [["Nothing would be changed.", ...sentences, ...waits].join(" ")];
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
