import type { ServiceError } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import { formatPosition, mostAnnotations, type Problem, type Severity } from "../yaml/problem.ts";
import { whatToDo } from "./advice.ts";
import { charted } from "./chart-points.ts";
import { code, fence, inline, link } from "./escape.ts";
import { count, duration, metric } from "./format.ts";
import type {
  DoctorReport,
  EnvironmentReport,
  MetricSeries,
  PlanReport,
  Result,
  RunReport,
  TargetReport,
} from "./result.ts";
import { assignCommands } from "./role-commands.ts";
import {
  actionWords,
  checkWords,
  conclusionWords,
  guarantees,
  headline,
  hourlyWords,
  kindWord,
  pasteWords,
  permissionWords,
  planWords,
  severityWords,
  sharedFindings,
  stateOf,
  timeOf,
  totalWords,
} from "./wording.ts";

/** A part of the report that is whole by itself. The fitting to a limit leaves out the least needed first. */
export type Section = {
  /** 0 is never left out. */
  readonly rank: number;
  readonly text: string;
};

/**
 * Where the Markdown is going. A comment leaves out what changes from run to run though nothing has happened, the list of
 * files, and the end of the run's log: the runner puts secrets out of sight in logs and summaries, not in comments.
 */
export type Form = "report" | "comment";

/** The report as Markdown sections, in the order in which they are read. */
export function sections(result: Result, form: Form = "report"): readonly Section[] {
  const isReport = form === "report";
  return [
    { rank: 0, text: `## ${inline(headline(result))}\n` },
    { rank: 0, text: failures(result) },
    { rank: 1, text: leftGoing(result) },
    { rank: 2, text: result.run === undefined ? "" : runCard(result.run) },
    ...(result.doctor === undefined ? [] : doctor(result.doctor)),
    { rank: 3, text: targets(result, form) },
    { rank: 3, text: environments(result.environments) },
    { rank: 4, text: problems(result.problems) },
    { rank: 4, text: result.plan === undefined || result.targets.length > 0 ? "" : plan(result.plan) },
    { rank: 5, text: result.run === undefined ? "" : metrics(result.run.metrics) },
    {
      rank: 6,
      text:
        result.run?.logTail === undefined || !isReport
          ? ""
          : `### End of the log\n\n${fence(result.run.logTail, "text")}\n`,
    },
    { rank: 7, text: isReport ? files(result) : "" },
  ].filter(({ text }) => text !== "");
}

function failures({ failures: sentences, conclusion }: Result): string {
  if (conclusion === "success") return "";
  return `${sentences.map((sentence) => `- ${inline(sentence)}`).join("\n")}\n`;
}

function leftGoing({ leftGoing: items }: Result): string {
  if (items.length === 0) return "";
  return `### Still going on\n\n${items.map(({ what, next }) => `- ${inline(what)}. ${inline(next)}`).join("\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
    "",
  ].join("\n");
}

function targets({ targets: reports, plan: planned }: Result, form: Form): string {
  if (reports.length === 0) return "";
  const rows = reports.map((target) => [
    code(target.name),
    inline(kindWord(target.type)),
    inline(actionWords[target.action]),
    inline(stateOf(target)),
    ...(form === "report" ? [timeOf(target)] : []),
  ]);
  const head = ["Target", "Kind", "Action", "State", ...(form === "report" ? ["Duration"] : [])];
  const notes = [
    ...(form === "report"
      ? guarantees(reports).map(({ names, words }) => `- ${names.map(code).join(", ")}: ${inline(words)}`)
      : []),
    ...reports.flatMap((target) => targetNotes(target)),
    ...findings(planned?.steps ?? []),
  ];
  return `### Targets\n\n${table(head, rows)}${notes.length === 0 ? "" : `\n${notes.join("\n")}\n`}`;
}

function environments(reports: readonly EnvironmentReport[]): string {
  if (reports.length === 0) return "";
  const rows = reports.map(({ name, version, action, reason }) => [
    code(name),
    code(version),
    inline(actionWords[action]),
    inline(reason),
  ]);
  return `### Environments\n\n${table(["Environment", "Version", "Action", "Why"], rows)}`;
}

function targetNotes(target: TargetReport): readonly string[] {
  const errors = target.outcome === "failed" ? target.provisioningErrors : [];
  return [
    ...(target.note === undefined ? [] : [`- ${code(target.name)}: ${inline(target.note)}`]),
    ...errors.map((error) => `- ${code(target.name)}: ${errorText(error)}`),
  ];
}

