import { describe, expect, it } from "@jest/globals";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatProblem, isError } from "../../src/yaml/problem.ts";
import { make } from "../wire/in-process.ts";

const fixtures = join(import.meta.dirname, "../fixtures/az-ml");
const names = (folder: string) =>
  readdirSync(join(fixtures, folder))
    .filter((file) => file.endsWith(".yml"))
    .map((file) => file.replace(/\.yml$/, ""));
const text = (folder: string, file: string) => readFileSync(join(fixtures, folder, file), "utf8");

describe("invalid az ml files", () => {
  it.each(names("err"))("%s is refused at its place, with what to write instead", async (name) => {
    const { problems } = await make(text("err", `${name}.yml`), "/checkout");
    const out = `${problems.map(formatProblem).join("\n")}\n`;
    const file = join(fixtures, "err", `${name}.out`);
    // A new case is written once by UPDATE_GOLDEN=1, and read before it is committed.
    if (process.env["UPDATE_GOLDEN"] === "1" && !existsSync(file)) writeFileSync(file, out);
    expect(problems.some(isError)).toBe(true);
    expect(out).toBe(readFileSync(file, "utf8"));
  });
});
