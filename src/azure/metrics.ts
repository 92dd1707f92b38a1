import type { Arm } from "./arm.ts";
import { failed, succeeded, type Outcome } from "./outcome.ts";
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
      const body = (answer.value.body ?? {}) as {
        readonly run?: { readonly data?: { readonly metrics?: readonly WireMetric[] | null } };
      };
      return succeeded(
        Object.fromEntries((body.run?.data?.metrics ?? []).map(({ key, value }) => [key, numberOf(value)])),
      );
    },
    history: async (run, metric) => {
      const points: { step: number; value: number }[] = [];
      let token: string | undefined;
      do {
        const page = await get("metrics/get-history", {
          run_id: run,
          metric_key: metric,
          ...(token === undefined ? {} : { page_token: token }),
        });
        if (!page.ok) return page;
        const body = (page.value.body ?? {}) as {
          readonly metrics?: readonly WireMetric[] | null;
          readonly next_page_token?: string | null;
        };
        points.push(
          ...(body.metrics ?? []).map(({ step, value }) => ({ step: Number(step ?? 0), value: numberOf(value) })),
        );
        const next = body.next_page_token ?? undefined;
        token = next === token || next === "" ? undefined : next;
      } while (token !== undefined);
      return succeeded(points.sort((a, b) => a.step - b.step));
    },
  };
}

type WireMetric = { readonly key: string; readonly value: number | string; readonly step?: number | string };

/** MLflow writes what JSON has no number for as text: `NaN`, `Infinity`. */
function numberOf(value: number | string): number {
  return typeof value === "number" ? value : Number(value.replace(/^(-?)inf(inity)?$/i, "$1Infinity"));
}
