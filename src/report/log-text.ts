import { errorSentence } from "./error-text.ts";
import { duration, metric } from "./format.ts";
import type { PlanReport, RunReport, TargetReport } from "./result.ts";
import { actionWords, furtherFindings, kindWord, planWords, severityWords, stateOf } from "./words.ts";

/** The plan as lines of the step's log. */
export function planLines({ steps, hasChanges }: PlanReport): readonly string[] {
  if (steps.length === 0) return ["No targets are declared."];
  const width = Math.max(...steps.map(({ target }) => target.length));
  return [
    ...steps.flatMap((step) => [
      `${step.target.padEnd(width)}  ${planWords(step)} (${kindWord(step.type)}). ${step.reason}`,
      ...furtherFindings(step).map(
        ({ severity, message, advice }) => `${" ".repeat(width)}    ${severityWords[severity]}: ${message} ${advice}`,
      ),
      ...step.changes.map(({ field, from, to }) => `${" ".repeat(width)}    ${field}: ${from} -> ${to}`),
    ]),
    hasChanges ? "" : "The workspace is as declared; nothing has to change.",
  ].filter((line) => line !== "");
}

/** What came of each target; where it failed, why, what to do, and the ids for support. */
export function targetLines(targets: readonly TargetReport[]): readonly string[] {
  const width = Math.max(0, ...targets.map(({ name }) => name.length));
  return targets.flatMap((target) => [
    `${target.name.padEnd(width)}  ${actionWords[target.action]}: ${stateOf(target)}, ${duration(target.durationSeconds)}`,
    ...errorsOf(target).map((error) => `${" ".repeat(width)}    ${errorSentence(error)}`),
  ]);
}

/** How the work on a target ended, in one line. */
export function endText(target: TargetReport): string {
  const errors = errorsOf(target).map(errorSentence);
  const why = errors.length > 0 ? errors : [target.note ?? ""];
  return [`${stateOf(target)} after ${duration(target.durationSeconds)}.`, ...why].join(" ").trim();
}

function errorsOf({ outcome, provisioningErrors }: TargetReport): TargetReport["provisioningErrors"] {
  return outcome === "failed" ? provisioningErrors : [];
}

export function metricLines({ metrics }: RunReport): readonly string[] {
  const width = Math.max(0, ...metrics.map(({ name }) => name.length));
  return metrics.map(({ name, last }) => `${name.padEnd(width)}  ${metric(last)}`);
}
