import type { Parallel } from "../document.ts";
import { extent } from "../extent.ts";
import { metric } from "../format.ts";
import { html } from "./escape.ts";
import { shownLabel } from "./graph-layers.ts";
import { niceTicks } from "./svg-chart.ts";
import { round } from "./round.ts";

const height = 250;
const margin = { top: 34, bottom: 16, side: 78 };
const between = 168;

/** Of its own size: many axes are scrolled before their words become too small to read. */
const smallest = 0.75;

type Axis = {
  /** From 0, the bottom, to 1. */
  readonly at: (value: number | string) => number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
};

/** A line for each trial over an axis for each parameter, as one self-contained picture. The best is drawn last. */
export function svgParallel({ axes, lines, description }: Parallel): string {
  const width = 2 * margin.side + between * (axes.length - 1);
  const x = (index: number) => margin.side + index * between;
  const y = (at: number) => round(height - margin.bottom - at * (height - margin.top - margin.bottom));
  const scales = axes.map(({ values }) => axisOf(values));
  const lineOf = ({ label, isBest }: Parallel["lines"][number], index: number): string => {
    let path = "";
    let isOpen = false;
    for (const [at, axis] of axes.entries()) {
      const value = axis.values[index];
      const scale = scales[at];
      const isKnown = value !== undefined && scale !== undefined;
      if (isKnown) path += `${isOpen ? "L" : "M"}${x(at)},${y(scale.at(value))}`;
      isOpen = isKnown;
    }
    const isWhole = axes.every(({ values }) => values[index] !== undefined);
    const kind = isBest ? "best" : isWhole ? "" : "partial";
    return path === "" ? "" : `<path class="trial ${kind}" d="${path}"><title>${html(label)}</title></path>`;
  };
  const axisLine = ({ title }: Parallel["axes"][number], index: number): string => {
    const isLast = index === axes.length - 1;
    const side = isLast ? 8 : -8;
    return [
      `<line class="axis" x1="${x(index)}" x2="${x(index)}" y1="${y(0)}" y2="${y(1)}"/>`,
      `<text class="label" x="${x(index)}" y="16" text-anchor="middle">${html(shortened(title))}</text>`,
      ...(scales[index]?.ticks ?? []).map(
        ({ at, text }) =>
          `<text class="tick halo" x="${x(index) + side}" y="${y(at) + 4}" text-anchor="${isLast ? "start" : "end"}">${html(shortened(text))}</text>`,
      ),
    ].join("");
  };
  const order = [...lines.keys()].sort((a, b) => Number(lines[a]?.isBest) - Number(lines[b]?.isBest));
  return [
    `<svg viewBox="0 0 ${width} ${height}" style="max-width:${Math.round(width * 1.3)}px;min-width:${Math.round(width * smallest)}px" role="img" aria-label="${html(description)}" xmlns="http://www.w3.org/2000/svg">`,
    ...order.map((index) => {
      const line = lines[index];
      return line === undefined ? "" : lineOf(line, index);
    }),
    ...axes.map(axisLine),
    "</svg>",
  ].join("");
}

/** Numbers by their size, choices spread evenly, in the order in which they are met. */
function axisOf(values: readonly (number | string | undefined)[]): Axis {
  const known = values.filter((value) => value !== undefined);
  if (known.length > 0 && known.every((value) => typeof value === "number")) return scaleOf(known);
  const choices = [...new Set(known.map(String))];
  const at = (value: number | string) => middle(choices.indexOf(String(value)), choices.length);
  return { at, ticks: choices.map((text) => ({ at: at(text), text })) };
}

const middle = (index: number, count: number) => (count <= 1 ? 0.5 : index / (count - 1));

/** Values over more than two powers of ten are spread by them. Our choice. */
const widest = 100;

function scaleOf(values: readonly number[]): Axis {
  const [low, high] = extent(values);
  if (low === high) return { at: () => 0.5, ticks: [{ at: 0.5, text: metric(low) }] };
  const isWide = low > 0 && high / low >= widest;
  const scale = isWide ? Math.log10 : (value: number) => value;
  const at = (value: number | string) => (scale(Number(value)) - scale(low)) / (scale(high) - scale(low));
  const inner = isWide ? powers(low, high) : niceTicks(low, high, 4);
  const ticks = [low, ...inner, high].map((value) => ({ at: at(value), text: metric(value) }));
  // What would be written over an end is left out: the ends are what is looked for.
  const isClear = (tick: Axis["ticks"][number]) => tick.at > 0.08 && tick.at < 0.92;
  return { at, ticks: ticks.filter((tick, index) => index === 0 || index === ticks.length - 1 || isClear(tick)) };
}

function powers(low: number, high: number): readonly number[] {
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  const stride = Math.max(1, Math.ceil((last - first + 1) / 5));
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    .filter((_, index) => index % stride === 0)
    .map((exponent) => Number(`1e${exponent}`));
}

/** What fits between two axes. */
function shortened(text: string): string {
  const signs = [...shownLabel(text)];
  return signs.length <= 18 ? signs.join("") : `${signs.slice(0, 17).join("")}…`;
}
