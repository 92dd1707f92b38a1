import { isTerminal, type JobDocument } from "../arm/jobs/document.ts";
import { kindOf } from "../arm/computes/kinds.ts";
import type { Runner } from "../arm/jobs/runner.ts";
import type { V1Configuration } from "../arm/jobs/v1-run.ts";
import { ok, type Incoming, type Reply } from "../server/reply.ts";
import { workspacePath } from "../settings.ts";
import type { Store } from "../store.ts";
import { v1Error } from "./v1-error.ts";
import { v1Collections } from "./v1-graph.ts";

/** The execution service of the first SDK, and what its client writes to run history of a run that it has started. */
export function v1Execution(request: Incoming, store: Store, runner: Runner): Reply | undefined {
  const [, service, experimentText, rest] =
    new RegExp(`^/(execution|history)/v1\\.0${workspacePath}/experiments/([^/]+)/(.+)$`, "i").exec(request.path) ?? [];
  if (experimentText === undefined || rest === undefined) return undefined;
  const experiment = decodeURIComponent(experimentText);
  if (service?.toLowerCase() === "execution") {
    if (request.method !== "POST") return undefined;
    if (rest === "snapshotrun") return start(request, experiment, store, runner);
    const [, id] = /^runId\/([^/]+)\/cancel$/.exec(rest) ?? [];
    return id === undefined ? undefined : cancel(id, store, runner);
  }
  const [, id, events] = /^runs\/([^/]+?)(\/events)?$/.exec(rest) ?? [];
  if (id === undefined) return undefined;
  if (request.method === "PATCH" && events === undefined) return describe(request, id, store);
  return request.method === "POST" && events !== undefined ? takeEvent(request, id, store, runner) : undefined;
}

/** Where a run of the first SDK can be cancelled. */
export function cancelUriOf({ name, properties }: JobDocument, api: string): string | null {
  return properties["jobType"] === "V1Run"
    ? `${api}/execution/v1.0${workspacePath}/experiments/${encodeURIComponent(String(properties["experimentName"]))}/runId/${name}/cancel`
    : null;
}

type StartRequest = { readonly Configuration?: V1Configuration; readonly SnapshotId?: string };

function start({ query, body }: Incoming, experiment: string, store: Store, runner: Runner): Reply {
  const refused = (message: string) => v1Error(400, "UserError", message);
  const id = query.get("runId") ?? "";
  const { Configuration: configuration, SnapshotId: snapshot = "" } = (body ?? {}) as StartRequest;
  if (store.get(v1Collections.experiments, experiment) === undefined)
    return v1Error(404, "UserError", `The experiment ${experiment} was not found.`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/.test(id)) return refused(`The run id '${id}' is invalid.`);
  // What the service answers to an id that it knows is not recorded.
  if (store.get("jobs", id) !== undefined) return refused(`A run with the id ${id} exists already.`);
  if (configuration === undefined) return refused("The request has no Configuration.");
  if (store.get(v1Collections.snapshots, snapshot) === undefined)
    return refused(`The snapshot ${snapshot} was not found.`);
  const { target = "", framework } = configuration;
  const compute = store.get<{ readonly properties?: Readonly<Record<string, unknown>> }>(
    "computes",
    target.toLowerCase(),
  );
  if (compute === undefined) return refused(`The compute target ${target} was not found.`);
  if (framework === "PySpark" && kindOf(compute.properties ?? {})?.takesPySpark !== true)
    return refused(`The compute target ${target} does not run the framework PySpark.`);
  store.put("jobs", id, {
    name: id,
    status: "Starting",
    createdAt: new Date().toISOString(),
    properties: {
      jobType: "V1Run",
      experimentName: experiment,
      computeId: target,
      tags: {},
      properties: { ProcessInfoFile: "azureml-logs/process_info.json" },
      configuration,
      snapshot,
    },
  } satisfies JobDocument);
  runner.submit(id);
  return ok({ runId: id });
}

function cancel(id: string, store: Store, runner: Runner): Reply {
  const job = store.get<JobDocument>("jobs", id);
  if (job === undefined) return v1Error(404, "UserError", `Run ${id} could not be found.`);
  if (isTerminal(job)) return v1Error(400, "UserError", `The run ${id} is in terminal status, it can't be canceled.`);
  runner.cancel(id);
  return ok(undefined);
}

type Description = {
  readonly properties?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly displayName?: string;
  readonly description?: string;
};

function describe({ headers, body }: Incoming, id: string, store: Store): Reply {
  if (!/^application\/json-patch\+json/.test(headers["content-type"] ?? ""))
    return v1Error(415, "UserError", "The content type of the request is not application/json-patch+json.");
  const job = store.get<JobDocument>("jobs", id);
  if (job === undefined) return v1Error(404, "UserError", `Run ${id} could not be found.`);
  const { properties, tags, displayName, description } = (body ?? {}) as Description;
  const merged = (key: "properties" | "tags", added: object = {}) => ({
    ...(job.properties[key] as object | undefined),
    ...added,
  });
  store.put("jobs", id, {
    ...job,
    properties: {
      ...job.properties,
      properties: merged("properties", properties),
      tags: merged("tags", tags),
      ...(displayName === undefined ? {} : { displayName }),
      ...(description === undefined ? {} : { description }),
    },
  });
  return ok({ runId: id, status: job.status });
}

/** Only the event by which a run is cancelled that names no address for it. */
function takeEvent({ body }: Incoming, id: string, store: Store, runner: Runner): Reply {
  const { name } = (body ?? {}) as { readonly name?: string };
  if (name !== "Microsoft.MachineLearning.Run.Canceled")
    return v1Error(400, "UserError", `The emulator takes no event ${String(name)}.`);
  return cancel(id, store, runner);
}
