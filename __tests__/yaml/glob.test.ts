import { expect, it } from "@jest/globals";
import { mkdirSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { findFiles, PatternOutside } from "../../src/yaml/find-files.ts";
import { GlobRefused, matchesGlob, parseGlob } from "../../src/yaml/glob.ts";
import { checkoutOf } from "../support/step.ts";

const matches = (pattern: string, path: string) => matchesGlob(parseGlob(pattern), path);

it.each([
  ["outputs/*", "outputs/model.pkl", true],
  ["outputs/*", "outputs/a/model.pkl", false],
  ["outputs/**", "outputs/a/model.pkl", true],
  ["**/*.pkl", "model.pkl", true],
  ["**/*.pkl", "a/b/model.pkl", true],
  ["./outputs/*", "outputs/x", true],
  ["outputs/{a,b{1..3}}.txt", "outputs/b2.txt", true],
  ["outputs/{a,b{1..3}}.txt", "outputs/b4.txt", false],
  ["{x}", "{x}", true],
  ["*", ".hidden", false],
  ["**/x", ".hidden/x", false],
  [".hidden/**", ".hidden/x", true],
  ["[a-c]?[!x]", "bzy", true],
  ["[a-c]?[!x]", "bzx", false],
  ["[[:digit:]]*", "5a", true],
  ["[ab", "[ab", true],
  ["!(*.log)", "a.txt", true],
  ["!(*.log)", "a.log", false],
  ["+(ab|c)d", "abcabd", true],
  ["*(ab)", "abab", true],
  ["?(a)b", "b", true],
  ["@(a|b).yml", "c.yml", false],
  [String.raw`a\*`, "a*", true],
  ["A", "a", false],
])("%s against %s is %s", (pattern, path, expected) => {
  expect(matches(pattern, path)).toBe(expected);
});

it.each([
  "{1..9}".repeat(8),
  "{1..99999999}",
  "{a,b}".repeat(11),
  "@(".repeat(5) + "a" + ")".repeat(5),
  "a".repeat(5000),
])("refuses %.40s", (pattern) => {
  expect(() => parseGlob(pattern)).toThrow(GlobRefused);
});

it("needs a time that grows with the length, whatever the pattern", () => {
  const name = "a".repeat(250);
  const before = performance.now();
  for (const pattern of [`${"*a".repeat(100)}b`, `${"**/".repeat(50)}b`, "+(a|aa|aaa)b", "+(+(+(a)))b", "*(!(b))c"])
    expect(matches(pattern, name)).toBe(false);
  expect(matches(`${"**/a/".repeat(50)}b`, "a/".repeat(500))).toBe(false);
  expect(performance.now() - before).toBeLessThan(2_000);
});

const outside = checkoutOf({ "foreign.yml": "", "below/b.yml": "" });
const folder = checkoutOf({
  "a.yml": "",
  "compute/b.yml": "",
  "compute/deep/c.yml": "",
  "compute/.hidden.yml": "",
  "node_modules/x/d.yml": "",
});
symlinkSync("compute", join(folder, "inside"));
symlinkSync(outside, join(folder, "out"));
symlinkSync("..", join(folder, "compute/up"));
mkdirSync(join(folder, "compute/empty.yml"));
const found = (pattern: string, from = folder) =>
  findFiles(pattern, from, folder).map((path) => relative(folder, path));

it.each([
  ["**/*.yml", ["a.yml", "compute/b.yml", "compute/deep/c.yml"]],
  ["*.yml", ["a.yml"]],
  ["{a,compute/b}.yml", ["a.yml", "compute/b.yml"]],
  ["inside/*.yml", ["inside/b.yml"]],
  ["*/*.yml", ["compute/b.yml"]],
  ["compute/.*.yml", ["compute/.hidden.yml"]],
  ["./compute/**", ["compute/b.yml", "compute/deep/c.yml"]],
  ["compute/../*.yml", ["a.yml"]],
  ["absent/*.yml", []],
  ["*/absent/*.yml", []],
])("%s finds %j", (pattern, names) => {
  expect(found(pattern)).toEqual(names);
});

it("starts from the folder of the file that has the pattern", () => {
  expect(found("../*.yml", join(folder, "compute"))).toEqual(["a.yml"]);
});

it.each(["../../../../**/*.yml", "/**", "/proc/**", "*/../../**", "{a,/etc}/*", "out/*.yml", "out/**"])(
  "walks nothing for %s",
  (pattern) => {
    expect(() => found(pattern)).toThrow(PatternOutside);
  },
);
