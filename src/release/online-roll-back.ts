import type { LiveOnlineDeployment, OnlineEndpoints } from "../azure/online-endpoints.ts";
import type { Clock } from "../clock.ts";
import type { LeftGoing } from "../report/result.ts";
import { digestOfLive } from "./digest.ts";
import { bodyToRestore } from "./online-bodies.ts";
import {
  isInState,
  removableDeployment,
  removableEndpoint,
  stateOfLive,
  writableDeployment,
  writableEndpoint,
} from "./online-resources.ts";
import { settleDeps, textOf, type OnlineRelease, type Progress, type StepDeps, type StepStop } from "./online-steps.ts";
import { failedKey, keptKey, stateText, type EndpointState } from "./rollout.ts";
import { write } from "./settle.ts";
import { shareOf } from "./traffic.ts";

/** What a release that did not succeed has left. */
export type RolledBack = {
  /** Whether everything is as it was, but for what is kept on purpose. */
  readonly isComplete: boolean;
  readonly notes: readonly string[];
  readonly leftGoing: readonly LeftGoing[];
};

/** What is put back. */
export type Restore = {
  /** Absent where the endpoint was not there before. */
  readonly state?: EndpointState;
  readonly keepFailed: boolean;
};

/** The runner kills 10 s after its first signal: what is put back has to be sent well before. Seconds. */
const graceSeconds = 5;
/** Pauses between requests that another operation is in the way of, in the same grace. Seconds. */
const gracePause = 0.5;
/** What rolling back may take once the time of the command is over. Seconds, our choice. */
const longestAfterwards = 120;

/** Puts the traffic back, and removes or keeps what has failed. It has time of its own where the command's is over. */
export async function rollBack(
  stop: StepStop,
  release: OnlineRelease,
  progress: Progress,
  restore: Restore,
  deps: StepDeps,
): Promise<RolledBack> {
  const own = { ...deps, deadline: Math.max(deps.deadline, deps.clock.now() + longestAfterwards * 1000) };
  const notes: string[] = [];
  const { candidate } = progress;
  if (restore.state === undefined && candidate === undefined && stop.why === "failed") {
    const isGone = await removeFailedEndpoint(release, own, notes);
    return { isComplete: isGone, notes, leftGoing: [] };
  }
  const isPrevious =
    candidate?.previous !== undefined &&
    candidate.isSettled &&
    (await restorePrevious(candidate.previous, release, own, notes));
  const traffic = await putBack(stop, release, progress, untilPassed(restore, progress, isPrevious), own, notes);
  if (candidate === undefined) return { isComplete: traffic, notes, leftGoing: [] };
  if (!candidate.isSettled) {
    // What is being made cannot be deleted, and the next run goes on with it.
    const leftGoing = [leftOf(release.endpoint, progress, candidate, "is still being provisioned")];
    return { isComplete: false, notes, leftGoing };
  }
  const isServing = shareOf(progress.live?.traffic ?? {}, candidate.name) > 0;
  const removed =
    candidate.previous !== undefined
      ? isPrevious
      : isServing
        ? serves(candidate.name, traffic, notes)
        : restore.keepFailed
          ? kept(candidate.name, notes)
          : await removeFailed(candidate.name, release, own, notes);
  return { isComplete: traffic && removed, notes, leftGoing: [] };
}

/** What is changed in place and is not put back has passed no test: the mark that says so stays for the next run. */
function untilPassed(restore: Restore, { candidate, live }: Progress, isPrevious: boolean): Restore {
  const releasing = live === undefined ? undefined : stateOfLive(live).marks.releasing;
  if (isPrevious || candidate?.previous === undefined || releasing !== candidate.name) return restore;
  const { marks, ...rest } = restore.state ?? nothing;
  return { ...restore, state: { ...rest, marks: { ...marks, releasing } } };
}

/** An earlier run has changed it in place, and what it was before is not known any more. */
function serves(name: string, isAsItWas: boolean, notes: string[]): boolean {
  if (isAsItWas)
    notes.push(
      `The deployment '${name}' has traffic, and what it was before an earlier run changed it is not known: nothing was put back. Release a definition that passes.`,
    );
  return false;
}

