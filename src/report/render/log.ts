import { partsOf, plainText, type Block, type Column, type Table, type Text } from "../document.ts";
import { duration, elapsed } from "../format.ts";

/** Lines of a log under a heading. */
export type LogGroup = { readonly title: string; readonly lines: readonly string[] };

/** Blocks as groups of log lines, one for each heading of a part. A picture shows what a table says already. */
export function logGroups(blocks: readonly Block[]): readonly LogGroup[] {
  const groups: { title: string; lines: string[] }[] = [];
  for (const block of blocks) {
    if (block.kind === "heading" && block.level <= 2) groups.push({ title: oneLine(block.content), lines: [] });
    else {
      if (groups.length === 0) groups.push({ title: "", lines: [] });
      groups.at(-1)?.lines.push(...linesOf(block));
    }
  }
  return groups;
}

function linesOf(block: Block): readonly string[] {
  switch (block.kind) {
    case "heading":
    case "text":
      return [oneLine(block.content)];
    case "table":
      return block.columns === undefined
        ? aligned(block.rows.map((cells) => cells.map(oneLine)))
        : table(block, block.columns);
    case "list":
      if (block.layout === "line") return [block.items.map(({ content }) => oneLine(content)).join(" · ")];
      return block.items.flatMap(({ content }) => indented("- ", content));
    case "code":
      return block.text.split(/\r\n|\r|\n/);
    case "details":
      return [oneLine(block.summary), ...block.blocks.flatMap(linesOf).map((line) => `  ${line}`)];
    case "chart":
    case "graph":
    case "parallel":
      return [];
    case "shares":
      return block.bars.map(({ title, parts }) => {
        const words = parts.map(({ name, percent }) => `${name} ${percent} %`).join(", ");
        return flat(`${title}: ${words === "" ? "none" : words}`);
      });
    case "timeline":
      return aligned([
        ["What", "Phase", "Began after", "Took"],
        ...block.bars.map(({ subject, phase, from, seconds }) =>
          [subject, phase, elapsed(from), duration(seconds)].map(flat),
        ),
      ]);
    case "image":
      return indented("- ", block.caption);
  }
}

/** Short columns beside each other, and below every row its sentences, each with the title of its column. */
function table({ rows }: Table, columns: readonly Column[]): readonly string[] {
  const isShort = (_: unknown, index: number) => columns[index]?.long !== true;
  const head = columns.filter(isShort).map(({ title }) => title);
  const [first = "", ...lines] = aligned([head, ...rows.map((cells) => cells.filter(isShort).map(oneLine))]);
  return [
    first,
    ...rows.flatMap((cells, row) => [
      lines[row] ?? "",
      ...cells.flatMap((cell, index) =>
        isShort(cell, index) || plainText(cell) === "" ? [] : indented(`    ${columns[index]?.title ?? ""}: `, cell),
      ),
    ]),
  ];
}

/** A longer cell is a sentence, and makes no column wider. */
const widest = 60;

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (index: number) =>
    Math.max(0, ...rows.map((cells) => cells[index]?.length ?? 0).filter((length) => length <= widest));
  return rows.map((cells) =>
    cells
      .map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(width(index))))
      .join("  ")
      .trimEnd(),
  );
}

/** A content with breaks: its first line behind the start, the others below it. */
function indented(start: string, content: Text): readonly string[] {
  const lines: string[][] = [[]];
  for (const part of partsOf(content))
    if (typeof part !== "string" && part.kind === "break") lines.push([]);
    else lines.at(-1)?.push(plainText(part));
  return lines.map((parts, index) => `${index === 0 ? start : " ".repeat(start.length)}${flat(parts.join(""))}`);
}

function oneLine(content: Text): string {
  return flat(plainText(content));
}

function flat(text: string): string {
  return text.replaceAll(/(?<!\s)\s*[\r\n\u0085\u2028\u2029]+\s*/g, " ");
}
