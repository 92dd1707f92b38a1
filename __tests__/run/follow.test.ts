import { describe, expect, it } from "@jest/globals";
import { succeeded, type AzureFailure, type Outcome } from "../../src/azure/outcome.ts";
import type { RunDetails } from "../../src/azure/run-history.ts";
import { followRun, type FollowDeps, type Followed } from "../../src/run/follow.ts";
import { sleepingClock } from "../support/clock.ts";
import { failing, liveJob } from "../support/jobs.ts";

/** What the run history says in one look: a status, or why it could not be read; the job is asked then, and may answer. */
type Look = string | { readonly fails: AzureFailure["reason"]; readonly job?: string };

type Told = Followed & { readonly statuses: readonly string[]; readonly seconds: number; readonly logReads: number };

type Options = {
  /** The job's own status; the one that the history said last where it is left out. */
  readonly job?: string;
  readonly deadlineSeconds?: number;
  readonly limits?: FollowDeps["limits"];
  /** Seconds before the first look. */
  readonly submittedBefore?: number;
  /** The look after which the workflow is cancelled. */
  readonly cancelAfter?: number;
};

/** Follows a run that the history shows look by look; the last look is repeated. */
async function follow(looks: readonly Look[], options: Options = {}): Promise<Told> {
  const clock = sleepingClock();
  const abort = new AbortController();
  const statuses: string[] = [];
  let logReads = 0;
  let look = 0;
  let status = "NotStarted";
  let unread: AzureFailure["reason"] | undefined;
  const details = async (): Promise<Outcome<RunDetails>> => {
    const seen = looks[Math.min(look, looks.length - 1)] ?? "NotStarted";
    look += 1;
    if (look === options.cancelAfter) abort.abort();
    unread = typeof seen === "object" && seen.job === undefined ? seen.fails : undefined;
    if (typeof seen === "object") {
      status = seen.job ?? status;
      return failing(seen.fails);
    }
    status = seen;
    return succeeded({ status: seen, warnings: [], logFiles: { "user_logs/std_log.txt": "address" } });
  };
  const never = () => Promise.reject(new Error("This is not asked for."));
  const deps: FollowDeps = {
    runs: {
      get: async (name) =>
        unread === undefined || unread === "not-found"
          ? succeeded(liveJob(name, { status: options.job ?? status }))
          : failing(unread),
    },
    runHistory: { details, asJob: never, children: never, artifacts: never, artifactUrl: never },
    logs: {
      look: async () => void (logReads += 1),
      finish: async () => void (logReads += 1),
      tail: () => undefined,
    },
    clock,
    signal: abort.signal,
    deadline: (options.deadlineSeconds ?? 86_400) * 1000,
    onStatus: (status) => statuses.push(status),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.submittedBefore === undefined ? {} : { submittedAt: -1000 * options.submittedBefore }),
  };
  return { ...(await followRun("run", deps)), statuses, seconds: Math.round(clock.now()) / 1000, logReads };
}

const times = (count: number, look: Look): readonly Look[] => Array.from({ length: count }, () => look);

