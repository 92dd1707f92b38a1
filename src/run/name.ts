import { createHash } from "node:crypto";
import { canonicalJson } from "../canonical-json.ts";
import { interpretStatus } from "../azure/job-status.ts";

/** What a run's name is derived from. */
export type RunIdentity = {
  /** `name:` of the job file. */
  readonly prefix?: string | undefined;
  /** The commit; on pull requests the head commit and not the merge commit. */
  readonly commit: string;
  /** The definition, without what differs from call to call: provenance, upload addresses. */
  readonly definition: unknown;
  /** GitHub's event name. */
  readonly event: string;
  /** Id of the workflow run. */
  readonly workflowRunId: string;
};

/** Events that mean "train now": each of their workflow runs submits a run of its own, and only its own re-run joins. */
const trainingEvents = new Set(["schedule", "workflow_dispatch", "repository_dispatch"]);

/** The service's longest name is 255; the suffix of later attempts needs some of it. */
const longestPrefix = 200;

/** The same commit and definition always give the same name, so that submitting twice is seen by the service itself. */
export function runName({ prefix, commit, definition, event, workflowRunId }: RunIdentity): string {
  const occasion = trainingEvents.has(event) ? workflowRunId : "";
  const digest = createHash("sha256")
    .update(canonicalJson([definition, occasion]))
    .digest("hex")
    .slice(0, 12);
  const stem = (prefix ?? "run")
    .replaceAll(/[^a-zA-Z0-9_-]/g, "-")
    .replace(/^[^a-zA-Z0-9]+/, "")
    .slice(0, longestPrefix);
  return [stem === "" ? "run" : stem, commit.slice(0, 8), digest].filter((part) => part !== "").join("-");
}

/** The names of the attempts: the name itself, then `-2`, `-3`, … */
export function attemptName(name: string, attempt: number): string {
  return attempt === 1 ? name : `${name}-${attempt}`;
}

/** An attempt that the service knows. */
export type Attempt = {
  readonly name: string;
  readonly status: string;
  /** Id and attempt of the workflow run that submitted it, as its tags tell. */
  readonly submittedBy?: string | undefined;
};

export type Submission =
  | { readonly do: "join"; readonly name: string; readonly reason: string }
  | { readonly do: "submit"; readonly name: string };

/**
 * Join or submit, by how the last attempt ended.
 *
 * | last attempt | `rerun` | same workflow run attempt | decision |
 * |---|---|---|---|
 * | none | any | – | submit the name itself |
 * | running or Completed | no | any | join |
 * | Failed, Canceled, NotResponding | no | no | submit the next |
 * | Failed, Canceled, NotResponding | no | yes | join, to report how it ended |
 * | any | yes | no | submit the next |
 * | any | yes | yes | join: this attempt has had its rerun |
 * | the one to be repeated | any | any | submit the next |
 * | another than the one to be repeated | any | any | join: it has taken its place |
 *
 * @param attempts in order, without gaps, the first being the name itself.
 */
export function decideSubmission(
  name: string,
  attempts: readonly Attempt[],
  {
    rerun,
    workflowAttempt,
    repeats,
  }: {
    readonly rerun: boolean;
    readonly workflowAttempt: string;
    /** Name of an attempt that this one takes the place of; where another has already done so, that one is joined. */
    readonly repeats?: string | undefined;
  },
): Submission {
  const last = attempts.at(-1);
  if (last === undefined) return { do: "submit", name };
  const next: Submission = { do: "submit", name: attemptName(name, attempts.length + 1) };
  if (repeats !== undefined)
    return last.name === repeats
      ? next
      : { do: "join", name: last.name, reason: `It has taken the place of ${repeats}.` };
  if (last.submittedBy === workflowAttempt) {
    return { do: "join", name: last.name, reason: "This attempt of the workflow submitted it." };
  }
  if (rerun) return next;
  const { phase, spent } = interpretStatus(last.status);
  if (spent === true) return next;
  return {
    do: "join",
    name: last.name,
    reason:
      phase === "over"
        ? "This definition has already run for this commit."
        : "This definition is already running for this commit.",
  };
}
