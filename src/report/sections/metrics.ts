import { code, heading, type Block, type Chart, type Section } from "../document.ts";
import { count, metric } from "../format.ts";
import type { MetricSeries, Result } from "../result.ts";

/** More charts than this make a report that nobody scrolls through. Our choice. */
const mostCharts = 8;

/** The values of every metric, and their course. */
export function metricsSection({ run }: Pick<Result, "run">): readonly Section[] {
  const series = run?.metrics ?? [];
  if (series.length === 0) return [];
  const rows = series.map(({ name, last, points }) => {
    const values = finite(points).map(({ value }) => value);
    const range = values.length === 0 ? ["", ""] : [metric(Math.min(...values)), metric(Math.max(...values))];
    return [code(name), metric(last), ...range, String(points.length)];
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
        { kind: "table", columns: [{ title: "Metric" }, ...numbers], rows },
        ...charts.slice(0, mostCharts),
        ...folded,
      ],
    },
  ];
}

/** Values that are not numbers have no place on an axis, and one value makes no line. */
function chart({ name, last, points }: MetricSeries): readonly Chart[] {
  const drawn = finite(points);
  if (drawn.length < 2) return [];
  const steps = drawn.map(({ step }) => step);
  const description = `${name} over steps ${Math.min(...steps)} to ${Math.max(...steps)}; last value ${metric(last)}`;
  return [{ kind: "chart", title: name, description, points: drawn }];
}

function finite(points: MetricSeries["points"]): MetricSeries["points"] {
  return points.filter(({ value }) => Number.isFinite(value));
}
