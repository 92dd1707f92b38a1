import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Reply } from "../../server/reply.ts";
import { artifactContainer, artifactFolder, isTerminal, type JobDocument } from "./document.ts";
import { openLiveLog, type LiveLog } from "./live-log.ts";
import { JobFailed, type ChildRun, type JobRun, type RunnerOptions } from "./type.ts";
import { runTypes } from "./types.ts";

/** Runs the jobs, so many at a time, and keeps their states. */
export type Runner = {
  readonly submit: (name: string) => void;
  readonly cancel: (name: string) => void;
  readonly treat: (treatment: JobTreatment) => void;
  readonly stop: () => Promise<void>;
};

/** `hold`: they wait for nodes. `preempt`: the nodes of those with such names are taken away while they run. */
export type JobTreatment = { readonly do: "run" | "hold" } | { readonly do: "preempt"; readonly names: RegExp };

export function createRunner(options: RunnerOptions): Runner {
  const { store, maxParallel } = options;
  const queue: string[] = [];
  let treatment: JobTreatment = { do: "run" };
  const running = new Map<string, Running>();
  /** Jobs that others have started, which take no place of their own. */
  const children = new Map<string, Running>();
  const update = (name: string, change: Partial<JobDocument>) => {
    const job = store.get<JobDocument>("jobs", name);
    if (job !== undefined) store.put("jobs", name, { ...job, ...change });
  };
  // What ran when the emulator went down is lost.
  for (const { value } of store.list<JobDocument>("jobs")) {
    if (!isTerminal(value)) {
      update(value.name, {
        status: "Failed",
        endedAt: new Date().toISOString(),
        error: { code: "ServiceError", message: "The node on which the job ran was lost." },
      });
    }
  }

  const runBelow = (parent: string, name: string, properties: JobDocument["properties"]): ChildRun => {
    const now = new Date().toISOString();
    store.put("jobs", name, { name, parent, properties, status: "Queued", createdAt: now } satisfies JobDocument);
    const controller = new AbortController();
    const done = runJob(name, controller.signal, options, {
      update,
      runBelow,
      isPreempted: false,
    }).finally(() => children.delete(name));
    children.set(name, { controller, done });
    return { done, cancel: () => cancelRunning(name, controller) };
  };
  const cancelRunning = (name: string, controller: AbortController) => {
    const job = store.get<JobDocument>("jobs", name);
    // Its end is told before its folder is cleared away: it stays what it has become.
    if (job === undefined || isTerminal(job)) return;
    update(name, { status: "CancelRequested" });
    controller.abort();
  };

  const pump = () => {
    while (treatment.do !== "hold" && running.size < maxParallel) {
      const name = queue.shift();
      if (name === undefined) return;
      const controller = new AbortController();
      const isPreempted = treatment.do === "preempt" && treatment.names.test(name);
      const done = runJob(name, controller.signal, options, { update, runBelow, isPreempted }).finally(() => {
        running.delete(name);
        pump();
      });
      running.set(name, { controller, done });
    }
  };

  return {
    submit: (name) => {
      update(name, { status: "Queued" });
      queue.push(name);
      pump();
    },
    cancel: (name) => {
      const job = store.get<JobDocument>("jobs", name);
      if (job === undefined || isTerminal(job)) return;
      const place = queue.indexOf(name);
      if (place >= 0) {
        queue.splice(place, 1);
        update(name, { status: "Canceled", endedAt: new Date().toISOString() });
        return;
      }
      const going = running.get(name) ?? children.get(name);
      if (going === undefined) update(name, { status: "CancelRequested" });
      else cancelRunning(name, going.controller);
    },
    treat: (next) => {
      treatment = next;
      pump();
    },
    stop: async () => {
      queue.length = 0;
      const going = [...running.values(), ...children.values()];
      for (const { controller } of going) controller.abort();
      await Promise.allSettled(going.map(({ done }) => done));
    },
  };
}

type Running = { readonly controller: AbortController; readonly done: Promise<void> };

type RunnerParts = {
  readonly update: (name: string, change: Partial<JobDocument>) => void;
  readonly runBelow: (parent: string, name: string, properties: JobDocument["properties"]) => ChildRun;
  readonly isPreempted: boolean;
};

/** Milliseconds for which a job runs whose nodes are taken away. */
const preemptedAfter = 300;

async function runJob(
  name: string,
  signal: AbortSignal,
  options: RunnerOptions,
  { update, runBelow, isPreempted }: RunnerParts,
): Promise<void> {
  const job = options.store.get<JobDocument>("jobs", name);
  const type = runTypes.get(job?.runsAs ?? job?.properties["jobType"]);
  if (job === undefined || type === undefined) return;
  const folder = join(options.folder, "runs", name);
  const logs: LiveLog[] = [];
  let end: string | undefined;
  const closeLogs = async () => void (await Promise.allSettled(logs.map((one) => one.close())));
  // In one write: whoever sees that it is over sees since when, and its whole log.
  const endAs = async (status: string, error?: JobDocument["error"]) => {
    await closeLogs();
    update(name, { status, endedAt: new Date().toISOString(), ...(error === undefined ? {} : { error }) });
  };
  const log = async (file: string): Promise<LiveLog> => {
    const container = (await options.storage.service()).getContainerClient(artifactContainer);
    const opened = await openLiveLog(container.getAppendBlobClient(`${artifactFolder(name)}/${file}`));
    logs.push(opened);
    return opened;
  };
  try {
    update(name, { status: "Preparing", startedAt: new Date().toISOString() });
    if (isPreempted) {
      update(name, { status: "Running" });
      await delay(preemptedAfter, undefined, { signal });
      throw new JobFailed("JobPreempted", "AzureMLCompute job failed. PreemptionError: The nodes were taken away.");
    }
    // A job by itself has been checked when it was submitted.
    const refused = job.parent === undefined ? undefined : type.check(job.properties, options.store);
    if (refused !== undefined) throw new JobFailed("UserError", messageOf(refused));
    await type.run({
      job,
      folder,
      signal,
      options,
      log,
      closeLogs,
      setStatus: (status) => update(name, { status }),
      endAs: (status) => void (end = status),
      describe: (added) => update(name, { properties: described(name, added, options) }),
      putOutputs: (outputs) => update(name, { outputs }),
      child: (child, properties) => runBelow(name, child, properties),
    });
    await endAs(signal.aborted ? "Canceled" : (end ?? "Completed"));
  } catch (error) {
    const failure =
      error instanceof JobFailed
        ? error
        : new JobFailed("SystemError", error instanceof Error ? error.message : String(error));
    if (signal.aborted) await endAs("Canceled");
    else await endAs("Failed", { code: failure.code, message: failure.message });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function messageOf({ body }: Reply): string {
  return (body as { readonly error?: { readonly message?: string } }).error?.message ?? "The job is refused.";
}

/** The properties of a job with something added to its own properties and tags. */
function described(
  name: string,
  { properties = {}, tags = {} }: Parameters<JobRun["describe"]>[0],
  { store }: RunnerOptions,
): JobDocument["properties"] {
  const known = store.get<JobDocument>("jobs", name)?.properties ?? {};
  return {
    ...known,
    properties: { ...(known["properties"] as object | undefined), ...properties },
    tags: { ...(known["tags"] as object | undefined), ...tags },
  };
}
