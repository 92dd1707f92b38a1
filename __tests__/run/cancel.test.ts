import { describe, expect, it } from "@jest/globals";
import type { Azure } from "../../src/azure/azure.ts";
import { failed, succeeded, type AzureFailure } from "../../src/azure/outcome.ts";
import type { CommandContext } from "../../src/commands/context.ts";
import { followToReport } from "../../src/commands/follow-run.ts";
import { sleepingClock } from "../support/clock.ts";
import { failing, jobsOf, liveJob } from "../support/jobs.ts";

type Case = {
  /** What ends the following: the time limit, or a signal. */
  readonly by: "timeout" | "signal";
  /** What the cancel request is answered. */
  readonly cancel: "taken" | AzureFailure;
  /** What the run is once it is read again. */
  readonly then: string | { readonly fails: AzureFailure["reason"] };
};

/** A run that is Running until its cancellation is asked for. */
async function cancelling({ by, cancel, then }: Case) {
  const clock = sleepingClock();
  const abort = new AbortController();
  const ended: string[] = [];
  let isAsked = false;
  const now = () => (isAsked ? then : "Running");
  const jobs = {
    ...jobsOf(),
    get: async (name: string, signal?: AbortSignal) => {
      // A command's own signal ends every read that has none of its own.
      if (abort.signal.aborted && signal === undefined) return failing("cancelled");
      const read = now();
      return typeof read === "string" ? succeeded(liveJob(name, { status: read })) : failing(read.fails);
    },
    cancel: async () => {
      isAsked = true;
      return cancel === "taken" ? succeeded(undefined) : failed(cancel);
    },
  };
  const runHistory = {
    artifacts: async () => succeeded([]),
    details: async () => {
      if (by === "signal") abort.abort();
      if (abort.signal.aborted) return failing("cancelled");
      const read = now();
      return typeof read === "string" ? succeeded({ status: read, warnings: [], logFiles: {} }) : failing(read.fails);
    },
  };
  const azure = { jobs, runs: jobs, runHistory, metrics: { lastValues: async () => succeeded({}) }, blobs: {} };
  const context = {
    inputs: { wait: true, onTimeout: "cancel", download: [] },
    github: { commit: "" },
    log: { info: () => undefined, startGroup: () => undefined, endGroup: () => undefined },
    clock,
    signal: abort.signal,
    deadline: by === "timeout" ? 0 : 86_400_000,
    state: { runEnded: () => void ended.push("ended") },
  };
  const started = { job: liveJob("run-1"), reused: false, compute: "cpu", ours: true };
  const result = await followToReport(
    started,
    { gates: [] },
    context as unknown as CommandContext,
    azure as unknown as Azure,
  );
  return { ...result, savedAsEnded: ended.length > 0 };
}

const terminal: AzureFailure = {
  reason: "refused",
  status: 400,
  error: {
    code: "UserError",
    message: "The pipeline run run-1 is in terminal status, it can't be canceled.",
    details: [],
  },
};
const conflict: AzureFailure = { ...terminal, status: 409, error: { ...terminal.error, code: "Conflict" } };

describe("a run that is to be cancelled after the time limit", () => {
  it("is left as cancelled where the service takes the request", async () => {
    const { failures, leftGoing } = await cancelling({ by: "timeout", cancel: "taken", then: "CancelRequested" });
    expect(failures).toMatchObject([
      { reason: "timeout", message: expect.stringContaining("cancellation requested") as unknown },
    ]);
    expect(leftGoing).toEqual([]);
  });

  it.each([terminal, conflict])("is what it is then, where the request is refused: $status", async (cancel) => {
    const { run, failures, leftGoing, savedAsEnded } = await cancelling({ by: "timeout", cancel, then: "Completed" });
    expect(run).toMatchObject({ status: "Completed", conclusion: "success" });
    expect([failures, leftGoing ?? [], savedAsEnded]).toEqual([[], [], true]);
  });

  it("has failed, where it has failed by then", async () => {
    const { run, failures } = await cancelling({ by: "timeout", cancel: terminal, then: "Failed" });
    expect(run).toMatchObject({ status: "Failed", conclusion: "failure" });
    expect(failures).toMatchObject([{ reason: "run-failed" }]);
  });

  it.each(["Running", { fails: "unreachable" }, { fails: "refused" }] as const)(
    "is left running with the refusal, where it is not over or cannot be read: %j",
    async (then) => {
      const { run, failures, leftGoing } = await cancelling({ by: "timeout", cancel: conflict, then });
      expect(run).toMatchObject({ status: "Running", conclusion: "in-progress" });
      expect(failures).toMatchObject([
        {
          reason: "timeout",
          message: expect.stringMatching(/can't be canceled \[Conflict\]\), and was Running/) as unknown,
        },
      ]);
      expect(leftGoing).toHaveLength(1);
    },
  );
});

describe("a run whose workflow is cancelled", () => {
  it.each([terminal, conflict])("had ended by then, where the request is refused: $status", async (cancel) => {
    const { run, failures, leftGoing, savedAsEnded } = await cancelling({ by: "signal", cancel, then: "Completed" });
    expect(run).toMatchObject({ status: "Completed", conclusion: "cancelled" });
    expect(failures).toMatchObject([
      { reason: "cancelled", message: "The workflow was cancelled; the run 'run-1' had ended as Completed by then." },
    ]);
    expect([leftGoing, savedAsEnded]).toEqual([[], true]);
  });

  it.each(["Running", { fails: "unreachable" }] as const)(
    "is left to the post step, where it is not over or cannot be read: %j",
    async (then) => {
      const { failures, leftGoing, savedAsEnded } = await cancelling({ by: "signal", cancel: terminal, then });
      expect(failures[0]?.message).toContain("the run 'run-1' could not be cancelled: The pipeline run");
      expect([leftGoing?.length, savedAsEnded]).toEqual([1, false]);
    },
  );
});
