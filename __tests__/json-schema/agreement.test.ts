import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { cpSync, globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import { altered, pathsOf, valueAt, type Path } from "../faults/members.ts";
import { faultsOf, schemaFor } from "../support/schemas.ts";

/** What a schema says of a file that was changed in one place, and what the action says: the two agree. */

const root = join(import.meta.dirname, "..", "..");
const checkout = mkdtempSync(join(tmpdir(), "agreement-"));
cpSync(join(root, "examples"), checkout, { recursive: true });

type Example = {
  readonly file: string;
  readonly value: unknown;
  readonly schema: string;
  readonly paths: readonly Path[];
};

/** The examples of one document that has a schema. A deploy.json names no model, so that the action refuses it by itself. */
const examples = globSync("**/*.{yml,runconfig}", { cwd: checkout })
  .sort()
  .flatMap((file): Example[] => {
    const { documents } = readDocuments(readFileSync(join(checkout, file), "utf8"), { file, folder: checkout });
    const [document] = documents;
    const value = document?.value;
    const schema = documents.length === 1 ? schemaFor({ value, file }) : undefined;
    return schema === undefined
      ? []
      : [{ file, value, schema, paths: pathsOf(value).filter(({ length }) => length > 0) }];
  });

async function errorsOf(file: string, text: string): Promise<readonly string[]> {
  const before = readFileSync(join(checkout, file), "utf8");
  writeFileSync(join(checkout, file), text);
  try {
    const { problems } = await readDeclaration({
      ...{ config: [file], set: [], only: [], workingDirectory: checkout, checkout },
      ...{ subscriptionId: "33333333-3333-4333-8333-333333333333", resourceGroup: "rg" },
    });
    return problems.filter(isError).map(formatProblem);
  } finally {
    writeFileSync(join(checkout, file), before);
  }
}

/** What is put in place of a value; nothing takes the key away. */
const instead = {
  nothing: undefined,
  null: null,
  "a list": [1],
  "a mapping": { zzz: 1 },
  "a number": 12.5,
  "a boolean": true,
  "another word": "zzz-no-word",
} as const;

/** An example with one change: another value, or a key that there is not. */
const change = fc.constantFrom(...examples).chain((example) =>
  fc.record({
    example: fc.constant(example),
    path: fc.constantFrom(...example.paths),
    what: fc.constantFrom(...Object.keys(instead), "an unknown key") as fc.Arbitrary<
      keyof typeof instead | "an unknown key"
    >,
  }),
);

function changed({ value }: Example, path: Path, what: keyof typeof instead | "an unknown key"): unknown {
  if (what !== "an unknown key") return altered(value, path, instead[what]);
  const member = valueAt(value, path);
  const isMapping = typeof member === "object" && member !== null && !Array.isArray(member);
  return isMapping
    ? altered(value, path, { ...member, zzz_no_key: 1 })
    : altered(value, [...path.slice(0, -1), "zzz_no_key"], 1);
}

type Listed = readonly { readonly says: RegExp; readonly because: string }[];

/** What only a schema finds fault with. */
const onlyOfSchema: Listed = [
  {
    says: /^\/(?:run|deploy) .*"object"/,
    because:
      "An empty run: or deploy: declares nothing, which the action takes; an editor says that something is missing.",
  },
];

/** What only the action finds. */
const onlyOfAction: Listed = [
  { says: /\[missing-file\]|\[outside\]/, because: "The file system is asked." },
  { says: /\[nothing-declared\]|\[not-a-declaration\]/, because: "What is left is the file of no kind." },
  {
    says: /\[unknown-binding\]|\[missing-input\]|\[unbound-/,
    because: "Texts refer to other keys of the file, or to other files.",
  },
  {
    says: /\[(?:illegal|malformed|unknown)-(?!key\])[\w-]+\]/,
    because: "Names and texts have rules that the message says better than a pattern.",
  },
  {
    says: /\[wrong-reference\]|is not a reference to|would be read from the checkout/,
    because: "What a text refers to is found out by its parts.",
  },
  {
    says: /\[out-of-range\]|\[min-above-max\]|\[wrong-steps\]/,
    because: "Numbers are compared with each other, and ranges are the service's.",
  },
  {
    says: /\[[\w-]+-without-[\w-]+\]|\[(?:gate-condition|wrong-mode|incomplete-certificate|password-or-key|two-models|retired|missing-script|wrong-compute|id-and-parts)\]/,
    because: "A rule over several keys.",
  },
  {
    says: /(?:has neither|needs a name|has no inputs to|Nothing says how|is missing\. Name the resource by|is missing: |names no (?:script|file)|has no (?:steps|script|name)|no script that answers|sends nothing|says nothing|is given, and|There is (?:code|a scoring_script), (?:and|but) no|says neither on|have no (?:instance_type|runtime_version))/,
    because: "A rule over several keys: one of them has to be there, or all of them.",
  },
  {
    says: /"(?:environment|endpoint_name|compute|path|name|script|type|command)" is missing\. Add/,
    because: "A key that is only needed without another one, or that an input may give.",
  },
  {
    says: /is not data, and the component takes|is not of (?:the component's )?type|is of type uri_|the only mode is direct|is not (?:a (?:number|size of memory|version of Spark)|an output of the pipeline|the address of a registry's model|a model of a workspace)|does not run on|is not a Python file|spark\.[\w.]+ is /,
    because: "A value is compared with what stands elsewhere, or has its own rule.",
  },
  {
    says: /run configuration of the framework PySpark/,
    because: "What a run configuration becomes depends on its target.",
  },
];

const isListed = (list: Listed, text: string) => list.some(({ says }) => says.test(text));

describe("an example", () => {
  it.each(examples.map(({ file, value, schema }) => [file, schema, value] as const))(
    "is right as it stands, to the schema and to the action: %s",
    async (file, schema, value) => {
      expect(faultsOf(schema, value)).toEqual([]);
      expect(await errorsOf(file, stringify(value))).toEqual([]);
    },
  );

  it("with one change is refused by both, or taken by both", async () => {
    await fc.assert(
      fc.asyncProperty(change, async ({ example, path, what }) => {
        const { file, schema } = example;
        const value = changed(example, path, what);
        // With another type it may be a file of another kind.
        if (schemaFor({ value, file }) !== schema) return;
        const faults = faultsOf(schema, value);
        const errors = await errorsOf(file, stringify(value));
        if (errors.length === 0) expect(faults.filter((fault) => !isListed(onlyOfSchema, fault))).toEqual([]);
        if (faults.length === 0) expect(errors.filter((error) => !isListed(onlyOfAction, error))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
