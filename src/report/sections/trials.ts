import {
  badge,
  code,
  heading,
  joined,
  link,
  strong,
  type Block,
  type Parallel,
  type Section,
  type Text,
} from "../document.ts";
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
  const blocks = [heading(2, "Trials"), bestTrial(run), ...parallel(trials, run), table(ranked(trials, run), run)];
  return [{ rank: 3, blocks }];
}

/** Fewer of either make no picture, and more of either one in which nobody finds anything. Our choice. */
const drawn = { trials: [3, 300], axes: [2, 10] } as const;

/** An axis for each parameter, and one for the metric that decides. */
function parallel(trials: readonly ChildReport[], { best }: RunReport): readonly Parallel[] {
  const names = parameterNames(trials);
  const axes = names.map((title) => ({
    title,
    values: trials.map(({ parameters }) =>
      Object.hasOwn(parameters, title) ? axisValue(parameters[title]) : undefined,
    ),
  }));
  const values = trials.map(({ metrics }) => finiteOr(best === undefined ? undefined : metrics[best.metric]));
  const all = best === undefined ? axes : [...axes, { title: best.metric, values }];
  const isDrawn = (number: number, [least, most]: readonly [number, number]) => number >= least && number <= most;
  if (!isDrawn(trials.length, drawn.trials) || !isDrawn(all.length, drawn.axes)) return [];
  const lines = trials.map(({ name, trial }) => ({
    label: `Trial ${trial ?? name}`,
    isBest: name === best?.name,
  }));
  const shown = best === undefined ? "" : "; the line of the best trial is the thickest";
  const description = `${count(trials.length, "trial")} over ${all.map(({ title }) => title).join(", ")}, as in the table${shown}`;
  return [{ kind: "parallel", description, lines, axes: all }];
}

const finiteOr = (value: number | undefined) => (Number.isFinite(value) ? value : undefined);

/** A number that is one, else a word. */
function axisValue(value: unknown): number | string | undefined {
  return typeof value === "number" ? finiteOr(value) : valueText(value);
}

function parameterNames(trials: readonly ChildReport[]): readonly string[] {
  return [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))];
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

function table(rows: readonly ChildReport[], { best }: RunReport): Block {
  const names = parameterNames(rows);
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
  const keys = (parameters: ChildReport["parameters"]) =>
    isWide
      ? [undefined]
      : names.map((name) => numberOf(Object.hasOwn(parameters, name) ? parameters[name] : undefined));
  const metricColumn = best === undefined ? [] : [{ title: best.metric, numeric: true as const }];
  return {
    kind: "table",
    fold: { after: mostRows, noun: "trial" },
    sortKeys: rows.map(({ trial, parameters, metrics, durationSeconds }) => [
      trial,
      undefined,
      ...keys(parameters),
      ...(best === undefined ? [] : [finiteOr(metrics[best.metric])]),
      durationSeconds,
    ]),
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

const numberOf = (value: unknown) => (typeof value === "number" ? finiteOr(value) : undefined);

function valueText(value: unknown): string {
  if (typeof value === "number") return metric(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
