import type { LiveEndpoint, LiveOnlineDeployment, OnlineEndpoints } from "../azure/online-endpoints.ts";
import type { ServiceError } from "../azure/outcome.ts";
import type { Scoring } from "../azure/scoring.ts";
import { deadlineWithin, secondsAfter, type Patience } from "../pause.ts";
import type { RequestTest } from "../deployment/parts/tests.ts";
import { failureOfThrown, sentenceOf } from "../report/failure.ts";
import type { Failure, TestReport } from "../report/result.ts";
import { isSameName } from "./live-endpoint.ts";
import { differencesFromLive } from "./online-bodies.ts";
import { stateText, type EndpointState, type RolloutStep } from "./rollout.ts";
import {
  isInFlight,
  isInState,
  removableDeployment,
  stateOfLive,
  writableDeployment,
  writableEndpoint,
} from "./online-resources.ts";
import { join, notSent, pause, write, type SettleDeps, type Stop } from "./settle.ts";
import { runRequestTests } from "./smoke-test.ts";
import { trafficText } from "./traffic.ts";

export type StepDeps = Patience & {
  readonly endpoints: OnlineEndpoints;
  readonly scoring: Scoring;
  readonly isHeld: () => boolean;
  readonly onProgress: (message: string) => void;
};

/** What a release is made of, once everything that it uses is in the workspace. */
export type OnlineRelease = {
  readonly endpoint: string;
  readonly type: "managed" | "kubernetes";
  readonly tests: readonly RequestTest[];
  readonly timeoutSeconds: number;
  /** The whole endpoint with this traffic, over what is live. */
  readonly endpointBody: (live: LiveEndpoint | undefined, to: EndpointState) => unknown;
  /** Absent where an endpoint alone is declared, or where the deployment is there already. */
  readonly deploymentBody?: unknown;
  readonly digest?: string;
};

/** What has come of the steps so far. */
export type Progress = {
  /** As it was last read or written. */
  live: LiveEndpoint | undefined;
  /** Whether the endpoint may be in another state than before the release. */
  mayHaveMoved: boolean;
  /** Whether somebody else has moved its traffic since: then that counts, and nothing is put back. */
  isTakenOver?: boolean;
  /** The new deployment, from the moment at which its write is about to be sent; gone again where that was refused. */
  candidate?: {
    readonly name: string;
    /** What the name had before, where it is updated in place. */
    readonly previous?: LiveOnlineDeployment;
    /** Whether it has been written, or joined, to its end. */
    isSettled: boolean;
    live?: LiveOnlineDeployment;
  };
  /** Whether anything was written, or may have been. */
  hasWritten?: boolean;
  /** The step that did not succeed. */
  stoppedAt?: RolloutStep["do"];
  /** Whether the release has got what it was to get: only what was replaced is still to be removed. */
  isThrough?: boolean;
  /** Of each test the last result. */
  tests: readonly TestReport[];
  readonly notes: string[];
};

/** Why the steps have ended early: a write, a test, or what was thrown meanwhile: a sign-in that failed, for example. */
export type StepStop =
  | Stop
  | {
      readonly why: "tests";
      readonly message: string;
      readonly error?: ServiceError;
      readonly missed: readonly TestReport[];
    }
  | { readonly why: "thrown"; readonly message: string; readonly error?: undefined; readonly thrown: Failure };

/** Carries the steps out in their order, until one of them does not succeed. */
export async function carryOutSteps(
  steps: readonly RolloutStep[],
  release: OnlineRelease,
  progress: Progress,
  live: readonly LiveOnlineDeployment[],
  deps: StepDeps,
): Promise<StepStop | undefined> {
  for (const [index, step] of steps.entries()) {
    progress.isThrough = steps.slice(index).every((one) => one.do === "remove" && one.why === "old");
    const stop = await carryOut(step, release, progress, live, deps).catch((error: unknown): StepStop => {
      const thrown = failureOfThrown(error, deps.signal);
      return { why: "thrown", message: thrown.message, thrown };
    });
    noteWrite(step, stop, progress);
    if (stop !== undefined) {
      progress.stoppedAt = step.do;
      return stop;
    }
  }
  return undefined;
}

