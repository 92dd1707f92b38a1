/** What a run has come to, as GitHub says it of a step. */
export type RunConclusion = "success" | "failure" | "cancelled" | "in-progress";

/** What a job's status means. */
export type JobState = {
  /** `stalled` may recover: it is waited for with patience, then counts as over. */
  readonly phase: "in-progress" | "stalled" | "over";
  readonly conclusion: RunConclusion;
  readonly failureReason?: "run-failed" | "run-canceled" | "run-not-responding" | "run-state-unknown";
  /** A run in this state is not joined: a new workflow run or attempt submits it again. */
  readonly spent?: true;
};

const inProgress: JobState = { phase: "in-progress", conclusion: "in-progress" };

/** Every status the service is known to give. Only `Completed` is success. */
const states: Readonly<Record<string, JobState>> = {
  notstarted: inProgress,
  queued: inProgress,
  preparing: inProgress,
  provisioning: inProgress,
  starting: inProgress,
  running: inProgress,
  finalizing: inProgress,
  cancelrequested: inProgress,
  completed: { phase: "over", conclusion: "success" },
  failed: { phase: "over", conclusion: "failure", failureReason: "run-failed", spent: true },
  canceled: { phase: "over", conclusion: "cancelled", failureReason: "run-canceled", spent: true },
  notresponding: { phase: "stalled", conclusion: "failure", failureReason: "run-not-responding", spent: true },
  paused: { phase: "stalled", conclusion: "failure", failureReason: "run-not-responding" },
};

/** An unknown status is waited on, then fails by its name: it is never a success. */
const unknown: JobState = { phase: "stalled", conclusion: "failure", failureReason: "run-state-unknown" };

export function interpretStatus(status: string): JobState {
  const key = status.toLowerCase().replace(/^cancelled$/, "canceled");
  return (Object.hasOwn(states, key) ? states[key] : undefined) ?? unknown;
}

/** States in which a run waits for nodes; in `Preparing` its environment is made. */
const waiting = new Set(["notstarted", "starting", "provisioning", "queued"]);

export function waitsForNodes(status: string): boolean {
  return waiting.has(status.toLowerCase());
}
