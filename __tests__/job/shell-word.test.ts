import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { spawnSync } from "node:child_process";
import { shellWord } from "../../src/job/runconfig/shell-word.ts";

const separator = "\u001e";

it("makes of every text one word, which a shell reads as that text", () => {
  // No process can have a NUL among its arguments, and the separator tells them apart here.
  const text = fc.string({ unit: "binary" }).map((any) => any.replaceAll(/[\0\u001e]/g, ""));
  const meaning = fc.stringMatching(/^[ $`"'\\*?~#!&|;<>(){}\[\]\n=-]{0,12}$/);
  fc.assert(
    fc.property(fc.array(fc.oneof(text, meaning), { minLength: 1, maxLength: 40 }), (words) => {
      const script = `for word in "$@"; do printf '%s${separator}' "$word"; done`;
      const command = `set -- ${words.map(shellWord).join(" ")}; ${script}`;
      const { stdout } = spawnSync("bash", ["-c", command], { encoding: "utf8", env: { LC_ALL: "C.UTF-8" } });
      expect(stdout.split(separator).slice(0, -1)).toEqual(words);
    }),
    { numRuns: 60 },
  );
});

it.each([
  ["train.py", "train.py"],
  ["--lr=0.1", "--lr=0.1"],
  ["", "''"],
  ["it's", String.raw`'it'\''s'`],
  ["~", "'~'"],
  ["é", "'é'"],
])("writes %j as %s", (text, word) => {
  expect(shellWord(text)).toBe(word);
});
