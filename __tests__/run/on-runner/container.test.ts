import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../../../demo/runner.ts";
import { testEngine } from "../../support/container.ts";
import { checkoutOf } from "../../support/step.ts";

const engine = await testEngine();
/** Where no engine answers these say nothing: `npm test` shows them as skipped. */
const whereEngine = engine === undefined ? describe.skip : describe;
const { environment = {}, image = "", ask = () => "" } = engine ?? {};

const loss = (value: string) =>
  `d=\${MLFLOW_TRACKING_URI#file://}/0/$AZUREML_RUN_ID/metrics; mkdir -p $d; echo "1 ${value} 0" > $d/loss`;

const declared = { "azureml.yml": "targets: [{ name: boxed, type: local, container: true }]\nrun: job.yml\n" };

type Files = Readonly<Record<string, string>>;
const train = (files: Files, options: { readonly cancelAt?: RegExp; readonly inputs?: Files } = {}) =>
  runStep({
    checkout: checkoutOf({ ...declared, ...files }),
    commit: "c".repeat(40),
    environment,
    ...options,
    inputs: { command: "train", ...options.inputs },
  });

const leftOf = ({ outputs }: { readonly outputs: Files }) =>
  ask("ps", "--all", "--quiet", "--filter", `label=azureml-targets.run=${outputs["run-name"] ?? ""}`).trim();

