import { expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { guards } from "./guards.ts";
import { root } from "./source.ts";

const edits = guards.flatMap(({ name, edits: all }) => all.map((edit) => ({ guard: name, ...edit })));

it.each(edits)("finds the text that switches off '$guard' exactly once in src/$file", ({ file, text, instead }) => {
  expect(readFileSync(join(root, "src", file), "utf8").split(text)).toHaveLength(2);
  expect(instead).not.toBe(text);
});
