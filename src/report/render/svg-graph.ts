import type { Graph } from "../document.ts";
import { html } from "./escape.ts";
import { shownLabel } from "./graph-layers.ts";
import { layoutOf, secondLine, type Point } from "./graph-layout.ts";

/** Of its own size: a long pipeline is scrolled before its words become too small to read. Our choice. */
const smallest = 0.7;

/** Boxes in columns, each behind those that it comes after, as one self-contained picture. */
export function svgGraph(graph: Graph): string {
  const { nodes, edges, description } = graph;
  const { width, height, box, corners, lanes } = layoutOf(graph);
  const cornerOf = (index: number): Point => corners[index] ?? { x: 0, y: 0 };
  const lines = edges.map(([from, to], index) => {
    const [start, end] = [cornerOf(from), cornerOf(to)];
    let path = `M${start.x + box.width},${start.y + box.height / 2}`;
    let at: Point = { x: start.x + box.width, y: start.y + box.height / 2 };
    for (const lane of lanes[index] ?? []) {
      path += ` ${bend(at, { x: lane.from, y: lane.y })} H${lane.to}`;
      at = { x: lane.to, y: lane.y };
    }
    path += ` ${bend(at, { x: end.x, y: end.y + box.height / 2 })}`;
    return `<path class="edge" d="${path}"/>`;
  });
  const boxes = nodes.map((node, index) => {
    const { label, tone } = node;
    const { x, y } = cornerOf(index);
    return [
      `<rect class="box ${tone}" x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="6"/>`,
      `<text class="label" x="${x + 12}" y="${y + 21}">${html(shownLabel(label))}</text>`,
      `<text class="tick" x="${x + 12}" y="${y + 39}">${html(shownLabel(secondLine(node)))}</text>`,
    ].join("");
  });
  return [
    `<svg viewBox="0 0 ${width} ${height}" style="max-width:${width}px;min-width:${Math.round(width * smallest)}px" role="img" aria-label="${html(description)}" xmlns="http://www.w3.org/2000/svg">`,
    ...lines,
    ...boxes,
    "</svg>",
  ].join("");
}

/** From one column to another: what is between them is empty. */
function bend(from: Point, to: Point): string {
  const middle = (from.x + to.x) / 2;
  return `C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`;
}