whereEngine("a run in a container", () => {
  it("has the image's files, the code, the inputs and its variables, and leaves outputs, metrics and no container", async () => {
    const command = `ls /; cat code.txt \${{inputs.data}}; echo "[$V|$AZUREML_RUN_ID|$INPUT_COMMAND]"; echo one > \${{outputs.out}}/file; echo two > outputs/file; ${loss("0.5")}`;
    const step = await train(
      {
        "job.yml": `command: ${JSON.stringify(command)}
code: src
compute: boxed
environment: { image: ${image} }
inputs: { data: { type: uri_file, path: "data of somebody.txt" } }
outputs: { out: }
environment_variables: { V: "a  b" }
`,
        "src/code.txt": "the code\n",
        "data of somebody.txt": "the data\n",
      },
      { inputs: { download: "**,named-outputs/**" } },
    );
    expect(step.exitCode).toBe(0);
    expect(step.log).toEqual(expect.arrayContaining(["the code", "the data"]));
    expect(step.log).toContain(`[a  b|${step.outputs["run-name"] ?? ""}|]`);
    // The machine's own root has more than the image's.
    expect(step.log).not.toContain("home");
    expect(JSON.parse(step.outputs["run-metrics"] ?? "")).toEqual({ loss: 0.5 });
    const folder = step.outputs["artifacts-path"] ?? "";
    expect(readFileSync(join(folder, "named-outputs/out/file"), "utf8")).toBe("one\n");
    expect(readFileSync(join(folder, "outputs/file"), "utf8")).toBe("two\n");
    expect(leftOf(step)).toBe("");
  });

  it("does not write to its inputs", async () => {
    const job = `command: echo no > \${{inputs.data}}/file\ncompute: boxed\nenvironment: { image: ${image} }\ninputs: { data: { path: data } }\n`;
    const checkout = checkoutOf({ ...declared, "job.yml": job, "data/file": "yes" });
    const step = await runStep({ checkout, inputs: { command: "train" }, environment });
    expect(step.outputs["run-status"]).toBe("Failed");
    expect(readFileSync(join(checkout, "data/file"), "utf8")).toBe("yes");
  });

  it("is stopped when the workflow is cancelled, and its container is gone", async () => {
    const job = `command: trap '' TERM; echo started; sleep 300\ncompute: boxed\nenvironment: { image: ${image} }\n`;
    const step = await train({ "job.yml": job }, { cancelAt: /^started/ });
    expect(step.outputs).toMatchObject({ "run-status": "Canceled", "failure-reason": "cancelled" });
    expect(step.cancelMs).toBeLessThan(7_500);
    expect(leftOf(step)).toBe("");
  });

  it("is removed by the post step when the step's process was killed", async () => {
    const job = `command: echo started; sleep 300\ncompute: boxed\nenvironment: { image: ${image} }\n`;
    const step = await runStep({
      checkout: checkoutOf({ ...declared, "job.yml": job }),
      inputs: { command: "train" },
      environment,
      killAt: /^started/,
    });
    const name = step.state["container"] ?? "";
    expect(name).toMatch(/^azureml-targets-/);
    expect(ask("ps", "--all", "--quiet", "--filter", `name=${name}`).trim()).toBe("");
    expect(step.log.join("\n")).toContain(`the container ${name} was removed`);
  });

  it("ends by its time limit, and fails by the command's exit code", async () => {
    const rest = `compute: boxed\nenvironment: { image: ${image} }\n`;
    const late = await train({ "job.yml": `command: sleep 300\nlimits: { timeout: 2 }\n${rest}` });
    expect(late.outputs["run-status"]).toBe("Canceled");
    expect(late.annotations.at(-1)?.message).toContain("time limit");
    const failed = await train({ "job.yml": `command: echo why; exit 7\n${rest}` });
    expect(failed.annotations.at(-1)?.message).toContain("exit code 7");
    expect(failed.summary).toContain("why");
    expect([leftOf(late), leftOf(failed)]).toEqual(["", ""]);
  });

  it("has the image that its Docker context makes, and the options that resources name", async () => {
    const step = await train({
      "job.yml":
        "command: cat /made; echo $OPTION\ncompute: boxed\nenvironment: { build: { path: context } }\nresources: { docker_args: '--env OPTION=\"of the engine\"' }\n",
      "context/Dockerfile": `FROM ${image}\nCOPY made /made\n`,
      "context/made": "made here\n",
    });
    expect(step.log).toEqual(expect.arrayContaining(["made here", "of the engine"]));
    expect(step.exitCode).toBe(0);
  });

  it("says what the image lacks to install the conda file", async () => {
    const step = await train({
      "job.yml": `command: echo started\ncompute: boxed\nenvironment: { image: ${image}, conda_file: { dependencies: [python=3.11, pip] } }\n`,
    });
    expect(step.outputs["failure-reason"]).toBe("run-failed");
    expect(step.log.join("\n")).toContain("neither conda nor a Python 3 with venv");
    expect(step.annotations.at(-1)).toMatchObject({
      message: expect.stringContaining("could not build the image") as unknown,
      properties: { file: "job.yml", line: "3" },
    });
    expect(step.log).not.toContain("started");
  });

  it("names an image that cannot be had", async () => {
    const step = await train({
      "job.yml": "command: echo started\ncompute: boxed\nenvironment: { image: localhost/of-nobody:1 }\n",
    });
    expect(step.exitCode).toBe(1);
    expect(step.annotations.at(-1)?.message).toContain("localhost/of-nobody:1");
  });

  it("is one for each trial of a sweep, and for each step of a pipeline that is put there", async () => {
    const sweep = await train({
      "job.yml": `type: sweep
compute: boxed
trial: { command: ${JSON.stringify(`ls /; ${loss("${{search_space.lr}}")}`)}, environment: { image: ${image} } }
search_space: { lr: { type: choice, values: [0.3, 0.1] } }
sampling_algorithm: grid
objective: { goal: minimize, primary_metric: loss }
limits: { max_total_trials: 2 }
`,
    });
    expect(sweep.outputs["best-trial"]).toBe(`${sweep.outputs["run-name"] ?? ""}_1`);
    const pipeline = await train({
      "job.yml": `type: pipeline
settings: { default_compute: boxed }
jobs:
  second:
    command: cat \${{inputs.data}}/file; ls -d /home
    compute: local
    environment: { image: ${image} }
    inputs: { data: "\${{parent.jobs.first.outputs.out}}" }
  first:
    command: echo of the first > \${{outputs.out}}/file; ls -d /home || true
    environment: { image: ${image} }
    outputs: { out: }
`,
    });
    expect(pipeline.outputs["run-status"]).toBe("Completed");
    expect(pipeline.log).toContain("of the first");
    expect(pipeline.log.filter((line) => line === "/home")).toEqual(["/home"]);
    expect([leftOf(sweep), leftOf(pipeline)]).toEqual(["", ""]);
  });
});

describe("a run that asks for a container", () => {
  it("says that no engine answers, and starts nothing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "path-"));
    symlinkSync("/bin/bash", join(folder, "bash"));
    const step = await runStep({
      checkout: checkoutOf({
        ...declared,
        "job.yml": "command: echo started\ncompute: boxed\nenvironment: { image: some:1 }\n",
      }),
      inputs: { command: "train" },
      environment: { PATH: folder },
    });
    expect(step.exitCode).toBe(1);
    expect(step.annotations.at(-1)?.message).toContain("neither docker nor podman");
    expect(step.log).not.toContain("started");
    expect(readdirSync(folder)).toEqual(["bash"]);
  });

  it.each(["validate", "train"])("%s refuses an environment that only Azure knows, at its line", async (command) => {
    const step = await runStep({
      checkout: checkoutOf({
        ...declared,
        "job.yml": "command: echo started\ncompute: boxed\nenvironment: azureml:mine:1\n",
      }),
      inputs: { command },
    });
    expect(step.annotations.filter(({ properties }) => properties["title"] === "not-on-runner")).toMatchObject([
      { severity: "error", properties: { file: "job.yml", line: "3" } },
    ]);
    expect(step.log).not.toContain("started");
  });
});
