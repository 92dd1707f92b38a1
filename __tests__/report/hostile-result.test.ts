import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { marked } from "marked";
import { inert } from "../../src/github/log.ts";
import { draftComment } from "../../src/publish/draft-comment.ts";
import { forComment, type Block, type Document } from "../../src/report/document.ts";
import { firstScreen } from "../../src/report/first-screen.ts";
import { readMarker } from "../../src/report/render/comment.ts";
import { renderHtml } from "../../src/report/render/html.ts";
import { logGroups } from "../../src/report/render/log.ts";
import { markdownOf } from "../../src/report/render/markdown.ts";
import { reportOf, reportParts } from "../../src/report/report.ts";
import type { Result } from "../../src/report/result.ts";
import { resultJsonSchema } from "../../src/report/result-schema.ts";
import { planBlocks } from "../../src/report/sections/plan.ts";
import { decoded, harmless, hostile, tagsOf } from "../support/hostile.ts";
import { everyResult } from "../support/results.ts";

const error = {
  ...{ code: "c", message: "m", target: "t", advice: "a", correlationId: "i", requestId: "r" },
  details: [{ code: "d", message: "n", details: [] }],
};
const where = { file: "a.yml", line: 1, column: 1 };

/** What {@link everyResult} has no value for: a field that is in neither makes the first test fail. */
const rest: readonly Partial<Result>[] = [
  {
    ...{ conclusion: "failure", failureReason: "drift", failures: ["f", "g"] },
    failureDetails: [{ reason: "drift", message: "f", where, error }],
    links: { workflowRun: "https://w", commit: "https://c", pullRequest: "https://p" },
    workspace: { ...{ subscriptionId: "s", resourceGroup: "g", name: "n", location: "l" }, url: "u", portalUrl: "p" },
    problems: [{ code: "syntax", severity: "error", where, related: where, message: "m", fix: "f" }],
    targets: [
      {
        ...{ name: "n", type: "t", where, resourceId: "/r", action: "refuse", outcome: "failed", note: "o" },
        ...{ provisioningState: "s", provisioningErrors: [error], durationSeconds: 1 },
        allowedBy: [[{ input: "force", value: "true" }]],
      },
      {
        name: "m",
        type: "t",
        action: "none",
        outcome: "succeeded",
        note: "o",
        provisioningErrors: [],
        durationSeconds: 1,
      },
    ],
    assets: [{ kind: "data", name: "n", version: "v", where, action: "none", reason: "r", id: "/i" }],
    environments: [{ name: "n", version: "v", where, action: "none", reason: "r", id: "/i" }],
    deployments: [
      {
        ...{ endpoint: "e", deployment: "d", type: "t", where, strategy: "s", state: "s", action: "failed" },
        ...{
          trafficBefore: { a: 1 },
          trafficAfter: { b: 2 },
          modelId: "m",
          scoringUri: "u",
          swaggerUri: "w",
          url: "u",
        },
        ...{ notes: ["n"], error, logTail: "l", durationSeconds: 1 },
        tests: [{ name: "n", passed: false, calls: 1, status: "s", message: "m", url: "u" }],
      },
    ],
    run: {
      ...{ name: "n", id: "/i", displayName: "d", url: "u", status: "s", conclusion: "failure", reused: true },
      ...{ compute: "c", environment: "e", experiment: "x", commit: "m", startedAt: "s", durationSeconds: 1 },
      ...{ metrics: [], error, logTail: "l", artifactsPath: "a" },
      stepMetrics: [{ step: "s", name: "n", last: 1, points: [{ step: 0, value: 1 }] }],
      images: [{ path: "p", step: "s", url: "u" }],
      gates: [
        {
          ...{ metric: "m", step: "s", condition: "c", value: 1, passed: false, note: "n" },
          baseline: { run: "r", value: 1, url: "u" },
        },
      ],
      children: [
        {
          ...{
            name: "n",
            step: "s",
            status: "s",
            conclusion: "failure",
            startedAt: "t",
            durationSeconds: 1,
            url: "u",
            error,
          },
          ...{ parameters: { lr: "p" }, metrics: { loss: 1 } },
        },
      ],
      steps: [{ name: "n", after: ["a"] }],
      best: { name: "n", metric: "m", goal: "minimize", parameters: { lr: "p" } },
    },
  },
  {
    command: "plan",
    plan: {
      ...{ hasChanges: true, hourly: { minimum: 0, maximum: 1, unpriced: ["u"] } },
      steps: [
        {
          ...{ target: "t", type: "y", action: "refuse", means: "reattach", reason: "r", where, resourceId: "/i" },
          changes: [{ field: "f", from: "a", to: "b", means: "reattach" }],
          findings: [{ severity: "warning", code: "c", message: "m", advice: "a", field: "f" }],
          allowedBy: [[{ input: "on-drift", value: "reattach" }]],
          hourly: { minimum: 0, maximum: 1, unpriced: ["u"] },
        },
        ...(["none", "update"] as const).map((action) => ({
          ...{ target: "t", type: "y", action, reason: "r", findings: [] },
          changes: [{ field: "f", from: "a", to: "b", means: "in-place" as const }],
        })),
        { target: "t", type: "y", action: "none", reason: "r", findings: [], changes: [] },
      ],
      deployments: [
        {
          ...{ endpoint: "e", deployment: "d", type: "t", where, strategy: "s" },
          ...{ trafficBefore: { a: 1 }, trafficAfter: { b: 2 } },
          steps: [{ action: "create", what: "w", reason: "r" }],
        },
      ],
    },
    assets: [{ kind: "data", name: "n", version: "v", action: "create", reason: "r" }],
  },
  {
    command: "doctor",
    doctor: {
      sections: [{ title: "t", checks: [{ state: "error", code: "c", message: "m", advice: "a" }] }],
      claims: { issuer: "i", subject: "s", audience: "a" },
      federatedCredential: { name: "n", issuer: "i", subject: "s", audiences: ["a"], description: "d" },
      principal: { objectId: "o", applicationId: "a", tenantId: "t" },
      permissions: [],
      missingActions: ["a"],
      roles: [
        {
          role: {
            ...{ Name: "n", IsCustom: true, Description: "d", Actions: ["a"], NotActions: ["n"] },
            ...{ DataActions: ["d"], NotDataActions: ["x"], AssignableScopes: ["s"] },
          },
          scopes: ["s"],
        },
      ],
    },
  },
  { leftGoing: [{ what: "w", next: "n", runName: "r" }] },
];

