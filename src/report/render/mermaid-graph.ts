import type { Graph } from "../document.ts";
import { shownLabel } from "./graph-layers.ts";

/** A flowchart that GitHub draws. Tones are borders, which are seen on light and on dark; states are in words. */
export function mermaidGraph({ nodes, edges }: Graph): string {
  return [
    "flowchart LR",
    ...nodes.map(({ label, state, duration, tone }, index) => {
      // On lines of their own: Mermaid wraps what is longer than it likes, at any place.
      const lines = [shownLabel(label), state, ...(duration === undefined ? [] : [duration])];
      return `  s${index}["${lines.map(entities).join("<br/>")}"]:::${tone}`;
    }),
    ...edges.map(([from, to]) => `  s${from} --> s${to}`),
    "  classDef good stroke:#1a7f37,stroke-width:2px",
    "  classDef bad stroke:#b42318,stroke-width:4px",
    "  classDef waiting stroke:#9a6700,stroke-width:2px",
    "  classDef neutral stroke-dasharray:4 4",
  ].join("\n");
}

/** Mermaid's own form of character references, for everything but letters, digits and what stands between words. */
function entities(text: string): string {
  return text
    .replaceAll(/[\s\p{C}]+/gu, " ")
    .replaceAll(/[^\p{L}\p{N} _.,-]/gu, (sign) => `#${sign.codePointAt(0) ?? 0};`);
}