/** The leaf cause first, then what it was wrapped in, the hint, and the ids that a support ticket needs. */
function errorText(error: ServiceError): string {
  const leaf = leafCause(error);
  const advice = whatToDo(error);
  return [
    `${inline(leaf.message)} ${code(leaf.code)}`,
    leaf === error ? "" : `Reported as ${code(error.code)}: ${inline(error.message)}`,
    advice === undefined ? "" : `**What to do:** ${inline(advice)}`,
    error.correlationId === undefined ? "" : `Correlation id ${code(error.correlationId)}`,
    error.requestId === undefined ? "" : `Request id ${code(error.requestId)}`,
  ]
    .filter((part) => part !== "")
    .join("<br>");
}

function doctor({
  sections: parts,
  federatedCredential,
  permissions,
  principal,
  roles,
}: DoctorReport): readonly Section[] {
  const json = (value: unknown) => fence(JSON.stringify(value, undefined, 2), "json");
  const rows = permissions.map(({ state, action, scope, level, purpose }) => [
    inline(permissionWords[state]),
    code(action),
    code(scope),
    inline(level),
    inline(purpose),
  ]);
  return [
    ...parts.map(({ title, checks }) => {
      const hasAdvice = checks.some(({ advice }) => advice !== undefined);
      return {
        rank: 2,
        text: `### ${inline(title)}\n\n${table(
          ["Result", "Found", ...(hasAdvice ? ["What to do"] : [])],
          checks.map(({ state, message, advice = "" }) => [
            state === "error" ? `**${checkWords[state]}**` : checkWords[state],
            inline(message),
            ...(hasAdvice ? [inline(advice)] : []),
          ]),
        )}`,
      };
    }),
    {
      rank: 3,
      text:
        federatedCredential === undefined
          ? ""
          : `### Federated credential\n\n${inline(`${pasteWords.credential}.`)}\n\n${json(federatedCredential)}\n`,
    },
    ...roles.map((one) => ({
      rank: 3,
      text: `### Least-privilege role: ${inline(one.role.Name)}\n\n${inline(`${pasteWords.role}, and how it is given.`)}\n\n${json(one.role)}\n\n${fence(assignCommands(one, principal).join("\n"), "sh")}\n`,
    })),
    {
      rank: 5,
      text:
        rows.length === 0
          ? ""
          : `### Needed permissions\n\n${table(["Result", "Action", "Scope", "Level", "Needed to"], rows)}`,
    },
  ];
}

function plan({ steps, hasChanges, hourly }: PlanReport): string {
  const rows = steps.map((step) => [
    code(step.target),
    inline(kindWord(step.type)),
    inline(planWords(step)),
    step.changes.map(({ field, from, to }) => `${code(field)}: ${inline(from)} → ${inline(to)}`).join("<br>"),
    ...(hourly === undefined ? [] : [step.hourly === undefined ? "" : inline(hourlyWords(step.hourly))]),
    inline(step.reason),
  ]);
  const notes = findings(steps);
  const verdict = [
    hasChanges ? "" : "The workspace is as declared; nothing would change.\n\n",
    hourly === undefined ? "" : `${inline(totalWords(hourly))}\n\n`,
  ].join("");
  const head = ["Target", "Kind", "Plan", "Changes", ...(hourly === undefined ? [] : ["Per hour"]), "Why"];
  return `### Plan\n\n${verdict}${table(head, rows)}${notes.length === 0 ? "" : `\n${notes.join("\n")}\n`}`;
}

/** What was found out about the targets before anything was done, for whoever planned it and for whoever applied it. */
function findings(steps: PlanReport["steps"]): readonly string[] {
  return sharedFindings(steps).map(
    ({ of, finding: { severity, message, advice } }) =>
      `- ${of.map(({ target }) => code(target)).join(", ")}, ${severityWords[severity]}: ${inline(`${message} ${advice}`)}`,
  );
}

function problems(found: readonly Problem[]): string {
  if (found.length === 0) return "";
  const rows = found.map(({ where, severity, message, fix, code: name, related }) => [
    where === undefined ? "" : code(formatPosition(where)),
    severity,
    `${inline(message)} ${inline(fix)}${related === undefined ? "" : `<br>See also ${code(formatPosition(related))}`}`,
    code(name),
  ]);
  const more = notAnnotated(found);
  const note = more === 0 ? "" : `${moreThanAnnotated(found.length, more)}\n\n`;
  return `### Problems\n\n${note}${table(["Place", "Severity", "Problem", "Code"], rows)}`;
}

