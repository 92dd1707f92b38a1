import { partsOf, type Block, type Chart, type Document, type Inline, type Table, type Text } from "../document.ts";
import { chartPoints } from "./chart-points.ts";
import { mermaidGraph } from "./mermaid-graph.ts";
import { codeSpan, fence, httpsAddress, inline, link } from "./escape.ts";
import type { RankedText } from "./size-limit.ts";

/** The document as Markdown, a text for each section: so that a limit can leave out whole ones. */
export function markdownSections(document: Document): readonly RankedText[] {
  return document.map(({ rank, blocks }) => {
    // What a limit may cut is rows: a block of code or a folded part that lost its end would swallow what follows.
    const firstLong = blocks.find(({ kind }) => !["heading", "text", "list"].includes(kind));
    return { rank, text: markdownOf(blocks), hasRows: firstLong?.kind === "table" };
  });
}

/** Every block ends its line, and a blank line parts it from the next. */
export function markdownOf(blocks: readonly Block[]): string {
  return blocks.map((block) => `${blockText(block)}\n`).join("\n");
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level + 1)} ${textOf(block.content, true)}`;
    case "text":
      return textOf(block.content);
    case "table":
      return table(block);
    case "list":
      return block.layout === "line"
        ? block.items.map(({ content }) => textOf(content)).join(" · ")
        : block.items.map(({ content }) => `- ${textOf(content)}`).join("\n");
    case "code":
      return fence(block.text, block.language);
    case "details":
      return `<details><summary>${textOf(block.summary)}</summary>\n\n${markdownOf(block.blocks)}\n</details>`;
    case "chart":
      return chart(block);
    case "graph":
      return fence(mermaidGraph(block), "mermaid");
  }
}

function table({ columns, rows }: Table): string {
  const head = columns?.map(({ title }) => inline(title)) ?? ["", ""];
  return [head, head.map(() => "---"), ...rows.map((cells) => cells.map((cell) => textOf(cell)))]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/**
 * Neighbours that are only text are escaped as one, since signs that are harmless alone are not always harmless together.
 * Space at the start of a line would make a block of code of it.
 */
function textOf(text: Text, isHeading = false): string {
  const runs: (string | Exclude<Inline, string>)[] = [];
  for (const part of partsOf(text)) {
    const plain = plainOf(part, isHeading);
    const last = runs.at(-1);
    if (plain !== undefined && typeof last === "string") runs[runs.length - 1] = last + plain;
    else runs.push(plain ?? part);
  }
  return runs.map(inlineText).join("").trim();
}

/** The text of what is shown as nothing but text. */
function plainOf(part: Inline, isHeading: boolean): string | undefined {
  if (typeof part === "string") return part;
  if (part.kind === "link") return httpsAddress(part.address) === undefined ? part.text : undefined;
  // A heading is heavy as it is.
  return part.kind === "badge" && (part.tone !== "bad" || isHeading) ? part.text : undefined;
}

function inlineText(part: Inline): string {
  if (typeof part === "string") return inline(part);
  switch (part.kind) {
    case "code":
      return codeSpan(part.text);
    case "link":
      return link(part.text, part.address);
    case "strong":
    case "badge":
      return `<strong>${inline(part.text)}</strong>`;
    case "break":
      return "<br>";
  }
}

/** A diagram that GitHub draws. */
function chart({ title, points }: Chart): string {
  const drawn = chartPoints(points);
  return fence(
    [
      "xychart-beta",
      `  title "${title.replaceAll(/["\n\r`]/g, "'").slice(0, 60)}"`,
      `  x-axis "step" [${drawn.points.map(({ step }) => step).join(", ")}]`,
      `  y-axis ${plainNumber(drawn.low)} --> ${plainNumber(drawn.high)}`,
      `  line [${drawn.points.map(({ value }) => plainNumber(value)).join(", ")}]`,
    ].join("\n"),
    "mermaid",
  );
}

/** Mermaid reads no exponents. */
function plainNumber(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return text.includes("e") ? value.toFixed(12).replace(/0+$/, "0") : text;
}
