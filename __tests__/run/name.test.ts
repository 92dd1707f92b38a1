import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decideSubmission, runName, type Attempt, type RunIdentity, type Submission } from "../../src/run/name.ts";

const identity: RunIdentity = {
  commit: "0123456789abcdef",
  definition: { command: "train" },
  event: "push",
  workflowRunId: "1",
};

describe("the run's name", () => {
  it.each([
    { what: "another workflow run on push", change: { workflowRunId: "2" }, same: true },
    {
      what: "members in another order",
      change: { definition: { a: 1, b: 2 } },
      base: { definition: { b: 2, a: 1 } },
      same: true,
    },
    { what: "another commit", change: { commit: "fedcba9876543210" }, same: false },
    { what: "another definition", change: { definition: { command: "test" } }, same: false },
    {
      what: "another workflow run on schedule",
      base: { event: "schedule" },
      change: { event: "schedule", workflowRunId: "2" },
      same: false,
    },
    {
      what: "the same workflow run on schedule",
      base: { event: "schedule" },
      change: { event: "schedule" },
      same: true,
    },
  ])("is the same for $what: $same", ({ base, change, same }) => {
    expect(runName({ ...identity, ...base }) === runName({ ...identity, ...change })).toBe(same);
  });

  it("is one that the service takes, whatever the prefix", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (prefix) => {
        expect(runName({ ...identity, prefix })).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}$/);
      }),
    );
  });
});

describe("join or submit", () => {
  const ended = (name: string, status: string, submittedBy = "1-1"): Attempt => ({ name, status, submittedBy });
  it.each<{
    readonly when: string;
    readonly attempts: readonly Attempt[];
    readonly rerun?: boolean;
    readonly expected: Partial<Submission>;
  }>([
    { when: "there is none", attempts: [], expected: { do: "submit", name: "run" } },
    { when: "it is running", attempts: [ended("run", "Running")], expected: { do: "join", name: "run" } },
    { when: "it is completed", attempts: [ended("run", "Completed")], expected: { do: "join", name: "run" } },
    { when: "it failed", attempts: [ended("run", "Failed")], expected: { do: "submit", name: "run-2" } },
    { when: "it was canceled", attempts: [ended("run", "Canceled")], expected: { do: "submit", name: "run-2" } },
    {
      when: "the second failed too",
      attempts: [ended("run", "Failed"), ended("run-2", "Failed")],
      expected: { do: "submit", name: "run-3" },
    },
    {
      when: "this very attempt submitted it and it failed",
      attempts: [ended("run", "Failed", "2-1")],
      expected: { do: "join", name: "run" },
    },
    {
      when: "it is completed and a rerun is wanted",
      attempts: [ended("run", "Completed")],
      rerun: true,
      expected: { do: "submit", name: "run-2" },
    },
    {
      when: "this very attempt has had its rerun",
      attempts: [ended("run", "Completed"), ended("run-2", "Running", "2-1")],
      rerun: true,
      expected: { do: "join", name: "run-2" },
    },
    {
      when: "its state is unknown",
      attempts: [ended("run", "Hibernating")],
      expected: { do: "join", name: "run" },
    },
  ])("decides $expected when $when", ({ attempts, rerun = false, expected }) => {
    expect(decideSubmission("run", attempts, { rerun, workflowAttempt: "2-1" })).toMatchObject(expected);
  });

  it.each([
    { attempts: [ended("run", "Failed")], expected: { do: "submit", name: "run-2" } },
    { attempts: [ended("run", "Failed"), ended("run-2", "Failed")], expected: { do: "join", name: "run-2" } },
  ])("takes the place of a preempted run once, whoever does: $expected", ({ attempts, expected }) => {
    const asked = { rerun: true, workflowAttempt: "2-1", repeats: "run" };
    expect(decideSubmission("run", attempts, asked)).toMatchObject(expected);
  });

  it("submits again what no longer responds", () => {
    expect(
      decideSubmission("run", [ended("run", "NotResponding")], { rerun: false, workflowAttempt: "2-1" }),
    ).toMatchObject({ do: "submit", name: "run-2" });
  });
});
