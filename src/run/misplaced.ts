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
    const elsewhere = elsewhereFor(workload);
    return [
      {
        code: "wrong-compute",
        severity: "error",
        where: positionOf(job.source, path),
        message: `The compute '${compute}' is ${withArticle(kind.label)}, which ${what}.`,
        fix: `Name a target of type ${listed(typesThatRun(workload))}${elsewhere === undefined ? "" : `, or ${elsewhere}`}.`,
      },
    ];
  });
}

/** What to write in place of a target. Steps of the first SDK always run on one. */
function elsewhereFor(workload: Workload): string | undefined {
  if (workload === "spark") return "resources in its place";
  return /-step$/.test(workload) ? undefined : "no compute, for serverless";
}

function withArticle(label: string): string {
  if (/^this /.test(label)) return label;
  return `${/^([aeiou]|HD|AK)/i.test(label) ? "an" : "a"} ${label}`;
}
