import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { runStep } from "../../../demo/runner.ts";
import type { Result } from "../../../src/report/result.ts";
import { checkoutOf } from "../../support/step.ts";

const png = "iVBORw0KGgoAAAAN";
const image = `mkdir -p outputs/plots; echo ${png} | base64 -d > outputs/plots/roc.png; echo '<svg/>' > outputs/tree.svg; echo 1 > outputs/model`;
const metric = (value: string) =>
  `d=\${MLFLOW_TRACKING_URI#file://}/0/r/metrics; mkdir -p $d; printf '1 1 0\\n2 ${value} 1\\n' > $d/loss`;

/** The report of a job on the runner, as the step has written it. */
async function reported(job: string) {
  const step = await runStep({
    checkout: checkoutOf({ "job.yml": job }),
    inputs: { command: "train", run: "job.yml" },
  });
  expect(step.exitCode).toBe(0);
  const { run } = JSON.parse(readFileSync(step.outputs["result-path"] ?? "", "utf8")) as Result;
  return { run, html: readFileSync(step.outputs["report-html-path"] ?? "", "utf8") };
}

describe("the report of a run on the runner, as of any other", () => {
  it("shows the images that it wrote, and how long it was prepared and ran", async () => {
    const command = JSON.stringify(`${image}; cp outputs/plots/roc.png \${{outputs.out}}/`);
    const { run, html } = await reported(
      `command: ${command}\ncompute: local\nenvironment: { image: x }\noutputs: { out: }\n`,
    );
    // A named output is no artifact of the run; what is no picture is not shown, and stays in the list.
    expect(run?.images).toEqual([
      { path: "outputs/plots/roc.png", content: { type: "image/png", base64: png } },
      { path: "outputs/tree.svg" },
    ]);
    expect(html).toContain(`data:image/png;base64,${png}`);
    expect(run?.phases?.map(({ phase }) => phase)).toEqual(["preparing", "running"]);
    expect(html).toContain("Timeline");
  });

  it("has of a pipeline the images and the courses of its steps", async () => {
    const step = (command: string) => `{ command: ${JSON.stringify(command)}, environment: { image: x } }`;
    const { run, html } = await reported(
      `type: pipeline\nsettings: { default_compute: local }\njobs:\n  fit: ${step(`${image}; ${metric("0.5")}`)}\n  score: ${step(metric("0.25"))}\n`,
    );
    expect(run?.images).toMatchObject([{ path: "outputs/plots/roc.png", step: "fit" }, { path: "outputs/tree.svg" }]);
    expect(run?.stepMetrics).toEqual(
      ["fit", "score"].map((of, index) => ({
        step: of,
        name: "loss",
        last: index === 0 ? 0.5 : 0.25,
        points: [
          { step: 0, value: 1 },
          { step: 1, value: index === 0 ? 0.5 : 0.25 },
        ],
      })),
    );
    expect(html).toContain("score: loss");
    expect(run?.phases).toBeUndefined();
  });

  it("has of a sweep the images of its best trial alone", async () => {
    const command = JSON.stringify(
      `echo ${png} | base64 -d > outputs/lr-\${{search_space.lr}}.png; ${metric("${{search_space.lr}}")}`,
    );
    const { run } = await reported(`type: sweep
compute: local
trial: { command: ${command}, environment: { image: x } }
search_space: { lr: { type: choice, values: [0.3, 0.1, 0.2] } }
sampling_algorithm: grid
objective: { goal: minimize, primary_metric: loss }
limits: { max_total_trials: 3 }
`);
    expect(run?.images?.map(({ path }) => path)).toEqual(["outputs/lr-0.1.png"]);
  });
});
