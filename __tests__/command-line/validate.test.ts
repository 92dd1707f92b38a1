import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { inertJson } from "../../src/command-line/terminal.ts";
import { callLine } from "../support/call-line.ts";
import { checkoutOf } from "../support/step.ts";

const faulty = "targets:\n  - { name: one, type: amlcompute, min_instances: 9, max_instances: 4 }\n";
const valid = "targets:\n  - { name: one, type: amlcompute }\n";

describe("azureml-targets validate", () => {
  it("says of a valid file that it has no problems", async () => {
    expect(await callLine(checkoutOf({ "azureml.yml": valid }), ["validate"])).toEqual({
      exitCode: 0,
      out: "validate: no problems in 1 file.\n",
      err: "",
    });
  });

  it("writes each problem as compilers do, with the next step below it, and exits with 1", async () => {
    const { exitCode, out, err } = await callLine(checkoutOf({ "team/azureml.yml": faulty }), [
      "validate",
      "team/azureml.yml",
    ]);
    expect(out.split("\n")).toEqual([
      "team/azureml.yml:2:51: error: min_instances is 9, above max_instances 4. (min-above-max)",
      "  Set min_instances to at most 4, or raise max_instances.",
      "validate did not succeed (invalid-declaration): 1 error in 1 file.",
      "",
    ]);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: "" });
  });

  it("names files from where it is called, also where another working directory is given", async () => {
    const checkout = checkoutOf({ "ml/azureml.yml": faulty, "src/a.py": "" });
    const below = await callLine(join(checkout, "src"), ["validate", "--working-directory", "../ml"]);
    expect(below.out).toContain("\u002e./ml/azureml.yml:2:51: error:");
  });

  it("writes with --json the result of the published schema to standard output, and everything else to standard error", async () => {
    const checkout = checkoutOf({ "azureml.yml": faulty });
    const { exitCode, out, err } = await callLine(checkout, ["validate", "--json"]);
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, "../../schema/result.schema.json"), "utf8"),
    ) as object;
    const fits = new Ajv({ strict: false }).compile(schema);
    const result = JSON.parse(out) as { readonly problems: readonly { readonly code: string }[] };
    expect(fits(result) ? [] : fits.errors).toEqual([]);
    expect(result.problems.map(({ code }) => code)).toEqual(["min-above-max"]);
    expect(err).toContain("azureml.yml:2:51: error:");
    expect(exitCode).toBe(1);
  });

  it("wants a declaration where a person names a file, and skips what a pattern matches beside it", async () => {
    const checkout = checkoutOf({ "azureml.yml": valid, "conda.yml": "dependencies: [python]\n" });
    expect((await callLine(checkout, ["validate", "conda.yml"])).out).toContain("(not-a-declaration)");
    expect((await callLine(checkout, ["validate", "*.yml"])).out).toBe(
      "validate: no problems in 1 file, 1 file skipped.\n",
    );
  });

  it("takes overrides and inline targets, and writes SARIF", async () => {
    const checkout = checkoutOf({ "azureml.yml": valid });
    const { exitCode, out } = await callLine(checkout, [
      "validate",
      ...[
        "--set",
        "targets.one.min_instances=9",
        "--targets",
        "[{ name: two, type: nothing }]",
        "--sarif-path",
        "out/p.sarif",
      ],
    ]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/min-above-max[\s\S]*unknown-type|unknown-type[\s\S]*min-above-max/);
    const sarif = JSON.parse(readFileSync(join(checkout, "out/p.sarif"), "utf8")) as {
      readonly runs: readonly { readonly results: readonly unknown[] }[];
    };
    expect(sarif.runs[0]?.results).toHaveLength(2);
  });

  it.each([
    ["an unknown option", ["validate", "--chnaged"]],
    ["a value that is not allowed", ["plan", "--parallel", "many"]],
    ["paths for init", ["init", "azureml.yml"]],
  ])("exits with 2 and writes to standard error alone for %s", async (_, args) => {
    const { exitCode, out, err } = await callLine(checkoutOf({ "azureml.yml": valid }), args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(
      /^azureml-targets: .+\nazureml-targets (validate|plan|init) --help shows what can be given\.\n$/,
    );
  });

  it("has no part in the environment of a step: inputs of an action are not read", async () => {
    const checkout = checkoutOf({ "azureml.yml": valid, "other.yml": faulty });
    const environment = { INPUT_CONFIG: "other.yml", INPUT_COMMAND: "plan", GITHUB_WORKSPACE: "/elsewhere" };
    expect((await callLine(checkout, ["validate"], environment)).exitCode).toBe(0);
  });

  it("writes no workflow command and no sign that moves a cursor, whatever a file says", async () => {
    const name = "one\u001b[2J\\n::set-output name=x::y ##[error]z";
    const { out } = await callLine(
      checkoutOf({ "azureml.yml": `targets:\n  - { name: "${name}", type: amlcompute }\n` }),
      ["validate"],
    );
    expect(out).not.toMatch(/^\s*::|##\[|\u001b/m);
  });
});

describe("JSON on standard output", () => {
  it("is the value, and text that neither a terminal nor a runner acts on", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("##[error]x", "\u009b2J", "\n::error::x")),
        (text) => {
          const json = inertJson({ text });
          expect(JSON.parse(json)).toEqual({ text });
          expect(json).not.toMatch(/^\s*::|##\[|[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/m);
        },
      ),
    );
  });
});