/** Notes a step that has written something, or may have. */
function noteWrite(step: RolloutStep, stop: StepStop | undefined, progress: Progress): void {
  const isWrite = step.do === "put-endpoint" || step.do === "remove" || (step.do === "deploy" && step.how !== "join");
  const mayBeDone = stop === undefined || stop.why === "thrown" || (stop.why !== "tests" && stop.mayBeDone);
  progress.hasWritten ||= isWrite && mayBeDone;
}

async function carryOut(
  step: RolloutStep,
  release: OnlineRelease,
  progress: Progress,
  live: readonly LiveOnlineDeployment[],
  deps: StepDeps,
): Promise<StepStop | undefined> {
  if (deps.signal.aborted) return { why: "cancelled", message: "The workflow was cancelled.", mayBeDone: false };
  switch (step.do) {
    case "put-endpoint":
      return putEndpoint(step, release, progress, deps);
    case "deploy":
      return deploy(step, release, progress, live, deps);
    case "test":
      return test(step.name, release, progress, deps);
    case "wait":
      return wait(step.seconds, release, deps);
    case "remove":
      return removeDeployment(step, release, progress, deps);
  }
}

/** A provisioning has a limit of its own, and never outlasts the command. */
export function settleDeps(release: Pick<OnlineRelease, "timeoutSeconds">, deps: StepDeps): SettleDeps {
  return { ...deps, deadline: deadlineWithin(release.timeoutSeconds, deps) };
}

async function putEndpoint(
  { why, to }: Extract<RolloutStep, { readonly do: "put-endpoint" }>,
  release: OnlineRelease,
  progress: Progress,
  deps: StepDeps,
): Promise<Stop | undefined> {
  const { endpoint: name } = release;
  const before = progress.live === undefined ? undefined : stateOfLive(progress.live);
  const seen = await readBeforeWriting(name, before, deps);
  if (!seen.ok) {
    if (seen.live !== undefined) [progress.live, progress.isTakenOver] = [seen.live, true];
    return seen.stop;
  }
  const body = release.endpointBody(seen.live, to);
  const isMoved = !["create", "update", "repair", "mark"].includes(why);
  progress.mayHaveMoved ||= isMoved;
  deps.onProgress(why === "create" ? `making the endpoint '${name}'` : `the endpoint '${name}': ${stateText(to)}`);
  const writable = writableEndpoint(name, { body, to, from: before ?? nothing }, deps.endpoints);
  const written = await write(writable, settleDeps(release, deps));
  if (written.live !== undefined) progress.live = written.live;
  if (!written.ok) return written.stop;
  const others = written.live === undefined ? [] : differencesFromLive(body, written.live);
  const note = `The service shows ${others.join(", ")} of the endpoint '${name}' differently from what was written.`;
  if (others.length > 0 && !progress.notes.includes(note)) progress.notes.push(note);
  return undefined;
}

/** What an endpoint that is not there would have. */
const nothing: EndpointState = { traffic: {}, mirror: {}, marks: { kept: [] } };

type Seen =
  | { readonly ok: true; readonly live: LiveEndpoint | undefined }
  /** `live`: as somebody else has changed it. */
  | { readonly ok: false; readonly stop: Stop; readonly live?: LiveEndpoint };

