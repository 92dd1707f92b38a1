import { expect, it } from "@jest/globals";
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { examples, readGoldens, standInFor } from "../wire/goldens.ts";
import { declare } from "../support/declare.ts";

/** az ml's own files, named by `deploy` as they stand, with what they leave out given by `set`. */
const goldens = readGoldens().filter(({ kind }) => /(?:Online|[bB]atch)(?:Endpoint|Deployment)$/.test(kind));
const checkout = mkdtempSync(join(tmpdir(), "deploys-"));
cpSync(examples, checkout, { recursive: true });
for (const golden of goldens) standInFor(golden, checkout);

it.each(goldens.map((golden) => [golden.source, golden] as const))("%s", async (source, { error, overrides = {} }) => {
  const { deployments, problems } = await readDeclaration({
    config: [],
    deploy: [source],
    set: Object.entries(overrides).map(([key, value]) => `deploy.${key}=${value}`),
    only: [],
    workingDirectory: checkout,
    checkout,
  });
  const errors = problems.filter(isError).map(formatProblem);
  if (error !== undefined) expect(errors).not.toEqual([]);
  else expect([deployments.length, ...errors]).toEqual([1]);
});

it("tells of a schema that is none before anything is deployed", async () => {
  const { problems } = await declare({
    "azureml.yml":
      "deploy:\n  type: managed\n  endpoint: { name: clf-ep }\n  tests: [{ request: [1], schema: { type: objekt } }]\n",
  });
  expect(problems.filter(isError).map(formatProblem)).toEqual([
    "azureml.yml:4:43: This is not a JSON Schema: must be equal to one of the allowed values. Fix it, or remove schema. [wrong-schema]",
  ]);
});

it.each(["managed", "kubernetes", "batch"])(
  "says of a deployment of type %s that is neither a path nor a mapping what to write",
  async (type) => {
    const { problems } = await declare({
      "azureml.yml": `deploy:\n  type: ${type}\n  endpoint: { name: clf-ep }\n  deployment: 12.5\n`,
    });
    expect(problems.filter(isError).map(formatProblem)).toEqual(
      expect.arrayContaining([
        "azureml.yml:4:15: 12.5 is not text or a mapping. Write text or a mapping here. [wrong-value]",
      ]),
    );
  },
);
