import {
  code,
  partsOf,
  type Block,
  type Chart,
  type Document,
  type Inline,
  type Shares,
  type Table,
  type Text,
  type Timeline,
} from "../document.ts";
import { count, duration, elapsed } from "../format.ts";
import { drawnChart } from "./chart-points.ts";
import { colourLegend, mermaidChart } from "./mermaid-chart.ts";
import { mermaidGraph } from "./mermaid-graph.ts";
import { lengthOf, namesIn, textBar, textShares } from "./text-bars.ts";
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
  return blocks
    .map((block, index) => ({ text: blockText(block), isLast: !isOneList(block, blocks[index + 1]) }))
    .filter(({ text }) => text !== "")
    .map(({ text, isLast }) => `${text}\n${isLast ? "\n" : ""}`)
    .join("")
    .replace(/\n\n$/, "\n");
}

/** Images that follow each other are lines of one list. */
const isOneList = (block: Block, next: Block | undefined) => block.kind === "image" && next?.kind === "image";

function blockText(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level + 1)} ${textOf(block.content, true)}`;
    case "text":
      return textOf(block.content);
    case "table":
      return foldedTable(block);
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
    case "parallel":
      // GitHub draws none, and the table beside it has all of it.
      return "";
    case "shares":
      return shares(block);
    case "timeline":
      return timeline(block);
    case "image":
      return `- ${textOf(block.caption)}`;
  }
}

function foldedTable(block: Table): string {
  const { fold, rows } = block;
  if (fold === undefined || rows.length <= fold.after) return table(block);
  const more = rows.slice(fold.after);
  const folded = table({ ...block, rows: more });
  return `${table({ ...block, rows: rows.slice(0, fold.after) })}\n\n<details><summary>${count(more.length, `more ${fold.noun}`)}</summary>\n\n${folded}\n\n</details>`;
}

function table({ columns, rows }: Pick<Table, "columns" | "rows">): string {
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

/** A diagram that GitHub draws, and in words which of its lines is which. */
function chart(block: Chart): string {
  const drawn = drawnChart(block);
  const legend = colourLegend(drawn).map(({ colour, text }) =>
    colour === undefined ? inline(text) : `${colour}: ${inline(text)}`,
  );
  const diagram = fence(mermaidChart(block, drawn), "mermaid");
  return legend.length === 0 ? diagram : `${diagram}\n\n<sub>${legend.join("<br>")}</sub>`;
}

/** A bar of signs for each state, with the shares in numbers. */
function shares(block: Shares): string {
  const names = namesIn(block);
  const rows = block.bars.map((one): readonly Text[] => {
    const { shares: parts, bar } = textShares(one, names);
    const words = parts.flatMap(({ shade, name, percent }, index): readonly Inline[] => [
      `${index === 0 ? "" : ", "}${shade} `,
      code(name),
      ` ${percent} %`,
    ]);
    return [one.title, code(bar), words.length === 0 ? "none" : words];
  });
  return table({ columns: ["", "", ""].map((title) => ({ title })), rows });
}

function timeline(block: Timeline): string {
  const whole = lengthOf(block);
  const columns = ["What", "Phase", "Began after", "Took", "When"].map((title) => ({ title }));
  const rows = block.bars.map((bar): readonly Text[] => [
    code(bar.subject),
    bar.phase,
    elapsed(bar.from),
    duration(bar.seconds),
    code(textBar(bar, whole)),
  ]);
  return table({ columns, rows });
}
