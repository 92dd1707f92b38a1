import { describe, expect, it } from "@jest/globals";
import * as z from "zod";
import { schemaProblems } from "../../../src/deployment/parts/test-schema.ts";
import { readTests, testsSchema, type SmokeTest } from "../../../src/deployment/parts/tests.ts";
import { problemsAt } from "../../../src/compute/problems-at.ts";
import { formatProblem } from "../../../src/yaml/problem.ts";
import { checkShape, shape } from "../../../src/yaml/shape.ts";
import { nodeOf } from "../../support/documents.ts";
import { checkoutOf } from "../../support/step.ts";

const schema = shape(() => z.strictObject({ tests: testsSchema().optional() }));

async function read(
  yaml: string,
  kind: SmokeTest["kind"] = "request",
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly tests: readonly SmokeTest[]; readonly problems: readonly string[] }> {
  const { node } = nodeOf(yaml, checkoutOf(files), "deploy.yml");
  if (node === undefined) throw new Error("no YAML");
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { tests: [], problems: problems.map(formatProblem) };
  const { found, add } = problemsAt(node);
  const tests = readTests(value.tests, { node, add }, kind);
  return { tests, problems: [...found, ...(await schemaProblems(tests))].map(formatProblem) };
}

describe("a test of an online deployment", () => {
  it("sends what is written, once, and wants 200", async () => {
    const { tests, problems } = await read("tests:\n  - request: { data: [[1, 2]] }\n");
    expect(problems).toEqual([]);
    expect(tests).toMatchObject([
      {
        kind: "request",
        request: { from: "inline", value: { data: [[1, 2]] } },
        contentType: "application/json",
        status: 200,
        tolerance: 0,
        calls: 1,
      },
    ]);
  });

  it("sends a file of the checkout as it is, and checks the answer by a schema of a file", async () => {
    const files = {
      "tests/one.bin": "bytes",
      "tests/answer.schema.json": JSON.stringify({ type: "object", required: ["predictions"] }),
    };
    const yaml =
      "tests:\n  - request: tests/one.bin\n    content_type: application/octet-stream\n    path: /infer\n    status: 404\n" +
      "    response: null\n    schema: tests/answer.schema.json\n    tolerance: 1e-3\n    max_latency_ms: 500\n    calls: 20\n";
    const { tests, problems } = await read(yaml, "request", files);
    expect(problems).toEqual([]);
    expect(tests).toMatchObject([
      {
        request: { from: "file", path: "tests/one.bin", file: expect.stringMatching(/\/tests\/one\.bin$/) as unknown },
        contentType: "application/octet-stream",
        path: "/infer",
        status: 404,
        response: null,
        schema: { type: "object", required: ["predictions"] },
        tolerance: 0.001,
        maxLatencyMs: 500,
        calls: 20,
      },
    ]);
  });

  it.each([
    [
      "{ request: none.json }",
      'deploy.yml:1:20: The request "none.json" does not exist. Fix the path, which is relative to this file, or write the body as a mapping or list. [missing-file]',
    ],
    [
      "{ request: ../x.json }",
      'deploy.yml:1:20: The request "../x.json" is outside the checkout, or leads out of it. Copy what is needed into the repository. Nothing outside the checkout, and nothing of .git, is read or sent. [outside]',
    ],
    ["{ request: [1], status: 99 }", "deploy.yml:1:33: status is 99. Use a status from 100 to 599. [out-of-range]"],
    ["{ request: [1], calls: 0 }", "deploy.yml:1:32: calls is 0. Set it to 1 or more. [out-of-range]"],
    [
      "{ request: [1], response: 1, tolerance: -1 }",
      "deploy.yml:1:49: tolerance is -1. Set it to 0 or more. [out-of-range]",
    ],
    [
      "{ request: [1], max_latency_ms: 0 }",
      "deploy.yml:1:41: max_latency_ms is 0. Give milliseconds, 1 or more. [out-of-range]",
    ],
    ["{ request: [1], path: score }", 'deploy.yml:1:31: "score" is not a route. Write path: /score. [wrong-value]'],
    [
      "{ request: [2024-01-01] }",
      'deploy.yml:1:21: YAML reads 2024-01-01 as a date or a time, but text or a number is expected. Put it in quotes: "2024-01-01". [wrong-value]',
    ],
    [
      "{ status: 200 }",
      "deploy.yml:1:9: The test sends nothing. Add request: a file, or the body itself. [missing-key]",
    ],
    [
      "{ inputs: {} }",
      "deploy.yml:1:19: inputs is for tests of batch deployments. Write request: a file, or the body itself. [wrong-test]",
    ],
    [
      "{ request: [1], schema: { type: objekt } }",
      "deploy.yml:1:41: This is not a JSON Schema: must be equal to one of the allowed values. Fix it, or remove schema. [wrong-schema]",
    ],
    [
      "{ request: [1], schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: 3 } }",
      "deploy.yml:1:105: This is not a JSON Schema: must be array. Fix it, or remove schema. [wrong-schema]",
    ],
    [
      "{ request: [1], schema: { $ref: 'https://example.com/other.json' } }",
      "deploy.yml:1:33: This is not a JSON Schema: can't resolve reference https://example.com/other.json from id #. Fix it, or remove schema. [wrong-schema]",
    ],
  ])("%s is refused at its place", async (test, problem) => {
    expect((await read(`tests: [${test}]\n`)).problems).toEqual([problem]);
  });

  it("names the place in the file of a schema that is none", async () => {
    const files = { "a.schema.json": '{\n  "properties": {\n    "x": { "minimum": "1" }\n  }\n}\n' };
    expect((await read("tests: [{ request: [1], schema: a.schema.json }]\n", "request", files)).problems).toEqual([
      "a.schema.json:3:23: This is not a JSON Schema: must be number. Fix it, or remove schema. [wrong-schema]",
    ]);
  });
});

