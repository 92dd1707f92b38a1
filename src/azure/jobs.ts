import type { Arm } from "./arm.ts";
import { defined } from "./defined.ts";
import { membersOf, textOf, textsOf } from "./members.ts";
import { failed, succeeded, type Outcome } from "./outcome.ts";
import type { Answer } from "./pipeline.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** A job of the workspace as the service shows it. */
export type LiveJob = {
  readonly id: string;
  readonly name: string;
  /** As the service spells it; unknown words pass through. */
  readonly status: string;
  /** ARM's discriminator. */
  readonly jobType?: string;
  /** What a sweep is after. */
  readonly objective?: Objective;
  /** The steps of a pipeline as they were submitted, by their names, and its settings: `properties.jobs` and `.settings`. */
  readonly pipeline?: {
    readonly jobs: Readonly<Record<string, unknown>>;
    readonly settings: Readonly<Record<string, unknown>>;
  };
  /** Its named outputs, and where each one is: the address may hold `${{name}}`, and is absent where the service chooses it. */
  readonly outputs?: ReadonlyMap<string, string | undefined>;
  readonly displayName?: string;
  readonly experimentName?: string;
  readonly computeId?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  /** `properties.services.Studio.endpoint` */
  readonly studioUrl?: string;
  /** ISO 8601, `systemData.createdAt`. */
  readonly createdAt?: string;
  /** ISO 8601, from the job's own record; absent before it has started or ended, and where the record has none. */
  readonly startTime?: string;
  readonly endTime?: string;
};

export type Objective = { readonly primaryMetric: string; readonly goal: "minimize" | "maximize" };

/** The jobs of one workspace. Reads are repeated on passing faults; writes are sent exactly once. */
export type Jobs = {
  /** `undefined` when there is none of that name. */
  readonly get: (name: string, signal?: AbortSignal) => Promise<Outcome<LiveJob | undefined>>;
  /**
   * All jobs that have a tag of this name.
   *
   * @param experiment whose runs of pipelines of the first SDK are meant as well: they are in no list of jobs.
   */
  readonly tagged: (tag: string, experiment?: string) => Promise<Outcome<readonly LiveJob[]>>;
  /** @param apiVersion each type of job has the official client's own. */
  readonly put: (name: string, body: unknown, apiVersion: string) => Promise<Outcome<LiveJob>>;
  /** Requests the cancellation; the job runs on until its status says otherwise. */
  readonly cancel: (name: string, signal?: AbortSignal) => Promise<Outcome<void>>;
};

/** The official client's versions. */
const getVersion = "2024-01-01-preview";
const cancelVersion = "2023-04-01-preview";

/** Runs of the workspace that are in no list of jobs: those of pipelines and run configurations of the first SDK. */
export type OtherRuns = Pick<Jobs, "get" | "cancel"> & {
  /** True for a name that only such a run has. */
  readonly isId: (name: string) => boolean;
  readonly tagged: (experiment: string, tag: string) => Promise<Outcome<readonly LiveJob[]>>;
};

export function createJobs(arm: Arm, workspace: WorkspaceRef, others: readonly OtherRuns[] = []): Jobs {
  const othersOf = (name: string) => others.find((one) => one.isId(name));
  const id = (name: string) => `${workspaceId(workspace)}/jobs/${name}`;
  return {
    get: async (name, signal) => {
      const run = (await othersOf(name)?.get(name, signal)) ?? succeeded(undefined);
      if (!run.ok || run.value !== undefined) return run;
      const answer = await arm.get(id(name), getVersion, signal);
      if (answer.ok)
        return isJob(answer.value.body) ? succeeded(liveJob(answer.value.body)) : noJob(answer.value, "unreachable");
      return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
    },
    tagged: async (tag, experiment) => {
      const runs: LiveJob[] = [];
      for (const other of others) {
        if (experiment === undefined) break;
        const found = await other.tagged(experiment, tag);
        if (!found.ok) return found;
        runs.push(...found.value);
      }
      const jobs = await arm.list(`${workspaceId(workspace)}/jobs`, getVersion, { listViewType: "ActiveOnly", tag });
      // Whatever the service makes of the filter: only those that have the tag are meant.
      return jobs.ok
        ? succeeded([
            ...jobs.value
              .filter(isJob)
              .map(liveJob)
              .filter(({ name, tags }) => Object.hasOwn(tags, tag) && !runs.some((run) => run.name === name)),
            ...runs,
          ])
        : jobs;
    },
    put: async (name, body, apiVersion) => {
      const answer = await arm.put(id(name), apiVersion, body, { withServiceToken: actsForItsStarter(body) });
      if (!answer.ok) return answer;
      // Whether there is a run now is not known from such an answer: it is as good as a lost one.
      return isJob(answer.value.body) ? succeeded(liveJob(answer.value.body)) : noJob(answer.value, "unknown");
    },
    cancel: async (name, signal) => {
      const run = await othersOf(name)?.cancel(name, signal);
      if (run !== undefined && (run.ok || run.failure.reason !== "not-found")) return run;
      // A second cancellation changes nothing, so after a lost reply the request is simply sent again.
      const answer = await arm.post(`${id(name)}/cancel`, cancelVersion, undefined, {
        repeatable: "read",
        ...(signal === undefined ? {} : { signal }),
      });
      return answer.ok ? succeeded(undefined) : answer;
    },
  };
}

