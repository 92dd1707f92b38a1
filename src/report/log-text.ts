import { errorSentence } from "./error-text.ts";
import { duration, metric } from "./format.ts";
import { assignCommands } from "./role-commands.ts";
import type { DoctorReport, PlanReport, RunReport, TargetReport } from "./result.ts";
import {
  actionWords,
  checkWords,
  hourlyWords,
  kindWord,
  pasteWords,
  planWords,
  severityWords,
  sharedFindings,
  stateOf,
  timeOf,
  totalWords,
} from "./wording.ts";

/** The plan as lines of the step's log. */
export function planLines({ steps, hasChanges, hourly }: PlanReport): readonly string[] {
  if (steps.length === 0) return ["No targets are declared."];
  const width = Math.max(...steps.map(({ target }) => target.length));
  const findings = Map.groupBy(sharedFindings(steps), ({ of: [first] }) => first);
  return [
    ...steps.flatMap((step) => [
      `${step.target.padEnd(width)}  ${planWords(step)} (${kindWord(step.type)}). ${step.reason}`,
      ...(findings.get(step) ?? []).map(({ of, finding: { severity, message, advice } }) => {
        const whose = of.length === 1 ? "" : ` for ${of.map(({ target }) => target).join(", ")}`;
        return `${" ".repeat(width)}    ${severityWords[severity]}${whose}: ${message} ${advice}`;
      }),
      ...step.changes.map(({ field, from, to }) => `${" ".repeat(width)}    ${field}: ${from} -> ${to}`),
      ...(step.hourly === undefined ? [] : [`${" ".repeat(width)}    per hour: ${hourlyWords(step.hourly)}`]),
    ]),
    hourly === undefined ? "" : totalWords(hourly),
    hasChanges ? "" : "The workspace is as declared; nothing has to change.",
  ].filter((line) => line !== "");
}

/** What came of each target; where it failed, why, what to do, and the ids for support. */
export function targetLines(targets: readonly TargetReport[]): readonly string[] {
  const width = Math.max(0, ...targets.map(({ name }) => name.length));
  return targets.flatMap((target) => [
    `${target.name.padEnd(width)}  ${actionWords[target.action]}: ${[stateOf(target), timeOf(target)].filter((text) => text !== "").join(", ")}`,
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
