import { describe, expect, it } from "@jest/globals";
import { outputsOf } from "../../src/report/outputs.ts";
import type { Result } from "../../src/report/result.ts";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

/** What a run and its steps have logged, as it is reported: metrics with their courses, and images. */
const source = await loadSource();
const stand = useStand([cpuCluster]);

function train(job: string, beside = "") {
  return run(source, {
    command: "train",
    checkout: checkoutOf({ "azureml.yml": `run: job.yml\n${beside}`, "job.yml": job }),
    environment: stand.environment,
  });
}

const step = (name: string, script: string) =>
  `  ${name}:\n    command: bash -c '${script}'\n    environment: { image: ubuntu }\n`;
const pipeline = (...steps: readonly string[]) =>
  `type: pipeline\nsettings: { default_compute: azureml:cpu-cluster }\njobs:\n${steps.join("")}`;

/** The tracking server, where each step has logged this. */
function logging(values: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>): void {
  const steps = new Map<string, string>();
  stand.alter(({ path, query }, reply) => {
    if (path.endsWith("/children"))
      for (const child of (reply.body as { value: readonly { runId: string; displayName: string }[] }).value)
        steps.set(child.runId, child.displayName);
    const logged = values[steps.get(query.get("run_id") ?? "") ?? ""] ?? {};
    const points = (key: string) => (logged[key] ?? []).map((value, at) => ({ key, value, step: at, timestamp: at }));
    if (path.endsWith("/metrics/get-history"))
      return { status: 200, body: { metrics: points(query.get("metric_key") ?? "") } };
    if (!path.endsWith("/mlflow/runs/get")) return reply;
    return {
      status: 200,
      body: { run: { data: { metrics: Object.keys(logged).flatMap((key) => points(key).slice(-1)) } } },
    };
  });
}

describe("the metrics of a pipeline's steps", () => {
  it("are in run-metrics and gates by the names of the steps, and their courses in the report", async () => {
    logging({ prepare: { rows: [10] }, train: { loss: [3, 2, 1] } });
    const job = pipeline(step("prepare", "true"), step("train", "true"));
    const { result, text } = await train(job, "gates: [{ metric: loss, step: train, at_most: 1 }]\n");
    expect(result.failures).toEqual([]);
    const outputs = outputsOf({ ...result, targets: [], environments: [] } as unknown as Result);
    expect(JSON.parse(outputs["run-metrics"] ?? "")).toEqual({ prepare: { rows: 10 }, train: { loss: 1 } });
    expect(result.run?.gates).toMatchObject([{ step: "train", value: 1, passed: true }]);
    expect(result.run?.stepMetrics).toEqual([
      { step: "prepare", name: "rows", last: 10, points: [{ step: 0, value: 10 }] },
      {
        step: "train",
        name: "loss",
        last: 1,
        points: [3, 2, 1].map((value, at) => ({ step: at, value })),
      },
    ]);
    expect(text).toContain("train: loss over steps 0 to 2; last value 1");
  });
});

describe("the images among a run's artifacts", () => {
  it("are linked by the studio's page of their run, never by the address of the file", async () => {
    const draw = (name: string) =>
      step(name, 'mkdir -p outputs/plots; echo > "outputs/plots/roc_<b>.PNG"; echo > outputs/a.txt');
    const { result, text } = await train(pipeline(draw("prepare"), step("train", "true")));
    expect(result.run?.images).toEqual([
      {
        path: "outputs/plots/roc_<b>.PNG",
        step: "prepare",
        url: expect.stringMatching(/\/runs\/[^?]+\?wsid=[^#]+#outputsAndLogs$/),
      },
    ]);
    expect(text).toContain("Images");
    expect(text).not.toMatch(/roc_[^"'\s]*\?[^"'\s]*sig=/);
  });

  it("are in the report themselves where they are small and are what their names say", async () => {
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const script = `mkdir -p outputs; echo ${png} | base64 -d > outputs/dot.png; echo "<svg/>" > outputs/not.png`;
    const { result, text } = await train(pipeline(step("draw", script)));
    expect(result.run?.images).toMatchObject([
      { path: "outputs/dot.png", content: { type: "image/png", base64: png } },
      { path: "outputs/not.png" },
    ]);
    expect(result.run?.images?.[1]).not.toHaveProperty("content");
    expect(text).toContain(`<img src="data:image/png;base64,${png}"`);
  });

  it("are those of a job without steps, too", async () => {
    const { result } = await train(
      "type: command\ncommand: bash -c 'mkdir -p outputs; echo > outputs/a.svg'\nenvironment: { image: ubuntu }\ncompute: azureml:cpu-cluster\n",
    );
    expect(result.run?.images).toMatchObject([{ path: "outputs/a.svg" }]);
  });
});