/** How many problems GitHub shows no annotation of. */
function notAnnotated(found: readonly Problem[]): number {
  return (["error", "warning", "notice"] satisfies Severity[])
    .map((severity) => found.filter((problem) => problem.severity === severity).length - mostAnnotations)
    .reduce((sum, above) => sum + Math.max(above, 0), 0);
}

function moreThanAnnotated(all: number, more: number): string {
  return `${count(all, "problem")}. GitHub shows ${mostAnnotations} annotations of a kind for each step, so ${more} of them ${more === 1 ? "is" : "are"} listed here and in the log only.`;
}

function runCard(run: RunReport): string {
  const rows: (readonly [string, string])[] = [
    ["Run", run.url === undefined ? code(run.name) : link(run.name, run.url)],
    [
      "State",
      inline(
        `${run.status}${run.conclusion === "success" ? "" : `, ${conclusionWords[run.conclusion]}`}${run.reused ? "; joined, nothing was submitted" : ""}`,
      ),
    ],
    ...(run.durationSeconds === undefined ? [] : [["Duration", duration(run.durationSeconds)] as const]),
    ["Compute", code(run.compute)],
    ...(run.environment === undefined ? [] : [["Environment", code(run.environment)] as const]),
    ...(run.experiment === undefined ? [] : [["Experiment", inline(run.experiment)] as const]),
    ...(run.commit === undefined ? [] : [["Commit", code(run.commit)] as const]),
    ...(run.artifactsPath === undefined ? [] : [["Outputs", code(run.artifactsPath)] as const]),
  ];
  const gates = run.gates.map(({ metric: name, condition, value, passed }) => [
    code(name),
    inline(condition),
    value === undefined ? "not logged" : metric(value),
    passed ? "passed" : "**missed**",
  ]);
  return [
    `### Run\n\n${table(["", ""], rows)}`,
    run.error === undefined ? "" : `${errorText(run.error)}\n`,
    gates.length === 0 ? "" : `#### Gates\n\n` + table(["Gate", "Condition", "Value", "Result"], gates),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** More charts than this make a summary that nobody scrolls through. Our choice. */
const mostCharts = 8;

function metrics(series: readonly MetricSeries[]): string {
  if (series.length === 0) return "";
  const rows = series.map(({ name, last, points }) => {
    const values = points.map(({ value }) => value).filter(Number.isFinite);
    return [
      code(name),
      metric(last),
      values.length === 0 ? "" : metric(Math.min(...values)),
      values.length === 0 ? "" : metric(Math.max(...values)),
      String(points.length),
    ];
  });
  const charts = series.flatMap((one) => chart(one)).slice(0, mostCharts);
  return `### Metrics\n\n${table(["Metric", "Last", "Lowest", "Highest", "Values"], rows)}${charts.length === 0 ? "" : `\n${charts.join("\n")}`}`;
}

/** A metric over its steps, as a diagram that GitHub draws. One value is no course. */
function chart({ name, points }: MetricSeries): readonly string[] {
  const drawn = charted(points);
  if (drawn === undefined) return [];
  const title = name.replaceAll(/["\n\r`]/g, "'").slice(0, 60);
  return [
    fence(
      [
        "xychart-beta",
        `  title "${title}"`,
        `  x-axis "step" [${drawn.points.map(({ step }) => step).join(", ")}]`,
        `  y-axis ${plainNumber(drawn.low)} --> ${plainNumber(drawn.high)}`,
        `  line [${drawn.points.map(({ value }) => plainNumber(value)).join(", ")}]`,
      ].join("\n"),
      "mermaid",
    ) + "\n",
  ];
}

/** Mermaid reads no exponents. */
function plainNumber(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return text.includes("e") ? value.toFixed(12).replace(/0+$/, "0") : text;
}

function files({ files: read, skipped }: Result): string {
  if (read.length === 0 && skipped.length === 0) return "";
  const lines = [
    ...read.map((file) => `- ${code(file)}`),
    ...skipped.map(({ file, reason }) => `- ${code(file)}, skipped: ${inline(reason)}`),
  ];
  return `<details><summary>${count(read.length, "declaration file")}, ${skipped.length} skipped</summary>\n\n${lines.join("\n")}\n\n</details>\n`;
}
