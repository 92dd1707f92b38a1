import pLimit from "p-limit";
import type { Metrics } from "../azure/metrics.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { BaselineSeries, ChildReport, GateResult, MetricSeries, StepSeries } from "../report/result.ts";

/** More metrics than a report can show are listed with their last value only. */
const mostSeries = 50;
const readsAtOnce = 8;

/** The metrics of a run with their courses. A course that cannot be read is left out: what decides is the last value. */
export async function readMetrics(run: string, metrics: Metrics): Promise<Outcome<readonly MetricSeries[]>> {
  const last = await metrics.lastValues(run);
  if (!last.ok) return last;
  const limit = pLimit(readsAtOnce);
  const names = Object.keys(last.value).sort();
  const series = names.map((name, index) =>
    limit(() => courseOf(run, name, last.value[name] ?? Number.NaN, { index, metrics })),
  );
  return succeeded(await Promise.all(series));
}

/** @param index of the metric: of those beyond the first ones no course is read. */
async function courseOf(
  run: string,
  name: string,
  last: number,
  { index, metrics }: { readonly index: number; readonly metrics: Pick<Metrics, "history"> },
): Promise<MetricSeries> {
  const history = index < mostSeries ? await metrics.history(run, name) : undefined;
  return { name, last, points: history?.ok === true ? history.value : [] };
}

/** The courses of what the steps of a pipeline have logged, whose last values are known. */
export async function readStepMetrics(
  children: readonly ChildReport[],
  metrics: Pick<Metrics, "history">,
): Promise<readonly StepSeries[]> {
  const limit = pLimit(readsAtOnce);
  const logged = children.flatMap(({ name: run, step, metrics: own }) =>
    step === undefined ? [] : Object.entries(own).map(([name, last]) => ({ run, step, name, last })),
  );
  return Promise.all(
    logged.map(({ run, step, name, last }, index) =>
      limit(async (): Promise<StepSeries> => ({ step, ...(await courseOf(run, name, last, { index, metrics })) })),
    ),
  );
}

/**
 * The courses of the metrics that gates compare with those of another run: one request for each. Of a step, and of a sweep,
 * whose metrics are those of its trials, the last value has to do.
 */
export async function readBaselines(
  gates: readonly GateResult[],
  metrics: Pick<Metrics, "history">,
): Promise<readonly BaselineSeries[]> {
  const compared = gates.flatMap(({ metric: name, step, baseline }) =>
    baseline === undefined || step !== undefined ? [] : [{ name, run: baseline.run }],
  );
  // Several gates may compare one metric with one run.
  const once = new Map(compared.map((one) => [JSON.stringify(one), one]));
  const limit = pLimit(readsAtOnce);
  const series = await Promise.all(
    [...once.values()].map(({ name, run }) =>
      limit(async (): Promise<readonly BaselineSeries[]> => {
        const history = await metrics.history(run, name);
        return history.ok && history.value.length > 0 ? [{ run, name, points: history.value }] : [];
      }),
    ),
  );
  return series.flat();
}

/** The last value of every metric, by name. */
export function lastValuesOf(metrics: readonly MetricSeries[]): Readonly<Record<string, number>> {
  return Object.fromEntries(metrics.map(({ name, last }) => [name, last]));
}
