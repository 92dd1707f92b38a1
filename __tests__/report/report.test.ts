import { describe, expect, it } from "@jest/globals";
import { marked } from "marked";
import { partsOf, plainText, type Block, type Document, type Table, type Text } from "../../src/report/document.ts";
import { duration, elapsed } from "../../src/report/format.ts";
import { renderHtml } from "../../src/report/render/html.ts";
import { logGroups } from "../../src/report/render/log.ts";
import { markdownSections } from "../../src/report/render/markdown.ts";
import { reportOf } from "../../src/report/report.ts";
import { planBlocks } from "../../src/report/sections/plan.ts";
import { everyResult } from "../support/results.ts";

const references: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** What a reader sees: text without tags and pictures, with the joiners that keep GitHub from linking taken out. */
function readerText(html: string): string {
  return (
    html
      // A picture, what says which of its lines is which, and bars of signs.
      .replaceAll(
        /<figure class="[^"]*drawn"[^>]*>.*?<\/figure>|<pre><code class="language-mermaid">.*?<\/code><\/pre>/gs,
        " ",
      )
      .replaceAll(/<sub>.*?<\/sub>|<nav .*?<\/nav>|<a class="skip".*?<\/a>/gs, " ")
      .replaceAll(/<code>[█▓▒░·]+<\/code>|[█▓▒░] (?=<code>)/g, " ")
      .replaceAll(/<script>.*?<\/script>/gs, " ")
      .replaceAll(/<(?!\/?(code|strong|a|span)\b)[^>]*>/g, " ")
      .replaceAll(/<[^>]*>/g, "")
      .replaceAll(/&#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number)))
      .replaceAll(/&(amp|lt|gt|quot);/g, (_, name: string) => references[name] ?? "")
      .replaceAll("\u2060", "")
      .replaceAll(/\s+/g, " ")
      .trim()
  );
}

function withoutFold({ fold: _, ...table }: Table): Table {
  return table;
}

function markdownOf(document: Document): string {
  return markdownSections(document)
    .map(({ text }) => text)
    .join("\n");
}

const asMarkdown = (document: Document) => readerText(marked.parse(markdownOf(document), { gfm: true, async: false }));
const asHtml = (document: Document) => readerText(renderHtml(document).replace(/^.*?<body>/s, ""));

const results = everyResult();
const blocksOf = (document: Document): readonly Block[] => document.flatMap(({ blocks }) => blocks).flatMap(withInner);
const withInner = (block: Block): readonly Block[] => (block.kind === "details" ? [block, ...block.blocks] : [block]);

function textsOf(block: Block): readonly Text[] {
  switch (block.kind) {
    case "heading":
    case "text":
      return [block.content];
    case "table":
      return block.rows.flat();
    case "list":
      return block.items.map(({ content }) => content);
    case "code":
      return [block.text];
    case "details":
      return [block.summary];
    case "image":
      return [block.caption];
    case "shares":
      return block.bars.flatMap(({ title, parts }) => [
        title,
        ...parts.flatMap(({ name, percent }) => [`${name} ${percent} %`]),
      ]);
    case "timeline":
      return block.bars.flatMap(({ subject, phase, from, seconds }) => [
        subject,
        phase,
        elapsed(from),
        duration(seconds),
      ]);
    case "chart":
    case "graph":
    case "parallel":
      return [];
  }
}

describe("a report", () => {
  it("is tried here with every kind of block and of text", () => {
    const blocks = results.flatMap(({ result }) => blocksOf(reportOf(result)));
    expect([...new Set(blocks.map(({ kind }) => kind))].sort()).toEqual(
      [
        ...["heading", "text", "table", "list", "code", "details", "chart", "graph"],
        ...["parallel", "shares", "timeline", "image"],
      ].sort(),
    );
    const kinds = blocks
      .flatMap(textsOf)
      .flatMap((text) => partsOf(text).map((part) => (typeof part === "string" ? "text" : part.kind)));
    expect([...new Set(kinds)].sort()).toEqual(["text", "code", "strong", "link", "badge", "break"].sort());
    const headings = blocks.flatMap((block) => (block.kind === "heading" ? [plainText(block.content)] : []));
    expect(headings).toEqual(
      expect.arrayContaining([
        "Still in progress",
        "Run",
        "Gates",
        "Identity",
        "Federated credential",
        "Least-privilege role: azureml-targets for mlw",
        "Needed permissions",
        "Targets",
        "Assets",
        "Problems",
        "Plan: +1 to create, 1 unchanged",
        "Metrics",
        "End of the log",
      ]),
    );
  });

  it.each(results)("says the same in Markdown and in HTML, in the same order: $name", ({ result }) => {
    const report = reportOf(result);
    // What Markdown folds and HTML sorts is tried below.
    const unfolded = report.map((section) => ({
      ...section,
      blocks: section.blocks.map((block) => (block.kind === "table" ? withoutFold(block) : block)),
    }));
    expect(asHtml(unfolded)).toBe(asMarkdown(unfolded));
    const legends = [...renderHtml(report).matchAll(/<ul class="legend">(.*?)<\/ul>/gs)].map(([, text = ""]) =>
      readerText(text),
    );
    const named = [...marked.parse(markdownOf(report), { gfm: true, async: false }).matchAll(/<sub>(.*?)<\/sub>/gs)];
    expect(legends).toEqual(named.map(([, text = ""]) => readerText(text.replaceAll(/(Blue|Grey|Orange): /g, ""))));
    const figures = [...renderHtml(report).matchAll(/<figure class="drawn"><figcaption>(.*?)<\/figcaption>/g)].map(
      ([, title]) => title,
    );
    const diagrams = [...markdownOf(report).matchAll(/^ {2}title "(.*)"$/gm)].map(([, title]) => title);
    expect(figures).toEqual(diagrams);
  });

  it.each(results)("says all of it: $name", ({ result }) => {
    const report = reportOf(result);
    for (const all of [asMarkdown(report), asHtml(report)]) {
      let from = 0;
      for (const text of blocksOf(report).flatMap(textsOf)) {
        const words = plainText(text).replaceAll(/\s+/g, " ").trim();
        const at = all.indexOf(words, from);
        expect([words, at >= 0]).toEqual([words, true]);
        from = at;
      }
    }
  });

  it.each(results)("says the same in the log, in the same order: $name", ({ result }) => {
    const blocks = blocksOf(reportOf(result)).filter(({ kind }) => kind !== "details");
    const lines = logGroups(blocks).flatMap((group) => [group.title, ...group.lines]);
    const all = lines.join(" ").replaceAll(/\s+/g, " ");
    for (const block of blocks) {
      if (block.kind === "table") {
        for (const cells of block.rows) {
          const isLong = (_: unknown, index: number) => block.columns?.[index]?.long === true;
          const row = [...cells.filter((cell, index) => !isLong(cell, index)), ...cells.filter(isLong)];
          expectInOrder(all, row);
        }
      } else expectInOrder(all, textsOf(block));
    }
  });
});