const [first] = everyResult();
const results: readonly Result[] = [
  ...everyResult().map(({ result }) => result),
  ...rest.map((part) => ({ ...(first?.result as Result), ...part })),
];

type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly definitions?: Readonly<Record<string, Schema>>;
};

const published = resultJsonSchema() as Schema;

/** A reference that has a description stands in `allOf`. */
function resolved(schema: Schema): Schema {
  const [only] = schema.allOf ?? [];
  if (only !== undefined) return resolved(only);
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace(/^#\/definitions\//, "");
  const found = published.definitions?.[name];
  if (found === undefined) throw new Error(`The schema has no ${name}.`);
  return found;
}

/** Codes by which our own words are chosen; nobody else writes them. */
const ownCodes = new Set(["failureReason", "failureDetails[].reason", "schemaVersion"]);

/** Every field of the schema that holds any text, as a path; errors within errors only once. */
function textFields(given: Schema, path = ""): readonly string[] {
  const schema = resolved(given);
  if (ownCodes.has(path) || schema.enum !== undefined || schema.const !== undefined) return [];
  if (schema.type === "string") return [path];
  if (schema.items !== undefined) return path.endsWith(".details") ? [] : textFields(schema.items, `${path}[]`);
  const members = Object.entries(schema.properties ?? {});
  return members.flatMap(([key, member]) => textFields(member, path === "" ? key : `${path}.${key}`));
}

/** The same value with a text of somebody else in every place that may hold one: values, and keys that are names. */
function filled(value: unknown, given: Schema, next: () => string, visit: (path: string) => void, path = ""): unknown {
  const schema = resolved(given);
  if (ownCodes.has(path) || schema.enum !== undefined || schema.const !== undefined) return value;
  if (typeof value === "string") {
    visit(path);
    return next();
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, schema.items ?? {}, next, visit, `${path}[]`));
  if (typeof value !== "object" || value === null) return value;
  const hasNames = schema.properties === undefined;
  const below = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      hasNames ? next() : key,
      filled(member, schema.properties?.[key] ?? below, next, visit, path === "" ? key : `${path}.${key}`),
    ]),
  );
}

