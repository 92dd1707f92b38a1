import type { Arm } from "./arm.ts";
import type { DataPlane } from "./data-plane.ts";
import { defined } from "./defined.ts";
import type { LiveJob, Objective } from "./jobs.ts";
import { listOf, membersOf, textOf, textsOf, type Members } from "./members.ts";
import { failed, succeeded, type Outcome, type ServiceError } from "./outcome.ts";
import { allPages } from "./pages.ts";
import type { Answer } from "./pipeline.ts";
import { serviceErrorOf } from "./service-error.ts";
import type { Workspace } from "./workspace.ts";

/** `GET {api}/history/v1.0{workspace}/runs/{run}/details` */
export type RunDetails = {
  readonly status: string;
  readonly error?: ServiceError;
  readonly warnings: readonly string[];
  /** ISO 8601. */
  readonly startTime?: string;
  readonly endTime?: string;
  /** Log name (`user_logs/std_log.txt`) → SAS URL. The URLs are secrets. */
  readonly logFiles: Readonly<Record<string, string>>;
};

/** A run below another one: a sweep's trial, a pipeline's step. */
export type ChildRun = {
  readonly name: string;
  /** As the service spells it. */
  readonly status: string;
  readonly displayName?: string;
  /** ARM's word for what it is; absent where the history's own says nothing of it, as of a step. */
  readonly jobType?: string;
  /** Name of its compute. */
  readonly compute?: string;
  /** ISO 8601. */
  readonly startTime?: string;
  readonly endTime?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
};

export type RunArtifact = {
  /** `outputs/model.pkl` */
  readonly path: string;
  /** SAS URL, a secret; absent where the service named none. */
  readonly url?: string;
};

/** The run history and the artifacts of one workspace (data plane, found through `discoveryUrl`). */
export type RunHistory = {
  readonly details: (run: string) => Promise<Outcome<RunDetails>>;
  /** A run that is no job of ARM's, as a job; `undefined` where there is none of that name. */
  readonly asJob: (run: string) => Promise<Outcome<LiveJob | undefined>>;
  /** The runs that a run has started, all pages, oldest first. */
  readonly children: (run: string) => Promise<Outcome<readonly ChildRun[]>>;
  /**
   * What a run has below a folder, `""` for everything, with the addresses to fetch it from: one request for a page of them,
   * where asking for each by its name is one for each.
   *
   * @param pages at most so many of them; all of them by default.
   */
  readonly artifacts: (run: string, folder: string, pages?: number) => Promise<Outcome<readonly RunArtifact[]>>;
  /** SAS URL of one artifact: a secret. */
  readonly artifactUrl: (run: string, path: string) => Promise<Outcome<string>>;
};

export function createRunHistory(arm: Arm, workspace: Workspace, dataPlane: DataPlane): RunHistory {
  const get = async (path: string, query: Readonly<Record<string, string>> = {}): Promise<Outcome<Answer>> => {
    const host = await dataPlane();
    if (!host.ok) return host;
    const text = new URLSearchParams(query).toString();
    return arm.getData(`${host.value}${path}${text === "" ? "" : `?${text}`}`);
  };
  const readDetails = (run: string) =>
    get(`/history/v1.0${workspace.id}/runs/${run}/details`, { "api-version": "v1.0" });
  const artifacts = `/artifact/v2.0${workspace.id}/artifacts`;
  /** @param read the page behind a token; where a page has only the address of the next one, that is read. */
  const pagesOf = <Item>(
    what: string,
    itemOf: (wire: unknown) => readonly Item[],
    read: (token: string | undefined) => Promise<Outcome<Answer>>,
    most?: number,
  ) =>
    allPages(
      what,
      async (next) => {
        const page = await (isLink(next) ? arm.getData(next) : read(next));
        if (!page.ok) return page;
        return succeeded({ items: listOf(membersOf(page.value.body)["value"]).flatMap(itemOf), ...nextOf(page.value) });
      },
      most,
    );
  return {
    details: async (run) => {
      const answer = await readDetails(run);
      return answer.ok ? succeeded(detailsOf(answer.value.body)) : answer;
    },
    asJob: async (run) => {
      const answer = await readDetails(run);
      if (answer.ok) return succeeded(jobOf(answer.value.body, run));
      return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
    },
    children: async (run) => {
      const found = await pagesOf(`the runs below ${run}`, childOf, (next) =>
        get(`/history/v1.0${workspace.id}/runs/${run}/children`, {
          "api-version": "v1.0",
          ...(next === undefined ? {} : { $continuationtoken: next }),
        }),
      );
      return found.ok ? succeeded([...found.value].sort(byCreation).map(({ child }) => child)) : found;
    },
    artifacts: async (run, folder, pages) => {
      const below = folder === "" ? "" : `/${folder.split("/").map(encodeURIComponent).join("/")}`;
      const found = await pagesOf(
        `the artifacts of ${run}`,
        artifactOf,
        (next) =>
          get(
            `${artifacts}/prefix/contentinfo/ExperimentRun/dcid.${run}${below}`,
            next === undefined ? {} : { continuationToken: next },
          ),
        pages,
      );
      return !found.ok && found.failure.reason === "not-found" ? succeeded([]) : found;
    },
    artifactUrl: async (run, path) => {
      const answer = await get(
        `${artifacts}/contentinfo/ExperimentRun/dcid.${run}/${path.split("/").map(encodeURIComponent).join("/")}`,
      );
      if (!answer.ok) return answer;
      const contentUri = textOf(membersOf(answer.value.body)["contentUri"]);
      if (contentUri !== undefined) return succeeded(contentUri);
      return failed({
        reason: "not-found",
        error: { code: "NoContent", message: `The run has no content for ${path}.`, details: [] },
      });
    },
  };
}

