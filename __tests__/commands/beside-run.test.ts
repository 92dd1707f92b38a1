import { beforeEach, describe, expect, it } from "@jest/globals";
import { run, type RunOptions } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

const source = await loadSource();
const stand = useStand([cpuCluster]);

const declared = (more = "", command = '"true"') =>
  `run: { command: ${command}, compute: azureml:cpu-cluster, environment: { image: ubuntu } }\n${more}`;

async function train(more: string, options: Partial<RunOptions> = {}, command?: string) {
  const { result, text } = await run(source, {
    command: "train",
    checkout: checkoutOf({ "azureml.yml": declared(more, command) }),
    ...options,
    environment: { ...stand.environment, ...options.environment },
  });
  return { result, text };
}

const submissions = () =>
  stand
    .requests()
    .filter(({ method, path }) => method === "PUT" && path.includes("/jobs/"))
    .map(({ path }) => path.split("/").at(-1));
const cancellations = () =>
  stand
    .requests()
    .filter(({ path }) => path.endsWith("/cancel"))
    .map(({ path }) => path.split("/").at(-2));

describe("limits", () => {
  it("cancel a run that takes too long, and say so", async () => {
    const { result } = await train("limits: { total: 20 }\n", {}, "sleep 60");
    expect(result).toMatchObject({ conclusion: "failure", failureReason: "total-limit" });
    expect(result.failures.join(" ")).toContain("when limits.total had passed; cancellation requested");
    expect(cancellations()).toEqual([result.run?.name]);
  });

  it("stop a run on the runner that takes too long", async () => {
    const checkout = checkoutOf({
      "azureml.yml":
        "run: { command: sleep 30, compute: local, environment: { image: ubuntu } }\nlimits: { total: 1 }\n",
    });
    const environment = { ...stand.environment, PATH: process.env["PATH"] ?? "" };
    const { result } = await run(source, { command: "train", checkout, environment });
    expect(result.failures).toEqual([expect.stringContaining("had not ended when limits.total had passed")]);
    expect(result).toMatchObject({ conclusion: "failure", failureReason: "total-limit", run: { status: "Canceled" } });
  });
});

describe("retries", () => {
  const preempted = {
    error: {
      code: "UserError",
      message:
        "AzureMLCompute job failed. PreemptionError: Nodes of this job got pre-empted. Check if the run has failed or restarted.",
    },
  };
  /** Which runs, by their number, end by a preemption. */
  let isPreempted: (name: string) => boolean;
  beforeEach(() => {
    isPreempted = () => true;
    stand.alter(({ method, path }, reply) => {
      const [, name = ""] = /\/(?:jobs|runs)\/([^/]+)(?:\/details)?$/.exec(path) ?? [];
      const body = reply.body as { readonly properties?: object } | undefined;
      if (method !== "GET" || reply.status !== 200 || !isPreempted(name)) return reply;
      if (path.endsWith("/details")) return { ...reply, body: { ...body, status: "Failed", error: preempted } };
      return path.includes("/jobs/")
        ? { ...reply, body: { ...body, properties: { ...body?.properties, status: "Failed" } } }
        : reply;
    });
  });

  it("submit a preempted run anew, as -2 and -3 and no more often", async () => {
    const { result } = await train("retries: { preempted: 2 }\n");
    const [first = "", ...others] = submissions();
    expect(others).toEqual([`${first}-2`, `${first}-3`]);
    expect(result).toMatchObject({ conclusion: "failure", failureReason: "preempted" });
    expect(result.failures.join(" ")).toContain("PreemptionError");
  });

  it("are counted over processes: what one of them has used up, the next one does not have again", async () => {
    await train("retries: { preempted: 1 }\n");
    const { result } = await train("retries: { preempted: 1 }\n");
    expect(submissions()).toHaveLength(2);
    expect(result).toMatchObject({ conclusion: "failure", failureReason: "preempted" });
  });

  it("end with the first run that is not preempted", async () => {
    isPreempted = (name) => !name.endsWith("-2");
    const { result } = await train("retries: { preempted: 5 }\n");
    expect(submissions()).toHaveLength(2);
    expect(result).toMatchObject({ conclusion: "success", run: { status: "Completed" } });
  });

  it("repeat nothing that failed for another reason, and nothing where they are not declared", async () => {
    expect((await train("")).result.failureReason).toBe("preempted");
    expect(submissions()).toHaveLength(1);
    await stand.restore([cpuCluster]);
    const { result } = await train("retries: { preempted: 2 }\n", {}, "exit 3");
    expect([result.failureReason, submissions().length]).toEqual(["run-failed", 1]);
  });
});

describe("overrides", () => {
  it("are values of the run, and set wins over them", async () => {
    const more = `overrides: { command: exit 3, "environment_variables.A": 2 }\n`;
    expect((await train(more)).result.failureReason).toBe("run-failed");
    expect((await train(more, { inputs: { set: 'run.command="true"' } })).result.conclusion).toBe("success");
  });
});

describe("cancel-superseded", () => {
  const ofPull = (digit: string, { pull = "7", runId = `10${digit}` } = {}): Partial<RunOptions> => ({
    runId,
    inputs: { "cancel-superseded": "true", wait: "false" },
    environment: { GITHUB_SHA: digit.repeat(40), GITHUB_EVENT_NAME: "pull_request" },
    pullRequest: Number(pull),
  });

  it("cancels the unfinished runs of the pull request's earlier commits, and nothing else", async () => {
    const name = (await train("", ofPull("1"), "sleep 30")).result.run?.name;
    await train("", ofPull("2", { pull: "8" }), "sleep 30");
    expect(cancellations()).toEqual([]);
    await train("", ofPull("3"), "sleep 30");
    expect(cancellations()).toEqual([name]);
    // A re-run of an earlier workflow run ends nothing that is newer.
    await train("", ofPull("4", { runId: "50" }), "sleep 30");
    expect(cancellations()).toEqual([name]);
  });

  it("is for pull requests alone", async () => {
    await train("", { ...ofPull("1"), pullRequest: undefined }, "sleep 30");
    await train("", { ...ofPull("2"), pullRequest: undefined }, "sleep 30");
    expect(cancellations()).toEqual([]);
  });
});
