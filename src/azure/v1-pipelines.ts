import type { Arm, SendOptions } from "./arm.ts";
import { addressesIn, type DataPlane } from "./data-plane.ts";
import { defined } from "./defined.ts";
import type { LiveJob } from "./jobs.ts";
import { listOf, membersOf, textOf, textsOf } from "./members.ts";
import { failed, succeeded, type AzureFailure, type Outcome } from "./outcome.ts";
import type { Answer } from "./pipeline.ts";
import { taggedRuns } from "./tagged-runs.ts";
import type { Workspace } from "./workspace.ts";

/**
 * The pipeline service of the first SDK (data plane). Reads are repeated on passing faults; writes are sent exactly once,
 * but for those that leave nothing behind which anybody could see.
 */
export type V1Pipelines = {
  /** The types of data that modules name: a new workspace has none. */
  readonly ensureDataTypes: () => Promise<Outcome<void>>;
  /** Name of the datastore that outputs go to which name none. */
  readonly defaultDatastore: () => Promise<Outcome<string>>;
  readonly ensureExperiment: (name: string) => Promise<Outcome<void>>;
  /** Ids of what the workspace has, by its hash; `undefined` where it has none that is whole. */
  readonly find: (kind: V1Entity, hash: string) => Promise<Outcome<string | undefined>>;
  /** @returns its id, which the service chooses. */
  readonly create: (kind: V1Entity, body: unknown) => Promise<Outcome<string>>;
  /**
   * Makes a run that does not run yet: nobody sees it before it is submitted, so after a lost reply the request is repeated.
   *
   * @returns its id, which the service chooses.
   */
  readonly createRun: (experiment: string, body: unknown) => Promise<Outcome<string>>;
  readonly submit: (id: string) => Promise<Outcome<void>>;
  /** True for a name that the service may have given to a run. */
  readonly isId: (name: string) => boolean;
  /** The run as jobs are shown; `undefined` for one that does not exist, or was never submitted. */
  readonly get: (id: string, signal?: AbortSignal) => Promise<Outcome<LiveJob | undefined>>;
  /** The runs of an experiment that have a tag of this value, or of any. */
  readonly tagged: (experiment: string, tag: string, value?: string) => Promise<Outcome<readonly LiveJob[]>>;
  /** Requests the cancellation. A second one changes nothing. */
  readonly cancel: (id: string, signal?: AbortSignal) => Promise<Outcome<void>>;
};

export type V1Entity = "Modules" | "DataSources";

/** The service gives ids of this form to runs of pipelines, and nobody names a job so. */
function isRunId(name: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(name);
}

/** As the official client sends bodies. */
const contentType = "application/json-patch+json; charset=utf-8";

/** In the official client's order. */
const dataTypes = [
  "AnyFile",
  "AzureBlobReference",
  "AzureDataLakeReference",
  "AzureFilesReference",
  "AzureSqlDatabaseReference",
  "AzurePostgresDatabaseReference",
  "AzureDataLakeGen2Reference",
  "AzureMLDataset",
  "AzureMySqlDatabaseReference",
  "DBFSReference",
  "AnyDirectory",
];

type Place = Pick<Workspace, "id">;

