import { describe, expect, it } from "@jest/globals";
import type { Arm } from "../../src/azure/arm.ts";
import { createJobs } from "../../src/azure/jobs.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { workspace } from "../support/targets.ts";

/** The jobs of a workspace whose every answer is this one. */
function jobsAnswering(body: unknown, status = 200) {
  const answer = () => Promise.resolve(succeeded({ status, headers: {}, body }));
  const arm: Pick<Arm, "get" | "put"> = { get: answer, put: answer };
  return createJobs(arm as Arm, workspace);
}

const broken = [
  undefined,
  "",
  "<html>",
  {},
  [],
  5,
  null,
  { name: "run" },
  { properties: {} },
  { name: "", properties: {} },
  { error: { code: "A" } },
];

describe("a job", () => {
  it.each(broken)(
    "is not what is answered as %j: after a write that is a lost reply, and a read failed",
    async (body) => {
      const jobs = jobsAnswering(body, 201);
      expect(await jobs.put("run", {}, "2025-01-01-preview")).toMatchObject({
        ok: false,
        failure: { reason: "unknown", error: { code: "BrokenReply" } },
      });
      expect(await jobs.get("run")).toMatchObject({ ok: false, failure: { reason: "unreachable" } });
    },
  );

  it("that is serverless names no compute, whatever its computeId ends in", async () => {
    const shown = async (computeId: string | null) =>
      jobsAnswering({ name: "run", properties: { status: "Completed", computeId } }).get("run");
    for (const computeId of [null, "", `${workspace.id}/computes/`]) {
      const job = await shown(computeId);
      expect(job.ok && job.value?.computeId).toBeUndefined();
    }
    expect(await shown(`${workspace.id}/computes/cpu`)).toMatchObject({
      value: { computeId: `${workspace.id}/computes/cpu` },
    });
  });

  it.each([
    ["2022-11-08 05:11:25", "2022-11-08T05:11:25.000Z"],
    ["2022-11-08T05:11:25.5Z", "2022-11-08T05:11:25.500Z"],
    ["2022-11-08T07:11:25+02:00", "2022-11-08T05:11:25.000Z"],
    ["soon", undefined],
  ])("has ended when its own record says so: %s", async (EndTimeUtc, expected) => {
    const job = await jobsAnswering({
      name: "run",
      properties: { status: "Completed", properties: { EndTimeUtc } },
    }).get("run");
    expect(job.ok && job.value?.endTime).toBe(expected);
  });
});
