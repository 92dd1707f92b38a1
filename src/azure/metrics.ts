import type { Arm } from "./arm.ts";
import { listOf, membersOf, textOf } from "./members.ts";
import { failed, succeeded, type Outcome } from "./outcome.ts";
import { allPages } from "./pages.ts";
import type { Answer } from "./pipeline.ts";
import type { Workspace } from "./workspace.ts";

/** Metrics of a run through the MLflow tracking API of its workspace. */
export type Metrics = {
  /** Last value of every metric, by name. A run that MLflow does not know has none. */
  readonly lastValues: (run: string) => Promise<Outcome<Readonly<Record<string, number>>>>;
  /** Every point of one metric in the order of steps, all pages. */
  readonly history: (
    run: string,
    metric: string,
  ) => Promise<Outcome<readonly { readonly step: number; readonly value: number }[]>>;
};

/**
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking — the tracking address is
 *   the workspace's `mlFlowTrackingUri` with its scheme and version put as `azureml-mlflow` puts them.
 */
export function createMetrics(arm: Arm, workspace: Workspace): Metrics {
  const base = workspace.mlFlowTrackingUri
    ?.replace(/^azureml:/, "https:")
    .replace("/mlflow/v1.0/", "/mlflow/v2.0/")
    .replace(/[?/]+$/, "");
  const get = (path: string, query: Readonly<Record<string, string>>): Promise<Outcome<Answer>> => {
    if (base !== undefined)
      return arm.getData(`${base}/api/2.0/mlflow/${path}?${new URLSearchParams(query).toString()}`);
    return Promise.resolve(
      failed({
        reason: "not-found",
        error: {
          code: "NoTrackingUri",
          message: `The workspace '${workspace.name}' names no mlFlowTrackingUri.`,
          details: [],
        },
      }),
    );
  };
  return {
    lastValues: async (run) => {
      const answer = await get("runs/get", { run_id: run });
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded({}) : answer;
      const { metrics } = membersOf(membersOf(membersOf(answer.value.body)["run"])["data"]);
      return succeeded(
        Object.fromEntries(
          listOf(metrics).flatMap((metric): [string, number][] => {
            const { key, value } = membersOf(metric);
            const name = textOf(key);
            const number = numberOf(value);
            return name === undefined || number === undefined ? [] : [[name, number]];
          }),
        ),
      );
    },
    history: async (run, metric) => {
      const points = await allPages(`the values of ${metric}`, async (next) => {
        const page = await get("metrics/get-history", {
          run_id: run,
          metric_key: metric,
          ...(next === undefined ? {} : { page_token: next }),
        });
        if (!page.ok) return page;
        const { metrics, next_page_token: token } = membersOf(page.value.body);
        return succeeded({ items: listOf(metrics).flatMap(pointOf), next: textOf(token) });
      });
      return points.ok ? succeeded([...points.value].sort((a, b) => a.step - b.step)) : points;
    },
  };
}

/** A value that is none is left out: a gate must not be passed or missed by it. */
function pointOf(metric: unknown): readonly { readonly step: number; readonly value: number }[] {
  const { step, value } = membersOf(metric);
  const number = numberOf(value);
  const at = Number(step ?? 0);
  return number === undefined || !Number.isFinite(at) ? [] : [{ step: at, value: number }];
}

/** MLflow writes what JSON has no number for as text: `NaN`, `Infinity`. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const text = textOf(value)?.replace(/^(-?)inf(inity)?$/i, "$1Infinity");
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isNaN(number) && !/^nan$/i.test(text) ? undefined : number;
}
