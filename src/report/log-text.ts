import { duration, metric } from "./format.ts";
import { assignCommands } from "./role-commands.ts";
import type { DoctorReport, PlanReport, RunReport, TargetReport } from "./result.ts";
import {
  actionWords,
  checkWords,
  hourlyWords,
  kindWord,
  outcomeWords,
  pasteWords,
  severityWords,
  totalWords,
} from "./words.ts";

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

/** What `doctor` found, one group of lines for each part, and what is to be pasted somewhere in groups of its own. */
export function doctorLines({
  sections,
  federatedCredential,
  principal,
  roles,
}: DoctorReport): readonly { readonly title: string; readonly lines: readonly string[] }[] {
  const json = (value: unknown) => JSON.stringify(value, undefined, 2).split("\n");
  const width = Math.max(...Object.values(checkWords).map((word) => word.length));
  return [
    ...sections.map(({ title, checks }) => ({
      title,
      lines: checks.map(({ state, message, advice }) =>
        [checkWords[state].padEnd(width), message, ...(advice === undefined ? [] : [advice])].join(" "),
      ),
    })),
    ...(federatedCredential === undefined ? [] : [{ title: pasteWords.credential, lines: json(federatedCredential) }]),
    ...roles.map((one) => ({ title: pasteWords.role, lines: [...json(one.role), ...assignCommands(one, principal)] })),
  ];
}
