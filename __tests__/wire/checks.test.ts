import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { formatProblem, isError, type Problem } from "../../src/yaml/problem.ts";
import type { NodePath, SourceDocument } from "../../src/yaml/source.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import { declare } from "../support/declare.ts";
import { folder, readCases, type WireCase } from "./compare.ts";
import { examples, filledIn, readAllGoldens, standInFor, type Golden } from "./goldens.ts";
import { changed, changes, mappingsIn, pathsIn, type Change } from "./mutate.ts";

/** Every file of the corpus as `validate` reads it: named by `config`, alone, with its folder around it. */

const checkout = mkdtempSync(join(tmpdir(), "checks-"));
cpSync(examples, checkout, { recursive: true });
const goldens = readAllGoldens();
for (const golden of goldens) {
  standInFor(golden, checkout);
  standInForEntries(golden);
}

/** A secret in a file is refused here, whatever az ml does. */
const isOurs = ({ code }: Problem) => code !== "literal-secret";

async function check(file: string): Promise<readonly Problem[]> {
  const { problems } = await readDeclaration({
    config: [file],
    set: [],
    only: [],
    isCheck: true,
    workingDirectory: checkout,
    checkout,
  });
  return problems;
}

describe("a real file of az ml", () => {
  it.each(goldens.filter(({ error }) => error === undefined).map((golden) => [golden.source, golden] as const))(
    "that the official client takes raises no alarm: %s",
    async (source, { kind }) => {
      const text = readFileSync(join(checkout, source), "utf8");
      // The placeholders of a compute file are what its author leaves to the reader.
      if (kind.endsWith("Compute")) writeFileSync(join(checkout, source), filledIn(text));
      const problems = await check(source);
      expect(problems.filter((problem) => isError(problem) && isOurs(problem)).map(formatProblem)).toEqual([]);
    },
  );

  it.each(goldens.filter(({ error }) => error !== undefined).map(({ source }) => source))(
    "that the official client refuses is refused at a place in it: %s",
    async (source) => {
      const errors = (await check(source)).filter(isError);
      expect(errors).not.toEqual([]);
      for (const { where } of errors) expect(where?.file).toBe(source);
    },
  );
});

describe("a small file with one mistake", () => {
  type Negative = WireCase & { readonly errors: readonly string[] };
  const cases = readCases("negative.jsonl") as readonly Negative[];

  it.each(cases.map((one) => [one.id, one] as const))("%s is reported at its place", async (_, one) => {
    const { problems } = await declare({ "file.yml": one.yaml }, { config: ["file.yml"], isCheck: true });
    const errors = problems.filter(isError);
    expect(errors.map(({ where, code }) => `${where?.line}:${where?.column} ${code}`)).toEqual(one.errors);
    expect(errors.length > 0 ? "reject" : "accept").toBe(one.expect ?? one.official);
  });

  it("is refused in every case that the official client refuses", () => {
    expect(cases.filter((one) => one.official === "reject" && one.errors.length === 0)).toEqual([]);
  });
});

type Mutation = {
  readonly source: string;
  readonly kind: string;
  readonly what: Change;
  readonly path: NodePath;
  readonly official: "accept" | "reject";
  /** What has to come of it here, where that is something else. */
  readonly here?: "accept" | "reject";
  readonly why?: string;
};

/** What is refused here and taken there, by its code. */
const stricter: Readonly<Record<string, string>> = {
  "illegal-name": "The service refuses the name.",
  "illegal-version": "The service refuses the version.",
  "malformed-cron": "The service refuses the expression.",
  "malformed-resource-id": "The service refuses the id.",
  "unknown-size-form": "The service has no such size.",
  "missing-file": "The recorded client uploaded nothing, so it did not look for the file.",
  "unknown-binding": "What is bound to nothing fails when the run starts.",
  "unknown-key": "The client passes over some unknown keys in silence; what was meant by them is lost.",
  "wrong-type": "A literal of another type than the component takes fails when the run starts.",
  "missing-key": "The service refuses it without.",
  "wrong-key": "The key is for services of another type.",
};

