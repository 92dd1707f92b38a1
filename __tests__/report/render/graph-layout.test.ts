import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { layoutOf } from "../../../src/report/render/graph-layout.ts";
import type { Graph } from "../../../src/report/document.ts";

type Edges = Graph["edges"];

const layout = (count: number, edges: Edges) =>
  layoutOf({
    nodes: Array.from({ length: count }, (_, index) => ({ label: `step ${index}`, state: "Completed", tone: "good" })),
    edges,
  });

/** Steps, each of which may come after any that stands before it. */
const graphs = fc.integer({ min: 1, max: 24 }).chain((count) =>
  fc.tuple(
    fc.constant(count),
    fc.uniqueArray(
      fc
        .tuple(fc.nat(count - 1), fc.nat(count - 1))
        .filter(([from, to]) => from < to)
        .map(([from, to]): readonly [number, number] => [from, to]),
      { maxLength: count === 1 ? 0 : 40, selector: ([from, to]) => `${from}-${to}` },
    ),
  ),
);

describe("the picture of what comes after what", () => {
  it("has a straight way through for a chain, and a lane beside the boxes for what leads past one", () => {
    const { corners, lanes, box } = layout(3, [
      [0, 1],
      [1, 2],
      [0, 2],
    ]);
    const column = box.width + 44;
    expect(corners.map(({ x }) => x)).toEqual([8, 8 + column, 8 + 2 * column]);
    const [lane] = lanes[2] ?? [];
    const passed = corners[1];
    if (lane === undefined || passed === undefined) throw new Error("The edge past the second box has no lane.");
    expect([lane.from, lane.to]).toEqual([passed.x, passed.x + box.width]);
    expect(lane.y < passed.y || lane.y > passed.y + box.height).toBe(true);
    expect(lanes.slice(0, 2)).toEqual([[], []]);
  });

  it("puts no box over another, no edge behind a box, and everything into the picture, whatever the graph", () => {
    fc.assert(
      fc.property(graphs, ([count, edges]) => {
        const { corners, lanes, width, height, box } = layout(count, edges);
        for (const [index, { x, y }] of corners.entries()) {
          expect(x >= 0 && y >= 0 && x + box.width <= width && y + box.height <= height).toBe(true);
          for (const other of corners.slice(index + 1))
            expect(other.x !== x || Math.abs(other.y - y) >= box.height).toBe(true);
          for (const lane of lanes.flat()) expect(lane.from !== x || lane.y < y || lane.y > y + box.height).toBe(true);
        }
        for (const [index, [from, to]] of edges.entries()) {
          const columns = [corners[from]?.x, ...(lanes[index] ?? []).map((lane) => lane.from), corners[to]?.x];
          expect(columns).toEqual([...columns].sort((a, b) => Number(a) - Number(b)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is drawn of steps that wait for each other, too", () => {
    const { corners, lanes } = layout(2, [
      [0, 1],
      [1, 0],
    ]);
    expect(corners).toHaveLength(2);
    expect(lanes).toEqual([[], []]);
  });

  it("keeps what is connected at one height where there is room", () => {
    const { corners } = layout(4, [
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(new Set(corners.map(({ y }) => y)).size).toBe(1);
  });
});
