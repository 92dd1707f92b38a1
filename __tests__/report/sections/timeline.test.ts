import { describe, expect, it } from "@jest/globals";
import { forComment } from "../../../src/report/document.ts";
import type { Result, TargetReport } from "../../../src/report/result.ts";
import { reportOf } from "../../../src/report/report.ts";
import { timelineSection } from "../../../src/report/sections/timeline.ts";
import { everyResult } from "../../support/results.ts";

const target = (name: string, change: Partial<TargetReport>): TargetReport => ({
  name,
  type: "amlcompute",
  action: "create",
  outcome: "succeeded",
  provisioningErrors: [],
  startedAt: "2026-01-01T00:00:00.000Z",
  durationSeconds: 60,
  ...change,
});
const barsOf = (result: Partial<Result>) =>
  timelineSection({ targets: [], deployments: [], ...result }).flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === "timeline" ? block.bars : [])),
  );

describe("the timeline", () => {
  it("goes from the provisioning through the run to the deployment", () => {
    const found = everyResult().find(({ name }) => name.startsWith("a run with a baseline"));
    expect(
      barsOf(found?.result ?? {}).map(({ subject, phase, from, seconds }) => [subject, phase, from, seconds]),
    ).toEqual([
      ["cpu", "provisioning", 0, 62],
      ["run-3", "queued", 65, 50],
      ["run-3", "preparing", 115, 60],
      ["run-3", "running", 175, 600],
      ["clf / green", "deployment", 805, 300],
    ]);
  });

  it("has nothing that nothing was done to, and is not there for one thing alone", () => {
    const { startedAt: _, ...untimed } = target("d", {});
    const targets = [target("a", {}), target("b", { action: "none" }), target("c", { action: "refuse" }), untimed];
    expect(barsOf({ targets })).toEqual([]);
    expect(
      barsOf({ targets: [...targets, target("e", { outcome: "failed" })] }).map(({ subject, tone }) => [subject, tone]),
    ).toEqual([
      ["a", "good"],
      ["e", "bad"],
    ]);
  });

  it("is in no comment, which changes only when something has happened", () => {
    for (const { result } of everyResult()) {
      const kinds = forComment(reportOf(result)).flatMap(({ blocks }) => blocks.map(({ kind }) => kind));
      expect(kinds).not.toContain("timeline");
    }
  });
});
