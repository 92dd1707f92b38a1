import type { Chart, ChartLine } from "../document.ts";
import { legendOf, placesOf, sampled, type DrawnChart } from "./chart-points.ts";

/** By their names in the legend; each is seen on light and on dark. Mermaid draws no dashes. */
const colours = {
  current: { name: "Blue", value: "#2f81f7" },
  baseline: { name: "Grey", value: "#848d97" },
  gate: { name: "Orange", value: "#d4730a" },
} as const satisfies Readonly<Record<ChartLine["role"], object>>;

/** An xychart that GitHub draws. Its values are spread evenly over the axis, so every line is read at the same places. */
export function mermaidChart({ title }: Chart, drawn: DrawnChart): string {
  const places = placesOf(drawn);
  const lines = drawn.lines.filter(({ points }) => points.length > 0);
  const palette = lines.map(({ role }) => colours[role].value).join(", ");
  return [
    // As large as a chart has to be beside others, on the page's own ground.
    `%%{init: {"xyChart": {"width": 700, "height": 300}, "themeVariables": {"xyChart": {"backgroundColor": "transparent", "plotColorPalette": "${palette}"}}}}%%`,
    "xychart-beta",
    `  title "${title.replaceAll(/["\p{C}\p{Zl}\p{Zp}`;%{}]/gu, "'").slice(0, 60)}"`,
    `  x-axis "step" ${plainNumber(drawn.firstStep)} --> ${plainNumber(drawn.lastStep === drawn.firstStep ? drawn.firstStep + 1 : drawn.lastStep)}`,
    `  y-axis ${plainNumber(drawn.low)} --> ${plainNumber(drawn.high)}`,
    ...lines.map(({ points }) => `  line [${sampled(points, drawn, places).map(plainNumber).join(", ")}]`),
  ].join("\n");
}

/** Which line is which, by its colour; nothing where there is one. */
export function colourLegend(drawn: DrawnChart): readonly { readonly colour?: string; readonly text: string }[] {
  return legendOf(drawn).map(({ role, off, text }) =>
    off === undefined ? { colour: colours[role].name, text } : { text },
  );
}

/** Mermaid reads no exponents. */
function plainNumber(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return text.includes("e") ? value.toFixed(12).replace(/0+$/, "0") : text;
}