/** A write replaces the whole endpoint: nothing that somebody else has moved meanwhile is overwritten. */
async function readBeforeWriting(name: string, before: EndpointState | undefined, deps: StepDeps): Promise<Seen> {
  const { endpoints } = deps;
  for (let look = 0; ; look += 1) {
    const read = await endpoints.get(name);
    if (!read.ok) {
      const why = read.failure.reason === "cancelled" ? "cancelled" : "unreachable";
      const message = `The endpoint '${name}' could not be read.`;
      return { ok: false, stop: { why, message, error: read.failure.error, failure: read.failure, mayBeDone: false } };
    }
    const live = read.value;
    if (live !== undefined && isInFlight(live.provisioningState)) {
      const stop = await pause(`the endpoint '${name}'`, secondsAfter(look), deps);
      if (stop !== undefined) return { ok: false, stop };
      continue;
    }
    if (live === undefined ? before === undefined : isInState(live, before ?? nothing)) return { ok: true, live };
    // A read may lag behind a write.
    if (look < 3) {
      const stop = await pause(`the endpoint '${name}'`, secondsAfter(look), deps);
      if (stop !== undefined) return { ok: false, stop };
      continue;
    }
    const now = live === undefined ? "it is gone" : `it is ${stateText(stateOfLive(live))} now`;
    const was = before === undefined ? "was not there" : `was ${stateText(before)}`;
    const message = `Somebody else has changed the endpoint '${name}' during the release: ${now}, and ${was}. Nothing of it was overwritten.`;
    const stop: Stop = { why: "conflict", message, mayBeDone: false };
    return { ok: false, stop, ...(live === undefined ? {} : { live }) };
  }
}

async function deploy(
  { name, how }: Extract<RolloutStep, { readonly do: "deploy" }>,
  release: OnlineRelease,
  progress: Progress,
  live: readonly LiveOnlineDeployment[],
  deps: StepDeps,
): Promise<Stop | undefined> {
  const { endpoint, deploymentBody: body, digest } = release;
  const previous = live.find((one) => isSameName(one.name, name));
  const candidate: NonNullable<Progress["candidate"]> = {
    name,
    ...(how === "replace" && previous !== undefined ? { previous } : {}),
    isSettled: false,
  };
  progress.candidate = candidate;
  const writable = writableDeployment(endpoint, name, { body, digest }, deps.endpoints);
  if (how === "join") deps.onProgress(`the deployment '${name}' of this definition already exists`);
  else deps.onProgress(`${how === "create" ? "making" : "updating"} the deployment '${name}' at 0 % of new traffic`);
  const settled = settleDeps(release, deps);
  const written = how === "join" ? await join(writable, settled) : await write(writable, settled);
  if (written.live !== undefined) candidate.live = written.live;
  if (written.ok) {
    candidate.isSettled = true;
    return undefined;
  }
  const { stop } = written;
  candidate.isSettled = stop.why === "failed" || stop.why === "refused";
  // Of what was refused nothing is there that could be taken back.
  if (how !== "join" && !stop.mayBeDone && written.live === undefined) delete progress.candidate;
  return stop;
}

/** Sends the write of a deployment, and waits for nothing. */
export async function submitDeployment(
  step: Extract<RolloutStep, { readonly do: "deploy" }>,
  release: OnlineRelease,
  progress: Progress,
  deps: StepDeps,
): Promise<Stop | undefined> {
  const stop = await sendDeployment(step, release, deps);
  noteWrite(step, stop, progress);
  return stop;
}

async function sendDeployment(
  { name, how }: Extract<RolloutStep, { readonly do: "deploy" }>,
  { endpoint, deploymentBody }: OnlineRelease,
  { endpoints, isHeld }: StepDeps,
): Promise<Stop | undefined> {
  if (how === "join") return undefined;
  if (!isHeld()) return { why: "conflict", message: "Lost the lease; stopped writing.", mayBeDone: false };
  const sent = await endpoints.putDeployment(endpoint, name, deploymentBody);
  if (sent.ok) return undefined;
  return notSent(`the deployment '${name}'`, sent.failure);
}

