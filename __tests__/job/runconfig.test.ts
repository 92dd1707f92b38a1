import { describe, expect, it } from "@jest/globals";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatProblem } from "../../src/yaml/problem.ts";
import { make } from "../wire/in-process.ts";

/** A checkout with run configurations, and the code, conda files and Dockerfile that they name. */
const checkout = join(import.meta.dirname, "runconfig");
const files = globSync("{,.azureml/,aml_config/}*.{runconfig,v1.yml}", { cwd: checkout }).sort();

const makeOf = (file: string) =>
  make(readFileSync(join(checkout, file), "utf8"), dirname(join(checkout, file)), checkout, file);

describe("a run configuration of the first SDK", () => {
  it.each(files)("%s becomes a job with the places of the file, or problems at them", async (file) => {
    const { problems, body, environment } = await makeOf(file);
    const out = {
      problems: problems.map((problem) => `${problem.severity} ${formatProblem(problem)}`),
      body,
      environment,
    };
    const text = `${JSON.stringify(out, undefined, 2)}\n`;
    const golden = join(checkout, `${file}.json`);
    // A new case is written once by UPDATE_GOLDEN=1, and read before it is committed.
    if (process.env["UPDATE_GOLDEN"] === "1" && !existsSync(golden)) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, "utf8"));
  });
});