describe("a run that is followed", () => {
  it.each<{
    readonly what: string;
    readonly looks: readonly Look[];
    readonly options?: Options;
    readonly expected: Partial<Told> & Readonly<Record<string, unknown>>;
  }>([
    {
      what: "is over when it completes, and every status is shown once",
      looks: ["NotStarted", "Queued", "Queued", "Running", "Running", "Completed"],
      expected: { end: "over", status: "Completed", statuses: ["NotStarted", "Queued", "Running", "Completed"] },
    },
    { what: "is over when it fails", looks: ["Running", "Failed"], expected: { end: "over", status: "Failed" } },
    { what: "is over when it was canceled", looks: ["Canceled"], expected: { end: "over", status: "Canceled" } },
    {
      what: "is not over as long as the job itself says that it is running",
      looks: ["Completed"],
      options: { job: "Finalizing", deadlineSeconds: 60 },
      expected: { end: "left", why: "timeout", status: "Finalizing", seconds: 60 },
    },
    {
      what: "is known by the job where the history does not know it yet",
      looks: [{ fails: "not-found" }],
      options: { job: "Completed" },
      expected: { end: "over", status: "Completed" },
    },
    {
      what: "may recover from not responding",
      looks: ["Running", ...times(20, "NotResponding"), "Running", "Completed"],
      expected: { end: "over", status: "Completed" },
    },
    {
      what: "counts as over after ten minutes of not responding",
      looks: ["Running", "NotResponding"],
      expected: { end: "over", status: "NotResponding" },
    },
    {
      what: "counts as over after ten minutes in a state that nobody knows",
      looks: ["Hibernating"],
      expected: { end: "over", status: "Hibernating" },
    },
    {
      what: "is left running when the time limit passes",
      looks: ["Running"],
      options: { deadlineSeconds: 30 },
      expected: { end: "left", why: "timeout", status: "Running", seconds: 30 },
    },
    {
      what: "is left running when the workflow is cancelled",
      looks: ["Queued", "Running"],
      options: { cancelAfter: 2 },
      expected: { end: "left", why: "cancelled", status: "Running" },
    },
    {
      what: "is left running when a read ends with the cancellation",
      looks: ["Running", { fails: "cancelled" }],
      expected: { end: "left", why: "cancelled", status: "Running" },
    },
    {
      what: "is followed through minutes of failed reads",
      looks: ["Running", ...times(40, { fails: "unreachable" }), "Running", "Completed"],
      expected: { end: "over", status: "Completed", statuses: ["Running", "Completed"] },
    },
    {
      what: "is left running after ten minutes of failed reads",
      looks: ["Running", ...times(80, { fails: "unreachable" }), "Completed"],
      expected: { end: "left", why: "unreachable", status: "Running" },
    },
    {
      what: "is followed by the job's own status where its history cannot be read",
      looks: [
        "Running",
        { fails: "refused", job: "Running" },
        ...times(80, { fails: "unreachable", job: "Running" }),
        { fails: "unreachable", job: "Completed" },
      ],
      expected: { end: "over", status: "Completed", statuses: ["Running", "Completed"] },
    },
    {
      what: "is left running at once where it may not be read",
      looks: ["Running", { fails: "refused" }],
      expected: { end: "left", why: "unreachable", status: "Running" },
    },
  ])("$what", async ({ looks, options, expected }) => {
    expect(await follow(looks, options)).toMatchObject(expected);
  });

  it("is waited for ten minutes in such a state, not less", async () => {
    const { seconds } = await follow(["NotResponding"]);
    expect(seconds).toBeGreaterThan(600);
    expect(seconds).toBeLessThan(620);
  });

  it("has its log read in every look, and to its end before the end is shown", async () => {
    expect(await follow(["Running", "Running", "Completed"])).toMatchObject({ logReads: 3 });
  });
});

describe("a run with limits", () => {
  it.each<[string, readonly Look[], Options, Partial<Told> & { readonly why?: string }]>([
    [
      "is left once it has waited too long for nodes",
      times(500, "Queued"),
      { limits: { queueSeconds: 60 } },
      { end: "left", why: "queue-limit", status: "Queued", seconds: 60 },
    ],
    [
      "may run as long as it likes once it has nodes",
      ["Queued", ...times(500, "Running"), "Completed"],
      { limits: { queueSeconds: 60 } },
      { end: "over", status: "Completed" },
    ],
    [
      "does not wait for nodes while its environment is made",
      ["Starting", ...times(100, "Preparing"), "Running", "Completed"],
      { limits: { queueSeconds: 60 } },
      { end: "over", status: "Completed" },
    ],
    [
      "has waited from its submission on",
      times(500, "Queued"),
      { limits: { queueSeconds: 60 }, submittedBefore: 50 },
      { end: "left", why: "queue-limit", seconds: 10 },
    ],
    [
      "has not waited while it ran before it was followed",
      ["Running", ...times(3, "Queued"), "Running", "Completed"],
      { limits: { queueSeconds: 60 }, submittedBefore: 5000 },
      { end: "over", status: "Completed" },
    ],
    [
      "is left once it has taken too long in all",
      times(500, "Running"),
      { limits: { totalSeconds: 90, queueSeconds: 60 } },
      { end: "left", why: "total-limit", status: "Running", seconds: 90 },
    ],
    [
      "is left at once where it has taken too long already",
      ["Running"],
      { limits: { totalSeconds: 90 }, submittedBefore: 91 },
      { end: "left", why: "total-limit", seconds: 0 },
    ],
    [
      "is over where it has ended, however long that took",
      ["Completed"],
      { limits: { totalSeconds: 90 }, submittedBefore: 91 },
      { end: "over", status: "Completed" },
    ],
    [
      "is left by the time limit where that comes first",
      times(500, "Queued"),
      { limits: { totalSeconds: 90, queueSeconds: 60 }, deadlineSeconds: 30 },
      { end: "left", why: "timeout", seconds: 30 },
    ],
  ])("%s", async (_, looks, options, expected) => {
    expect(await follow(looks, options)).toMatchObject(expected);
  });
});
