import { randomUUID } from "node:crypto";
import type { JobDocument } from "../arm/jobs/document.ts";
import { ok, type Incoming, type Reply } from "../server/reply.ts";
import { workspacePath } from "../settings.ts";
import type { Store } from "../store.ts";

type Metric = {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp?: number;
  readonly step?: number;
};
export type Experiment = { readonly experiment_id: string; readonly name: string; readonly lifecycle_stage: string };
type Entry = { readonly key: string; readonly value: string };

/** A run as the tracking API keeps it. */
type TrackedRun = {
  readonly runId: string;
  readonly experimentId: string;
  readonly status: string;
  readonly startTime: number;
  readonly endTime?: number;
  readonly name: string;
  readonly params: readonly Entry[];
  readonly tags: readonly Entry[];
};

/** Points of one metric on one page. */
const pageSize = 1000;

/** MLflow's tracking API as far as its clients use it to log and to read back. @see https://mlflow.org/docs/latest/rest-api.html */
export function mlflow(request: Incoming, store: Store): Reply | undefined {
  const [, endpoint] = /^\/mlflow\/v[12]\.0\/subscriptions\/.*\/api\/2\.0\/mlflow\/(.+)$/.exec(request.path) ?? [];
  if (endpoint === undefined) return undefined;
  const body = { ...Object.fromEntries(request.query), ...(request.body ?? {}) } as Readonly<Record<string, unknown>>;
  const text = (...keys: readonly string[]) => keys.map((key) => body[key]).find((value) => typeof value === "string");
  const runId = text("run_id", "run_uuid") ?? "";

  switch (endpoint) {
    case "experiments/get-by-name":
      return ok({ experiment: experimentNamed(text("experiment_name") ?? "Default", store) });
    case "experiments/get":
      return ok({
        experiment: {
          experiment_id: text("experiment_id"),
          name: text("experiment_id"),
          lifecycle_stage: "active",
          artifact_location: "",
        },
      });
    case "experiments/create":
      return ok({ experiment_id: experimentNamed(text("name") ?? "Default", store).experiment_id });
    case "experiments/search":
      return ok({ experiments: store.list<Experiment>("experiments").map(({ value }) => value) });
    case "runs/create": {
      const run = newRun(
        text("run_name") ?? randomUUID(),
        text("experiment_id") ?? "0",
        Number(body["start_time"] ?? Date.now()),
      );
      store.put("tracked", run.runId, run);
      return ok({ run: shown(run, store) });
    }
    default: {
      const run = tracked(runId, store);
      if (run === undefined)
        return {
          status: 404,
          body: { error_code: "RESOURCE_DOES_NOT_EXIST", message: `Run with id=${runId} not found` },
        };
      return onRun(endpoint, run, body, request, store);
    }
  }
}

function onRun(
  endpoint: string,
  run: TrackedRun,
  body: Readonly<Record<string, unknown>>,
  request: Incoming,
  store: Store,
): Reply | undefined {
  switch (endpoint) {
    case "runs/get":
      return ok({ run: shown(run, store) });
    case "runs/update": {
      const changed = {
        ...run,
        status: String(body["status"] ?? run.status),
        ...(body["end_time"] === undefined ? {} : { endTime: Number(body["end_time"]) }),
      };
      store.put("tracked", run.runId, changed);
      return ok({ run_info: shown(changed, store).info });
    }
    case "runs/log-metric":
      addMetrics(run.runId, [body as unknown as Metric], store);
      return ok({});
    case "runs/log-parameter":
      store.put("tracked", run.runId, { ...run, params: withEntry(run.params, body as unknown as Entry) });
      return ok({});
    case "runs/set-tag":
      store.put("tracked", run.runId, { ...run, tags: withEntry(run.tags, body as unknown as Entry) });
      return ok({});
    case "runs/log-batch": {
      const {
        metrics = [],
        params = [],
        tags = [],
      } = body as { metrics?: readonly Metric[]; params?: readonly Entry[]; tags?: readonly Entry[] };
      addMetrics(run.runId, metrics, store);
      store.put("tracked", run.runId, {
        ...run,
        params: params.reduce(withEntry, run.params),
        tags: tags.reduce(withEntry, run.tags),
      });
      return ok({});
    }
    case "metrics/get-history": {
      const key = request.query.get("metric_key") ?? "";
      const all = metricsOf(run.runId, store).filter((metric) => metric.key === key);
      const start = Number(request.query.get("page_token") ?? 0) || 0;
      const size = Math.min(Number(request.query.get("max_results") ?? pageSize) || pageSize, 25_000);
      const next = start + size < all.length ? String(start + size) : undefined;
      return ok({ metrics: all.slice(start, start + size), ...(next === undefined ? {} : { next_page_token: next }) });
    }
    case "artifacts/list":
      return ok({ root_uri: "", files: [] });
    default:
      return undefined;
  }
}

