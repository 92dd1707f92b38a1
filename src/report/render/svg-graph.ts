import type { Graph } from "../document.ts";
import { html } from "./escape.ts";
import { layersOf, shownLabel } from "./graph-layers.ts";

const box = { width: 220, height: 50 };
const gap = { x: 60, y: 22 };
const margin = 8;

/** Boxes in columns, each behind those that it comes after, as one self-contained picture. */
export function svgGraph(graph: Graph): string {
  const { nodes, edges, description } = graph;
  const layers = layersOf(graph);
  const rows = layers.map((layer, index) => layers.slice(0, index).filter((other) => other === layer).length);
  const left = (index: number) => margin + (layers[index] ?? 0) * (box.width + gap.x);
  const top = (index: number) => margin + (rows[index] ?? 0) * (box.height + gap.y);
  const middle = (index: number) => top(index) + box.height / 2;
  const width = 2 * margin + Math.max(0, ...layers) * (box.width + gap.x) + box.width;
  const height = 2 * margin + Math.max(0, ...rows) * (box.height + gap.y) + box.height;
  const lines = edges.map(([from, to]) => {
    const [x1, x2] = [left(from) + box.width, left(to)];
    const bend = gap.x / 2;
    return `<path class="edge" d="M${x1},${middle(from)} C${x1 + bend},${middle(from)} ${x2 - bend},${middle(to)} ${x2},${middle(to)}"/>`;
  });
  const boxes = nodes.map(({ label, state, duration, tone }, index) => {
    const second = duration === undefined ? state : `${state}, ${duration}`;
    const x = left(index) + 12;
    return [
      `<rect class="box ${tone}" x="${left(index)}" y="${top(index)}" width="${box.width}" height="${box.height}" rx="6"/>`,
      `<text class="label" x="${x}" y="${top(index) + 21}">${html(shownLabel(label))}</text>`,
      `<text class="tick" x="${x}" y="${top(index) + 39}">${html(shownLabel(second))}</text>`,
    ].join("");
  });
  return [
    `<svg viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-label="${html(description)}" xmlns="http://www.w3.org/2000/svg">`,
    `<title>${html(description)}</title>`,
    ...lines,
    ...boxes,
    "</svg>",
  ].join("");
}
