import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { marked } from "marked";
import { inert } from "../../src/github/log.ts";
import { badge, code, lineBreak, link, sentence, strong } from "../../src/report/document.ts";
import type {
  Block,
  Chart,
  Document,
  Graph,
  Inline,
  Parallel,
  Shares,
  Text,
  Timeline,
} from "../../src/report/document.ts";
import { renderHtml } from "../../src/report/render/html.ts";
import { logGroups } from "../../src/report/render/log.ts";
import { markdownOf } from "../../src/report/render/markdown.ts";
import { decoded, harmless, hostile, tagsOf } from "../support/hostile.ts";
import { drawnChart } from "../../src/report/render/chart-points.ts";
import { mermaidChart } from "../../src/report/render/mermaid-chart.ts";
import { mermaidGraph } from "../../src/report/render/mermaid-graph.ts";

const tone = fc.constantFrom("good", "bad", "waiting", "neutral");
const inlines: fc.Arbitrary<Inline> = fc.oneof(
  hostile,
  hostile.map(code),
  hostile.map(strong),
  fc
    .tuple(
      hostile,
      fc.oneof(hostile, fc.constantFrom("https://ml.azure.com/runs/a_b?c=1&d=(2)", "javascript:alert(1)")),
    )
    .map(([text, address]) => link(text, address)),
  fc.tuple(hostile, tone).map(([text, which]) => badge(text, which)),
);
const texts: fc.Arbitrary<Text> = fc.oneof(
  hostile.map(sentence),
  fc.array(fc.oneof(inlines, fc.constant(lineBreak)), { minLength: 1, maxLength: 4 }).map((parts) => ["x", ...parts]),
  fc.array(inlines, { minLength: 1, maxLength: 3 }),
);
const cells = fc.array(texts, { minLength: 2, maxLength: 2 });
const course = [
  { step: 0, value: 1 },
  { step: 1, value: 2e-9 },
];
const flat: fc.Arbitrary<Block> = fc.oneof(
  fc.record({
    kind: fc.constant("heading" as const),
    level: fc.constantFrom(1 as const, 2 as const, 3 as const),
    content: texts,
  }),
  fc.record({ kind: fc.constant("text" as const), content: texts }),
  fc.record({ kind: fc.constant("table" as const), rows: fc.array(cells, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    kind: fc.constant("table" as const),
    columns: fc.tuple(hostile, hostile).map(([a, b]) => [{ title: a }, { title: b, long: true as const }]),
    rows: fc.array(cells, { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("list" as const),
    items: fc.array(fc.record({ content: texts }), { minLength: 1, maxLength: 3 }),
    tone,
  }),
  fc.record({ kind: fc.constant("code" as const), text: hostile, language: fc.constantFrom("json", "sh", "text") }),
  fc.record({
    kind: fc.constant("chart" as const),
    title: hostile,
    description: hostile,
    lines: fc.tuple(hostile, hostile, hostile, hostile).map(([current, baseline, gate, off]): Chart["lines"] => [
      { name: current, role: "current", points: course },
      { name: baseline, role: "baseline", points: course.slice(1) },
      { name: gate, role: "gate", level: 0.5 },
      { name: off, role: "gate", level: 1e6 },
    ]),
  }),
  fc.record({
    kind: fc.constant("table" as const),
    columns: fc.constant([{ title: "a" }, { title: "b" }]),
    rows: fc.array(cells, { minLength: 17, maxLength: 18 }),
    sortKeys: fc.constant([[1, undefined]]),
    fold: fc.record({ after: fc.constant(16), noun: fc.constant("row") }),
  }),
  fc.tuple(hostile, hostile, hostile, hostile).map(([description, label, title, value]): Parallel => ({
    kind: "parallel",
    description,
    lines: [
      { label, isBest: true },
      { label: title, isBest: false },
    ],
    axes: [
      { title, values: [value, "other"] },
      { title: label, values: [1, undefined] },
    ],
  })),
  fc.tuple(hostile, hostile, hostile).map(([title, name, other]): Shares => ({
    kind: "shares",
    bars: [
      { title, parts: [{ name, percent: 100 }] },
      { title: name, parts: [] },
      {
        title: other,
        parts: [
          { name: "a", percent: 10 },
          { name: `${other}b`, percent: 90 },
        ],
      },
    ],
  })),
  fc.tuple(hostile, hostile, tone).map(([subject, phase, which]): Timeline => ({
    kind: "timeline",
    bars: [
      { subject, phase, tone: which, from: 0, seconds: 5 },
      { subject: phase, phase: subject, tone: which, from: 2, seconds: 0 },
    ],
  })),
  fc.record({
    kind: fc.constant("image" as const),
    caption: texts,
    description: hostile,
    type: fc.constantFrom("image/png" as const, "image/webp" as const),
    base64: fc.oneof(hostile, fc.constant("iVBORw0KGgo=")),
  }),
  fc.record({
    kind: fc.constant("graph" as const),
    description: hostile,
    nodes: fc.array(fc.record({ label: hostile, state: hostile, tone, duration: hostile }), {
      minLength: 2,
      maxLength: 4,
    }),
    edges: fc.constantFrom<Graph["edges"]>(
      [[0, 1]],
      [
        [0, 1],
        [1, 0],
      ],
    ),
  }),
);
const blocks: fc.Arbitrary<readonly Block[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: flat },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("details" as const),
        summary: texts,
        blocks: fc.array(flat, { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 4 },
);

const documentOf = (all: readonly Block[]): Document => [{ rank: 0, blocks: all }];
const attributesOf = (html: string) =>
  // Boxes are as wide as their words.
  (html.match(/ (style|on[a-z]+|data-[a-z]+|class|id|role)="[^"]*"/g) ?? []).map((one) => one.replaceAll(/\d+/g, "0"));
const rendered = (all: readonly Block[]) => marked.parse(markdownOf(all), { gfm: true, async: false });

describe("whatever the texts of a report are", () => {
  it("its Markdown has the structure of its blocks: no tag, link, mention, cell or block besides", () => {
    fc.assert(
      fc.property(blocks, (all) => {
        const html = rendered(all);
        expect(tagsOf(html)).toEqual(tagsOf(rendered(harmless(all))));
        // GitHub links mentions and numbers in what is rendered, but not in code.
        const prose = decoded(html.replaceAll(/<pre>.*?<\/pre>|<code>.*?<\/code>/gs, " ").replaceAll(/<[^>]*>/g, " "));
        expect(prose).not.toMatch(/[@#][\w-]|(https?|ftp):\/\/|www\./i);
      }),
      { numRuns: 500 },
    );
  });

  it("a name in a graph is nothing but a name: no text of Mermaid's language besides", () => {
    fc.assert(
      fc.property(hostile, hostile, (label, state) => {
        const nodes = [
          { label, state, tone: "bad" as const },
          { label: state, state: label, tone: "neutral" as const, duration: label },
        ];
        const text = mermaidGraph({ kind: "graph", description: label, nodes, edges: [[0, 1]] });
        const lines = text.split("\n");
        expect(lines).toHaveLength(8);
        for (const line of lines.slice(1, 3))
          expect(line).toMatch(
            /^ {2}s[01]\["(?:(?:[\p{L}\p{N} _.,-]|#\d+;)*<br\/>){1,2}(?:[\p{L}\p{N} _.,-]|#\d+;)*"\]:::(bad|neutral)$/u,
          );
        expect(lines[3]).toBe("  s0 --> s1");
      }),
      { numRuns: 500 },
    );
  });

  it("the title of a chart is nothing but a title: no text of Mermaid's language besides", () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.constant('%%{init: {"theme": "x"}}%%')), (title) => {
        const lines = [{ name: title, role: "current" as const, points: course }];
        const text = mermaidChart({ kind: "chart", title, description: title, lines }, drawnChart({ lines }));
        expect(text.split("\n")).toHaveLength(6);
        expect(text.split("\n")[2]).toMatch(/^ {2}title "[^"%{};\n\r`]*"$/);
        expect(text.match(/%%\{/g)).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it("its HTML has the structure of its blocks", () => {
    fc.assert(
      fc.property(blocks, (all) => {
        const page = renderHtml(documentOf(all));
        expect(tagsOf(page)).toEqual(tagsOf(renderHtml(documentOf(harmless(all)))));
        for (const [, address] of page.matchAll(/href="([^"]*)"/g))
          expect(address).toMatch(/^(https:\/\/|#[a-z0-9-]+$)/);
        for (const [, source] of page.matchAll(/src="([^"]*)"/g))
          expect(source).toMatch(/^data:image\/(png|webp);base64,[A-Za-z0-9+/]+={0,2}$/);
        // Whoever could write a style or a handler could show what is not there.
        expect(attributesOf(page)).toEqual(attributesOf(renderHtml(documentOf(harmless(all)))));
      }),
      { numRuns: 250 },
    );
  });

  it("its log has the lines of its blocks, and none of them is a workflow command", () => {
    fc.assert(
      fc.property(blocks, (all) => {
        const linesOf = (some: readonly Block[]) => logGroups(some).flatMap(({ title, lines }) => [title, ...lines]);
        const lines = linesOf(all);
        expect(lines).toHaveLength(linesOf(harmless(all)).length);
        for (const line of lines) expect(inert(line)).not.toMatch(/^\s*::|##\[/m);
      }),
      { numRuns: 250 },
    );
  });
});

describe("text to copy", () => {
  const commands = fc.constantFrom(
    "az ad app federated-credential create --id x@y.z --parameters @credential.json",
    "az resource delete --ids '/subscriptions/1/resourceGroups/a_b-c/providers/Microsoft.X/y/#1'",
    "https://ml.azure.com/runs/a_b?wsid=/a/b&tid=c#d~e!$f",
    "www.example.org/*x*",
    '{"a": ["`b`", "<c>", "|"], "d": "é\\n"}',
  );
  const asCode = (all: readonly Block[], html: (some: readonly Block[]) => string) =>
    decoded(/<code[^>]*>(.*?)<\/code>/s.exec(html(all))?.[1] ?? "nothing");

  it("stands in code byte for byte, in a line and in a block", () => {
    fc.assert(
      fc.property(commands, (text) => {
        const page = (all: readonly Block[]) =>
          renderHtml(documentOf(all))
            .replace(/<pre[^>]*>/, "<code>")
            .replace("</pre>", "</code>");
        for (const html of [rendered, page]) {
          expect(asCode([{ kind: "text", content: ["Run ", code(text), "."] }], html)).toBe(text);
          expect(asCode([{ kind: "table", rows: [["Run", code(text)]] }], html)).toBe(text);
          expect(asCode([{ kind: "code", text, language: "sh" }], html).replace(/\n$/, "")).toBe(text);
        }
        expect(logGroups([{ kind: "code", text, language: "sh" }])[0]?.lines).toEqual([text]);
      }),
    );
  });

  it.each([
    "az ml job cancel --name run_1",
    "az aks update --enable-local-accounts",
    "az ad app federated-credential create --id 1-2 --parameters @credential.json",
    "az role assignment create --role 'a b' --scope '/s'",
    "az ml workspace update --name … --set v1_legacy_mode=false",
    "az resource delete --ids /subscriptions/1/resourceGroups/a_b/providers/M.X/y",
  ])("is what the command in a sentence is: %s", (command) => {
    expect(sentence(`To do it: ${command}. Then wait.`)).toEqual(["To do it: ", code(command), ". Then wait."]);
    expect(sentence(`As az ml does (${command}), or so.`)).toEqual(["As az ml does (", code(command), "), or so."]);
  });

  it("is what an address in a sentence is, without the full stop behind it", () => {
    expect(sentence("See https://x.y/a, or (http://z.w/b_c). End.")).toEqual([
      "See ",
      code("https://x.y/a"),
      ", or (",
      code("http://z.w/b_c"),
      "). End.",
    ]);
  });
});