describe("a real file with one change", () => {
  const mutations = readFileSync(join(folder, "mutations.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Mutation);
  const byKind = new Map<string, Mutation[]>();
  for (const mutation of mutations) byKind.set(mutation.kind, [...(byKind.get(mutation.kind) ?? []), mutation]);

  it.each([...byKind])("of the kind %s is taken and refused as by the official client", async (_, ofKind) => {
    const wrong: string[] = [];
    for (const mutation of ofKind) {
      const { problems, isPlaced } = await checkChanged(mutation);
      const errors = problems.filter((problem) => isError(problem) && isOurs(problem));
      const said = `${JSON.stringify(mutation)}\n  ${errors.map(formatProblem).join("\n  ")}`;
      const { official, here, what } = mutation;
      if (
        (here ?? official) === "reject"
          ? problems.every((problem) => !isError(problem))
          : here !== undefined && errors.length > 0
      )
        wrong.push(`decided otherwise: ${said}`);
      else if (here === undefined && official === "accept" && !errors.every(({ code }) => code in stricter))
        wrong.push(`refused: ${said}`);
      // What is missing is missed where it is needed.
      else if (official === "reject" && here === undefined && what !== "missing" && !isPlaced)
        wrong.push(`elsewhere: ${said}`);
    }
    expect(wrong).toEqual([]);
  });

  const taken = goldens.filter(({ error }) => error === undefined);
  const sources = new Map(taken.map(({ source }) => [source, valueOf(source)]));

  it("never stops the check, and is reported where it is or below", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...taken.map(({ source }) => source)),
        fc.constantFrom(...changes),
        fc.nat(),
        async (source, what, at) => {
          const value = sources.get(source);
          const paths =
            what === "unknown-key"
              ? mappingsIn(value).map((path) => [...path, "unknwn_key"])
              : pathsIn(value).filter((path) => path.at(-1) !== "$schema");
          const path = paths[at % paths.length] ?? [];
          const { problems, isPlaced } = await checkChanged({ source, what, path });
          if (what === "unknown-key" && problems.some(isError)) expect(isPlaced).toBe(true);
          for (const { where } of problems) expect(where === undefined || where.line > 0).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** What is said of a file with a change, and whether an error is at the change: on the node, below it, or on what holds it. */
async function checkChanged({ source, what, path }: Pick<Mutation, "source" | "what" | "path">) {
  const file = join(dirname(source), "changed.yml");
  const text = JSON.stringify(changed(valueOf(source), path, what), undefined, 1);
  writeFileSync(join(checkout, file), text);
  try {
    const problems = await check(file);
    const [document] = readDocuments(text, { file, folder: "" }).documents;
    const places = document === undefined ? [] : placesOf(document, path, what);
    const isPlaced = problems.some(
      ({ where, severity }) =>
        severity === "error" && (where?.file !== file || places.includes(`${where.line}:${where.column}`)),
    );
    return { problems, isPlaced };
  } finally {
    rmSync(join(checkout, file));
  }
}

function placesOf({ value, at }: SourceDocument, path: NodePath, what: Change): readonly string[] {
  const text = (one: NodePath, part?: "key" | "value") => {
    const { line, column } = at(one, part);
    return `${line}:${column}`;
  };
  const isBelow = (one: NodePath) => path.every((step, index) => one[index] === step);
  const here = [path, ...pathsIn(value).filter(isBelow)];
  const places = here.flatMap((one) => [text(one, "key"), text(one)]);
  // What holds the node: of a key that is missing, or whose value makes the mapping around it one of another type.
  const around = path.map((_, index) => path.slice(0, index));
  return what === "unknown-key"
    ? places
    : [...places, ...around.map((one) => text(one)), ...around.map((one) => text(one, "key"))];
}

function valueOf(source: string): unknown {
  const text = readFileSync(join(examples, source), "utf8");
  return readDocuments(filledIn(text), { file: source, folder: "" }).documents[0]?.value;
}

/** The Python files that the Spark components of a file start, and the folders that are put beside code. */
function standInForEntries({ source, body, dependencies = {} }: Golden): void {
  const from = dirname(join(checkout, source));
  const put = (path: string) => {
    if (existsSync(path)) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
  };
  for (const one of [body, ...Object.values(dependencies).map((dependency) => dependency.body)]) {
    const { componentSpec } = ((one as { properties?: object } | undefined)?.properties ?? {}) as {
      readonly componentSpec?: { readonly code?: string; readonly entry?: { readonly file?: string } };
    };
    const folderOf = /<code:(.*)>$/.exec(componentSpec?.code ?? "")?.[1];
    if (componentSpec?.entry?.file !== undefined && folderOf !== undefined)
      put(join(from, folderOf, componentSpec.entry.file));
  }
  if (/additional_includes/.test(readFileSync(join(checkout, source), "utf8")))
    put(join(from, "common_src", "file.txt"));
}
