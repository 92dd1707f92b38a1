import type { Problem } from "../yaml/problem.ts";
import { positionOf, type SourceNode } from "../yaml/source.ts";
import type { AddProblem } from "./kind.ts";

/** Collects what is wrong with a target, each at the place of a key. */
export function problemsAt(node: SourceNode): { readonly found: readonly Problem[]; readonly add: AddProblem } {
  const found: Problem[] = [];
  return {
    found,
    add: (code, path, message, fix, severity = "error") =>
      void found.push({ code, severity, where: positionOf(node, path), message, fix }),
  };
}