/** What has no path is no artifact. */
function artifactOf(wire: unknown): readonly RunArtifact[] {
  const { path: named, contentUri } = membersOf(wire);
  const path = textOf(named);
  return path === undefined ? [] : [{ path, ...defined({ url: textOf(contentUri) }) }];
}

/** By a token where the page has one, as recorded; by its link where it has that alone. */
function nextOf({ body }: Answer): { readonly next?: string } {
  const { continuationToken, nextLink } = membersOf(body);
  return defined({ next: textOf(continuationToken) || textOf(nextLink) || undefined });
}

/** A token is no address. */
function isLink(next: string | undefined): next is string {
  return next !== undefined && /^https?:\/\//i.test(next);
}

type CreatedChild = { readonly child: ChildRun; readonly created: number };

const byCreation = (a: CreatedChild, b: CreatedChild) => a.created - b.created;

/** What has no name is no run. */
function childOf(wire: unknown): readonly CreatedChild[] {
  const run = membersOf(wire);
  const name = textOf(run["runId"]);
  if (name === undefined) return [];
  const child: ChildRun = {
    name,
    status: textOf(run["status"]) ?? "Unknown",
    tags: textsOf(run["tags"]),
    properties: textsOf(run["properties"]),
    ...defined({
      displayName: textOf(run["displayName"]),
      jobType: jobTypeOf(run),
      compute: textOf(run["target"]),
      startTime: textOf(run["startTimeUtc"]),
      endTime: textOf(run["endTimeUtc"]),
    }),
  };
  return [{ child, created: Date.parse(textOf(run["createdUtc"]) ?? "") || 0 }];
}

/** What run history calls the runs of each type of job (`runType`), and where that is missing, who has made them. */
const jobTypes = new Map([
  ["azureml.scriptrun", "Command"],
  ["azureml.hyperdrive", "Sweep"],
  ["hyperdrive", "Sweep"],
  ["azureml.pipelinerun", "Pipeline"],
  ["azureml.spark", "Spark"],
  ["automl", "AutoML"],
]);

function jobTypeOf({ runType, properties }: Members): string | undefined {
  const { "azureml.runsource": source, runTemplate } = membersOf(properties);
  return [runType, source, runTemplate]
    .map((word) => jobTypes.get(textOf(word)?.toLowerCase() ?? ""))
    .find((type) => type !== undefined);
}

/**
 * Runs of the first SDK's experiments say in their properties what a sweep is after (`primary_metric_config`, as
 * azureml-train-core's `HyperDriveRun` reads it).
 */
export function jobOf(body: unknown, name: string): LiveJob {
  const run = membersOf(body);
  const properties = textsOf(run["properties"]);
  return {
    id: "",
    name: textOf(run["runId"]) ?? name,
    status: textOf(run["status"]) ?? "Unknown",
    tags: textsOf(run["tags"]),
    properties,
    ...defined({
      jobType: jobTypeOf(run),
      objective: objectiveIn(properties["primary_metric_config"]),
      displayName: textOf(run["displayName"]),
      computeId: textOf(run["target"]),
      createdAt: textOf(run["createdUtc"]) ?? textOf(run["createdTimeUtc"]),
      startTime: textOf(run["startTimeUtc"]),
      endTime: textOf(run["endTimeUtc"]),
    }),
  };
}

function objectiveIn(config: string | undefined): Objective | undefined {
  try {
    const { name, goal } = membersOf(JSON.parse(config ?? ""));
    const metric = textOf(name);
    const word = textOf(goal)?.toLowerCase();
    return metric !== undefined && (word === "minimize" || word === "maximize")
      ? { primaryMetric: metric, goal: word }
      : undefined;
  } catch {
    return undefined;
  }
}

function detailsOf(body: unknown): RunDetails {
  const wire = membersOf(body);
  return {
    status: textOf(wire["status"]) ?? "Unknown",
    warnings: listOf(wire["warnings"]).flatMap((warning) => {
      const text = textOf(warning) ?? textOf(membersOf(warning)["message"]);
      return text === undefined ? [] : [text];
    }),
    logFiles: textsOf(wire["logFiles"]),
    ...defined({
      error:
        wire["error"] === undefined || wire["error"] === null
          ? undefined
          : serviceErrorOf(wire["error"], { code: "RunFailed", message: "The service gave no reason." }),
      startTime: textOf(wire["startTimeUtc"]),
      endTime: textOf(wire["endTimeUtc"]),
    }),
  };
}
