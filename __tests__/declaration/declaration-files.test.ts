import { describe, expect, it } from "@jest/globals";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { formatProblem } from "../../src/yaml/problem.ts";
import { checkoutOf } from "../support/step.ts";

const fixtures = join(import.meta.dirname, "../fixtures/declarations/err");
const names = readdirSync(fixtures)
  .filter((file) => file.endsWith(".yml"))
  .map((file) => file.replace(/\.yml$/, ""));

describe("invalid declarations", () => {
  it.each(names)("%s is refused at its place, with what to write instead", async (name) => {
    const folder = checkoutOf({ "azureml.yml": readFileSync(join(fixtures, `${name}.yml`), "utf8") });
    const { problems } = await readDeclaration({
      config: ["azureml.yml"],
      set: [],
      only: [],
      workingDirectory: folder,
      checkout: folder,
    });
    const out = `${problems.map(formatProblem).join("\n")}\n`;
    const file = join(fixtures, `${name}.out`);
    // A new case is written once by UPDATE_GOLDEN=1, and read before it is committed.
    if (process.env["UPDATE_GOLDEN"] === "1" && !existsSync(file)) writeFileSync(file, out);
    expect(problems).not.toEqual([]);
    expect(out).toBe(readFileSync(file, "utf8"));
  });
});
