import type { AddProblem } from "../../compute/kind.ts";
import type { NodePath, SourceDocument, SourceNode } from "../../yaml/source.ts";
import type { RunConfiguration } from "./shape.ts";
import type { Translation } from "./translation.ts";

/** What the readers of the parts of a run configuration are handed. */
export type RunConfigurationReader = {
  /** What could be read of the run configuration. */
  readonly value: RunConfiguration;
  /** The run configuration, with the folder that its paths start from. */
  readonly node: SourceNode;
  /** The az ml job that becomes of it. */
  readonly job: Translation;
  /** Adds a problem at the place of a key of the run configuration. */
  readonly add: AddProblem;
};

/** Puts a value of the job in, which the key of the run configuration says. */
export function carryOver({ job, node }: RunConfigurationReader, to: NodePath, value: unknown, from: NodePath): void {
  job.put(to, value, { ...node, path: [...node.path, ...from] });
}

/** A key that says something, and az ml jobs have nothing for it. */
export function notCarriedOver(add: AddProblem, path: NodePath, why: string, fix: string): void {
  const key = path.map(String).join(".");
  add("not-carried-over", path, `${key} is not carried over: ${why}`, fix, "warning");
}

/** For people: what the paths of a run configuration are relative to. */
export function sourceFolder({ shownFolder }: SourceDocument): string {
  return shownFolder === undefined ? "the folder of this file" : "the folder above that of this file";
}
