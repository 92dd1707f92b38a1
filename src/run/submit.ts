import type { Jobs, LiveJob } from "../azure/jobs.ts";
import { cancelled, failed, refused, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import { isLastingConflict } from "../azure/service-error.ts";
import type { Clock } from "../clock.ts";
import { definitionProperty, runTags } from "./provenance.ts";
import { attemptName, decideSubmission, type Attempt } from "./name.ts";

export type SubmitDeps = {
  readonly jobs: Pick<Jobs, "get" | "put">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called with the name before the submission is sent: what happens after that is ours to clean up. */
  readonly beforeSubmit: (name: string) => void;
};

/** A run that is submitted in the place of one that was preempted. */
export type Repetition = {
  /** The run that was. */
  readonly of: string;
  /** From 1: which one it is of those that the declaration allows. */
  readonly number: number;
};

export type SubmitRequest = {
  /** Derived from commit and definition. */
  readonly name: string;
  readonly rerun: boolean;
  /** Id and attempt of this workflow run: `123-1`. */
  readonly workflowAttempt: string;
  /** The attempt that is submitted anew. */
  readonly repeats?: Repetition;
  /** Body for the run of a given name. Assembled only when something is submitted. */
  readonly bodyFor: (name: string) => Promise<Outcome<unknown>>;
  /** The version of ARM's API that the body is of. */
  readonly apiVersion: string;
};

export type Submitted = {
  readonly job: LiveJob;
  /** True when nothing was submitted. */
  readonly reused: boolean;
  readonly reason?: string;
};

/** More attempts than anybody makes of one commit. */
const mostAttempts = 100;

/** Submits the run exactly once, or joins the one that is there. */
export async function submitOnce(request: SubmitRequest, deps: SubmitDeps): Promise<Outcome<Submitted>> {
  const attempts = await findAttempts(request.name, deps.jobs);
  if (!attempts.ok) return attempts;
  const decision = decideSubmission(
    request.name,
    attempts.value.map((job): Attempt => ({
      name: job.name,
      status: job.status,
      submittedBy: job.tags[runTags.workflowAttempt],
    })),
    { ...request, repeats: request.repeats?.of },
  );
  if (decision.do === "join") {
    const job = attempts.value.find(({ name }) => name === decision.name);
    if (job !== undefined) return succeeded({ job, reused: true, reason: decision.reason });
  }
  const body = await request.bodyFor(decision.name);
  if (!body.ok) return body;
  return putOnce(decision.name, { body: body.value, apiVersion: request.apiVersion }, deps);
}

/** Every attempt there is, in order, up to the first name that is free. */
async function findAttempts(name: string, jobs: Pick<Jobs, "get">): Promise<Outcome<readonly LiveJob[]>> {
  const found: LiveJob[] = [];
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const job = await jobs.get(attemptName(name, attempt));
    if (!job.ok) return job;
    if (job.value === undefined) return succeeded(found);
    found.push(job.value);
  }
  return succeeded(found);
}

/** How often a submission is sent again after reads have shown that it never took effect. */
const mostSends = 3;

async function putOnce(
  name: string,
  { body, apiVersion }: { readonly body: unknown; readonly apiVersion: string },
  deps: SubmitDeps,
): Promise<Outcome<Submitted>> {
  deps.beforeSubmit(name);
  let last: AzureFailure | undefined;
  for (let send = 1; send <= mostSends; send += 1) {
    const put = await deps.jobs.put(name, body, apiVersion);
    if (put.ok) return readBack(put.value, body);
    // One of which nobody knows what came of it may still be carried out.
    if (put.failure.reason === "cancelled" && last !== undefined) return cancelled();
    const isConflict = put.failure.status === 409 && !isLastingConflict(put.failure.error);
    if (put.failure.reason !== "unknown" && !isConflict) return put;
    last = put.failure;
    const found = await lookForRun(() => deps.jobs.get(name), pausesBetweenLooks, deps);
    if (!found.ok) return found;
    if (found.value !== undefined) return readBack(found.value, body);
  }
  const message = `The run '${name}' is not in the workspace after ${mostSends} requests, each read back before the next.${last === undefined ? "" : ` The last answer: ${last.error.message} [${last.error.code}]`}`;
  return failed({
    reason: "unknown",
    ...(last?.status === undefined ? {} : { status: last.status }),
    error: { ...last?.error, code: "NotSubmitted", message, details: [] },
  });
}

/** Seconds before each look for a run whose submission got no reply. */
export const pausesBetweenLooks = [0.5, 1, 2, 4];

/** Reads until the run shows up, or has been absent after every pause. */
export async function lookForRun(
  read: () => Promise<Outcome<LiveJob | undefined>>,
  pauses: readonly number[],
  { clock, signal }: Pick<SubmitDeps, "clock" | "signal">,
): Promise<Outcome<LiveJob | undefined>> {
  for (const pause of pauses) {
    try {
      if (pause > 0) await clock.sleep(pause, signal);
    } catch {
      return cancelled();
    }
    const run = await read();
    if (!run.ok || run.value !== undefined) return run;
  }
  return succeeded(undefined);
}

/**
 * Compares what the service answered with what was asked: it answers 200 with the existing job when a name is taken,
 * and what it accepted may not be what was sent.
 */
function readBack(job: LiveJob, body: unknown): Outcome<Submitted> {
  const asked = (
    body as {
      readonly properties: { readonly properties?: Readonly<Record<string, string>>; readonly computeId?: string };
    }
  ).properties;
  const askedDefinition = asked.properties?.[definitionProperty];
  const definition = job.properties[definitionProperty];
  if (definition !== undefined && definition !== askedDefinition) {
    return mismatch(`The name '${job.name}' is taken by a run of another definition.`);
  }
  if (
    asked.computeId !== undefined &&
    job.computeId !== undefined &&
    asked.computeId.toLowerCase() !== job.computeId.toLowerCase()
  ) {
    return mismatch(`The run '${job.name}' was put on ${job.computeId}, not on ${asked.computeId}.`);
  }
  return succeeded({ job, reused: false });
}

function mismatch(message: string): Outcome<never> {
  return refused("NotAsAsked", message);
}