/** The experiment of this name, which is made when it is first named. */
export function experimentNamed(name: string, store: Store): Experiment {
  const known = store.get<Experiment>("experiments", name);
  if (known !== undefined) return known;
  const made = { experiment_id: randomUUID(), name, lifecycle_stage: "active" };
  store.put("experiments", name, made);
  return made;
}

/** Every job is a run of the tracking API too, from its submission on. */
function tracked(runId: string, store: Store): TrackedRun | undefined {
  const known = store.get<TrackedRun>("tracked", runId);
  const job = store.get<JobDocument>("jobs", runId);
  if (known !== undefined || job === undefined) return known;
  const experiment = experimentNamed(String(job.properties["experimentName"] ?? "Default"), store);
  const made = {
    ...newRun(runId, experiment.experiment_id, Date.parse(job.createdAt)),
    tags: job.parent === undefined ? [] : [{ key: "mlflow.parentRunId", value: job.parent }],
  };
  store.put("tracked", runId, made);
  return made;
}

function newRun(runId: string, experimentId: string, startTime: number): TrackedRun {
  return { runId, experimentId, status: "RUNNING", startTime, name: runId, params: [], tags: [] };
}

function withEntry(entries: readonly Entry[], { key, value }: Entry): readonly Entry[] {
  return [...entries.filter((entry) => entry.key !== key), { key, value }];
}

/** Every finite value of one metric of a run, in the order in which they were logged. */
export function valuesOf(runId: string, key: string, store: Store): readonly number[] {
  return metricsOf(runId, store).flatMap((metric) => {
    const value = metric.key === key ? Number(metric.value) : Number.NaN;
    return Number.isFinite(value) ? [value] : [];
  });
}

function metricsOf(runId: string, store: Store): readonly Metric[] {
  return store.get<readonly Metric[]>("metrics", runId) ?? [];
}

function addMetrics(runId: string, metrics: readonly Metric[], store: Store): void {
  const clean = metrics.map(({ key, value, timestamp, step }) => ({
    key,
    value,
    timestamp: Number(timestamp ?? Date.now()),
    step: Number(step ?? 0),
  }));
  store.put("metrics", runId, [...metricsOf(runId, store), ...clean]);
}

function shown(run: TrackedRun, store: Store) {
  const last = new Map(metricsOf(run.runId, store).map((metric) => [metric.key, metric]));
  return {
    info: {
      run_id: run.runId,
      run_uuid: run.runId,
      experiment_id: run.experimentId,
      run_name: run.name,
      status: run.status,
      start_time: run.startTime,
      ...(run.endTime === undefined ? {} : { end_time: run.endTime }),
      lifecycle_stage: "active",
      user_id: "emulator",
      artifact_uri: `azureml://emulator/mlflow/v2.0${workspacePath}/runs/${run.runId}/artifacts`,
    },
    data: { metrics: [...last.values()], params: run.params, tags: run.tags },
    inputs: {},
  };
}
