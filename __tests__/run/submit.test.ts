import { describe, expect, it } from "@jest/globals";
import type { Jobs, LiveJob } from "../../src/azure/jobs.ts";
import { succeeded, type Outcome } from "../../src/azure/outcome.ts";
import { definitionProperty, runTags } from "../../src/run/provenance.ts";
import { submitOnce, type Submitted } from "../../src/run/submit.ts";
import { sleepingClock } from "../support/clock.ts";
import { failing, jobsOf, liveJob } from "../support/jobs.ts";

const body = { properties: { computeId: "/computes/cpu", properties: { [definitionProperty]: "d" } } };

type Submission = {
  readonly outcome: Outcome<Submitted>;
  readonly sent: readonly string[];
  readonly told: readonly string[];
};

async function submit(jobs: Jobs, sent: readonly string[], rerun = false): Promise<Submission> {
  const told: string[] = [];
  const outcome = await submitOnce(
    {
      name: "run",
      rerun,
      workflowAttempt: "2-1",
      bodyFor: async () => succeeded(body),
      apiVersion: "2025-01-01-preview",
    },
    { jobs, clock: sleepingClock(), signal: new AbortController().signal, beforeSubmit: (name) => told.push(name) },
  );
  return { outcome, sent, told };
}

describe("a submission", () => {
  it("is sent once under the name, which is recorded before", async () => {
    const jobs = jobsOf();
    expect(await submit(jobs, jobs.asked)).toMatchObject({
      outcome: { ok: true, value: { reused: false, job: { name: "run" } } },
      sent: ["PUT run"],
      told: ["run"],
    });
  });

  it.each<{ readonly what: string; readonly known: readonly LiveJob[]; readonly name: string }>([
    { what: "a run that is running", known: [liveJob("run")], name: "run" },
    {
      what: "the last of several attempts",
      known: [liveJob("run", { status: "Failed" }), liveJob("run-2", { status: "Completed" })],
      name: "run-2",
    },
    {
      what: "a failed run that this attempt has submitted itself",
      known: [liveJob("run", { status: "Failed", tags: { [runTags.workflowAttempt]: "2-1" } })],
      name: "run",
    },
  ])("joins $what, and sends nothing", async ({ known, name }) => {
    const jobs = jobsOf(known);
    expect(await submit(jobs, jobs.asked)).toMatchObject({
      outcome: { ok: true, value: { reused: true, job: { name } } },
      sent: [],
      told: [],
    });
  });

  it("goes under the next free name after a failed attempt", async () => {
    const jobs = jobsOf([liveJob("run", { status: "Failed" }), liveJob("run-2", { status: "Canceled" })]);
    expect(await submit(jobs, jobs.asked)).toMatchObject({ sent: ["PUT run-3"] });
  });

  it("whose reply is lost is not sent again when the run shows up", async () => {
    const jobs = jobsOf();
    const put: Jobs["put"] = async (name, sent, apiVersion) => {
      await jobs.put(name, sent, apiVersion);
      return failing("unknown");
    };
    expect(await submit({ ...jobs, put }, jobs.asked)).toMatchObject({
      outcome: { ok: true, value: { reused: false } },
      sent: ["PUT run"],
    });
  });

  it("that never arrived is sent again, three times at most", async () => {
    const sent: string[] = [];
    const put: Jobs["put"] = async (name) => {
      sent.push(name);
      return failing("unknown");
    };
    const { outcome } = await submit({ ...jobsOf(), put }, sent);
    expect(outcome.ok).toBe(false);
    expect(sent).toEqual(["run", "run", "run"]);
  });

  it.each([
    { what: "was throttled until the workflow was cancelled is known to be undone", before: [], undone: true },
    { what: "is cancelled after a lost reply may have been carried out", before: ["unknown"], undone: undefined },
  ] as const)("that $what", async ({ before, undone }) => {
    const plays = [...before.map((reason) => failing(reason)), failing("cancelled", { undone: true })];
    const put: Jobs["put"] = async () => plays.shift() ?? failing("refused");
    const { outcome } = await submit({ ...jobsOf(), put }, []);
    expect(outcome.ok ? undefined : [outcome.failure.reason, outcome.failure.undone]).toEqual(["cancelled", undone]);
  });

  it("that is refused is sent once", async () => {
    const sent: string[] = [];
    const put: Jobs["put"] = async (name) => {
      sent.push(name);
      return failing("refused", { status: 400 });
    };
    expect(await submit({ ...jobsOf(), put }, sent)).toMatchObject({ outcome: { ok: false }, sent: ["run"] });
  });

  it.each([
    { what: "another definition", live: liveJob("run", { properties: { [definitionProperty]: "other" } }) },
    { what: "another compute", live: liveJob("run", { computeId: "/computes/gpu" }) },
  ])("is not as asked when the service answers with a run of $what", async ({ live }) => {
    const { outcome } = await submit({ ...jobsOf(), put: async () => succeeded(live) }, []);
    expect(outcome).toMatchObject({ ok: false, failure: { error: { code: "NotAsAsked" } } });
  });
});
