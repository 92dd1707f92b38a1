import { describe, expect, it } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Arm } from "../../src/azure/arm.ts";
import { createJobs } from "../../src/azure/jobs.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { createRunHistory } from "../../src/azure/run-history.ts";
import { leafCause } from "../../src/azure/service-error.ts";
import { followRun } from "../../src/run/follow.ts";
import { createLogFollower } from "../../src/run/logs.ts";
import { runReport } from "../../src/run/run-report.ts";
import { sleepingClock } from "../support/clock.ts";
import { workspace } from "../support/targets.ts";

type Fixture = {
  /** What the history says before the end, look by look. */
  readonly statuses: readonly string[];
  readonly job: { readonly name: string; readonly properties: object };
  readonly details: object;
  readonly expected: {
    readonly status: string;
    readonly conclusion: string;
    readonly durationSeconds?: number;
    readonly leaf?: string;
    readonly logs: readonly string[];
  };
};

const folder = "__tests__/fixtures/run-details";
const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(folder, name), "utf8")) as Fixture] as const);

/** The service, as far as it shows one run. */
function showing({ statuses, job, details }: Fixture): Arm {
  let look = 0;
  const answer = (body: unknown) => Promise.resolve(succeeded({ status: 200, headers: {}, body }));
  const never = () => Promise.reject(new Error("This is not asked for."));
  return {
    // The history goes on first, and the job follows.
    get: () => answer(job),
    getData: () => {
      const status = statuses[look];
      look += 1;
      return answer(status === undefined ? details : { ...details, status, error: null, endTimeUtc: null });
    },
    ...{
      list: never,
      listData: never,
      put: never,
      patch: never,
      post: never,
      remove: never,
      getUrl: never,
      postData: never,
    },
  };
}

describe("a run of another kind, as the service shows it", () => {
  it.each(fixtures)("is followed to its right end: %s", async (_, fixture) => {
    const arm = showing(fixture);
    const jobs = createJobs(arm, workspace);
    const runHistory = createRunHistory(arm, workspace, () => Promise.resolve(succeeded("https://api")));
    const read = new Set<string>();
    const logs = createLogFollower(
      {
        read: (address: string) => {
          read.add(new URL(address).pathname.split("/dcid.x/")[1] ?? "");
          return Promise.resolve(succeeded(new Uint8Array()));
        },
      },
      () => undefined,
    );
    const shown: string[] = [];
    const followed = await followRun(fixture.job.name, {
      ...{ runs: jobs, runHistory, logs, clock: sleepingClock(), deadline: 86_400_000 },
      signal: new AbortController().signal,
      onStatus: (status) => shown.push(status),
    });
    const job = await jobs.get(fixture.job.name);
    if (!job.ok || job.value === undefined) throw new Error("The job cannot be read.");
    const started = { job: job.value, reused: false, compute: "cpu" };
    const report = runReport(started, followed, { metrics: [], gates: [], commit: "", now: 0 });
    const { status, conclusion, durationSeconds, leaf, logs: expectedLogs } = fixture.expected;
    expect(shown).toEqual([...fixture.statuses, status]);
    expect({ ...report, logs: [...read] }).toMatchObject({ status, conclusion, logs: expectedLogs });
    expect(report.durationSeconds).toBe(durationSeconds);
    expect(report.error === undefined ? undefined : leafCause(report.error).message).toBe(leaf);
  });

  it("has no compute of its own where it is serverless or a pipeline", async () => {
    for (const [name, fixture] of fixtures) {
      const job = await createJobs(showing(fixture), workspace).get(fixture.job.name);
      const compute = job.ok ? job.value?.computeId?.split("/").at(-1) : undefined;
      expect([name, compute]).toEqual([name, name === "kubernetes" ? "k8s" : undefined]);
    }
  });
});