/** A result of any kind whose every text is hostile. */
const hostileResults = fc
  .tuple(fc.constantFrom(...results), fc.array(hostile, { minLength: 20, maxLength: 20 }))
  .map(([result, texts]) => {
    let used = 0;
    const next = () => texts[(used += 1) % texts.length] ?? "x";
    return filled(result, published, next, () => undefined) as Result;
  });

const blocksOf = (document: Document): readonly Block[] => document.flatMap(({ blocks }) => blocks);
const rendered = (text: string) => marked.parse(text, { gfm: true, async: false });
const proseOf = (html: string) =>
  decoded(html.replaceAll(/<pre>.*?<\/pre>|<code>.*?<\/code>/gs, " ").replaceAll(/<[^>]*>/g, " "));

describe("a result of which every text is somebody else's", () => {
  it("is tried here with every field of the published schema that holds a text, and with every part of a report", () => {
    const visited = new Set<string>();
    for (const result of results)
      filled(
        result,
        published,
        () => "x",
        (path) => visited.add(path),
      );
    expect(textFields(published).filter((path) => !visited.has(path))).toEqual([]);
    const shown = reportParts.filter(([, sections]) => results.some((result) => sections(result).length > 0));
    expect(reportParts.map(([name]) => name).filter((name) => !shown.some(([other]) => other === name))).toEqual([]);
  });

  it("has in Markdown the structure of its blocks, in the summary and in the comment", () => {
    fc.assert(
      fc.property(hostileResults, (result) => {
        const report = reportOf(result);
        expect(JSON.stringify(report)).not.toMatch(/The part '[^']*' of this report could not be written[^"]*/);
        for (const document of [report, forComment(report)]) {
          const blocks = blocksOf(document);
          const html = rendered(markdownOf(blocks));
          expect(tagsOf(html)).toEqual(tagsOf(rendered(markdownOf(harmless(blocks)))));
          expect(proseOf(html)).not.toMatch(/[@#][\w-]|(https?|ftp):\/\/|www\./i);
          for (const [, address] of html.matchAll(/href="([^"]*)"/g))
            expect(address).toMatch(/^(https:\/\/|#(report|part-\d+)$)/);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("makes a comment that is found again by its first line, and has no second mark", () => {
    fc.assert(
      fc.property(hostileResults, (result) => {
        const facts = { identity: "0123456789abcdef", commit: "a".repeat(40), runUrl: "https://github.com/o/r" };
        const { body } = draftComment(result, facts);
        expect(readMarker(body)).toEqual({ identity: facts.identity, commit: facts.commit, command: result.command });
        expect(rendered(body).match(/<!--/g)).toHaveLength(1);
      }),
      { numRuns: 100 },
    );
  });

  it("has in HTML the structure of its blocks, and no address but https", () => {
    fc.assert(
      fc.property(hostileResults, (result) => {
        const report = reportOf(result);
        const page = renderHtml(report);
        const plain = renderHtml(report.map((section) => ({ ...section, blocks: harmless(section.blocks) })));
        expect(tagsOf(page)).toEqual(tagsOf(plain));
        for (const [, address] of page.matchAll(/href="([^"]*)"/g))
          expect(address).toMatch(/^(https:\/\/|#(report|part-\d+)$)/);
      }),
      { numRuns: 100 },
    );
  });

  it("has in the log no line that is a workflow command, in its parts and in its last sentences", () => {
    fc.assert(
      fc.property(hostileResults, (result) => {
        const blocks = [...blocksOf(reportOf(result)), ...(result.plan === undefined ? [] : planBlocks(result.plan))];
        const lines = logGroups(blocks).flatMap(({ title, lines: below }) => [title, ...below]);
        const { sentence, nextStep } = firstScreen(result);
        for (const line of [...lines, sentence, JSON.stringify(nextStep)])
          expect(inert(line)).not.toMatch(/^\s*::|##\[/m);
      }),
      { numRuns: 100 },
    );
  });
});