/** @returns whether the endpoint is as it was. */
async function putBack(
  stop: StepStop,
  release: OnlineRelease,
  progress: Progress,
  restore: Restore,
  deps: StepDeps,
  notes: string[],
): Promise<boolean> {
  const { endpoint } = release;
  const to = stateToRestore(release, progress, restore);
  if (to === undefined) return true;
  const read = await deps.endpoints.get(endpoint);
  if (!read.ok || read.value === undefined) {
    notes.push(`The traffic of the endpoint '${endpoint}' could not be read. It should be ${stateText(to)}.`);
    return false;
  }
  const written = progress.live === undefined ? undefined : stateOfLive(progress.live);
  progress.live = read.value;
  if (isInState(read.value, to) && isSameMarks(stateOfLive(read.value), to)) return true;
  // Somebody else's decision about the traffic is not ours to undo.
  const isTheirs = progress.isTakenOver === true || (written !== undefined && !isInState(read.value, written));
  if (stop.why === "conflict" && isTheirs) {
    notes.push(`The traffic of the endpoint '${endpoint}' is ${stateText(stateOfLive(read.value))}; it was left so.`);
    return false;
  }
  const body = release.endpointBody(read.value, to);
  const writable = writableEndpoint(endpoint, { body, to, from: undefined }, deps.endpoints);
  const back = await write(writable, settleDeps(release, deps));
  if (back.live !== undefined) progress.live = back.live;
  if (back.ok) {
    if (progress.mayHaveMoved) notes.push(`The traffic was put back to ${stateText(to)}.`);
    return true;
  }
  notes.push(
    `The traffic of the endpoint '${endpoint}' could not be put back to ${stateText(to)}: ${textOf(back.stop)}. Run the command again, or: ${trafficCommand(endpoint, to)}`,
  );
  return false;
}

/** As it was, with the mark of what has failed and stays; nothing where nothing is to be written. */
function stateToRestore(
  { digest }: OnlineRelease,
  { mayHaveMoved, candidate, live }: Progress,
  { state, keepFailed }: Restore,
): EndpointState | undefined {
  const isKept = keepFailed && candidate !== undefined && candidate.previous === undefined && digest !== undefined;
  const isMarked = live !== undefined && stateOfLive(live).marks.releasing !== state?.marks.releasing;
  if (!isKept) return mayHaveMoved || isMarked ? (state ?? nothing) : undefined;
  const { marks, ...rest } = state ?? nothing;
  const [key, tested] = [failedKey(candidate.name, digest), keptKey(candidate.name, digest)];
  const others = marks.kept.filter((one) => one !== key && one !== tested);
  return { ...rest, marks: { ...marks, kept: [...others, key] } };
}

const nothing: EndpointState = { traffic: {}, mirror: {}, marks: { kept: [] } };

function isSameMarks(a: EndpointState, b: EndpointState): boolean {
  return [...a.marks.kept].sort().join(" ") === [...b.marks.kept].sort().join(" ");
}

function kept(name: string, notes: string[]): boolean {
  notes.push(`The deployment '${name}' is kept at 0 % to be looked at (keep_failed).`);
  return true;
}

async function removeFailed(name: string, release: OnlineRelease, deps: StepDeps, notes: string[]): Promise<boolean> {
  const removed = await write(removableDeployment(release.endpoint, name, deps.endpoints), settleDeps(release, deps));
  notes.push(
    removed.ok
      ? `The deployment '${name}' was deleted; keep_failed: true keeps it.`
      : `The deployment '${name}' could not be deleted: ${textOf(removed.stop)}. The next release tries again.`,
  );
  return removed.ok;
}

/** One that has never come up: the service repairs it by no other write, and nobody has used it. */
async function removeFailedEndpoint(release: OnlineRelease, deps: StepDeps, notes: string[]): Promise<boolean> {
  const { endpoint } = release;
  const removed = await write(removableEndpoint(endpoint, deps.endpoints), settleDeps(release, deps));
  notes.push(
    removed.ok
      ? `The endpoint '${endpoint}', which did not come up, was deleted.`
      : `The endpoint '${endpoint}' did not come up, and could not be deleted: ${textOf(removed.stop)}. Delete it: az ml online-endpoint delete --name ${endpoint}.`,
  );
  return removed.ok;
}

