import { describe, expect, it } from "@jest/globals";
import { runStep } from "../../demo/runner.ts";
import type { ChildReport } from "../../src/report/result.ts";
import { checkoutOf } from "../support/step.ts";

const prepare = `type: command
name: prepare
inputs:
  word: { type: string, default: nothing }
  times: { type: integer, default: 2 }
  more: { type: string, optional: true }
outputs:
  data: { type: uri_folder }
  file: { type: uri_file }
code: src
command: bash write.sh \${{outputs.data}} \${{inputs.word}} \${{inputs.times}} $[[--more \${{inputs.more}}]]; echo one > \${{outputs.file}}
environment: { image: ubuntu }
`;

const loss = `d=\${MLFLOW_TRACKING_URI#file://}/0/r/metrics; mkdir -p $d; echo "1 0.25 0" > $d/loss`;

const step = (name: string, from: string, command: string) => `  ${name}:
    command: ${JSON.stringify(command)}
    environment: { image: ubuntu }
    inputs: { data: "\${{parent.jobs.${from}}}" }
    outputs: { out: }
`;

function pipeline(steps: string, settings = ""): Readonly<Record<string, string>> {
  return {
    "azureml.yml": `run: pipeline.yml\n`,
    "pipeline.yml": `type: pipeline
settings: { default_compute: local${settings} }
inputs: { word: hello world }
outputs: { all: }
jobs:
${steps}  prepare:
    component: components/prepare.yml
    inputs: { word: "\${{parent.inputs.word}}" }
`,
    "components/prepare.yml": prepare,
    "components/src/write.sh": 'echo "$2 $3 $4" > "$1/word.txt"\n',
  };
}

const train = (files: Readonly<Record<string, string>>, options: { readonly cancelAt?: RegExp } = {}) =>
  runStep({ checkout: checkoutOf(files), inputs: { command: "train" }, ...options });

function stepsOf({ outputs }: Awaited<ReturnType<typeof train>>) {
  const children = JSON.parse(outputs["children"] ?? "[]") as readonly ChildReport[];
  return children.map(({ step: name, status }) => `${name ?? ""} ${status}`);
}

describe("a pipeline on the runner", () => {
  it("runs its steps in the order of the graph, each with what earlier ones have written", async () => {
    const check = step("check", "prepare.outputs.data", `grep -x 'hello world 2 ' \${{inputs.data}}/word.txt; ${loss}`);
    const file = step("read", "prepare.outputs.file", "grep one ${{inputs.data}}");
    const files = pipeline(step("last", "check.outputs.out", "ls ${{inputs.data}}") + check + file);
    const gate = "gates: [{ metric: loss, step: check, at_most: 0.25 }]\n";
    const ran = await train({ ...files, "azureml.yml": `${files["azureml.yml"] ?? ""}${gate}` });
    expect(ran.outputs["run-status"]).toBe("Completed");
    expect(stepsOf(ran)).toEqual(["prepare Completed", "check Completed", "last Completed", "read Completed"]);
    expect(JSON.parse(ran.outputs["run-metrics"] ?? "")).toMatchObject({ check: { loss: 0.25 } });
    expect(ran.exitCode).toBe(0);
  });

  it("that has a failed step fails by it, and starts nothing after it", async () => {
    const broken = step("broken", "prepare.outputs.data", "echo why; exit 3");
    const ran = await train(pipeline(broken + step("after", "broken.outputs.out", "echo never")));
    expect(stepsOf(ran)).toEqual(["prepare Completed", "broken Failed"]);
    expect(ran.outputs).toMatchObject({ "run-status": "Failed", "failure-reason": "run-failed" });
    expect(ran.annotations.at(-1)?.message).toContain("broken");
    expect(ran.log.join("\n")).toContain("The step after is skipped");
    expect(ran.summary).toContain("why");
  });

  it("with continue_on_step_failure runs what needs nothing of the failed step, and on_finalize in any case", async () => {
    const steps =
      step("broken", "prepare.outputs.data", "exit 3") +
      step("after", "broken.outputs.out", "echo never") +
      step("other", "prepare.outputs.data", "echo other") +
      "  bye: { command: echo bye, environment: { image: ubuntu } }\n";
    const goesOn = await train(pipeline(steps, ", continue_on_step_failure: true, on_finalize: bye"));
    expect(stepsOf(goesOn)).toEqual(["prepare Completed", "broken Failed", "other Completed", "bye Completed"]);
    const stops = await train(pipeline(steps, ", on_finalize: bye"));
    expect(stepsOf(stops)).toEqual(["prepare Completed", "broken Failed", "bye Completed"]);
  });

  it("starts no further step when the workflow is cancelled", async () => {
    const ran = await train(pipeline(step("waits", "prepare.outputs.data", "echo started; sleep 60")), {
      cancelAt: /^started/,
    });
    expect(stepsOf(ran)).toEqual(["prepare Completed", "waits Canceled"]);
    expect(ran.outputs["failure-reason"]).toBe("cancelled");
  });

  it.each(["validate", "train"])("%s names the steps that need the service, at their lines", async (command) => {
    const steps = "  away:\n    component: azureml:away:1\n" + step("here", "prepare.outputs.data", "echo started");
    const ran = await runStep({ checkout: checkoutOf(pipeline(steps)), inputs: { command } });
    expect(ran.exitCode).toBe(1);
    expect(
      ran.annotations.flatMap(({ properties }) =>
        properties["title"] === "not-on-runner" ? (properties["line"] ?? "") : [],
      ),
    ).toEqual(["7"]);
    expect(ran.log).not.toContain("started");
  });
});