/** The steps of a pipeline, and a job with the identity of its user, are started by the service on somebody's behalf. */
function actsForItsStarter(body: unknown): boolean {
  const job = membersOf(membersOf(body)["properties"]);
  return job["jobType"] === "Pipeline" || membersOf(job["identity"])["identityType"] === "UserIdentity";
}

/** A job has a name of its own and a part that says how it is; without them it is a broken reply. */
function isJob(body: unknown): boolean {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  const { id, name, properties } = body as Readonly<Record<string, unknown>>;
  const isNamed = [id, name].some((text) => typeof text === "string" && text !== "" && !text.endsWith("/"));
  return isNamed && typeof properties === "object" && properties !== null;
}

function noJob({ status }: Pick<Answer, "status">, reason: "unreachable" | "unknown"): Outcome<never> {
  const message = `The service answered with status ${status} but without the job.`;
  return failed({ reason, status, error: { code: "BrokenReply", message, details: [] } });
}

/** As the record of a job writes its times: `2022-11-08 05:11:25`, in UTC without saying so. */
function recordedTime(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(text);
  const time = Date.parse(hasZone ? text : `${text.trim().replace(" ", "T")}Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function objectiveOf(wire: unknown): Objective | undefined {
  const { primaryMetric, goal } = membersOf(wire);
  const metric = textOf(primaryMetric);
  const [known] = /^(minimize|maximize)$/i.exec(textOf(goal) ?? "") ?? [];
  if (metric === undefined || known === undefined) return undefined;
  return { primaryMetric: metric, goal: known.toLowerCase() as Objective["goal"] };
}

/** `default` is where the artifacts of the run are. */
function outputsOf(wire: unknown): LiveJob["outputs"] {
  const named = Object.entries(membersOf(wire)).filter(([name]) => name !== "default");
  return named.length === 0
    ? undefined
    : new Map(named.map(([name, output]) => [name, textOf(membersOf(output)["uri"])]));
}

function liveJob(wire: unknown): LiveJob {
  const { id, name, systemData, properties } = membersOf(wire);
  const job = membersOf(properties);
  const own = textsOf(job["properties"]);
  const computeId = textOf(job["computeId"]);
  return {
    id: textOf(id) ?? "",
    name: textOf(name) ?? textOf(id)?.split("/").at(-1) ?? "",
    status: textOf(job["status"]) ?? "Unknown",
    tags: textsOf(job["tags"]),
    properties: own,
    ...defined({
      jobType: textOf(job["jobType"]),
      objective: objectiveOf(job["objective"]),
      pipeline:
        Object.keys(membersOf(job["jobs"])).length === 0
          ? undefined
          : { jobs: membersOf(job["jobs"]), settings: membersOf(job["settings"]) },
      outputs: outputsOf(job["outputs"]),
      displayName: textOf(job["displayName"]),
      experimentName: textOf(job["experimentName"]),
      // A serverless job has a computeId that names nothing: `…/computes/`.
      computeId: computeId?.endsWith("/") === true ? undefined : computeId,
      studioUrl: textOf(membersOf(membersOf(job["services"])["Studio"])["endpoint"]),
      createdAt: textOf(membersOf(systemData)["createdAt"]),
      startTime: recordedTime(own["StartTimeUtc"]),
      endTime: recordedTime(own["EndTimeUtc"]),
    }),
  };
}
