import type { Chart } from "../document.ts";
import { metric } from "../format.ts";
import { chartPoints } from "./chart-points.ts";
import { html } from "./escape.ts";

const width = 520;
const height = 220;
const margin = { top: 14, right: 18, bottom: 34, left: 62 };

/** A line over its steps as one self-contained picture. */
export function svgChart({ description, points }: Chart): string {
  const drawn = chartPoints(points);
  const steps = drawn.points.map(({ step }) => step);
  const [firstStep, lastStep] = [Math.min(...steps), Math.max(...steps)];
  const x = (step: number) =>
    margin.left + ((step - firstStep) / (lastStep - firstStep || 1)) * (width - margin.left - margin.right);
  const y = (value: number) =>
    height - margin.bottom - ((value - drawn.low) / (drawn.high - drawn.low)) * (height - margin.top - margin.bottom);
  const line = drawn.points.map(({ step, value }) => `${round(x(step))},${round(y(value))}`).join(" ");
  const yTicks = niceTicks(drawn.low, drawn.high, 5);
  const xTicks = niceTicks(firstStep, lastStep, 6).filter(Number.isInteger);
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${html(description)}" xmlns="http://www.w3.org/2000/svg">`,
    `<title>${html(description)}</title>`,
    ...yTicks.map(
      (tick) =>
        `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>` +
        `<text class="tick" x="${margin.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${html(metric(tick))}</text>`,
    ),
    ...xTicks.map(
      (tick) =>
        `<text class="tick" x="${round(x(tick))}" y="${height - margin.bottom + 18}" text-anchor="middle">${tick}</text>`,
    ),
    `<line class="axis" x1="${margin.left}" x2="${width - margin.right}" y1="${height - margin.bottom}" y2="${height - margin.bottom}"/>`,
    `<polyline class="line" points="${line}"/>`,
    ...(drawn.points.length <= 25
      ? drawn.points.map(
          ({ step, value }) => `<circle class="point" cx="${round(x(step))}" cy="${round(y(value))}" r="2.5"/>`,
        )
      : []),
    "</svg>",
  ].join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Round values inside a range: steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(low: number, high: number, wanted: number): readonly number[] {
  if (high <= low) return [low];
  const raw = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const first = Math.ceil(low / step);
  const ticks: number[] = [];
  for (let index = first; index * step <= high + step * 1e-9; index += 1)
    ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}
