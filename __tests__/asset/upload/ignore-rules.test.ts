import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { listFiles } from "../../../src/asset/upload/list-files.ts";
import { checkoutOf } from "../../support/step.ts";

/** What Git takes of a folder whose only ignore file is the one at its top. */
function takenByGit(folder: string): readonly string[] {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "core.excludesFile=/dev/null", "-c", "core.quotePath=false", ...args], {
      cwd: folder,
      encoding: "utf8",
    });
  git("init", "--quiet");
  return git("ls-files", "--others", "--cached", "--exclude-standard", "-z").split("\0").filter(Boolean).sort();
}

const taken = (folder: string) =>
  listFiles(folder, folder)
    .files.map(({ name }) => name)
    .sort();

const names = ["a", "b", "conf", "x.py", "y.log", "A", "a b", ".h", "#c", "!d"];
const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const word = fc.oneof(
  fc.constantFrom(
    ...names,
    "*",
    "*",
    "**",
    "?",
    "*.py",
    "[a-c]",
    "[!a]",
    "[^.]*",
    "\\!d",
    "\\#c",
    "a\\ ",
    "c*f",
    "x.?y",
  ),
  // Git takes `x**/y` for `x` and then `**/y`, which no documentation says.
  fc.stringMatching(/^[ab*?.x]{1,4}$/).filter((text) => !/[^*]\*\*|\*\*[^*]/.test(text)),
);
const line = fc
  .tuple(
    fc.constantFrom("", "", "!"),
    fc.constantFrom("", "", "/"),
    fc.array(word, { minLength: 1, maxLength: 3 }),
    fc.constantFrom("", "", "/"),
  )
  .map(([sign, anchor, words, end]) => `${sign}${anchor}${words.join("/")}${end}`);

it("takes what Git takes, whatever the tree and the lines", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(path, { minLength: 1, maxLength: 12 }),
      fc.array(line, { maxLength: 6 }),
      fc.constantFrom("\n", "\r\n"),
      (paths, lines, end) => {
        // A file cannot be a folder as well.
        const files = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)));
        const tree = Object.fromEntries(files.map((file) => [file, ""]));
        const folder = checkoutOf({ ...tree, ".gitignore": lines.join(end) });
        expect(taken(folder)).toEqual(takenByGit(folder));
      },
    ),
    { numRuns: 60 },
  );
});

const tree = {
  "train.py": "",
  "a.txt": "",
  "conf/a.yml": "",
  "conf/sub/b.yml": "",
  "deep/x/y.log": "",
  "deep/z.log": "",
};

it.each([
  ["*\n!*.py\n!conf/\n!conf/**\n", ["conf/a.yml", "conf/sub/b.yml", "train.py"]],
  ["/*\n!/conf/\n!/train.py\n", ["conf/a.yml", "conf/sub/b.yml", "train.py"]],
  ["*\n!*/\n!*.py\n!deep/x/y.log\n", ["deep/x/y.log", "train.py"]],
  // A folder that is left out stays closed.
  ["*\n!deep/z.log\n!train.py\n", ["train.py"]],
  ["deep/\n!deep/z.log\nconf\n*.amlignore\n", ["a.txt", "train.py"]],
  ["*.TXT\nConf/\ndeep\n.aml*\n", ["a.txt", "conf/a.yml", "conf/sub/b.yml", "train.py"]],
])("of %j takes %j", (rules, names) => {
  expect(taken(checkoutOf({ ...tree, ".amlignore": rules }))).toEqual(names);
});

it("is done at once with a line that a regular expression would never be done with", () => {
  const folder = checkoutOf({ ".gitignore": `${"*a".repeat(60)}b\n`, ["a".repeat(250)]: "" });
  expect(taken(folder)).toHaveLength(2);
});
