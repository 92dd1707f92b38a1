import { kindOfName, type ComputeTarget } from "../compute/target.ts";
import { readJob, type Job } from "../job/job.ts";
import { misplaced } from "../run/misplaced.ts";
import { formatPosition, type Problem } from "../yaml/problem.ts";
import { positionOf, type SourceNode } from "../yaml/source.ts";
import type { Declaration } from "./declaration.ts";
import { readGates } from "./gates.ts";
import type { Gathered } from "./gathered.ts";

/** The run and its gates; every job that is declared is checked. */
export function readRun(
  { runs, otherJobs, gates: declaredGates, problems }: Pick<Gathered, "runs" | "otherJobs" | "gates" | "problems">,
  targets: readonly ComputeTarget[],
): Pick<Declaration, "run" | "gates"> {
  const run = readOnly(runs, problems);
  for (const node of otherJobs) problems.push(...readJob(node).problems);
  const { gates, problems: gateProblems } = readGates(declaredGates, run);
  problems.push(...gateProblems);
  if (run === undefined) return { gates };
  problems.push(...misplaced(run, (compute) => kindOfName(compute, targets)));
  return { run, gates };
}

function readOnly(nodes: readonly SourceNode[], problems: Problem[]): Job | undefined {
  const [first, ...others] = nodes;
  if (first === undefined) return undefined;
  for (const other of others) {
    problems.push({
      code: "two-runs",
      severity: "error",
      where: positionOf(other),
      related: positionOf(first),
      message: `Another run is declared at ${formatPosition(positionOf(first))}.`,
      fix: "Declare one run, or name the one to submit with the input 'run'.",
    });
  }
  const read = readJob(first);
  problems.push(...read.problems);
  return read.job;
}
