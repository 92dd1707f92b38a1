import {
  partsOf,
  plainText,
  type Block,
  type Chart,
  type Column,
  type Document,
  type Inline,
  type Table,
  type Text,
  type Tone,
} from "../document.ts";
import { html, httpsAddress } from "./escape.ts";
import { svgGraph } from "./svg-graph.ts";
import { svgChart } from "./svg-chart.ts";

const style = `
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--back:#fff;--card:#f6f8fa;--good:#1a7f37;--bad:#b42318;--wait:#9a6700;--mark:#0969da}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--back:#0d1117;--card:#151b23;--good:#3fb950;--bad:#f85149;--wait:#d29922;--mark:#4493f8}}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}h1{font-size:24px;margin:0 0 4px}h3{font-size:15px;margin:20px 0 6px}h2{font-size:18px;margin:34px 0 10px;padding-bottom:6px;border-bottom:1px solid var(--line)}
.muted{color:var(--soft);margin:0 0 18px}.badge{display:inline-block;padding:1px 9px;border-radius:999px;border:1px solid currentColor;font-size:13px;font-weight:600}
.good{color:var(--good)}.bad{color:var(--bad)}.waiting{color:var(--wait)}h1 .badge{font-size:.7em;vertical-align:.12em}
ul{margin:10px 0;padding:12px 16px 12px 32px;background:var(--card);border:1px solid var(--line);border-radius:8px}ul.bad{color:inherit;border-left:4px solid var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:7px 12px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:13px}td.n,th.n{text-align:right}code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}td:first-child code{overflow-wrap:break-word}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:0;padding:14px 16px;background:var(--card);border:1px solid var(--line);border-radius:8px}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px;overflow-x:auto;font:13px/1.45 ui-monospace,Menlo,monospace}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px;margin-top:16px}figure{margin:0;padding:10px 12px;border:1px solid var(--line);border-radius:8px}figcaption{font-weight:600;font-size:14px}
details{margin-top:34px}summary{cursor:pointer;color:var(--soft)}
svg{width:100%;height:auto;display:block}.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft)}.tick{fill:var(--soft);font-size:11px}.line{fill:none;stroke:var(--mark);stroke-width:2}.point{fill:var(--mark)}.label{fill:var(--ink);font-size:14px;font-weight:600}.edge{fill:none;stroke:var(--soft)}.box{fill:var(--card);stroke:currentColor;stroke-width:1.5}.box.neutral{stroke:var(--soft);stroke-dasharray:4 4}a{color:var(--mark)}
@media print{main{max-width:none;padding:0}h2{break-after:avoid}figure{break-inside:avoid}svg{min-width:0!important}}
`;

/** The document as one HTML file: no scripts, nothing loaded from anywhere, readable in light, in dark and on paper. */
export function renderHtml(document: Document): string {
  const blocks = document.flatMap((section) => section.blocks);
  const first = blocks.find((block) => block.kind === "heading");
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${first === undefined ? "" : html(plainText(first.content))}</title><style>${style}</style></head><body><main>`,
    ...parts(blocks).map((part) => (part[0]?.kind === "heading" ? `<section>${htmlOf(part)}</section>` : htmlOf(part))),
    "</main></body></html>\n",
  ].join("\n");
}

/** The blocks below each heading of a part, with the heading. */
function parts(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const all: Block[][] = [[]];
  for (const block of blocks) {
    if (block.kind === "heading" && block.level <= 2) all.push([]);
    all.at(-1)?.push(block);
  }
  return all.filter((part) => part.length > 0);
}

function htmlOf(blocks: readonly Block[]): string {
  return blocks.map((block, index) => (block.kind === "chart" ? charts(blocks, index) : blockHtml(block))).join("");
}

/** Charts that follow each other share rows: the first one brings them all. */
function charts(blocks: readonly Block[], index: number): string {
  if (blocks[index - 1]?.kind === "chart") return "";
  const end = blocks.findIndex((block, at) => at > index && block.kind !== "chart");
  const all = blocks.slice(index, end < 0 ? blocks.length : end);
  return `<div class="charts">${all.map((block) => (block.kind === "chart" ? figure(block) : "")).join("")}</div>`;
}

function figure(chart: Chart): string {
  return `<figure><figcaption>${html(chart.title)}</figcaption>${svgChart(chart)}</figure>`;
}

function blockHtml(block: Exclude<Block, Chart>): string {
  switch (block.kind) {
    case "heading":
      return `<h${block.level}>${textOf(block.content)}</h${block.level}>`;
    case "text":
      return `<p${block.muted === true ? ' class="muted"' : ""}>${textOf(block.content)}</p>`;
    case "table":
      return block.columns === undefined ? facts(block) : table(block, block.columns);
    case "list":
      if (block.layout === "line") return `<p>${block.items.map(({ content }) => textOf(content)).join(" · ")}</p>`;
      return `<ul${className(block.tone)}>${block.items.map(({ content }) => `<li>${textOf(content)}</li>`).join("")}</ul>`;
    case "code":
      return `<pre>${html(block.text)}</pre>`;
    case "graph":
      return `<figure class="scroll">${svgGraph(block)}</figure>`;
    case "details":
      return `<details><summary>${textOf(block.summary)}</summary>${htmlOf(block.blocks)}</details>`;
  }
}

function facts({ rows }: Table): string {
  const pairs = rows.map(([name = "", value = ""]) => `<dt>${textOf(name)}</dt><dd>${textOf(value)}</dd>`);
  return `<dl>${pairs.join("")}</dl>`;
}

function table({ rows }: Table, columns: readonly Column[]): string {
  const cell = (tag: "th" | "td", text: Text, index: number) =>
    `<${tag}${columns[index]?.numeric === true ? ' class="n"' : ""}>${textOf(text)}</${tag}>`;
  return [
    '<div class="scroll"><table><thead><tr>',
    ...columns.map(({ title }, index) => cell("th", title, index)),
    "</tr></thead><tbody>",
    ...rows.map((cells) => `<tr>${cells.map((text, index) => cell("td", text, index)).join("")}</tr>`),
    "</tbody></table></div>",
  ].join("");
}

function textOf(text: Text): string {
  return partsOf(text).map(inlineHtml).join("");
}

function inlineHtml(part: Inline): string {
  if (typeof part === "string") return html(part);
  switch (part.kind) {
    case "code":
      return `<code>${html(part.text)}</code>`;
    case "strong":
      return `<strong>${html(part.text)}</strong>`;
    case "link": {
      const address = httpsAddress(part.address);
      return address === undefined ? html(part.text) : `<a href="${html(address)}">${html(part.text)}</a>`;
    }
    case "badge":
      return `<span class="badge ${part.tone}">${html(part.text)}</span>`;
    case "break":
      return "<br>";
  }
}

function className(tone: Tone | undefined): string {
  return tone === undefined ? "" : ` class="${tone}"`;
}