/** What was updated in place gets the definition that it had. */
async function restorePrevious(
  previous: LiveOnlineDeployment,
  release: OnlineRelease,
  deps: StepDeps,
  notes: string[],
): Promise<boolean> {
  const { name, request } = previous;
  const what = { body: bodyToRestore(request), digest: digestOfLive(previous) };
  const restored = await write(
    writableDeployment(release.endpoint, name, what, deps.endpoints),
    settleDeps(release, deps),
  );
  notes.push(
    restored.ok
      ? `The deployment '${name}' was put back to what it was.`
      : `The deployment '${name}' could not be put back to what it was: ${textOf(restored.stop)}.`,
  );
  return restored.ok;
}

/** Within the grace that a cancelled workflow has: what was moved is put back, and what is still going is named. */
export async function stopInGrace(
  release: OnlineRelease,
  progress: Progress,
  { state }: Restore,
  deps: Pick<StepDeps, "endpoints" | "clock">,
): Promise<RolledBack> {
  const { endpoint } = release;
  const { candidate } = progress;
  // Somebody else's decision about the traffic is not ours to undo.
  const goesBack = progress.mayHaveMoved && progress.isTakenOver !== true;
  const isBack = !goesBack || (await sendBack(release, progress, state ?? nothing, deps));
  const stays = candidate?.isSettled === true ? "is there, without traffic" : "may still be provisioned";
  return {
    isComplete: isBack && candidate === undefined,
    notes: goesBack && isBack ? [`The traffic was put back to ${stateText(state ?? nothing)}.`] : [],
    leftGoing: [
      ...(isBack
        ? []
        : [
            {
              what: `The traffic of the endpoint '${endpoint}' may not be back at ${stateText(state ?? nothing)}`,
              next: `Run the command again: it begins with that. By hand: ${trafficCommand(endpoint, state ?? nothing)}`,
            },
          ]),
      ...(candidate === undefined ? [] : [leftOf(endpoint, progress, candidate, stays)]),
    ],
  };
}

async function sendBack(
  { endpoint, endpointBody }: OnlineRelease,
  progress: Progress,
  to: EndpointState,
  { endpoints, clock }: { readonly endpoints: OnlineEndpoints; readonly clock: Clock },
): Promise<boolean> {
  const until = AbortSignal.timeout(graceSeconds * 1000);
  const body = endpointBody(progress.live, to);
  while (!until.aborted) {
    const sent = await endpoints.put(endpoint, body, until);
    if (sent.ok) {
      if (progress.live !== undefined)
        progress.live = { ...progress.live, traffic: to.traffic, mirrorTraffic: to.mirror };
      return true;
    }
    // The write before it may still be in progress.
    if (sent.failure.status !== 409 && sent.failure.reason !== "unknown") return false;
    await clock.sleep(gracePause);
  }
  return false;
}

/** What is changed in place may serve: nobody is told to delete it. */
function leftOf(
  endpoint: string,
  { live }: Progress,
  { name, previous }: NonNullable<Progress["candidate"]>,
  state: string,
): LeftGoing {
  if (previous === undefined || shareOf(live?.traffic ?? {}, name) === 0) return stillGoing(endpoint, name, state);
  return {
    what: `The deployment '${name}' of the endpoint '${endpoint}' has traffic, was being changed, and has not passed its tests`,
    next: "To resume: command: deploy; it tests it before anything else. To have it as it was: release the definition before it.",
  };
}

function stillGoing(endpoint: string, name: string, state: string): LeftGoing {
  return {
    what: `The deployment '${name}' of the endpoint '${endpoint}' ${state}`,
    next: `To resume: command: deploy; it continues with this deployment, or removes it where the declaration has changed. To delete it: az ml online-deployment delete --endpoint-name ${endpoint} --name ${name}.`,
  };
}

/** What was replaced, and may still be there. */
export function notRemoved(endpoint: string, name: string): LeftGoing {
  return {
    what: `The deployment '${name}' of the endpoint '${endpoint}' was replaced, and may still be there without traffic`,
    next: `The next command: deploy removes it. By hand: az ml online-deployment delete --endpoint-name ${endpoint} --name ${name}.`,
  };
}

function trafficCommand(endpoint: string, { traffic }: EndpointState): string {
  const shares = Object.entries(traffic).map(([name, share]) => `${name}=${share}`);
  return `az ml online-endpoint update --name ${endpoint} --traffic "${shares.join(" ")}"`;
}
