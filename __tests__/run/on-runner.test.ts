import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../../demo/runner.ts";
import { readFileStore } from "../../src/run/on-runner/file-store.ts";
import { planPip } from "../../src/run/on-runner/python-environment.ts";
import { checkoutOf } from "../support/step.ts";

describe("what pip can install of a conda file", () => {
  it.each([
    ["python=3.10", { python: "3.10", requirements: [] }],
    ["scikit-learn=1.5", { requirements: ["scikit-learn==1.5.*"] }],
    ["scikit-learn=1.5.2", { requirements: ["scikit-learn==1.5.2"] }],
    ["numpy>=1.26,<3", { requirements: ["numpy>=1.26,<3"] }],
    ["numpy==1.26.4", { requirements: ["numpy==1.26.4"] }],
    ["pytorch=2.4=py3.10_cuda", { requirements: ["torch==2.4.*"] }],
    ["pip", { requirements: [] }],
    ["cudatoolkit=11.8", { requirements: [], notByPip: ["cudatoolkit=11.8"] }],
    ["r-base", { requirements: [], notByPip: ["r-base"] }],
  ])("%s", (entry, expected) => {
    expect(planPip({ dependencies: [entry] })).toMatchObject(expected);
  });

  it("takes the list below pip as it stands", () => {
    expect(planPip({ dependencies: ["pip", { pip: ["mlflow>=2", "-r extra.txt"] }] }).requirements).toEqual([
      "mlflow>=2",
      "-r extra.txt",
    ]);
  });
});

it("reads the metrics of an MLflow file store, in the order of steps", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mlruns-"));
  mkdirSync(join(folder, "0", "run", "metrics"), { recursive: true });
  writeFileSync(join(folder, "0", "run", "metrics", "loss"), "1 0.5 1\n0 0.9 0\n2 nan 2\n");
  expect(await readFileStore(folder)).toEqual([
    {
      name: "loss",
      last: Number.NaN,
      points: [
        { step: 0, value: 0.9 },
        { step: 1, value: 0.5 },
        { step: 2, value: Number.NaN },
      ],
    },
  ]);
});

describe("a run on the runner", () => {
  it("has a Python of its own, and no token of the action", async () => {
    const command = `python -c "import sys, os; print('venv' if sys.prefix != sys.base_prefix else 'system'); print([n for n in os.environ if n.startswith(('INPUT_', 'ACTIONS_'))])"`;
    const checkout = checkoutOf({
      "job.yml": `command: >-\n  ${command}\ncompute: local\nenvironment: { image: x, conda_file: { dependencies: [python, pip] } }\n`,
    });
    const step = await runStep({
      checkout,
      inputs: { command: "train", run: "job.yml", "client-secret": "a-secret-of-the-action" },
      environment: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "token-of-the-action" },
    });
    expect(step.log).toContain("venv");
    expect(step.log).toContain("[]");
  });

  it("has a path for each output: a folder that is there, or the file to write", async () => {
    const checkout = checkoutOf({
      "job.yml":
        "command: echo one > ${{outputs.file}} && ls -d ${{outputs.folder}} && cat ${{outputs.file}}\ncompute: local\nenvironment: { image: x }\noutputs: { folder: { type: uri_folder }, file: { type: uri_file } }\n",
    });
    const step = await runStep({ checkout, inputs: { command: "train", run: "job.yml" } });
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain("one");
  });

  it("names what pip lacks of the conda file, and does not run without it", async () => {
    const checkout = checkoutOf({
      "job.yml":
        "command: echo started\ncompute: local\nenvironment: { image: x, conda_file: { dependencies: [cudatoolkit=11.8] } }\n",
    });
    const step = await runStep({ checkout, inputs: { command: "train", run: "job.yml" } });
    expect(step.exitCode).toBe(1);
    expect(step.annotations.at(-1)?.message).toContain("cudatoolkit=11.8");
    expect(step.log).not.toContain("started");
  });

  it("ends with everything that it started when the workflow is cancelled", async () => {
    const checkout = checkoutOf({
      "job.yml":
        "command: (sleep 300; echo survived) & echo started; wait\ncompute: local\nenvironment: { image: x }\n",
    });
    const step = await runStep({ checkout, inputs: { command: "train", run: "job.yml" }, cancelAt: /started/ });
    expect(step.outputs["run-status"]).toBe("Canceled");
    expect(step.outputs["failure-reason"]).toBe("cancelled");
    expect(step.cancelMs).toBeLessThan(7_500);
  });
});
