import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { outputGroups } from "../../scripts/reference/outputs.ts";
import { outputsOf } from "../../src/report/outputs.ts";
import type { Result } from "../../src/report/result.ts";
import { everyResult } from "../support/results.ts";

const action = parse(readFileSync(join(import.meta.dirname, "../../action.yml"), "utf8")) as {
  readonly outputs: Readonly<Record<string, unknown>>;
};
const results = everyResult().map(({ result }) => result);
const groupOf = (title: string) => outputGroups.find((group) => group.title === title)?.outputs ?? [];
/** Written by what writes the files, not by `outputsOf`. */
const ofFiles = ["report-path", "report-html-path", "result-path"];

describe("The reference of outputs", () => {
  it("has every output of action.yml once", () => {
    const listed = outputGroups.flatMap(({ outputs }) => outputs);
    expect([...listed].sort()).toEqual(Object.keys(action.outputs).sort());
  });

  it.each([
    ["Plan", "plan"],
    ["Run", "run"],
    ["Deployments", "deployments"],
  ] as const)("puts an output under %s exactly if a result without %s lacks it", (title, member) => {
    const names = new Set(results.flatMap((result) => Object.keys(outputsOf(result))));
    const without = results.map(
      ({ [member]: _, ...rest }) => ({ ...rest, ...(member === "deployments" ? { deployments: [] } : {}) }) as Result,
    );
    const still = new Set(without.flatMap((result) => Object.keys(outputsOf(result))));
    expect([...names].filter((name) => !still.has(name)).sort()).toEqual([...groupOf(title)].sort());
  });

  it("puts under Always what a result sets that has neither plan nor run nor deployments", () => {
    const [result] = results;
    const { plan: _, run: __, ...bare } = result as Result;
    expect([...Object.keys(outputsOf({ ...bare, deployments: [] })), ...ofFiles].sort()).toEqual(
      [...groupOf("Always")].sort(),
    );
  });
});
