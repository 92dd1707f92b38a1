import { code, heading, type Block, type Chart, type ChartLine, type Section, type Text } from "../document.ts";
import { extent } from "../extent.ts";
import { count, metric } from "../format.ts";
import type { GateResult, MetricSeries, Result, RunReport, StepSeries } from "../result.ts";

/** More charts than this make a report that nobody scrolls through. Our choice. */
const mostCharts = 8;

/** A metric of the run itself, or of one of its steps. */
type Series = MetricSeries & Partial<Pick<StepSeries, "step">>;

/** The values of every metric, and their course beside what gates compare it with. */
export function metricsSection({ run }: Pick<Result, "run">): readonly Section[] {
  const ofSteps = run?.stepMetrics ?? [];
  const series: readonly Series[] = [...(run?.metrics ?? []), ...ofSteps];
  if (run === undefined || series.length === 0) return [];
  const compares = series.some((one) => gateOf(one, run)?.baseline !== undefined);
  const rows = series.map((one): readonly Text[] => {
    const { step, name, last, points } = one;
    const values = finite(points).map(({ value }) => value);
    const range = values.length === 0 ? ["", ""] : extent(values).map(metric);
    const of = ofSteps.length === 0 ? [] : [step === undefined ? "" : code(step)];
    const baseline = gateOf(one, run)?.baseline;
    const compared = compares
      ? baseline === undefined
        ? ["", ""]
        : [metric(baseline.value), change(last, baseline.value)]
      : [];
    return [...of, code(name), metric(last), ...compared, ...range, String(points.length)];
  });
  const numbers = ["Last", ...(compares ? ["Baseline", "Change"] : []), "Lowest", "Highest", "Values"].map((title) => ({
    title,
    numeric: true as const,
  }));
  // What decides is seen first.
  const gated = (one: Series) => (gateOf(one, run) === undefined ? 1 : 0);
  const charts = [...series].sort((a, b) => gated(a) - gated(b)).flatMap((one) => chart(one, run));
  const more = charts.slice(mostCharts);
  const folded: readonly Block[] =
    more.length === 0 ? [] : [{ kind: "details", summary: count(more.length, "more chart"), blocks: more }];
  return [
    {
      rank: 5,
      blocks: [
        heading(2, "Metrics"),
        {
          kind: "table",
          columns: [...(ofSteps.length === 0 ? [] : [{ title: "Step" }]), { title: "Metric" }, ...numbers],
          rows,
        },
        ...charts.slice(0, mostCharts),
        ...folded,
      ],
    },
  ];
}

/** `+0.0301 (+3.3 %)` */
function change(last: number, baseline: number): string {
  const difference = last - baseline;
  if (!Number.isFinite(difference)) return "";
  const sign = (amount: number, text: string) => (amount < 0 ? `-${text}` : amount > 0 ? `+${text}` : "±0");
  const absolute = sign(difference, metric(Number(Math.abs(difference).toPrecision(4))));
  const percent = (difference / Math.abs(baseline)) * 100;
  return Number.isFinite(percent) && difference !== 0
    ? `${absolute} (${sign(percent, String(Number(Math.abs(percent).toPrecision(2))))} %)`
    : absolute;
}

/** The gate that is about a metric: of several the one that compares. */
function gateOf({ name, step }: Series, { gates }: RunReport): GateResult | undefined {
  const all = gates.filter((gate) => gate.metric === name && gate.step === step);
  return all.find(({ baseline }) => baseline !== undefined) ?? all[0];
}

/** Values that are not numbers have no place on an axis, and one value makes no line. */
function chart(series: Series, run: RunReport): readonly Chart[] {
  const { step, name, last, points } = series;
  const drawn = finite(points);
  if (drawn.length < 2) return [];
  const [firstStep, lastStep] = extent(drawn.map((point) => point.step));
  const title = step === undefined ? name : `${step}: ${name}`;
  const others = [...baselines(series, run), ...bounds(series, run)];
  const beside = others.length === 0 ? "" : `; beside it ${others.map((line) => line.name).join(", ")}`;
  const course = `${title} over steps ${firstStep} to ${lastStep}; last value ${metric(last)}`;
  const current = { name: `this run, last ${metric(last)}`, role: "current" as const, points: drawn };
  return [{ kind: "chart", title, description: `${course}${beside}`, lines: [current, ...others] }];
}

/** The course of the run that it is compared with; its last value where no more is known of it. */
function baselines(series: Series, { gates, baselines: known = [] }: RunReport): readonly ChartLine[] {
  const compared = gates.flatMap(({ metric: name, step, baseline }) =>
    name === series.name && step === series.step && baseline !== undefined ? [baseline] : [],
  );
  const once = compared.filter(({ run }, index) => compared.findIndex((other) => other.run === run) === index);
  return once.map(({ run, value }): ChartLine => {
    const found =
      series.step === undefined ? known.find((one) => one.run === run && one.name === series.name) : undefined;
    const points = finite(found?.points ?? []);
    const line = { name: `baseline ${run}, last ${metric(value)}`, role: "baseline" as const };
    return points.length < 2 ? { ...line, level: value } : { ...line, points };
  });
}

/** What its gates ask for, in numbers. */
function bounds(series: Series, { gates }: RunReport): readonly ChartLine[] {
  return gates
    .filter(({ metric: name, step }) => name === series.name && step === series.step)
    .flatMap(({ bounds: { low, high } = {} }) => [
      ...(low === undefined ? [] : [{ name: `gate, at least ${metric(low)}`, role: "gate" as const, level: low }]),
      ...(high === undefined ? [] : [{ name: `gate, at most ${metric(high)}`, role: "gate" as const, level: high }]),
    ])
    .filter(({ level }) => Number.isFinite(level));
}

function finite(points: MetricSeries["points"]): MetricSeries["points"] {
  return points.filter(({ value }) => Number.isFinite(value));
}
