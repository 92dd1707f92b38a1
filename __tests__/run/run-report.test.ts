import { describe, expect, it } from "@jest/globals";
import { runReport } from "../../src/run/run-report.ts";
import { liveJob } from "../support/jobs.ts";

const details = { metrics: [], gates: [], commit: "c", now: Date.parse("2026-01-01T12:00:00Z") };
const createdAt = "2024-01-01T00:00:00Z";

describe("the duration of a run", () => {
  it.each([
    { when: "its end is in the history", end: { endTime: "2024-01-01T00:01:00Z" }, job: {}, expected: 60 },
    { when: "only its own record has the end", end: {}, job: { endTime: "2024-01-01T00:02:00Z" }, expected: 120 },
    { when: "nothing says when it ended", end: {}, job: {}, expected: undefined },
    { when: "the end is no time", end: { endTime: "soon" }, job: {}, expected: undefined },
  ])("is known to the second, or not at all: $when", ({ end, job, expected }) => {
    const started = { job: liveJob("run", { createdAt, ...job }), reused: true, compute: "cpu" };
    const report = runReport(started, { end: "over", status: "Completed", ...end }, details);
    expect(report.durationSeconds).toBe(expected);
  });

  it("is parted into what it was doing, as far as that is known", () => {
    const job = liveJob("run", { createdAt });
    const times = { startTime: "2024-01-01T00:01:00Z", endTime: "2024-01-01T00:03:00Z" };
    const seen = [{ status: "Preparing", at: Date.parse("2024-01-01T00:00:30Z") }];
    const started = { job, reused: true, compute: "cpu" };
    const report = runReport(started, { end: "over", status: "Completed", ...times }, { ...details, seen });
    expect(report.phases?.map(({ phase, durationSeconds }) => [phase, durationSeconds])).toEqual([
      ["queued", 30],
      ["preparing", 30],
      ["running", 120],
    ]);
  });

  it("counts to now while it runs", () => {
    const started = { job: liveJob("run", { createdAt: "2026-01-01T11:59:00Z" }), reused: false, compute: "cpu" };
    const report = runReport(started, { end: "left", why: "timeout", status: "Running" }, details);
    expect(report.durationSeconds).toBe(60);
  });
});
