import { describe, expect, it } from "@jest/globals";
import {
  pollUntilShown,
  pollUntilTerminal,
  pollWrite,
  resolveUnknownOutcome,
  type PollDeps,
  type PollResult,
} from "../../src/attach/poll.ts";
import type { LiveCompute } from "../../src/azure/computes.ts";
import type { OperationProgress } from "../../src/azure/operation.ts";
import { failed, succeeded, type AzureFailure, type Outcome } from "../../src/azure/outcome.ts";
import { liveMachine } from "../support/targets.ts";

const broken = { code: "Broken", message: "It broke.", details: [] };
const unreachable: AzureFailure = { reason: "unreachable", error: broken };

/** What one read of the compute answers: its state, nothing, or a failure. */
type Read = string | undefined | AzureFailure;

function answerOf(read: Read): Outcome<LiveCompute | undefined> {
  if (typeof read === "object") return failed(read);
  return succeeded(read === undefined ? undefined : liveMachine({ provisioningState: read }));
}

/** Plays the answers in turn, the last one for ever, on a clock that only sleeping moves. */
function play({
  reads = [undefined],
  operation = [],
  deadline = Number.POSITIVE_INFINITY,
  cancelAfter = Number.POSITIVE_INFINITY,
}: {
  readonly reads?: readonly Read[];
  readonly operation?: readonly Outcome<OperationProgress>[];
  /** Seconds. */
  readonly deadline?: number;
  /** Sleeps. */
  readonly cancelAfter?: number;
}) {
  const cancelled = new AbortController();
  if (cancelAfter === 0) cancelled.abort();
  const sleeps: number[] = [];
  const lines: string[] = [];
  let now = 0;
  let [read, progress] = [0, 0];
  const deps: PollDeps = {
    clock: {
      now: () => now,
      sleep: (seconds) => {
        sleeps.push(seconds);
        now += seconds * 1000;
        if (sleeps.length <= cancelAfter) return Promise.resolve();
        cancelled.abort();
        return Promise.reject(new Error("cancelled"));
      },
    },
    signal: cancelled.signal,
    deadline: deadline * 1000,
    onProgress: (_, message) => lines.push(message),
    computes: {
      get: () => Promise.resolve(answerOf(reads[Math.min(read++, reads.length - 1)])),
      progress: () => {
        const answer = operation[Math.min(progress++, operation.length - 1)];
        if (answer === undefined) throw new Error("No operation is played.");
        return Promise.resolve(answer);
      },
    },
  };
  return { deps, sleeps, lines, reads: () => read };
}

/** The result in one word, with the state of its compute. */
function short(result: PollResult): string {
  const compute = "compute" in result && result.compute !== undefined ? ` ${result.compute.provisioningState}` : "";
  const why = result.state === "in-flight" ? ` by ${result.why}` : "";
  return `${result.state}${why}${compute}`;
}

describe("polling until a terminal state", () => {
  it.each<{
    readonly reads: readonly Read[];
    readonly deadline?: number;
    readonly cancelAfter?: number;
    readonly expected: string;
    readonly sleeps: readonly number[];
  }>([
    { reads: ["Succeeded"], expected: "present Succeeded", sleeps: [] },
    { reads: ["Failed"], expected: "present Failed", sleeps: [] },
    { reads: ["Canceled"], expected: "present Canceled", sleeps: [] },
    { reads: [undefined], expected: "absent", sleeps: [] },
    { reads: ["Creating", "Creating", "Succeeded"], expected: "present Succeeded", sleeps: [1, 1.2] },
    { reads: ["Deleting", undefined], expected: "absent", sleeps: [1] },
    { reads: ["Deleting", "Succeeded"], expected: "present Succeeded", sleeps: [1] },
    { reads: ["A new word", "Succeeded"], expected: "present Succeeded", sleeps: [1] },
    { reads: ["Creating", unreachable], expected: "unreadable", sleeps: [1] },
    { reads: ["Creating"], deadline: 2, expected: "in-flight by timeout Creating", sleeps: [1, 1] },
    { reads: ["Creating"], cancelAfter: 1, expected: "in-flight by cancelled Creating", sleeps: [1, 1.2] },
    { reads: ["Creating"], cancelAfter: 0, expected: "in-flight by cancelled Creating", sleeps: [] },
  ])("the reads $reads with deadline $deadline are $expected after pauses of $sleeps s", async (given) => {
    const { deps, sleeps } = play(given);
    expect(short(await pollUntilTerminal("dsvm", deps))).toBe(given.expected);
    expect(sleeps).toEqual(given.sleeps);
  });

  it("ends at a removal in flight where the caller says so", async () => {
    const { deps } = play({ reads: ["Deleting"] });
    expect(short(await pollUntilTerminal("dsvm", deps, () => true))).toBe("present Deleting");
  });

  it("shows every state once", async () => {
    const { deps, lines } = play({ reads: ["Creating", "Creating", "Updating", "Creating", "Succeeded"] });
    await pollUntilTerminal("dsvm", deps);
    expect(lines).toEqual(["Creating", "Updating", "Creating"]);
  });
});