function expectInOrder(all: string, texts: readonly Text[]): void {
  let from = 0;
  for (const text of texts) {
    const words = plainText(text).replaceAll(/\s+/g, " ").trim();
    const at = all.indexOf(words, from);
    expect([words, at >= 0]).toEqual([words, true]);
    from = at;
  }
}

describe("what only some reports used to say", () => {
  const find = (name: string) => {
    const found = results.find((one) => one.name === name);
    if (found === undefined) throw new Error(name);
    return reportOf(found.result);
  };
  it.each([
    ["problems", "See also a.yml:1:1"],
    ["problems", "12 problems. GitHub shows 10 annotations"],
    ["an unchanged plan", "The targets are as declared. None has to change."],
    ["a failed run", "Started 2026-01-01T00:00:00.000Z, took 5 s."],
    ["metrics", "2 more charts"],
    ["steps", "Its script ended with 3. [UserError]"],
    ["steps", "Not started"],
  ])("%s: %s", (name, words) => {
    expect(asMarkdown(find(name))).toContain(words);
    expect(asHtml(find(name))).toContain(words);
  });

  const step = { target: "a", type: "amlcompute", reason: "Why.", findings: [], changes: [] } as const;
  const differs = [{ field: "size", from: "a", to: "b", means: "recreate" }] as const;
  it.each([
    {
      of: "a refusal",
      steps: [{ ...step, action: "refuse" }],
      expected: /^Nothing would be changed: 1 refused\.$/,
    },
    {
      of: "a difference that is left",
      steps: [{ ...step, action: "none", changes: differs }],
      expected: /^Nothing would be changed: 1 left with differences\.$/,
    },
    {
      of: "an operation in flight",
      steps: [{ ...step, action: "wait" }],
      expected: /^Nothing would be changed: 1 in flight\.$/,
    },
    {
      of: "two refusals",
      steps: [
        { ...step, action: "refuse" },
        { ...step, action: "refuse" },
      ],
      expected: /^Nothing would be changed: 2 refused\.$/,
    },
  ] as const)("never calls a workspace as declared beside $of", ({ steps, expected }) => {
    const [, verdict] = planBlocks({ steps, hasChanges: false });
    expect(verdict).toEqual({ kind: "text", content: expect.stringMatching(expected) as unknown });
    expect(JSON.stringify(verdict)).not.toContain("as declared");
  });

  it("is in the log of a plan as well: the verdict, the changes, the costs and the findings", () => {
    const plan = results.find(({ name }) => name === "a plan with costs")?.result.plan;
    if (plan === undefined) throw new Error("There is no plan.");
    expect(logGroups(planBlocks(plan))).toEqual([
      {
        title: "Plan: !1 refused, ~1 to update",
        lines: [
          "2 targets: 1 refused, 1 to update.",
          "Costs per hour change by ±0 with all computes at minimum size, by +0.916 at maximum. No price is declared for Standard_X1.",
          "!1 refused",
          "Nothing is written for what is refused.",
          "Name  Kind",
          "vm    virtual machine",
          "    Why: The run 'long' uses it.",
          "~1 to update",
          "Name  Kind",
          "cpu   managed cluster",
          "    Changes: max_instances: 2 → 4",
          "             tags.team: a → b",
          "    Per hour: ±0 to +0.916, without Standard_X1 (no price is declared)",
          "    Why: max_instances and tags.team differ.",
          "Findings",
          "- cpu, vm, warning: Both cost money. Look at https://prices.example/x.",
        ],
      },
    ]);
  });
});
