import { code, heading, type Block, type Chart, type Section, type Text } from "../document.ts";
import { count, metric } from "../format.ts";
import type { MetricSeries, Result, StepSeries } from "../result.ts";

/** More charts than this make a report that nobody scrolls through. Our choice. */
const mostCharts = 8;

/** A metric of the run itself, or of one of its steps. */
type Series = MetricSeries & Partial<Pick<StepSeries, "step">>;

/** The values of every metric, and their course. */
export function metricsSection({ run }: Pick<Result, "run">): readonly Section[] {
  const ofSteps = run?.stepMetrics ?? [];
  const series: readonly Series[] = [...(run?.metrics ?? []), ...ofSteps];
  if (series.length === 0) return [];
  const rows = series.map(({ step, name, last, points }): readonly Text[] => {
    const values = finite(points).map(({ value }) => value);
    const range = values.length === 0 ? ["", ""] : [metric(Math.min(...values)), metric(Math.max(...values))];
    const of = ofSteps.length === 0 ? [] : [step === undefined ? "" : code(step)];
    return [...of, code(name), metric(last), ...range, String(points.length)];
  });
  const numbers = ["Last", "Lowest", "Highest", "Values"].map((title) => ({ title, numeric: true as const }));
  const charts = series.flatMap(chart);
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

/** Values that are not numbers have no place on an axis, and one value makes no line. */
function chart({ step, name, last, points }: Series): readonly Chart[] {
  const drawn = finite(points);
  if (drawn.length < 2) return [];
  const steps = drawn.map(({ step }) => step);
  const title = step === undefined ? name : `${step}: ${name}`;
  const description = `${title} over steps ${Math.min(...steps)} to ${Math.max(...steps)}; last value ${metric(last)}`;
  return [{ kind: "chart", title, description, points: drawn }];
}

function finite(points: MetricSeries["points"]): MetricSeries["points"] {
  return points.filter(({ value }) => Number.isFinite(value));
}