describe("the outcome of a write whose reply was lost", () => {
  it.each<{ readonly reads: readonly Read[]; readonly expected: string; readonly count: number }>([
    { reads: [undefined], expected: "absent", count: 5 },
    { reads: [undefined, undefined, "Succeeded"], expected: "present Succeeded", count: 3 },
    { reads: [undefined, "Creating", "Failed"], expected: "present Failed", count: 3 },
    // It appeared and was removed again: that counts as one absent read.
    { reads: [undefined, "Deleting", undefined], expected: "absent", count: 6 },
    { reads: [unreachable], expected: "unreadable", count: 1 },
  ])("after the reads $reads is $expected", async ({ reads, expected, count }) => {
    const played = play({ reads });
    expect(short(await resolveUnknownOutcome("dsvm", played.deps))).toBe(expected);
    expect(played.reads()).toBe(count);
  });
});

describe("a compute that does not show a write", () => {
  const before = liveMachine({ tags: { version: "before" } });
  const isShown = ({ tags }: LiveCompute) => tags["version"] !== "before";
  /** Shows the write after so many further reads. */
  const lagging = (count: number, limits: Parameters<typeof play>[0] = {}) => {
    const played = play(limits);
    let reads = 0;
    const get = () => Promise.resolve(succeeded((reads += 1) <= count ? before : liveMachine()));
    const deps: PollDeps = { ...played.deps, computes: { ...played.deps.computes, get } };
    return { ...played, deps, reads: () => reads };
  };
  const look = ({ deps }: { readonly deps: PollDeps }, compute = before) =>
    pollUntilShown("dsvm", { state: "present", compute }, isShown, deps);

  it("is read again until it shows it", async () => {
    const played = lagging(2);
    expect(await look(played)).toEqual({ state: "present", compute: liveMachine() });
    expect(played.reads()).toBe(3);
  });

  it("is what it shows after reads for 10 to 20 s", async () => {
    const played = lagging(Number.POSITIVE_INFINITY);
    expect(await look(played)).toEqual({ state: "present", compute: before });
    const waited = played.sleeps.reduce((sum, seconds) => sum + seconds, 0);
    expect(waited).toBeGreaterThan(10);
    expect(waited).toBeLessThan(20);
  });

  it("is not read again where the first read shows it", async () => {
    const played = lagging(0);
    await look(played, liveMachine());
    expect([played.reads(), played.sleeps]).toEqual([0, []]);
  });

  it("is read again where one read does not know it at all", async () => {
    const played = play({ reads: [undefined, "Succeeded"] });
    expect(await look(played)).toEqual({ state: "present", compute: liveMachine() });
  });

  it.each([
    { why: "timeout", limits: { deadline: 2 } },
    { why: "cancelled", limits: { cancelAfter: 1 } },
  ])("is not waited for any longer after $why", async ({ why, limits }) => {
    const played = lagging(Number.POSITIVE_INFINITY, limits);
    expect(await look(played)).toEqual({ state: "in-flight", why, compute: before });
    expect(played.sleeps.length).toBe(2);
  });
});

describe("polling a write", () => {
  const operationUrl = "https://management.azure.com/operation";
  const running = succeeded<OperationProgress>({ state: "running", status: "InProgress", retryAfterSeconds: 7 });

  it("reads only the compute where the service named no operation", async () => {
    const { deps, sleeps } = play({ reads: ["Succeeded"] });
    expect(short(await pollWrite("dsvm", {}, deps))).toBe("present Succeeded");
    expect(sleeps).toEqual([]);
  });

  it.each<{ readonly end: Outcome<OperationProgress>; readonly reads: readonly Read[]; readonly expected: string }>([
    { end: succeeded({ state: "succeeded" }), reads: ["Succeeded"], expected: "present Succeeded" },
    // A succeeded operation is not a succeeded compute.
    { end: succeeded({ state: "succeeded" }), reads: ["Failed"], expected: "present Failed" },
    { end: succeeded({ state: "succeeded" }), reads: [undefined], expected: "absent" },
    { end: succeeded({ state: "failed", error: broken }), reads: ["Creating"], expected: "failed Creating" },
    { end: succeeded({ state: "canceled", error: broken }), reads: [undefined], expected: "failed" },
    {
      end: failed({ reason: "not-found", status: 404, error: broken }),
      reads: ["Succeeded"],
      expected: "present Succeeded",
    },
    { end: failed(unreachable), reads: ["Creating", "Succeeded"], expected: "present Succeeded" },
  ])("whose operation ends as $end is what the compute is: $expected", async ({ end, reads, expected }) => {
    const { deps, sleeps } = play({ reads, operation: [running, end] });
    const result = await pollWrite("dsvm", { operationUrl, retryAfterSeconds: 5 }, deps);
    expect(short(result)).toBe(expected);
    // As long as the service asks for, first by the write's answer and then by the operation's.
    expect(sleeps.slice(0, 2)).toEqual([5, 7]);
  });

  it("ends at the deadline while the operation runs", async () => {
    const { deps, sleeps } = play({ operation: [running], deadline: 10 });
    expect(short(await pollWrite("dsvm", { operationUrl }, deps))).toBe("in-flight by timeout");
    expect(sleeps).toEqual([1, 7, 2]);
  });
});
