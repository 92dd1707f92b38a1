import { badge, code, heading, link, type Block, type Section, type Text } from "../document.ts";
import { duration, metric } from "../format.ts";
import type { Result, RunReport } from "../result.ts";
import { saidAtTop, textOfError, type IsSaid } from "../told-failures.ts";
import { tones } from "../wording.ts";
import { errorText } from "../error-text.ts";
import { endOfLog } from "../log-end.ts";

/** The run's card, why it failed, and its gates. */
export function runSection(result: Pick<Result, "run"> & Partial<Result>): readonly Section[] {
  const { run } = result;
  if (run === undefined) return [];
  const isSaid = saidAtTop(result);
  const blocks: readonly Block[] = [
    heading(2, "Run"),
    { kind: "table", rows: facts(run) },
    ...(run.error === undefined || isSaid(textOfError(run.error))
      ? []
      : [{ kind: "list" as const, items: [{ content: errorText(run.error) }], tone: "bad" as const }]),
    ...endOfLog(run.logTail, linesShown),
    ...(run.gates.length === 0 ? [] : gates(run.gates, isSaid)),
  ];
  return [{ rank: 2, blocks }];
}

/** Enough to see a program's own error below the cause; the rest is at the end of the report. Our choice. */
const linesShown = 8;

function facts(run: RunReport): readonly (readonly Text[])[] {
  const { name, url, durationSeconds, environment, experiment, commit, artifactsPath } = run;
  return [
    ["Run", url === undefined ? code(name) : link(name, url)],
    ["State", stateOf(run)],
    ...(durationSeconds === undefined ? [] : [["Duration", duration(durationSeconds)]]),
    ["Compute", code(run.compute)],
    ...(environment === undefined ? [] : [["Environment", code(environment)]]),
    ...(experiment === undefined ? [] : [["Experiment", experiment]]),
    ...(commit === undefined ? [] : [["Commit", code(commit)]]),
    ...(artifactsPath === undefined ? [] : [["Outputs", code(artifactsPath)]]),
  ];
}

const conclusions: Readonly<Record<RunReport["conclusion"], string>> = {
  success: "succeeded",
  failure: "failed",
  cancelled: "cancelled",
  "in-progress": "still running",
};

/** The service's word; where that alone does not say how the run ended, ours beside it. */
function stateOf({ status, conclusion, reused }: RunReport): Text {
  const word = conclusions[conclusion];
  const says = conclusion === "success" || status.toLowerCase().replace("canceled", "cancelled") === word;
  return [
    badge(status, tones[conclusion]),
    `${says ? "" : `, ${word}`}${reused ? "; joined, nothing was submitted" : ""}`,
  ];
}

function gates(results: RunReport["gates"], isSaid: IsSaid): readonly Block[] {
  const steps = results.some(({ step }) => step !== undefined);
  const compares = results.some(({ baseline }) => baseline !== undefined);
  const rows = results.map((one): readonly Text[] => {
    const { metric: name, step, value, baseline, passed, note } = one;
    return [
      code(name),
      ...(steps ? [step === undefined ? "" : code(step)] : []),
      conditionText(one),
      value === undefined ? "not logged" : metric(value),
      ...(compares ? [baselineText(baseline)] : []),
      [
        passed ? badge("passed", "good") : badge("missed", "bad"),
        note === undefined || isSaid(note) ? "" : `: ${note}`,
      ],
    ];
  });
  const columns = [
    { title: "Gate" },
    ...(steps ? [{ title: "Step" }] : []),
    { title: "Condition" },
    { title: "Value", numeric: true as const },
    ...(compares ? [{ title: "Compared with" }] : []),
    { title: "Result" },
  ];
  return [heading(3, "Gates"), { kind: "table", columns, rows }];
}

/** What a comparison asks for is a number only once the other run is known. */
function conditionText({ condition, bounds, baseline }: RunReport["gates"][number]): Text {
  const { low, high } = (baseline === undefined ? undefined : bounds) ?? {};
  if (low !== undefined) return `${condition}: at least ${metric(low)}`;
  return high === undefined ? condition : `${condition}: at most ${metric(high)}`;
}

/** The value, and the run that it is of. */
function baselineText(baseline: RunReport["gates"][number]["baseline"]): Text {
  if (baseline === undefined) return "";
  const { run, value, url } = baseline;
  return [`${metric(value)} of `, url === undefined ? code(run) : link(run, url)];
}

/** The last lines of a run that did not succeed. */
export function logTailSection({ run }: Pick<Result, "run">): readonly Section[] {
  // What is short stands with the run.
  if (run?.logTail === undefined || run.logTail.trimEnd().split("\n").length <= linesShown) return [];
  return [
    {
      rank: 6,
      reportOnly: true,
      blocks: [heading(2, "End of the log"), { kind: "code", text: run.logTail, language: "text" }],
    },
  ];
}
