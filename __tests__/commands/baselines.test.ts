import { beforeEach, describe, expect, it } from "@jest/globals";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

const source = await loadSource();
const stand = useStand([cpuCluster]);

/** The accuracy of each run, by the digit of its commit: what logs metrics is a library of Python, which would take long. */
const accuracies = new Map<string, number>();
beforeEach(() => {
  accuracies.clear();
  stand.alter(({ path, query }, reply) => {
    const [, digit = ""] = /^run-(.)/.exec(query.get("run_id") ?? "") ?? [];
    const value = accuracies.get(digit);
    if (path.endsWith("/metrics/get-history") && value !== undefined) {
      const points = [value / 2, value].map((one, step) => ({ key: "accuracy", value: one, step, timestamp: step }));
      return { status: 200, body: { metrics: points } };
    }
    if (!path.endsWith("/mlflow/runs/get") || value === undefined) return reply;
    return { status: 200, body: { run: { data: { metrics: [{ key: "accuracy", value }] } } } };
  });
});

const declared = (gate: string) =>
  `run: { command: "true", compute: azureml:cpu-cluster, environment: { image: ubuntu } }\ngates: [${gate}]\n`;

const comparing = (baseline: string, more = "") => `{ metric: accuracy, no_worse_than: { ${baseline} }${more} }`;

async function train(
  digit: string,
  accuracy: number,
  { gate = comparing("branch: main"), ref = "refs/heads/main", event = "push", declaration = "azureml.yml" } = {},
) {
  accuracies.set(digit, accuracy);
  const { result } = await run(source, {
    command: "train",
    checkout: checkoutOf({ [declaration]: declared(gate) }),
    inputs: { config: declaration },
    runId: `10${digit}`,
    environment: {
      ...stand.environment,
      GITHUB_SHA: digit.repeat(40),
      GITHUB_REF: ref,
      GITHUB_EVENT_NAME: event,
    },
  });
  const [judged] = result.run?.gates ?? [];
  return {
    name: result.run?.name ?? "",
    conclusion: result.conclusion,
    failures: result.failures,
    compared: judged?.baseline?.run,
    baselines: result.run?.baselines,
    note: judged?.note,
  };
}

describe("no_worse_than a branch", () => {
  it("passes without a comparison while nothing has been trained, unless it is required", async () => {
    expect(await train("1", 0.5)).toMatchObject({
      conclusion: "success",
      note: "no run of a push to main by this configuration has completed yet",
    });
    expect(await train("2", 0.5, { gate: comparing("branch: release", ", required: true") })).toMatchObject({
      conclusion: "failure",
      failures: [expect.stringContaining("no run of a push to release by this configuration has completed yet")],
    });
  });

  it("compares with the newest run of a push to it", async () => {
    await train("1", 0.7);
    const { name } = await train("2", 0.8);
    expect(await train("3", 0.75)).toMatchObject({
      conclusion: "failure",
      compared: name,
      failures: [
        `azureml.yml:2:9: The gate on accuracy was missed: required no lower than the newest run of main (${name} has 0.8); the run logged 0.75.`,
      ],
    });
  });

  it("has the course of its metric in the result, beside which that of the run is drawn", async () => {
    const { name } = await train("1", 0.8);
    expect(await train("2", 0.9)).toMatchObject({
      baselines: [
        {
          run: name,
          name: "accuracy",
          points: [
            { step: 0, value: 0.4 },
            { step: 1, value: 0.8 },
          ],
        },
      ],
    });
  });

  it("is asked once for that course, however many gates compare with it", async () => {
    const { name } = await train("1", 0.8);
    const gate = `${comparing("branch: main")}, ${comparing(`run: ${name}`)}`;
    expect(await train("2", 0.9, { gate })).toMatchObject({ baselines: [{ run: name, name: "accuracy" }] });
    const asked = stand.emulator
      .journal()
      .filter(({ path, query }) => path.endsWith("/metrics/get-history") && query["run_id"] === name);
    // Once for its own course, while it was followed, and once to be compared with.
    expect(asked).toHaveLength(2);
  });

  it("never compares with a pull request, another branch, another configuration, or the run itself", async () => {
    const { name } = await train("1", 0.5);
    await train("2", 0.99, { ref: "refs/pull/7/merge", event: "pull_request" });
    await train("3", 0.99, { ref: "refs/heads/topic" });
    await train("4", 0.99, { declaration: "other.yml" });
    await train("5", 0.99, { event: "workflow_dispatch" });
    const judged = await train("6", 0.6);
    expect(judged).toMatchObject({ conclusion: "success", compared: name });
    // The same commit again joins the run, which is the newest by now.
    expect(await train("6", 0.6)).toMatchObject({ name: judged.name, compared: name });
  });

  it("never compares with a run that failed", async () => {
    const { name } = await train("1", 0.5);
    const failed = await run(source, {
      command: "train",
      checkout: checkoutOf({
        "azureml.yml": `run: { command: exit 3, compute: azureml:cpu-cluster, environment: { image: ubuntu } }\n`,
      }),
      environment: { ...stand.environment, GITHUB_SHA: "2".repeat(40), GITHUB_REF: "refs/heads/main" },
    });
    expect(failed.result.run?.status).toBe("Failed");
    expect(await train("3", 0.6)).toMatchObject({ compared: name });
  });
});

