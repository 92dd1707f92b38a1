import {
  partsOf,
  plainText,
  type Block,
  type Chart,
  type Column,
  type Document,
  type Image,
  type Inline,
  type Shares,
  type Table,
  type Text,
  type Timeline,
  type Tone,
} from "../document.ts";
import { duration, elapsed } from "../format.ts";
import { drawnChart, legendOf, type DrawnChart } from "./chart-points.ts";
import { html, httpsAddress } from "./escape.ts";
import { script, scriptDigest } from "./html-script.ts";
import { style } from "./html-style.ts";
import { svgChart } from "./svg-chart.ts";
import { svgGraph } from "./svg-graph.ts";
import { svgParallel } from "./svg-parallel.ts";
import { lengthOf, namesIn } from "./text-bars.ts";

/** A table of more rows can be searched. Our choice. */
const mostUnsearched = 15;

/** A report of fewer parts needs no list of them. Our choice. */
const fewestListed = 4;

/**
 * The document as one HTML file, readable in light, in dark, on a phone and on paper. Nothing is loaded from anywhere; its one
 * script sorts and searches tables, and stands in those pages alone that have such tables.
 */
export function renderHtml(document: Document): string {
  const blocks = document.flatMap((section) => section.blocks);
  const first = blocks.find((block) => block.kind === "heading");
  const all = parts(blocks);
  const body = all.map((part, index) =>
    part[0]?.kind === "heading" ? `<section id="part-${index}">${htmlOf(part)}</section>` : htmlOf(part),
  );
  const needsScript = body.some((part) => / data-(sort|search)>/.test(part));
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    ...(needsScript ? [`script-src '${scriptDigest}'`] : []),
    ...(body.some((part) => part.includes('<img src="data:')) ? ["img-src data:"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${first === undefined ? "Report" : html(plainText(first.content))}</title><style>${style}</style></head><body>`,
    `${contents(all)}<main id="report">`,
    ...body,
    `</main>${needsScript ? `<script>${script}</script>` : ""}</body></html>\n`,
  ].join("\n");
}

/** The parts by their headings, to go to. */
function contents(all: readonly (readonly Block[])[]): string {
  const links = all.flatMap(([first], index) =>
    first?.kind === "heading" && first.level === 2
      ? [`<li><a href="#part-${index}">${html(plainText(first.content))}</a></li>`]
      : [],
  );
  if (links.length < fewestListed) return "";
  return `<a class="skip" href="#report">Skip to the report</a><nav aria-label="Parts of the report"><ul>${links.join("")}</ul></nav>`;
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

/** Charts that follow each other share rows, and so do images. */
const rowsOf = { chart: "charts", image: "images" } as const;

function htmlOf(blocks: readonly Block[]): string {
  let title = "Table";
  return blocks
    .map((block, index) => {
      if (block.kind === "heading") title = plainText(block.content);
      if (block.kind !== "chart" && block.kind !== "image") return blockHtml(block, title);
      const isFirst = blocks[index - 1]?.kind !== block.kind;
      const isLast = blocks[index + 1]?.kind !== block.kind;
      const picture = block.kind === "chart" ? figure(block) : image(block);
      return `${isFirst ? `<div class="${rowsOf[block.kind]}">` : ""}${picture}${isLast ? "</div>" : ""}`;
    })
    .join("");
}

function figure(chart: Chart): string {
  const drawn = drawnChart(chart);
  return `<figure class="drawn"><figcaption>${html(chart.title)}</figcaption>${svgChart(chart, drawn)}${legend(drawn)}</figure>`;
}

function legend(drawn: DrawnChart): string {
  const items = legendOf(drawn).map(({ role, off, text }) => {
    const sample = `<svg viewBox="0 0 26 8" aria-hidden="true"><path class="line ${role}" d="M0,4H26"/></svg>`;
    return `<li>${off === undefined ? sample : ""}<span>${html(text)}</span></li>`;
  });
  return items.length === 0 ? "" : `<ul class="legend">${items.join("")}</ul>`;
}

/** Base64 and nothing else goes into an address; what is none is shown by its caption alone. */
function image({ caption, description, type, base64 }: Image): string {
  const picture = /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
    ? `<img src="data:${type};base64,${base64}" alt="${html(description)}">`
    : "";
  return `<figure><figcaption>${textOf(caption)}</figcaption>${picture}</figure>`;
}

/** @param title of what it stands in: a part that is scrolled is a region of the page, and has to have a name. */
function blockHtml(block: Exclude<Block, Chart | Image>, title: string): string {
  switch (block.kind) {
    case "heading":
      return `<h${block.level}>${textOf(block.content)}</h${block.level}>`;
    case "text":
      return `<p${block.muted === true ? ' class="muted"' : ""}>${textOf(block.content)}</p>`;
    case "table":
      return block.columns === undefined ? facts(block) : scrolled(table(block, block.columns), title);
    case "list":
      if (block.layout === "line") return `<p>${block.items.map(({ content }) => textOf(content)).join(" · ")}</p>`;
      return `<ul${className(block.tone)}>${block.items.map(({ content }) => `<li>${textOf(content)}</li>`).join("")}</ul>`;
    case "code":
      return `<pre tabindex="0">${html(block.text)}</pre>`;
    case "graph":
      return `<figure class="scroll drawn" tabindex="0">${svgGraph(block)}</figure>`;
    case "parallel":
      return `<figure class="scroll drawn" tabindex="0">${svgParallel(block)}</figure>`;
    case "shares":
      return shares(block);
    case "timeline":
      return scrolled(timeline(block), title);
    case "details":
      return `<details><summary>${textOf(block.summary)}</summary>${htmlOf(block.blocks)}</details>`;
  }
}

/** What may be wider than the page can be scrolled, with the keyboard too. */
function scrolled(content: string, title: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${html(title)}">${content}</div>`;
}

function facts({ rows }: Table): string {
  const pairs = rows.map(([name = "", value = ""]) => `<dt>${textOf(name)}</dt><dd>${textOf(value)}</dd>`);
  return `<dl>${pairs.join("")}</dl>`;
}

function table({ rows, sortKeys }: Table, columns: readonly Column[]): string {
  const classes = columns.map(({ numeric, long }) =>
    numeric === true ? ' class="n"' : long === true ? ' class="long"' : "",
  );
  const cell = (text: Text, row: number, index: number) => {
    const key = sortKeys?.[row]?.[index];
    return `<td${classes[index] ?? ""}${key === undefined ? "" : ` data-key="${key}"`}>${textOf(text)}</td>`;
  };
  const abilities = `${rows.length > mostUnsearched ? " data-search" : ""}${sortKeys === undefined ? "" : " data-sort"}`;
  return [
    `<table${abilities}><thead><tr>`,
    ...columns.map(({ title }, index) => `<th scope="col"${classes[index] ?? ""}>${html(title)}</th>`),
    "</tr></thead><tbody>",
    ...rows.map((cells, row) => `<tr>${cells.map((text, index) => cell(text, row, index)).join("")}</tr>`),
    "</tbody></table>",
  ].join("");
}

/** One stacked bar for each state, and its shares in words below it. */
function shares(block: Shares): string {
  const names = namesIn(block);
  const colour = (name: string) => `p${(names.indexOf(name) % 4) + 1}`;
  const bars = block.bars.map(({ title, parts: all }) => {
    const bar = all.map(({ name, percent }) => `<span class="${colour(name)}" style="width:${percent}%"></span>`);
    const words = all.map(
      ({ name, percent }, index) =>
        `${index === 0 ? "" : ", "}<span class="key ${colour(name)}" aria-hidden="true"></span><code>${html(name)}</code> ${percent} %`,
    );
    return [
      `<p class="title">${html(title)}</p><div><div class="share" aria-hidden="true">${bar.join("")}</div>`,
      `<p class="parts">${words.length === 0 ? "none" : words.join("")}</p></div>`,
    ].join("");
  });
  return `<div class="shares">${bars.join("")}</div>`;
}

/** A table whose last column has the bars: what they show is in the others in words. */
function timeline(block: Timeline): string {
  const whole = lengthOf(block);
  const percent = (seconds: number) => Math.round((seconds / whole) * 10_000) / 100;
  const rows = block.bars.map(({ subject, phase, tone, from, seconds }) => {
    const bar = `<span class="track ${tone}" aria-hidden="true"><i style="left:${Math.min(99.5, percent(from))}%;width:${percent(seconds)}%"></i></span>`;
    return `<tr><td><code>${html(subject)}</code></td><td>${html(phase)}</td><td class="n began">${html(elapsed(from))}</td><td class="n">${html(duration(seconds))}</td><td class="when">${bar}</td></tr>`;
  });
  const head = `<th scope="col">What</th><th scope="col">Phase</th><th scope="col" class="n began">Began after</th><th scope="col" class="n">Took</th><th scope="col">When</th>`;
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
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
