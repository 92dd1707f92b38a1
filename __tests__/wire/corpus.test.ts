import { afterAll, describe, expect, it } from "@jest/globals";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { filesBelow } from "../support/files-below.ts";
import { checkoutOf } from "../support/step.ts";
import { decidesOtherwise, folder, readCases, unlisted, type WireCase, type WireRequest } from "./compare.ts";
import { expanded } from "./expand.ts";
import { make, type Made } from "./in-process.ts";

/** Pipelines and components: what is sent for them, and everything that is made before, without a network. */

type Golden = Partial<WireRequest> & {
  readonly source: string;
  readonly kind: string;
  readonly local?: Readonly<Record<string, string>>;
  readonly error?: string;
};

const kinds = ["pipelineJob", "commandComponent", "pipelineComponent", "sparkComponent", "parallelComponent"];
const corpus = join(folder, "corpus");
const goldens = [...filesBelow(join(corpus, "golden"))]
  .sort()
  .map((file) => JSON.parse(readFileSync(file, "utf8")) as Golden)
  .filter(({ kind }) => kinds.includes(kind));

const checkout = mkdtempSync(join(tmpdir(), "corpus-"));
cpSync(join(corpus, "azureml-examples"), checkout, { recursive: true });

const passed = new Map<string, number>();
afterAll(() => {
  const lines = kinds.flatMap((kind) => {
    const all = goldens.filter((golden) => golden.kind === kind).length;
    return all === 0 ? [] : [`${kind}: ${passed.get(kind) ?? 0} of ${all} as the official client`];
  });
  process.stdout.write(`${lines.join("\n")}\n`);
});

/** The Python files that Spark starts: they belong to code that is not in the corpus. */
function entriesOf({ body, dependencies = {} }: Golden): readonly string[] {
  const specs = [body, ...Object.values(dependencies).map((one) => one.body)].map(
    (one) =>
      (one as { properties?: { componentSpec?: Record<string, unknown> } } | undefined)?.properties?.componentSpec,
  );
  return specs.flatMap((spec) => {
    const { file } = (spec?.["entry"] ?? {}) as { readonly file?: string };
    return file === undefined ? [] : [join(pathOf(String(spec?.["code"]).replace(/^azureml:/, "")), file)];
  });
}

describe.each(kinds)("%s of azureml-examples", (kind) => {
  const ofKind = goldens.filter((golden) => golden.kind === kind);
  if (ofKind.length === 0) return;
  it.each(ofKind.map((golden) => [golden.source, golden] as const))("%s", async (source, golden) => {
    const file = join(checkout, source);
    const yaml = readFileSync(file, "utf8");
    for (const [token, what] of Object.entries(golden.local ?? {})) standIn(join(dirname(file), pathOf(token)), what);
    for (const entry of entriesOf(golden)) standIn(join(dirname(file), entry), "file");
    if (/additional_includes/.test(yaml)) standIn(join(dirname(file), "common_src"), "folder");
    const made = await make(yaml, dirname(file), checkout);
    expectAsOfficial(source, made, golden);
    passed.set(kind, (passed.get(kind) ?? 0) + 1);
  });
});

const cases = readCases("steps.jsonl");
const byDecision = (official: WireCase["official"]) =>
  cases.filter((one) => one.official === official).map((one) => [one.id, one] as const);
const madeOf = ({ yaml, files = {} }: WireCase) => make(yaml, checkoutOf({ "file.yml": yaml, ...files }));

describe("small pipelines and components that the official client takes", () => {
  it.each(byDecision("accept"))("%s", async (id, one) => {
    const made = await madeOf(one);
    if (decidesOtherwise(id)) {
      expect(made.problems.filter(isError)).not.toEqual([]);
      return;
    }
    expectAsOfficial(id, made, one.request ?? {});
  });
});

describe("small pipelines and components that the official client refuses", () => {
  it.each(byDecision("reject"))("%s is refused at its place", async (id, one) => {
    const errors = (await madeOf(one)).problems.filter(isError);
    if (decidesOtherwise(id)) {
      expect(errors).toEqual([]);
      return;
    }
    expect(errors).not.toEqual([]);
    for (const { where, message, fix } of errors) {
      expect(where).toMatchObject({ file: expect.stringMatching(/\.yml$/) as unknown });
      expect(`${message} ${fix}`).not.toMatch(/undefined|\[object|Invalid input/);
    }
  });
});

it("has a difference listed for no case that is none", () => {
  for (const { id } of cases) expect(cases.filter((other) => other.id === id)).toHaveLength(1);
});

function expectAsOfficial(id: string, made: Made, golden: Partial<WireRequest> & { readonly error?: string }): void {
  const errors = made.problems.filter(isError);
  if (golden.error !== undefined) {
    expect(errors).not.toEqual([]);
    return;
  }
  expect(errors.map(formatProblem)).toEqual([]);
  expect(made.path).toBe(golden.path);
  const ours = expanded(made.body, made.dependencies ?? {});
  expect(unlisted(id, ours, expanded(golden.body, golden.dependencies ?? {}))).toEqual([]);
}

/** A golden was made as if every local path were there. */
function standIn(path: string, what: string): void {
  const isFolder = what === "folder" || (what === "absent" && !/\.[a-z]{2,5}$/.test(path));
  if (existsSync(path) && !(isFolder && readdirSync(path).length === 0)) return;
  mkdirSync(isFolder ? path : dirname(path), { recursive: true });
  writeFileSync(isFolder ? join(path, "file.txt") : path, path);
}

function pathOf(token: string): string {
  return /^<\w+:(.*)>$/.exec(token)?.[1] ?? "";
}
