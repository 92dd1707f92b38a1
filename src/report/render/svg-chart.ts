import type { Chart } from "../document.ts";
import { metric } from "../format.ts";
import type { DrawnChart, DrawnLine } from "./chart-points.ts";
import { html } from "./escape.ts";
import { round } from "./round.ts";

/** As narrow as it is on a phone, where its words must still be read. */
const width = 360;
const height = 200;
const margin = { top: 12, right: 14, bottom: 36, left: 54 };

/** Lines over their steps as one self-contained picture. */
export function svgChart({ description }: Chart, drawn: DrawnChart): string {
  const { firstStep, lastStep, low, high } = drawn;
  const x = (step: number) =>
    margin.left + ((step - firstStep) / (lastStep - firstStep || 1)) * (width - margin.left - margin.right);
  const y = (value: number) =>
    height - margin.bottom - ((value - low) / (high - low)) * (height - margin.top - margin.bottom);
  const yTicks = niceTicks(low, high, 6);
  const xTicks = niceTicks(firstStep, lastStep, 5).filter(Number.isInteger);
  const bottom = height - margin.bottom;
  const line = ({ role, points }: DrawnLine): string => {
    if (points.length === 0) return "";
    const path = points.map(({ step, value }) => `${round(x(step))},${round(y(value))}`).join(" ");
    const dots =
      role === "current" && points.length <= 25
        ? points.map(
            ({ step, value }) => `<circle class="dot" cx="${round(x(step))}" cy="${round(y(value))}" r="2.5"/>`,
          )
        : [];
    return `<polyline class="line ${role}" points="${path}"/>${dots.join("")}`;
  };
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${html(description)}" xmlns="http://www.w3.org/2000/svg">`,
    ...yTicks.map(
      (tick) =>
        `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>` +
        `<text class="tick" x="${margin.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${html(metric(tick))}</text>`,
    ),
    ...xTicks.map(
      (tick) => `<text class="tick" x="${round(x(tick))}" y="${bottom + 16}" text-anchor="middle">${tick}</text>`,
    ),
    `<text class="tick" x="${round((margin.left + width - margin.right) / 2)}" y="${height - 5}" text-anchor="middle">step</text>`,
    `<line class="axis" x1="${margin.left}" x2="${width - margin.right}" y1="${bottom}" y2="${bottom}"/>`,
    // What a chart is about is drawn over the rest.
    ...drawn.lines.toReversed().map(line),
    "</svg>",
  ].join("");
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
