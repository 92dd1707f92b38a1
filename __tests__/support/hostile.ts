import fc from "fast-check";
import type { Block, Text } from "../../src/report/document.ts";

/** Whatever anybody may write into names, messages and values. It says something, so that no place is empty. */
export const hostile = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc
      .array(
        fc.constantFrom(
          ..."<>&|`*_[]()!#@~-=+:\\$\"'. \t\n\r{}",
          ...["1.", "- ", "> ", "# ", "## ", "```", "~~~", "---", "    ", "<!--", "-->", "</td>", "<br>", "</details>"],
          ...["<img src=x onerror=alert(1)>", "</main><script>", "| --- |", "[x](http://y.z)", "![x](//y.z)", "\n\n"],
          ...["http://x.y", "https://x.y/a?b=1&c=2.", "www.x.y", "a@x.y", "@octocat", "#12", "o/r#1", "&lt;", "&#60;"],
          ...["::error::x", "\n::set-output name=a::b", "##[error]x", "\u202e", "\u0000", "\u2028", "\u0085", "\u00a0"],
          ...["\u001b[31m", "é", "日本", "a", "word"],
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join("")),
  )
  .filter((text) => text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "").trim() !== "");

/** A word for each text, the same for the same. */
function numbered(texts: readonly string[]): (text: string) => string {
  const all = [...new Set(texts)];
  return (text) => `word${all.indexOf(text)}`;
}

/** The same blocks with harmless words in place of every text. */
export function harmless(all: readonly Block[]): readonly Block[] {
  const word = (text: Text): Text => {
    const parts = typeof text === "string" || "kind" in text ? [text] : text;
    return parts.map((part) =>
      typeof part === "string" ? "word" : part.kind === "break" ? part : { ...part, text: "word" },
    );
  };
  return all.map((block): Block => {
    switch (block.kind) {
      case "heading":
      case "text":
        return { ...block, content: word(block.content) };
      case "table": {
        const rows = block.rows.map((row) => row.map(word));
        const { columns } = block;
        return {
          ...block,
          rows,
          ...(columns === undefined ? {} : { columns: columns.map((one) => ({ ...one, title: "word" })) }),
        };
      }
      case "list":
        return { ...block, items: block.items.map(({ content }) => ({ content: word(content) })) };
      case "code":
        return {
          ...block,
          text: block.text
            .split(/\r\n|\r|\n/)
            .map(() => "word")
            .join("\n"),
        };
      case "details":
        return { ...block, summary: word(block.summary), blocks: harmless(block.blocks) };
      case "chart":
        return {
          ...block,
          title: "word",
          description: "word",
          lines: block.lines.map((line) => ({ ...line, name: "word" })),
        };
      case "parallel": {
        const named = numbered(block.axes.flatMap(({ values }) => values.map(String)));
        return {
          ...block,
          description: "word",
          lines: block.lines.map(({ isBest }) => ({ isBest, label: "word" })),
          axes: block.axes.map(({ values }) => ({
            title: "word",
            values: values.map((value) => (typeof value === "string" ? named(value) : value)),
          })),
        };
      }
      case "shares": {
        const named = numbered(block.bars.flatMap(({ parts }) => parts.map(({ name }) => name)));
        return {
          ...block,
          bars: block.bars.map(({ parts }) => ({
            title: "word",
            parts: parts.map(({ name, percent }) => ({ name: named(name), percent })),
          })),
        };
      }
      case "timeline":
        return { ...block, bars: block.bars.map((bar) => ({ ...bar, subject: "word", phase: "word" })) };
      case "image":
        return {
          ...block,
          caption: word(block.caption),
          description: "word",
          base64: /^[A-Za-z0-9+/]+={0,2}$/.test(block.base64) ? block.base64 : "?",
        };
      case "graph":
        return {
          ...block,
          description: "word",
          nodes: block.nodes.map(({ tone: kept }) => ({ label: "word", state: "word", duration: "word", tone: kept })),
        };
    }
  });
}

export const tagsOf = (html: string) => html.match(/<!--|<\/?[a-z][a-z0-9]*/gi) ?? [];
export const decoded = (html: string) =>
  html
    .replaceAll(/&#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number)))
    .replaceAll(/&(lt|gt|quot|amp);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"' })[name] ?? "&");