describe("a test of a batch deployment", () => {
  it("is an invocation with the inputs of a job", async () => {
    const yaml = "tests:\n  - inputs: { data: { type: uri_folder, path: data/ }, alpha: 0.5 }\n    timeout: 60\n";
    const { tests, problems } = await read(yaml, "invocation", { "data/a.csv": "1" });
    expect(problems).toEqual([]);
    expect(tests).toMatchObject([
      {
        kind: "invocation",
        inputs: { data: { type: "uri_folder", path: "data/" }, alpha: 0.5 },
        jobInputs: {
          data: { kind: "data", local: expect.stringMatching(/\/data$/) as unknown },
          alpha: { value: "0.5" },
        },
        outputs: {},
        timeoutSeconds: 60,
      },
    ]);
  });

  it.each([
    [
      "{ request: [1] }",
      "deploy.yml:1:20: request is for tests of online deployments and web services: a batch deployment is invoked. Write inputs: { data: { type: uri_file, path: … } }. [wrong-test]",
    ],
    [
      "{ timeout: 60 }",
      "deploy.yml:1:9: The test has no inputs to invoke the deployment with. Add inputs; {} where it needs none. [missing-key]",
    ],
    ["{ inputs: {}, timeout: 0 }", "deploy.yml:1:32: timeout is 0. Give seconds, 1 or more. [out-of-range]"],
    [
      "{ inputs: { data: { type: uri_file, path: none.csv } } }",
      'deploy.yml:1:51: The input "data" names "none.csv", which does not exist. Fix the path, which is relative to this file; or refer to data in the workspace: azureml:NAME:VERSION, azureml://datastores/NAME/paths/… [missing-file]',
    ],
  ])("%s is refused at its place", async (test, problem) => {
    expect((await read(`tests: [${test}]\n`, "invocation")).problems).toEqual([problem]);
  });
});
