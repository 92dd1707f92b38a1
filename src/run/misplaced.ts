import type { KindFacts } from "../compute/kind.ts";
import { typesThatRun } from "../compute/target.ts";
import { workloadNames, type Workload } from "../compute/workload.ts";
import { placementsOf, type Job } from "../job/job.ts";
import type { Problem } from "../yaml/problem.ts";
import { positionOf } from "../yaml/source.ts";
import { listed } from "../yaml/wording.ts";

/**
 * What of a run cannot run where it is put, each at the place that names the compute.
 *
 * @param kindOf the kind of a compute, by the name that the run has for it; nothing where it is not known.
 */
export function misplaced(job: Job, kindOf: (compute: string) => KindFacts | undefined): readonly Problem[] {
  return placementsOf(job).flatMap(({ compute, workload, path }): readonly Problem[] => {
    const kind = kindOf(compute);
    if (kind === undefined || kind.runs.includes(workload)) return [];
    const names = kind.runs.map((one) => workloadNames[one]);
    const what = kind.whyNothingRuns ?? `takes ${listed(names, "and")}, and no ${workloadNames[workload]}`;
    return [
      {
        code: "wrong-compute",
        severity: "error",
        where: positionOf(job.source, path),
        message: `The compute '${compute}' is ${withArticle(kind.label)}, which ${what}.`,
        fix: elsewhere(workload),
      },
    ];
  });
}

/** What to name instead. What is of the first SDK alone always runs on a target. */
function elsewhere(workload: Workload): string {
  const types = typesThatRun(workload);
  if (types.length === 0) return "Name a Data Factory compute of the workspace, or azureml:serverless.";
  const other =
    workload === "spark"
      ? ", or resources in its place"
      : workload === "pyspark" || /-step$/.test(workload)
        ? ""
        : ", or no compute, for serverless";
  return `Name a target of type ${listed(types)}${other}.`;
}

function withArticle(label: string): string {
  if (/^this /.test(label)) return label;
  return `${/^([aeiou]|HD|AK)/i.test(label) ? "an" : "a"} ${label}`;
}