describe("a metric that cannot be read", () => {
  const refused = (status: number) =>
    stand.endpoint.faults.add({ path: "/mlflow/runs/get$", kind: "status", status, times: 99 });
  const once = (gates: string) =>
    run(source, {
      command: "train",
      checkout: checkoutOf({
        "azureml.yml": `run: { command: "true", compute: azureml:cpu-cluster, environment: { image: ubuntu } }\n${gates}`,
      }),
      environment: stand.environment,
    });

  it.each([
    [403, "not-authorized"],
    [502, "service-unreachable"],
  ])("is no gate that was missed: with %s it is %s", async (status, reason) => {
    refused(status);
    const { result } = await once("gates: [{ metric: accuracy, at_least: 0.5 }]\n");
    expect(result.failureReason).toBe(reason);
    expect(result.failures).toEqual([
      expect.stringMatching(/^azureml\.yml:2:9: The gate on accuracy could not be judged: /),
    ]);
    expect(result.run?.gates).toMatchObject([{ passed: false, note: expect.stringContaining("could not be read") }]);
  });

  it("is said to be so where no gate is about it", async () => {
    refused(403);
    const { result, text } = await once("");
    expect(result.conclusion).toBe("success");
    expect(text).toMatch(/What the run '.*' has logged could not be read/);
  });
});

describe("no_worse_than a run, or a model's", () => {
  it("compares with the run that is named", async () => {
    const { name } = await train("1", 0.7, { gate: "{ metric: accuracy, at_least: 0 }" });
    const gate = comparing(`run: ${name}`);
    expect(await train("2", 0.6, { gate })).toMatchObject({ conclusion: "failure", compared: name });
    expect(await train("3", 0.8, { gate })).toMatchObject({ conclusion: "success", compared: name });
    expect(await train("4", 0.8, { gate: comparing("run: nobody") })).toMatchObject({
      conclusion: "success",
      note: "the workspace has no run nobody",
    });
  });

  it("compares a run on the runner with it, and has its course in the result", async () => {
    const { name } = await train("1", 0.7, { gate: "{ metric: accuracy, at_least: 0 }" });
    const logs = "d=${MLFLOW_TRACKING_URI#file://}/0/r/metrics; mkdir -p $d; echo 1 0.6 0 > $d/accuracy";
    const gates = `gates: [${comparing(`run: ${name}`)}]`;
    const { result } = await run(source, {
      command: "train",
      checkout: checkoutOf({
        "azureml.yml": `run: { command: "${logs}", compute: local, environment: { image: x } }\n${gates}\n`,
      }),
      environment: { ...stand.environment, PATH: process.env["PATH"] ?? "" },
    });
    expect(result).toMatchObject({
      failures: [expect.stringContaining("required no lower than the run")],
      run: {
        gates: [{ baseline: { run: name, value: 0.7 } }],
        baselines: [{ run: name, name: "accuracy", points: [{ value: 0.35 }, { value: 0.7 }] }],
      },
    });
  });

  it("compares with the run that the model's newest version came from", async () => {
    const { name } = await train("1", 0.7, { gate: "{ metric: accuracy, at_least: 0 }" });
    const modelUri = `azureml://jobs/${name}/outputs/artifacts/paths/outputs/model`;
    stand.emulator.putAsset("models", "clf", "3", { modelUri });
    const gate = comparing("model: azureml:clf@latest");
    expect(await train("2", 0.6, { gate })).toMatchObject({ conclusion: "failure", compared: name });
    expect(await train("3", 0.8, { gate: comparing("model: azureml:other:1") })).toMatchObject({
      conclusion: "success",
      note: "the workspace has no model other:1",
    });
  });

  it("is missed, and says why, where the other run cannot be read", async () => {
    stand.endpoint.faults.add({ method: "GET", path: "/jobs/nobody$", kind: "status", status: 403, times: 9 });
    expect(await train("1", 0.6, { gate: comparing("run: nobody") })).toMatchObject({
      conclusion: "failure",
      failures: [expect.stringContaining("the run to compare with could not be read")],
    });
  });
});
