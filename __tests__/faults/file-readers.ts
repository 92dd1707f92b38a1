import { cpSync, globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as ignoreRules from "../../src/asset/upload/ignore-rules.ts";
import type * as intents from "../../src/attach/intent.ts";
import type * as affected from "../../src/declaration/affected.ts";
import type * as declarations from "../../src/declaration/read-declaration.ts";
import type * as context from "../../src/github/context.ts";
import type * as identity from "../../src/identity.ts";
import type * as inputs from "../../src/inputs.ts";
import type * as planFile from "../../src/plan/plan-file.ts";
import type * as sarif from "../../src/report/render/sarif.ts";
import type * as fileStore from "../../src/run/on-runner/file-store.ts";
import type * as glob from "../../src/yaml/glob.ts";
import type * as problem from "../../src/yaml/problem.ts";
import type * as yaml from "../../src/yaml/yaml.ts";
import { root } from "./source.ts";

/** Something that reads a text that somebody else has written. */
export type Reader = {
  readonly name: string;
  /** Texts that are as they should be, to be changed. */
  readonly corpus: readonly string[];
  /** Throws where the reader does, and where what it has read is not what it says. */
  readonly read: (text: string) => void | Promise<void>;
};

/** Our choice: a text of the corpus takes a hundredth of it on a busy machine. */
const longestMs = 2_000;

/** @returns what is wrong with how it was read; empty where nothing is. */
export async function readOne({ name, read }: Reader, text: string): Promise<readonly string[]> {
  const startedAt = performance.now();
  try {
    await read(text);
  } catch (error) {
    return [`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
  const took = performance.now() - startedAt;
  return took > longestMs ? [`${name}: took ${(took / 1000).toFixed(1)} s`] : [];
}

/** Every reader of files, from the checkout or from a copy that something was taken out of. */
export async function openReaders(folder: string = root): Promise<readonly Reader[]> {
  const load = async <Module>(path: string): Promise<Module> =>
    (await import(pathToFileURL(join(folder, "src", path)).href)) as Module;
  return [
    ...(await declarationReaders(load)),
    ...(await patternReaders(load)),
    ...(await jsonReaders(load)),
    await inputReader(load),
  ];
}

type Load = <Module>(path: string) => Promise<Module>;

const texts = (...patterns: readonly string[]) =>
  patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).map((path) => readFileSync(join(root, path), "utf8"));

/** Files that others refer to, in a checkout of their own for each kind of them. */
async function declarationReaders(load: Load): Promise<readonly Reader[]> {
  const { readDeclaration } = await load<typeof declarations>("declaration/read-declaration.ts");
  const { affectedFiles } = await load<typeof affected>("declaration/affected.ts");
  const { formatProblem } = await load<typeof problem>("yaml/problem.ts");
  const { readDocuments } = await load<typeof yaml>("yaml/yaml.ts");
  const { sarifOf } = await load<typeof sarif>("report/render/sarif.ts");
  const checkout = mkdtempSync(join(tmpdir(), "faults-files-"));
  cpSync(join(root, "examples", "train-sklearn"), checkout, { recursive: true });
  const look = async (text: string, request: Partial<Parameters<typeof readDeclaration>[0]> = {}) => {
    writeFileSync(join(checkout, "changed.yml"), text);
    const { problems } = await readDeclaration({
      ...{ config: ["changed.yml"], set: [], only: [], workingDirectory: checkout, checkout },
      ...{ subscriptionId: "33333333-3333-4333-8333-333333333333", resourceGroup: "rg", ...request },
    });
    for (const one of problems) {
      const { line = 1, column = 1 } = one.where ?? {};
      if (!(line >= 1 && column >= 1)) throw new Error(`A problem is at ${line}:${column}.`);
      said(formatProblem(one));
    }
    const digest = (whole: string) => createHash("sha256").update(whole).digest("hex");
    JSON.stringify(sarifOf(problems, { folder: "", fallbackFile: "x", version: "1", completed: true, digest }));
  };
  const declared = texts("examples/**/*.yml", "__tests__/fixtures/**/*.yml");
  const set = "targets.cpu.max_instances=4\ntargets.dsvm.tags={a: b}\nrun.inputs.x=1\nworkspace.name=w";
  const withOverrides = "workspace: { name: w }\ntargets:\n- { name: cpu, type: amlcompute }\nrun: { command: a }\n";
  return [
    { name: "declarations", corpus: declared, read: (text) => look(text) },
    {
      name: "conda files and other files that a declaration names",
      corpus: texts("examples/**/jobs/**/*.yml", "examples/**/conda*.yml", "__tests__/fixtures/**/conda*.yml"),
      read: async (text) => {
        writeFileSync(join(checkout, "named.yml"), text);
        await look("run: { command: a, environment: { conda_file: named.yml, image: i } }\ntargets: [named.yml]\n");
        await look("run: named.yml\ngates: named.yml\n");
      },
    },
    {
      name: "the input targets",
      corpus: declared,
      read: (text) => look(withOverrides, { inlineTargets: text }),
    },
    { name: "the input set", corpus: [set], read: (text) => look(withOverrides, { set: text.split("\n") }) },
    {
      name: "what a declaration refers to",
      corpus: declared,
      read: async (text) => {
        const { documents } = readDocuments(text, { file: "a.yml", folder: checkout, root: checkout });
        await affectedFiles(documents, [join(checkout, "changed.yml")], checkout);
      },
    },
  ];
}

const names = [
  "a",
  "a.b",
  ".a",
  "src/train.py",
  "a/b/c/d",
  "[a]",
  "node_modules/x",
  "a ",
  "*",
  "\u00e4",
  "A".repeat(200),
];

async function patternReaders(load: Load): Promise<readonly Reader[]> {
  const { decide, parseIgnoreFile, tooLongLine } = await load<typeof ignoreRules>("asset/upload/ignore-rules.ts");
  const { GlobRefused, matchesGlob, parseGlob } = await load<typeof glob>("yaml/glob.ts");
  const { readDeclaration } = await load<typeof declarations>("declaration/read-declaration.ts");
  const checkout = mkdtempSync(join(tmpdir(), "faults-globs-"));
  for (const name of ["a.yml", "b.yml"]) writeFileSync(join(checkout, name), "name: a\ntype: amlcompute\n");
  return [
    {
      name: "ignore files",
      corpus: [
        "*.pyc\n!keep.pyc\n/build/\n**/x\na/**/b\n\\#x\n\\!y\n[a-z]?\n# c\n  \nfoo/*\n",
        ...texts(".gitignore", "examples/**/.amlignore"),
      ],
      read: (text) => {
        // A file with such a line is refused.
        if (tooLongLine(text) !== undefined) return;
        const rules = parseIgnoreFile(text);
        for (const name of names) for (const isFolder of [true, false]) decide(rules, name, isFolder);
      },
    },
    {
      name: "globs",
      corpus: [
        "compute/**/*.yml",
        "{a,b}/[!c]*",
        "@(a|b)/*.{yml,yaml}",
        "x{1..9}y",
        "!(a|b)+(c)",
        "**/.*",
        "outputs/**",
      ],
      read: async (text) => {
        try {
          const parsed = parseGlob(text);
          for (const name of names) matchesGlob(parsed, name);
        } catch (error) {
          if (!(error instanceof GlobRefused)) throw error;
        }
        const config = text.split("\n").filter((line) => line !== "");
        await readDeclaration({ config, set: [], only: [], workingDirectory: checkout, checkout });
      },
    },
  ];
}

const creds = JSON.stringify({
  clientId: "c",
  clientSecret: "s",
  tenantId: "t",
  subscriptionId: "u",
  resourceManagerEndpointUrl: "https://x",
});
const pull = JSON.stringify({
  action: "opened",
  number: 7,
  pull_request: { number: 7, head: { sha: "a".repeat(40), ref: "b", repo: { full_name: "o/r" } }, base: { sha: "b" } },
});
const merged = JSON.stringify({
  merge_group: { head_sha: "c" },
  ref: "refs/heads/main",
  workflow_run: { id: 1 },
  inputs: { a: "b" },
});

async function jsonReaders(load: Load): Promise<readonly Reader[]> {
  const { readPlanFile, writePlanFile } = await load<typeof planFile>("plan/plan-file.ts");
  const { readDocuments } = await load<typeof yaml>("yaml/yaml.ts");
  const { signInOf, earlySecrets } = await load<typeof identity>("identity.ts");
  const { readInputs } = await load<typeof inputs>("inputs.ts");
  const { githubContext } = await load<typeof context>("github/context.ts");
  const { readIntents } = await load<typeof intents>("attach/intent.ts");
  const { readFileStore } = await load<typeof fileStore>("run/on-runner/file-store.ts");
  const { formatProblem } = await load<typeof problem>("yaml/problem.ts");
  const store = mkdtempSync(join(tmpdir(), "faults-store-"));
  cpSync(join(root, "package.json"), join(store, "0", "run", "metrics", "accuracy"));
  // A digest that always fits, so that what is behind it is reached.
  const digest = () => "d";
  const plan = writePlanFile(
    {
      schemaVersion: 1,
      madeAt: "2026-01-01T00:00:00Z",
      workspace: { subscriptionId: "s", resourceGroup: "r", name: "n" },
      options: { onDrift: "fail", onConflict: "fail", allowDelete: false, force: false, only: ["a"], set: ["a=b"] },
      steps: [],
      assets: [],
      environments: [],
    },
    digest,
  );
  return [
    {
      name: "plan files",
      corpus: [plan],
      read: (text) => {
        const documentOf = (whole: string) =>
          readDocuments(whole, { file: "p.json", folder: "/", root: "/" }).documents[0];
        for (const one of readPlanFile(text, { file: "p.json", documentOf, digest }).problems) said(formatProblem(one));
      },
    },
    {
      name: "creds",
      corpus: [creds],
      read: (text) => {
        const environment = { INPUT_CREDS: text };
        earlySecrets(environment);
        try {
          signInOf(readInputs(environment), environment);
        } catch (error) {
          if (!(error instanceof Error) || error.name !== "MalformedCreds") throw error;
        }
      },
    },
    {
      name: "event payloads",
      corpus: [pull, merged],
      read: (text) => {
        const { commit, pullRequest } = githubContext({ GITHUB_SHA: "f" }, parsedOr(text));
        if (typeof commit !== "string") throw new TypeError(`The commit is ${typeof commit}.`);
        if (pullRequest !== undefined && !(Number.isSafeInteger(pullRequest) && pullRequest > 0))
          throw new TypeError(`The pull request is ${JSON.stringify(pullRequest)}.`);
      },
    },
    {
      name: "intents",
      corpus: [
        JSON.stringify({
          intents: [{ name: "a", action: "attach", at: "2026-01-01T00:00:00Z", correlationId: "c", closed: true }],
        }),
      ],
      read: (text) => {
        for (const { name, at } of readIntents(text)) `${name}${at}`.trim();
      },
    },
    {
      name: "metrics in files",
      corpus: ["1700000000000 0.5 0\n1700000000001 0.75 1\n"],
      read: async (text) => {
        writeFileSync(join(store, "0", "run", "metrics", "accuracy"), text);
        for (const { last, points } of await readFileStore(store))
          for (const { step, value } of points)
            if (typeof last !== "number" || typeof value !== "number" || typeof step !== "number")
              throw new TypeError("A metric is not a number.");
      },
    },
  ];
}

async function inputReader(load: Load): Promise<Reader> {
  const { readInputs, InvalidInputs, inputTable } = await load<typeof inputs>("inputs.ts");
  return {
    name: "inputs",
    corpus: [
      Object.entries(inputTable)
        .map(([name, { fallback }]) => `${name}=${fallback}`)
        .join("\n"),
    ],
    read: (text) => {
      const pairs = text
        .split("\n")
        .map((line) => [`INPUT_${line.split("=")[0]?.toUpperCase()}`, line.split("=").slice(1).join("=")]);
      try {
        readInputs(Object.fromEntries(pairs) as Readonly<Record<string, string>>);
      } catch (error) {
        if (!(error instanceof InvalidInputs)) throw error;
        error.faults.forEach(said);
      }
    },
  };
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A sentence is nobody's error of JavaScript. */
function said(sentence: string): void {
  if (
    /\b(?:Type|Range|Reference)Error\b|Cannot (?:read|set|destructure) propert|is not (?:a function|iterable)/.test(
      sentence,
    )
  )
    throw new Error(`An error of JavaScript is shown: ${sentence}`);
}
