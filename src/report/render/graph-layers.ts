import type { Graph } from "../document.ts";

/** Longer names make boxes that nothing fits beside. Our choice. */
const longestLabel = 32;

export function shownLabel(label: string): string {
  const signs = [...label];
  return signs.length <= longestLabel ? label : `${signs.slice(0, longestLabel - 1).join("")}…`;
}

/**
 * The layer of each node, from 0 on: behind all that it comes after. Edges that lead in a circle push nothing further than
 * there are nodes.
 */
export function layersOf({ nodes, edges }: Pick<Graph, "nodes" | "edges">): readonly number[] {
  const layers = nodes.map(() => 0);
  for (let round = 1; round < nodes.length; round += 1) {
    let isSettled = true;
    for (const [from, to] of edges) {
      const least = (layers[from] ?? 0) + 1;
      if ((layers[to] ?? 0) >= least || least >= nodes.length) continue;
      layers[to] = least;
      isSettled = false;
    }
    if (isSettled) break;
  }
  return layers;
}
