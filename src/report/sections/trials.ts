import { badge, code, heading, joined, link, strong, type Block, type Section, type Text } from "../document.ts";
import { count, duration, metric } from "../format.ts";
import type { ChildReport, Result, RunReport } from "../result.ts";
import { tones } from "../wording.ts";

/** More parameters than this get one column for all of them, and more trials a fold. Our choice. */
const mostColumns = 5;
const mostRows = 20;

/** The trials of a sweep, best first, and which is the best. */
export function trialsSection({ run }: Pick<Result, "run">): readonly Section[] {
  const trials = (run?.children ?? []).filter(({ trial }) => trial !== undefined);
  if (run === undefined || trials.length === 0) return [];
  const rows = ranked(trials, run);
  const more = rows.slice(mostRows);
  const folded: readonly Block[] =
    more.length === 0
      ? []
      : [{ kind: "details", summary: count(more.length, "more trial"), blocks: [table(more, trials, run)] }];
  return [
    {
      rank: 3,
      blocks: [heading(2, "Trials"), bestTrial(run), table(rows.slice(0, mostRows), trials, run), ...folded],
    },
  ];
}

function bestTrial({ best, children = [] }: RunReport): Block {
  if (best === undefined) {
    return { kind: "text", content: `None of ${count(children.length, "trial")} logged the metric that decides.` };
  }
  const { name, metric: decides, goal, value, parameters } = best;
  const url = children.find((child) => child.name === name)?.url;
  const values = Object.entries(parameters).map(([key, one]): Text => [`${key} = `, code(valueText(one))]);
  return {
    kind: "text",
    content: [
      "The best trial is ",
      url === undefined ? code(name) : link(name, url),
      ...(value === undefined ? [] : [`, with ${decides} `, strong(metric(value)), ` (${goal})`]),
      ...(values.length === 0 ? [] : [": ", ...joined(values, ", ")]),
      ".",
    ],
  };
}

/** Those without a value of the metric come last, in the order of their numbers. */
function ranked(trials: readonly ChildReport[], { best }: RunReport): readonly ChildReport[] {
  if (best === undefined) return trials;
  const sign = best.goal === "maximize" ? -1 : 1;
  const place = ({ name, metrics }: ChildReport) => {
    const value = metrics[best.metric] ?? Number.NaN;
    return name === best.name ? -Infinity : Number.isFinite(value) ? sign * value : Infinity;
  };
  return [...trials].sort((a, b) => {
    const [one, other] = [place(a), place(b)];
    return one === other ? 0 : one - other;
  });
}

function table(rows: readonly ChildReport[], all: readonly ChildReport[], { best }: RunReport): Block {
  const names = [...new Set(all.flatMap(({ parameters }) => Object.keys(parameters)))];
  const isWide = names.length > mostColumns;
  const parameterColumns = isWide ? [{ title: "Parameters", long: true as const }] : names.map((title) => ({ title }));
  const cells = (parameters: ChildReport["parameters"]): readonly Text[] =>
    isWide
      ? [
          joined(
            Object.entries(parameters).map(([name, value]): Text => [`${name} = `, code(valueText(value))]),
            ", ",
          ),
        ]
      : names.map((name) => (Object.hasOwn(parameters, name) ? code(valueText(parameters[name])) : ""));
  const metricColumn = best === undefined ? [] : [{ title: best.metric, numeric: true as const }];
  return {
    kind: "table",
    columns: [
      { title: "Trial" },
      { title: "State" },
      ...parameterColumns,
      ...metricColumn,
      { title: "Duration", numeric: true, reportOnly: true },
    ],
    rows: rows.map((child): readonly Text[] => {
      const { name, trial, status, conclusion, parameters, metrics, durationSeconds, url } = child;
      const number = String(trial ?? name);
      const value = best === undefined ? undefined : metrics[best.metric];
      return [
        [url === undefined ? number : link(number, url), ...(name === best?.name ? [" ", badge("best", "good")] : [])],
        badge(status, tones[conclusion]),
        ...cells(parameters),
        ...(best === undefined ? [] : [value === undefined ? "not logged" : metric(value)]),
        durationSeconds === undefined ? "" : duration(durationSeconds),
      ];
    }),
  };
}

function valueText(value: unknown): string {
  if (typeof value === "number") return metric(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
