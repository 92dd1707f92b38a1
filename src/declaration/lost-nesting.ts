import { formatPosition, type Problem } from "../yaml/problem.ts";
import { positionOf, valueAt, type SourceNode } from "../yaml/source.ts";
import { isMapping, listed } from "../yaml/wording.ts";
import { declarationKeys } from "./document-kind.ts";

/**
 * `targets:` and `run:` that are empty while their members stand beside them: one problem that says so, in place of one
 * about nothing and one for each member.
 */
export async function withLostNesting(problems: readonly Problem[], root: SourceNode): Promise<readonly Problem[]> {
  const value = valueAt(root);
  if (!isMapping(value) || (value["run"] !== null && value["targets"] !== null)) return problems;
  const { isKeyOfJobs } = await import("../job/job.ts");
  const strays = Object.keys(value).filter((key) => !declarationKeys.includes(key));
  const lost = [
    { key: "run", below: strays.filter(isKeyOfJobs), fix: (keys: string) => `Indent ${keys} below run.` },
    {
      key: "targets",
      below: strays.filter((key) => isMapping(value[key]) && !isKeyOfJobs(key)),
      fix: (_: string, [first = ""]: readonly string[]) =>
        `Write a list below targets, with one entry for each: "- name: ${first}", and its keys below.`,
    },
  ].filter(({ key, below }) => value[key] === null && below.length > 0);
  const at = (key: string, part: "key" | "value") => formatPosition(positionOf(root, [key], part));
  const explained = new Set(
    lost.flatMap(({ key, below }) => [at(key, "value"), ...below.map((one) => at(one, "key"))]),
  );
  return [
    ...problems.filter(({ where }) => where === undefined || !explained.has(formatPosition(where))),
    ...lost.map(({ key, below, fix }): Problem => {
      const keys = listed(below, "and");
      return {
        code: "wrong-indent",
        severity: "error",
        where: positionOf(root, [key], "key"),
        message: `"${key}" is empty, and ${keys} ${below.length === 1 ? "stands" : "stand"} beside it.`,
        fix: fix(keys, below),
      };
    }),
  ];
}
