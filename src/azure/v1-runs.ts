import type { Arm } from "./arm.ts";
import { addressesIn, type DataPlane } from "./data-plane.ts";
import { defined } from "./defined.ts";
import { interpretStatus } from "./job-status.ts";
import type { LiveJob } from "./jobs.ts";
import { membersOf, textOf } from "./members.ts";
import { refused, succeeded, type Outcome } from "./outcome.ts";
import { jobOf } from "./run-history.ts";
import { taggedRuns } from "./tagged-runs.ts";
import type { Workspace } from "./workspace.ts";

/** What a run is told of itself once it is there. */
export type RunDescription = {
  readonly properties: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly displayName?: string;
  readonly description?: string;
};

/** Runs of run configurations of the first SDK: its execution service starts them, run history knows them. */
export type V1Runs = {
  /** Starts a run under an id of ours. Sent exactly once. */
  readonly start: (experiment: string, id: string, body: unknown) => Promise<Outcome<void>>;
  /** Adds to the properties and tags of a run; a second time changes nothing. */
  readonly describe: (experiment: string, id: string, description: RunDescription) => Promise<Outcome<void>>;
  /** True for a name of the form that only such runs have. */
  readonly isId: (name: string) => boolean;
  /** The run as jobs are shown. */
  readonly get: (id: string, signal?: AbortSignal) => Promise<Outcome<LiveJob | undefined>>;
  readonly tagged: (experiment: string, tag: string) => Promise<Outcome<readonly LiveJob[]>>;
  /** As the official client does it: by the address that the run names, else by an event of run history. */
  readonly cancel: (id: string, signal?: AbortSignal) => Promise<Outcome<void>>;
};

/** The form of the first SDK's ids ends so, with a part at random; ours has a hash in its place. */
const idPattern = /_[\da-f]{12}(-\d+)?$/;

/** A run's name in the form of {@link V1Runs.isId}. @param name ends with a hash of 12 hexadecimal digits. */
export function v1RunId(name: string): string {
  return name.replace(/-(?=[\da-f]{12}$)/, "_");
}

export const v1RunType = "V1Run";

/** As the official client sends bodies to run history. */
const contentType = "application/json-patch+json; charset=utf-8";

type Place = Pick<Workspace, "id">;

export function createV1Runs(arm: Arm, workspace: () => Promise<Outcome<Place>>, dataPlane: DataPlane): V1Runs {
  const address = addressesIn(workspace, dataPlane);
  const inHistory = (path: string) => address(undefined, (id) => `/history/v1.0${id}${path}`);
  const runOf = (experiment: string, id: string) => `/experiments/${encodeURIComponent(experiment)}/runs/${id}`;
  const read = async (path: string, signal?: AbortSignal) => {
    const url = await inHistory(path);
    return url.ok ? arm.getData(url.value, signal) : url;
  };
  const done = (sent: Outcome<unknown>): Outcome<void> => (sent.ok ? succeeded(undefined) : sent);
  return {
    start: async (experiment, id, body) => {
      const path = `/experiments/${encodeURIComponent(experiment)}/snapshotrun?runId=${encodeURIComponent(id)}`;
      const url = await address("experimentation", (at) => `/execution/v1.0${at}${path}`);
      return url.ok ? done(await arm.sendData("POST", url.value, body)) : url;
    },
    describe: async (experiment, id, description) => {
      const url = await inHistory(runOf(experiment, id));
      const body = { runId: id, ...description };
      return url.ok ? done(await arm.sendData("PATCH", url.value, body, { contentType, repeatable: "read" })) : url;
    },
    isId: (name) => idPattern.test(name),
    get: async (id, signal) => {
      const answer = await read(`/runs/${id}/details?api-version=v1.0`, signal);
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      const [place, studio] = await Promise.all([workspace(), dataPlane("studio")]);
      const studioUrl = place.ok && studio.ok ? `${studio.value}/runs/${id}?wsid=${place.value.id}` : undefined;
      return succeeded({ ...jobOf(answer.value.body, id), jobType: v1RunType, ...defined({ studioUrl }) });
    },
    tagged: async (experiment, tag) => {
      const url = await inHistory(`/experiments/${encodeURIComponent(experiment)}/runs:query`);
      if (!url.ok) return url;
      const found = await taggedRuns({ experiment, tag }, (body) =>
        arm.sendData("POST", url.value, body, { contentType, repeatable: "read" }),
      );
      if (!found.ok) return found;
      return succeeded(
        found.value
          .filter(({ id }) => idPattern.test(id))
          .map(({ id, ...run }): LiveJob => ({
            id: "",
            name: id,
            jobType: v1RunType,
            experimentName: experiment,
            properties: {},
            ...run,
          })),
      );
    },
    cancel: async (id, signal) => {
      const answer = await read(`/runs/${id}`, signal);
      if (!answer.ok) return answer;
      const { status, cancelUri, experimentId } = membersOf(answer.value.body);
      // The event would make a canceled run of one that has ended well.
      if (interpretStatus(textOf(status) ?? "").phase === "over")
        return refused("RunIsOver", `The run ${id} has ended: ${textOf(status) ?? ""}.`);
      const options = { repeatable: "read", ...(signal === undefined ? {} : { signal }) } as const;
      const named = URL.parse(textOf(cancelUri) ?? "");
      if (named !== null) {
        // No other host than the service's own is sent the token, whatever the address names.
        const host = await dataPlane("experimentation");
        return host.ok
          ? done(await arm.sendData("POST", `${host.value}${named.pathname}${named.search}`, undefined, options))
          : host;
      }
      const experiment = await read(`/experimentids/${encodeURIComponent(textOf(experimentId) ?? "")}`, signal);
      if (!experiment.ok) return experiment;
      const url = await inHistory(`${runOf(textOf(membersOf(experiment.value.body)["name"]) ?? "", id)}/events`);
      if (!url.ok) return url;
      const now = new Date().toISOString();
      const event = {
        timestamp: now,
        name: "Microsoft.MachineLearning.Run.Canceled",
        data: { RunId: id, EndTime: now },
      };
      return done(await arm.sendData("POST", url.value, event, { contentType, ...options }));
    },
  };
}
