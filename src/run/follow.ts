import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import { defined } from "../azure/defined.ts";
import type { RunHistory } from "../azure/run-history.ts";
import type { Runs } from "../azure/runs.ts";
import type { Clock } from "../clock.ts";
import type { LogFollower } from "./logs.ts";
import { interpretStatus, waitsForNodes } from "../azure/job-status.ts";
import { sentenceOf } from "../report/failure.ts";

export type FollowDeps = {
  readonly runs: Runs;
  readonly runHistory: RunHistory;
  readonly logs: LogFollower;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch after which the run is left running. */
  readonly deadline: number;
  readonly onStatus: (status: string) => void;
  /** Called in every look in which it waits for nodes. */
  readonly onWaiting?: () => Promise<void>;
  /** What the service says besides, as often as it says it. */
  readonly onWarnings?: (warnings: readonly string[]) => void;
  /** Seconds that the run may wait for nodes, and take in all, both counted from its submission. */
  readonly limits?: { readonly queueSeconds?: number; readonly totalSeconds?: number };
  /** Milliseconds since the epoch at which it was submitted; default: now. */
  readonly submittedAt?: number;
  /** What was read last, where the run was followed before. */
  readonly last?: string;
};

/** The declared limit that the run went over. */
export type OverLimit = "queue-limit" | "total-limit";

/** How the following ended. */
export type Followed = {
  /** The last status that was read, as the service spells it. */
  readonly status: string;
  readonly error?: ServiceError;
  /** ISO 8601. */
  readonly startTime?: string;
  readonly endTime?: string;
} & (
  | { readonly end: "over" }
  /** The run is still running: the limit passed, the workflow was cancelled, or nothing could be read any more. */
  | { readonly end: "left"; readonly why: "timeout" | "cancelled" | OverLimit }
  | { readonly end: "left"; readonly why: "unreachable"; readonly failure: AzureFailure }
);

/** Seconds between looks: short while something is likely to happen, longer in a long run. Our choice. */
const firstPause = 1;
const longestPause = 10;
/**
 * How long a run may be in a state that may recover, or that nobody knows, before that counts as its end; and how long reads may
 * fail before the run is left running. Each has had its own retries by then.
 */
const patienceSeconds = 600;

type Look = {
  readonly status: string;
  readonly error?: ServiceError;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly warnings?: readonly string[];
  readonly logFiles: Readonly<Record<string, string>>;
};

/** Follows a run to its end: status, and logs by offset. */
export async function followRun(name: string, deps: FollowDeps): Promise<Followed> {
  let last: Look = { status: deps.last ?? "NotStarted", logFiles: {} };
  let shown = deps.last ?? "";
  let stalledSince: number | undefined;
  let unreadSince: number | undefined;
  const limits = limitsOf(deps);
  for (let look = 0; ; look += 1) {
    const seen = await lookOnce(name, deps);
    if (seen.ok) {
      unreadSince = undefined;
      last = seen.value;
    } else {
      unreadSince ??= deps.clock.now();
      if (seen.failure.reason === "cancelled" || deps.signal.aborted)
        return { ...ending(last), end: "left", why: "cancelled" };
      if (deps.clock.now() - unreadSince > patienceSeconds * 1000 || seen.failure.reason === "refused") {
        return { ...ending(last), end: "left", why: "unreachable", failure: seen.failure };
      }
    }
    const { phase } = interpretStatus(last.status);
    // What a run printed last is read before its end is shown.
    if (phase === "over") await deps.logs.finish(last.logFiles);
    if (last.status !== shown) {
      shown = last.status;
      deps.onStatus(shown);
    }
    deps.onWarnings?.(last.warnings ?? []);
    stalledSince = phase === "stalled" ? (stalledSince ?? deps.clock.now()) : undefined;
    const outOfPatience = stalledSince !== undefined && deps.clock.now() - stalledSince > patienceSeconds * 1000;
    if (phase === "over" || outOfPatience) {
      if (outOfPatience) await deps.logs.finish(last.logFiles);
      return { ...ending(last), end: "over" };
    }
    await deps.logs.look(last.logFiles);
    if (waitsForNodes(last.status)) await deps.onWaiting?.();
    const over = limits.next(last.status, deps.clock.now());
    const left = Math.min((deps.deadline - deps.clock.now()) / 1000, over.left);
    if (left <= 0) return { ...ending(last), end: "left", why: over.left <= 0 ? over.why : "timeout" };
    try {
      await deps.clock.sleep(Math.min(firstPause * 1.2 ** look, longestPause, left), deps.signal);
    } catch {
      return { ...ending(last), end: "left", why: "cancelled" };
    }
  }
}

/** How long is left of the limits. What was waited between two looks in one of these states was waited for nodes. */
function limitsOf({ limits = {}, submittedAt, clock }: Pick<FollowDeps, "limits" | "submittedAt" | "clock">) {
  const since = submittedAt ?? clock.now();
  let seenAt = since;
  let waited = 0;
  let wasWaiting: boolean | undefined;
  return {
    /** @returns seconds until the first of the limits that apply in this state. */
    next: (status: string, now: number): { readonly left: number; readonly why: OverLimit } => {
      const isWaiting = waitsForNodes(status);
      if (wasWaiting ?? isWaiting) waited += now - seenAt;
      seenAt = now;
      wasWaiting = isWaiting;
      const queue = isWaiting ? (limits.queueSeconds ?? Infinity) - waited / 1000 : Infinity;
      const total = (limits.totalSeconds ?? Infinity) - (now - since) / 1000;
      return queue < total ? { left: queue, why: "queue-limit" } : { left: total, why: "total-limit" };
    },
  };
}

/**
 * The run history knows status, logs and cause. The job is asked before it knows the run, where it says that it is over, and
 * where it cannot be read: then the log is missing, and not the status.
 */
async function lookOnce(
  name: string,
  { runs, runHistory }: FollowDeps,
): Promise<{ readonly ok: true; readonly value: Look } | { readonly ok: false; readonly failure: AzureFailure }> {
  const details = await runHistory.details(name);
  if (details.ok && interpretStatus(details.value.status).phase !== "over") return details;
  if (!details.ok && details.failure.reason === "cancelled") return details;
  const isUnread = !details.ok && details.failure.reason !== "not-found";
  const job = await runs.get(name);
  if (isUnread && (!job.ok || job.value === undefined))
    return job.ok || job.failure.reason !== "cancelled" ? details : job;
  if (!job.ok) return job;
  if (job.value === undefined) {
    return {
      ok: false,
      failure: {
        reason: "not-found",
        error: { code: "RunNotFound", message: `The workspace has no run '${name}'.`, details: [] },
      },
    };
  }
  const { startTime, endTime } = job.value;
  const warnings = isUnread
    ? [`The log of the run '${name}' cannot be read for now, only its status: ${sentenceOf(details.failure.error)}.`]
    : [];
  const recorded = { ...defined({ startTime, endTime }), logFiles: {}, warnings };
  const known = details.ok ? { ...recorded, ...details.value } : recorded;
  // The job's own status is what counts; the history may be ahead of it or behind.
  return { ok: true, value: { ...known, status: job.value.status } };
}

function ending({ status, error, startTime, endTime }: Look): Omit<Look, "logFiles" | "warnings"> {
  return {
    status,
    ...(error === undefined ? {} : { error }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(endTime === undefined ? {} : { endTime }),
  };
}
