import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import type { LiveJob } from "../azure/jobs.ts";
import { isFoundByExperiment } from "../job/job.ts";
import type { JobStep } from "../job/kind.ts";
import type { GateResult, MetricSeries } from "../report/result.ts";
import { sentenceOf } from "../report/failure.ts";
import { findBaselines } from "../run/baseline.ts";
import { valuesOfRun } from "../run/children.ts";
import {
  checkGates,
  isComparison,
  passedWithoutBaseline,
  type Baseline,
  type Gate,
  type LastValues,
  type Unread,
} from "../run/gates.ts";
import { lastValuesOf } from "../run/metrics.ts";
import { folderInRepository } from "../yaml/files.ts";
import { configurationOf } from "./configuration.ts";
import type { CommandContext } from "./context.ts";

/** The run that is judged. */
export type Judged = Parameters<typeof configurationOf>[0] & {
  readonly name: string;
  /** Absent for one that ran on the runner. */
  readonly job?: LiveJob;
  readonly metrics: readonly MetricSeries[];
  /** Of the steps that it has started. */
  readonly values?: NonNullable<LastValues["steps"]>;
  readonly unread?: Unread;
  /** Those that are declared, by whose names gates know them. */
  readonly steps?: readonly JobStep[];
};

/**
 * Judges the gates of a run that is over, with the runs that they compare it with. A comparison whose other run cannot be
 * read is a missed gate that says so.
 */
export async function judgeGates(
  gates: readonly Gate[],
  judged: Judged,
  azure: Azure,
  context: CommandContext,
): Promise<readonly GateResult[]> {
  const { github, log } = context;
  const { name, job, metrics, steps } = judged;
  const values: LastValues = {
    own: lastValuesOf(metrics),
    ...defined({ steps: judged.values, unread: judged.unread }),
  };
  if (!gates.some(isComparison)) return checkGates(gates, values, new Map());
  const found = await findBaselines(gates, name, {
    jobs: azure.jobs,
    assets: azure.assets,
    workspaceId: azure.workspace.id,
    github,
    configuration: await configurationOf(judged, context),
    ...defined({
      experiment: job !== undefined && isFoundByExperiment(job) ? job.experimentName : undefined,
    }),
    valuesOf: (run) => valuesOfRun(run, { ...azure, ...defined({ steps }) }),
  });
  const baselines = found.ok
    ? found.value
    : new Map(
        gates.flatMap((gate, index): [number, Baseline][] =>
          isComparison(gate)
            ? [[index, { unread: `the run to compare with could not be read: ${sentenceOf(found.failure.error)}` }]]
            : [],
        ),
      );
  const results = checkGates(gates, values, baselines);
  const folder = await folderInRepository(context);
  for (const problem of passedWithoutBaseline(gates, results)) log.problem(problem, folder);
  return results;
}
