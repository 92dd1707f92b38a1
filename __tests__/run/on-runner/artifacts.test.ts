import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../../../demo/runner.ts";
import { checkoutOf } from "../../support/step.ts";

type Files = Readonly<Record<string, string>>;

const writes =
  "mkdir -p outputs/deep; echo 1 > outputs/deep/model; echo 2 > ${{outputs.out}}/file; d=${MLFLOW_TRACKING_URI#file://}/0/r/artifacts/plots; mkdir -p $d; echo 3 > $d/loss.svg; ln -s /etc/passwd outputs/link";

const job = (command = writes) =>
  `command: ${JSON.stringify(command)}\ncompute: local\nenvironment: { image: x }\noutputs: { out: }\n`;

const fetched = async (files: Files, download: string, checkout = checkoutOf(files)) => {
  const step = await runStep({ checkout, inputs: { command: "train", run: "job.yml", download } });
  const folder = join(checkout, "outputs");
  const entries = await Promise.resolve(
    readdirSync(checkout).includes("outputs") ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [],
  );
  const found = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  return { step, found: found.sort() };
};

describe("download, of a run on the runner", () => {
  it("fetches what it wrote beside itself, its named outputs and what MLflow logged, and no link", async () => {
    const { step, found } = await fetched({ "job.yml": job() }, "**,named-outputs/**");
    expect(step.exitCode).toBe(0);
    expect(found).toEqual(["named-outputs/out/file", "outputs/deep/model", "plots/loss.svg"]);
    expect(step.outputs["artifacts-path"]).toMatch(/\/outputs$/);
  });

  it("fetches what matches alone, and fails with what there is where nothing does", async () => {
    expect((await fetched({ "job.yml": job() }, "outputs/**/model")).found).toEqual(["outputs/deep/model"]);
    const { step, found } = await fetched({ "job.yml": job() }, "*.onnx");
    expect(step.outputs).toMatchObject({ "failure-reason": "download-failed", "run-status": "Completed" });
    expect(step.annotations.at(-1)?.message).toContain("plots/loss.svg");
    expect(found).toEqual([]);
  });

  it("writes nothing through a link that the checkout has", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    const checkout = checkoutOf({ "job.yml": job() });
    symlinkSync(elsewhere, join(checkout, "outputs"));
    const { step } = await fetched({}, "**", checkout);
    expect(step.outputs["failure-reason"]).toBe("download-failed");
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it("fetches those of a sweep's best trial, and those of a pipeline's steps as they are named in Azure", async () => {
    const loss = `d=\${MLFLOW_TRACKING_URI#file://}/0/r/metrics; mkdir -p $d; echo "1 \${{search_space.lr}} 0" > $d/loss; echo \${{search_space.lr}} > outputs/lr-\${{search_space.lr}}`;
    const sweep = `type: sweep
compute: local
trial: { command: ${JSON.stringify(loss)}, environment: { image: x } }
search_space: { lr: { type: choice, values: [0.3, 0.1, 0.2] } }
sampling_algorithm: grid
objective: { goal: minimize, primary_metric: loss }
limits: { max_total_trials: 3 }
`;
    expect((await fetched({ "job.yml": sweep }, "outputs/*")).found).toEqual(["outputs/lr-0.1"]);
    const pipeline = `type: pipeline
settings: { default_compute: local }
jobs:
  one: { command: "echo 1 > outputs/a", environment: { image: x } }
  two: { command: "echo 2 > \${{outputs.out}}/b", environment: { image: x }, outputs: { out: } }
`;
    const fetchedBy = async (download: string) => (await fetched({ "job.yml": pipeline }, download)).found;
    expect(await fetchedBy("jobs/*/outputs/**,jobs/two/named-outputs/**")).toEqual([
      "jobs/one/outputs/a",
      "jobs/two/named-outputs/out/b",
    ]);
    expect(await fetchedBy("jobs/**")).toEqual(["jobs/one/outputs/a"]);
  });
});