/** Addressed to the new deployment alone, whatever the traffic is. */
async function test(
  name: string,
  { endpoint, type, tests }: OnlineRelease,
  progress: Progress,
  deps: StepDeps,
): Promise<StepStop | undefined> {
  if (tests.length === 0) return undefined;
  const { live } = progress;
  if (live?.scoringUri === undefined)
    return { why: "tests", message: `The service names no scoring address of the endpoint '${endpoint}'.`, missed: [] };
  // Anew for each round of tests: a token may run out while a canary or a mirror waits.
  const credential = await deps.endpoints.credential(live);
  if (!credential.ok) {
    const { failure } = credential;
    const why = failure.reason === "cancelled" ? "cancelled" : "unreachable";
    const message = `The ${live.authMode === "Key" ? "keys" : "token"} of the endpoint '${endpoint}' could not be read, and without them it cannot be tested.`;
    return { why, message, error: failure.error, failure, mayBeDone: false };
  }
  const headers = { authorization: `Bearer ${credential.value}`, "azureml-model-deployment": name };
  const place = type === "managed" ? "online" : "cluster";
  const onProgress = (message: string) => deps.onProgress(`test of '${name}': ${message}`);
  const ran = await runRequestTests(tests, { place, uri: live.scoringUri, headers }, { ...deps, onProgress });
  if (!ran.ok) return { why: "cancelled", message: "The workflow was cancelled.", mayBeDone: false };
  progress.tests = ran.value;
  const missed = ran.value.filter(({ passed }) => !passed);
  if (missed.length === 0) return undefined;
  const texts = missed.map((report) => `${report.name}: ${report.message ?? "not passed"}`);
  return { why: "tests", message: texts.join(" "), missed };
}

async function wait(seconds: number, { endpoint }: OnlineRelease, deps: StepDeps): Promise<Stop | undefined> {
  deps.onProgress(`waiting for ${seconds} s`);
  const until = deps.clock.now() + seconds * 1000;
  const stop = await pause(`the release on '${endpoint}'`, seconds, deps);
  if (stop !== undefined || deps.clock.now() >= until || deps.clock.now() < deps.deadline) return stop;
  return { why: "timeout", message: `The time for the release on '${endpoint}' is over.`, mayBeDone: false };
}

async function removeDeployment(
  { name, why }: Extract<RolloutStep, { readonly do: "remove" }>,
  release: OnlineRelease,
  progress: Progress,
  deps: StepDeps,
): Promise<Stop | undefined> {
  const { live } = progress;
  // The service would refuse it as well; whatever the plan was, what has traffic stays.
  const share = live === undefined ? undefined : trafficOf(live, name);
  if (share !== undefined)
    return {
      why: "conflict",
      message: `The deployment '${name}' has traffic (${share}), so it is not deleted.`,
      mayBeDone: false,
    };
  deps.onProgress(`deleting the deployment '${name}'${why === "old" ? "" : ", which is left over"}`);
  const removed = await write(removableDeployment(release.endpoint, name, deps.endpoints), settleDeps(release, deps));
  if (removed.ok) return undefined;
  // Only a name that is needed, or a cancellation, holds the release up.
  if (why === "name-needed" || why === "failed" || removed.stop.why === "cancelled") return removed.stop;
  progress.notes.push(
    `The deployment '${name}' could not be deleted: ${textOf(removed.stop)}. The next release tries again.`,
  );
  return undefined;
}

function trafficOf({ traffic, mirrorTraffic }: LiveEndpoint, name: string): string | undefined {
  const of = (shares: Readonly<Record<string, number>>) => Object.keys(shares).some((key) => isSameName(key, name));
  if (of(traffic)) return trafficText(traffic);
  return of(mirrorTraffic) ? "mirrored" : undefined;
}

export function textOf({ message, error }: Pick<StepStop, "message" | "error">): string {
  const said = error === undefined ? "" : ` ${sentenceOf(error)}`;
  return `${message.replace(/\.$/, "")}${said === "" ? "" : `:${said}`}`;
}
