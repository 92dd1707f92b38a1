import { interpretStatus, waitsForNodes } from "../azure/job-status.ts";
import type { RunPhase } from "../report/result.ts";

/** A status, and when it was seen first: milliseconds since the epoch. */
export type SeenStatus = { readonly status: string; readonly at: number };

/** What the service says of its times, in milliseconds since the epoch. */
export type RunTimes = {
  readonly submittedAt?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly endedAt: number;
};

/**
 * What a run was doing when. The service says when it was submitted, started and ended; what it was doing before it started
 * is known where somebody looked. Nothing where too little of it is known.
 */
export function phasesOf(
  seen: readonly SeenStatus[],
  { submittedAt, startedAt, endedAt }: RunTimes,
): readonly RunPhase[] {
  const begins: { readonly phase: RunPhase["phase"]; readonly at: number }[] = [];
  if (submittedAt !== undefined) begins.push({ phase: "queued", at: submittedAt });
  for (const { status, at } of seen) {
    if (interpretStatus(status).phase === "over") continue;
    const phase = phaseOf(status);
    // The service's own word on when it started counts: a look sees it later.
    if (phase !== undefined && (phase !== "running" || startedAt === undefined)) begins.push({ phase, at });
  }
  if (startedAt !== undefined) begins.push({ phase: "running", at: startedAt });
  // The clocks of the service and of the runner are not the same: no phase begins before the one in front of it.
  const order: readonly RunPhase["phase"][] = ["queued", "preparing", "running"];
  const firsts = order.flatMap((phase) => {
    const all = begins.filter((one) => one.phase === phase && !Number.isNaN(one.at));
    return all.length === 0 ? [] : [{ phase, at: Math.min(...all.map(({ at }) => at)) }];
  });
  let last = -Infinity;
  const starts = firsts.map(({ phase, at }) => ({ phase, at: (last = Math.min(Math.max(last, at), endedAt)) }));
  return starts.map(({ phase, at }, index) => ({
    phase,
    startedAt: new Date(at).toISOString(),
    durationSeconds: ((starts[index + 1]?.at ?? endedAt) - at) / 1000,
  }));
}

function phaseOf(status: string): RunPhase["phase"] | undefined {
  if (waitsForNodes(status)) return "queued";
  const word = status.toLowerCase();
  if (word === "preparing") return "preparing";
  return word === "running" || word === "finalizing" ? "running" : undefined;
}
