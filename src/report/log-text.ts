import { duration, metric } from "./format.ts";
import type { PlanReport, RunReport, TargetReport } from "./result.ts";
import { actionWords, hourlyWords, kindWord, outcomeWords, severityWords, totalWords } from "./words.ts";

/** The plan as lines of the step's log. */
export function planLines({ steps, hasChanges, hourly }: PlanReport): readonly string[] {
  if (steps.length === 0) return ["No targets are declared."];
  const width = Math.max(...steps.map(({ target }) => target.length));
  return [
    ...steps.flatMap((step) => [
      `${step.target.padEnd(width)}  ${actionWords[step.action]} (${kindWord(step.type)}). ${step.reason}`,
      ...step.findings.map(
        ({ severity, message, advice }) => `${" ".repeat(width)}    ${severityWords[severity]}: ${message} ${advice}`,
      ),
      ...step.changes.map(({ field, from, to }) => `${" ".repeat(width)}    ${field}: ${from} -> ${to}`),
      ...(step.hourly === undefined ? [] : [`${" ".repeat(width)}    per hour: ${hourlyWords(step.hourly)}`]),
    ]),
    hourly === undefined ? "" : totalWords(hourly),
    hasChanges ? "" : "The workspace is as declared; nothing has to change.",
  ].filter((line) => line !== "");
}

export function targetLines(targets: readonly TargetReport[]): readonly string[] {
  const width = Math.max(0, ...targets.map(({ name }) => name.length));
  return targets.map(
    ({ name, action, outcome, provisioningState, durationSeconds }) =>
      `${name.padEnd(width)}  ${actionWords[action]}: ${provisioningState ?? outcomeWords[outcome]}, ${duration(durationSeconds)}`,
  );
}

export function metricLines({ metrics }: RunReport): readonly string[] {
  const width = Math.max(0, ...metrics.map(({ name }) => name.length));
  return metrics.map(({ name, last }) => `${name.padEnd(width)}  ${metric(last)}`);
}
