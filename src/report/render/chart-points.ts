import type { Chart, ChartLine, ChartPoint } from "../document.ts";
import { extent } from "../extent.ts";

/** What a chart shows, with the ranges of its axes. */
export type DrawnChart = {
  readonly lines: readonly DrawnLine[];
  readonly low: number;
  readonly high: number;
  readonly firstStep: number;
  readonly lastStep: number;
};

export type DrawnLine = Pick<ChartLine, "name" | "role"> & {
  /** Thinned to what reads well; those of a level are at both ends of the chart, and those of one off the chart are none. */
  readonly points: readonly ChartPoint[];
  /** Where a level is that would leave no room for the rest. */
  readonly off?: "above" | "below";
};

/** More points than a small chart has room for tell nothing more. */
const mostPoints = 40;

/** A level that is further away than so many times the height of the courses would make flat lines of them. Our choice. */
const farthest = 2;

export function drawnChart({ lines }: Pick<Chart, "lines">): DrawnChart {
  const courses = lines.flatMap((line) => ("points" in line ? [line.points] : [])).flat();
  const steps = courses.map(({ step }) => step);
  const [firstStep, lastStep] = extent(steps);
  const values = courses.map(({ value }) => value);
  const [lowest, highest] = extent(values);
  const room = farthest * (highest - lowest || Math.abs(highest) || 1);
  const drawn = lines.map((line): DrawnLine => {
    const { name, role } = line;
    if ("points" in line) return { name, role, points: thinned(line.points) };
    const { level } = line;
    const off = level > highest + room ? "above" : level < lowest - room ? "below" : undefined;
    if (off !== undefined) return { name, role, off, points: [] };
    return { name, role, points: [firstStep, lastStep].map((step) => ({ step, value: level })) };
  });
  const shown = drawn.flatMap(({ points }) => points.map(({ value }) => value));
  const [low, high] = extent(shown);
  // A flat line gets an axis with some air, and not one of no height.
  const air = high === low ? Math.max(Math.abs(high) * 0.1, 1) : (high - low) * 0.05;
  return { lines: drawn, low: low - air, high: high + air, firstStep, lastStep };
}

/** Which line is which, in words; nothing where there is one. */
export function legendOf({
  lines,
}: DrawnChart): readonly (Pick<DrawnLine, "role" | "off"> & { readonly text: string })[] {
  if (lines.length < 2) return [];
  return lines.map(({ name, role, off }) =>
    off === undefined ? { role, text: name } : { role, off, text: `${name} (${off} the chart)` },
  );
}

/** First and last point stay, between them every n-th. */
function thinned(points: readonly ChartPoint[]): readonly ChartPoint[] {
  const stride = Math.max(1, Math.ceil((points.length - 1) / (mostPoints - 1)));
  return points.filter((_, index) => index % stride === 0 || index === points.length - 1);
}

/**
 * The value of a line at so many places, evenly spread over the steps of the chart: between two points on the straight line
 * between them, and outside of its points what is nearest.
 */
export function sampled(points: readonly ChartPoint[], { firstStep, lastStep }: DrawnChart, places: number) {
  return Array.from({ length: places }, (_, index) => {
    const step = firstStep + ((lastStep - firstStep) * index) / Math.max(1, places - 1);
    const after = points.findIndex((point) => point.step >= step);
    const [next, last] = [points[after], points.at(-1)];
    if (next === undefined) return last?.value ?? 0;
    const before = points[after - 1];
    if (before === undefined || next.step === before.step) return next.value;
    return before.value + ((next.value - before.value) * (step - before.step)) / (next.step - before.step);
  });
}

/** How many places show a chart in a language that spreads all values evenly: those of its densest course. */
export function placesOf({ lines }: DrawnChart): number {
  return Math.max(2, ...lines.map(({ points }) => points.length));
}