export function createV1Pipelines(
  arm: Arm,
  workspace: () => Promise<Outcome<Place>>,
  dataPlane: DataPlane,
): V1Pipelines {
  const address = addressesIn(workspace, dataPlane);
  const inPipelines = (path: string) => address("pipelines", (id) => `/pipelines/v1.0${id}${path}`);
  const inHistory = (path: string) => address(undefined, (id) => `/history/v1.0${id}${path}`);
  const get = async (url: Outcome<string>, signal?: AbortSignal): Promise<Outcome<Answer>> =>
    url.ok ? arm.getData(url.value, signal) : url;
  const send = async (
    method: "POST" | "DELETE",
    url: Outcome<string>,
    body?: unknown,
    options: SendOptions = {},
  ): Promise<Outcome<Answer>> => (url.ok ? arm.sendData(method, url.value, body, { contentType, ...options }) : url);
  const shown = async (run: unknown): Promise<Outcome<LiveJob>> => {
    const [place, studio] = await Promise.all([workspace(), dataPlane("studio")]);
    return place.ok ? succeeded(liveJob(run, place.value.id, studio.ok ? studio.value : undefined)) : place;
  };
  return {
    ensureDataTypes: async () => {
      const known = await get(await inPipelines("/DataTypes"));
      if (!known.ok) return known;
      const ids = listOf(known.value.body).map((type) => textOf(membersOf(type)["Id"]));
      for (const Id of dataTypes.filter((type) => !ids.includes(type))) {
        const body = { Id, Name: Id, Description: Id, IsDirectory: Id === "AnyDirectory", ParentDataTypeIds: [] };
        const made = await send("POST", await inPipelines("/DataTypes"), body, { repeatable: "read" });
        // Somebody else was faster.
        if (!made.ok && !/already exist/i.test(made.failure.error.message)) return made;
      }
      return succeeded(undefined);
    },
    defaultDatastore: async () => {
      const answer = await get(await address(undefined, (id) => `/datastore/v1.0${id}/default`));
      if (!answer.ok) return answer;
      const name = textOf(membersOf(answer.value.body)["name"]);
      return name === undefined ? nameless("default datastore", answer.value) : succeeded(name);
    },
    ensureExperiment: async (name) => {
      const url = await inHistory(`/experiments/${encodeURIComponent(name)}`);
      const known = await get(url);
      if (known.ok) return succeeded(undefined);
      if (known.failure.reason !== "not-found") return known;
      // One of that name is what is asked for, whoever made it.
      const made = await send("POST", url, undefined, { repeatable: "read" });
      return made.ok || made.failure.status === 409 ? succeeded(undefined) : made;
    },
    find: async (kind, hash) => {
      const answer = await get(await inPipelines(`/${kind}/Hash/${hash}`));
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      const found = membersOf(answer.value.body);
      const entity = kind === "Modules" ? membersOf(found["Data"]) : found;
      const isWhole = ["Completed", "1", 1].includes(entity["UploadState"] as string | number);
      return succeeded(isWhole ? textOf(entity["Id"]) : undefined);
    },
    create: async (kind, body) => {
      const answer = await send("POST", await inPipelines(`/${kind}`), body);
      return answer.ok ? idOf(answer.value) : answer;
    },
    createRun: async (experiment, body) => {
      const path = `/PipelineRuns/Unsubmitted/CreationInfoWithGraph?experimentName=${encodeURIComponent(experiment)}`;
      const answer = await send("POST", await inPipelines(path), body, { repeatable: "read" });
      return answer.ok ? idOf(answer.value) : answer;
    },
    submit: async (id) => {
      const answer = await send("POST", await inPipelines(`/PipelineRuns/Submit/${id}`));
      return answer.ok ? succeeded(undefined) : answer;
    },
    isId: isRunId,
    get: async (id, signal) => {
      const answer = await get(await inPipelines(`/PipelineRuns/${id}`), signal);
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      const run = membersOf(answer.value.body);
      if (textOf(run["Id"]) === undefined) return nameless("run", answer.value);
      return run["IsSubmitted"] === false ? succeeded(undefined) : shown(run);
    },
    tagged: async (experiment, tag, value) => {
      const url = await inHistory(`/experiments/${encodeURIComponent(experiment)}/runs:query`);
      const asked = { experiment, tag, ...defined({ value }) };
      const found = await taggedRuns(asked, (body) => send("POST", url, body, { repeatable: "read" }));
      if (!found.ok) return found;
      const jobs: LiveJob[] = [];
      for (const { id } of found.value.filter((run) => isRunId(run.id))) {
        const answer = await get(await inPipelines(`/PipelineRuns/${id}`));
        if (!answer.ok && answer.failure.reason === "not-found") continue;
        if (!answer.ok) return answer;
        const job = await shown(answer.value.body);
        if (!job.ok) return job;
        jobs.push(job.value);
      }
      return succeeded(jobs);
    },
    cancel: async (id, signal) => {
      const options = { repeatable: "read", ...(signal === undefined ? {} : { signal }) } as const;
      const answer = await send("DELETE", await inPipelines(`/PipelineRuns/${id}/Execution`), undefined, options);
      if (answer.ok) return succeeded(undefined);
      if (answer.failure.reason !== "refused") return answer;
      // What was never submitted cannot be cancelled, and need not be.
      const made = await get(await inPipelines(`/PipelineRuns/${id}`), signal);
      const isSubmitted = !made.ok || membersOf(made.value.body)["IsSubmitted"] !== false;
      return isSubmitted ? answer : failed({ ...answer.failure, reason: "not-found" });
    },
  };
}

/** Whether there is something now is not known from such an answer: it is as good as a lost one. */
function idOf(answer: Answer): Outcome<string> {
  const id = textOf(membersOf(answer.body)["Id"]);
  return id === undefined ? nameless("id", answer, "unknown") : succeeded(id);
}

function nameless(what: string, { status }: Answer, reason: AzureFailure["reason"] = "unreachable"): Outcome<never> {
  const message = `The service answered with status ${status} but without the ${what}.`;
  return failed({ reason, status, error: { code: "BrokenReply", message, details: [] } });
}

/** The service's words and numbers for what run history calls otherwise. */
const statuses: Readonly<Record<string, string>> = {
  "0": "NotStarted",
  "1": "Running",
  "2": "Failed",
  "3": "Completed",
  "4": "Canceled",
  Finished: "Completed",
};

function liveJob(wire: unknown, workspaceId: string, studio: string | undefined): LiveJob {
  const run = membersOf(wire);
  const id = textOf(run["Id"]) ?? "";
  const { StatusCode: code, CreationTime: created, EndTime: ended } = membersOf(run["Status"]);
  const status = typeof code === "number" ? String(code) : (textOf(code) ?? "NotStarted");
  return {
    id: `${workspaceId}/jobs/${id}`,
    name: id,
    status: (Object.hasOwn(statuses, status) ? statuses[status] : undefined) ?? status,
    jobType: "V1Pipeline",
    tags: textsOf(run["tags"]),
    properties: textsOf(run["Properties"]),
    ...defined({
      displayName: textOf(run["Description"]),
      experimentName: textOf(run["RunHistoryExperimentName"]),
      createdAt: textOf(created) ?? textOf(run["CreatedDate"]),
      startTime: textOf(created),
      endTime: textOf(ended),
      studioUrl: studio === undefined ? undefined : `${studio}/runs/${id}?wsid=${workspaceId}`,
    }),
  };
}
