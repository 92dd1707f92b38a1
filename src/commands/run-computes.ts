import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import { isRunner } from "../compute/target.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { computesOf } from "../job/job.ts";
import type { Failure } from "../report/result.ts";
import { placeOf } from "../yaml/source.ts";
import { suggestionFor } from "../yaml/suggestion.ts";

/** The run's computes that are neither declared nor in the workspace: found by reading, before anything is written. */
export async function unknownComputes(
  { run, targets }: Pick<Declaration, "run" | "targets">,
  { computes }: Pick<Azure, "computes">,
): Promise<readonly Failure[]> {
  if (run === undefined) return [];
  const declared = targets.map(({ name }) => name);
  const isDeclared = (name: string) => declared.some((one) => one.toLowerCase() === name.toLowerCase());
  const names = computesOf(run).filter(
    (name) => !isDeclared(name) && !isRunner(name, targets) && /^[\w-]+$/.test(name) && !/^serverless$/i.test(name),
  );
  const failures: Failure[] = [];
  for (const name of names) {
    const found = await computes.get(name);
    // What cannot be read is not known to be missing: the submission will tell.
    if (!found.ok || found.value !== undefined) continue;
    const live = await computes.list();
    const known = [...declared, ...(live.ok ? live.value.map((compute) => compute.name) : [])];
    failures.push({
      reason: "invalid-declaration",
      message: `The run's compute '${name}' is neither declared nor in the workspace.${suggestionFor(name, known)} Nothing was written.`,
      ...defined({ where: placeOf(run.source, "compute") }),
    });
  }
  return failures;
}
