import type { Graph } from "../document.ts";
import { layersOf, shownLabel } from "./graph-layers.ts";
import { round } from "./round.ts";

const boxHeight = 50;
const gap = { x: 44, y: 22 };

/** Boxes as wide as the longest of their words, which nobody can measure here: so much a sign at most, and a margin. */
const signWidth = { label: 8.2, state: 6.8 };
const narrowest = 96;

function boxOf(nodes: Graph["nodes"]): GraphLayout["box"] {
  const widths = nodes.flatMap((node) => [
    [...shownLabel(node.label)].length * signWidth.label,
    [...shownLabel(secondLine(node))].length * signWidth.state,
  ]);
  return { width: Math.ceil(Math.max(narrowest, ...widths) + 24), height: boxHeight };
}

/** What a box says below its name. */
export function secondLine({ state, duration }: Graph["nodes"][number]): string {
  return duration === undefined ? state : `${state}, ${duration}`;
}
/** What an edge takes that passes a column between two boxes. */
const laneHeight = 10;
const margin = 8;

/** Where everything is, in the picture's own units. */
export type GraphLayout = {
  readonly width: number;
  readonly height: number;
  readonly box: { readonly width: number; readonly height: number };
  /** The upper left corner of each node's box. */
  readonly corners: readonly Point[];
  /** For each edge the columns that it passes between its two boxes: from where to where it goes straight through. */
  readonly lanes: readonly (readonly Lane[])[];
};
export type Point = { readonly x: number; readonly y: number };
type Lane = { readonly from: number; readonly to: number; readonly y: number };

/** A box, or the lane of an edge through a column; `y` is its middle. */
type Item = { readonly height: number; readonly before: Item[]; readonly after: Item[]; y: number };

/**
 * Boxes in columns, each behind those that it comes after. An edge that leads over columns has a lane of its own in each, so
 * that it passes between the boxes and behind none of them. What is connected is put at the same height as far as the order
 * lets it (the layered drawing of Sugiyama, Tagawa and Toda, 1981).
 */
export function layoutOf(graph: Pick<Graph, "nodes" | "edges">): GraphLayout {
  const layers = layersOf(graph);
  const box = boxOf(graph.nodes);
  const columns: Item[][] = Array.from({ length: Math.max(0, ...layers) + 1 }, () => []);
  const place = (layer: number, height: number): Item => {
    const item: Item = { height, before: [], after: [], y: 0 };
    columns[layer]?.push(item);
    return item;
  };
  const boxes = layers.map((layer) => place(layer, box.height));
  const passed = graph.edges.map(([from, to]) => {
    const [start, end] = [layers[from] ?? 0, layers[to] ?? 0];
    // An edge that leads back is of a circle: it is drawn as it comes.
    const lanes = Array.from({ length: Math.max(0, end - start - 1) }, (_, index) =>
      place(start + 1 + index, laneHeight),
    );
    if (end > start) connect([boxes[from], ...lanes, boxes[to]]);
    return lanes.map((item, index) => ({ item, layer: start + 1 + index }));
  });
  for (const column of columns) stack(column);
  // Heights settle within a few sweeps there and back; the number is our choice.
  for (let sweep = 0; sweep < 8; sweep += 1) {
    const [ordered, side] =
      sweep % 2 === 0 ? ([columns, "before"] as const) : ([columns.toReversed(), "after"] as const);
    for (const column of ordered) align(column, side);
  }
  const all = columns.flat();
  const top = Math.min(...all.map(({ y, height }) => y - height / 2));
  const bottom = Math.max(...all.map(({ y, height }) => y + height / 2));
  const left = (layer: number) => margin + layer * (box.width + gap.x);
  const down = (y: number) => round(y - top + margin);
  return {
    width: left(columns.length - 1) + box.width + margin,
    height: round(bottom - top) + 2 * margin,
    box,
    corners: boxes.map(({ y, height }, index) => ({ x: left(layers[index] ?? 0), y: down(y - height / 2) })),
    lanes: passed.map((lanes) =>
      lanes.map(({ item, layer }) => ({ from: left(layer), to: left(layer) + box.width, y: down(item.y) })),
    ),
  };
}

function connect(way: readonly (Item | undefined)[]): void {
  for (const [index, item] of way.entries()) {
    const next = way[index + 1];
    if (item === undefined || next === undefined) continue;
    item.after.push(next);
    next.before.push(item);
  }
}

/** One below the other, in their order. */
function stack(column: readonly Item[]): void {
  let y = 0;
  for (const item of column) {
    item.y = y + item.height / 2;
    y += item.height + gap.y;
  }
}

/** Puts a column in the order of what it is connected with on one side, and each of it as near to that as there is room. */
function align(column: Item[], side: "before" | "after"): void {
  const wish = (item: Item) => {
    const others = item[side];
    return others.length === 0 ? item.y : others.reduce((sum, { y }) => sum + y, 0) / others.length;
  };
  const wishes = new Map(column.map((item) => [item, wish(item)]));
  column.sort((a, b) => (wishes.get(a) ?? 0) - (wishes.get(b) ?? 0));
  // How far down each is where all of them touch; what is left of their wishes then only may not fall.
  let depth = 0;
  const offsets = column.map((item, index) => {
    depth += index === 0 ? 0 : ((column[index - 1]?.height ?? 0) + item.height) / 2 + gap.y;
    return depth;
  });
  const groups: { sum: number; count: number }[] = [];
  for (const [index, item] of column.entries()) {
    groups.push({ sum: (wishes.get(item) ?? 0) - (offsets[index] ?? 0), count: 1 });
    for (;;) {
      const [above, below] = groups.slice(-2);
      if (above === undefined || below === undefined || above.sum / above.count <= below.sum / below.count) break;
      groups.splice(-2, 2, { sum: above.sum + below.sum, count: above.count + below.count });
    }
  }
  const means = groups.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  for (const [index, item] of column.entries()) item.y = (means[index] ?? 0) + (offsets[index] ?? 0);
}
