import { describe, expect, it } from "@jest/globals";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

/** Steps of every type, each really run as far as one machine can, and refused with its reason where it cannot. */
const source = await loadSource();
const stand = useStand([cpuCluster]);

const head = `type: pipeline
settings: { default_compute: azureml:cpu-cluster }
jobs:
  write:
    command: for n in 1 2 3 4 5; do echo $n > \${{outputs.data}}/$n.txt; done
    environment: { image: ubuntu }
    outputs: { data: }
`;
const check = (from: string, command: string) => `  check:
    command: ${command}
    environment: { image: ubuntu }
    inputs: { data: "\${{parent.jobs.${from}}}" }
`;
let commits = 0;

async function trains(
  steps: string,
  files: Readonly<Record<string, string>> = {},
  command: "train" | "plan" = "train",
) {
  commits += 1;
  const { result, text } = await run(source, {
    command,
    checkout: checkoutOf({ "azureml.yml": "run: pipeline.yml\n", "pipeline.yml": `${head}${steps}`, ...files }),
    environment: { ...stand.environment, GITHUB_SHA: commits.toString(16).padStart(40, "0") },
    seconds: 100_000,
  });
  const states = Object.fromEntries((result.run?.children ?? []).map(({ step = "", status }) => [step, status]));
  return { result, text, states, failed: result.failures.join("\n") };
}

const conf =
  "conf: { driver_cores: 1, driver_memory: 1g, executor_cores: 1, executor_memory: 1g, executor_instances: 1 }";
const serverless = 'resources: { instance_type: standard_e4s_v3, runtime_version: "3.4" }';
const count = `import os, sys
print("counting", sys.argv[2])
open(os.path.join(sys.argv[2], "count.txt"), "w").write(str(len(os.listdir(sys.argv[1]))))
`;
const wordCount = `type: spark
name: word_count
code: .
entry: { file: count.py }
args: \${{inputs.data}} \${{outputs.counted}}
${conf}
inputs: { data: { type: uri_folder, mode: direct } }
outputs: { counted: { type: uri_folder, mode: direct } }
`;

describe("a step of a pipeline", () => {
  it("of type spark runs its entry, by a component file or in its place, and passes on what it writes", async () => {
    const steps = `  named:
    type: spark
    component: spark/word-count.yml
    inputs: { data: "\${{parent.jobs.write.outputs.data}}" }
    ${serverless}
  inline:
    type: spark
    code: spark
    entry: { file: count.py }
    args: \${{inputs.data}} \${{outputs.counted}}
    ${conf}
    ${serverless}
    inputs: { data: "\${{parent.jobs.named.outputs.counted}}" }
    outputs: { counted: { type: uri_folder, mode: direct } }
`;
    const files = { "spark/word-count.yml": wordCount, "spark/count.py": count };
    const { failed, states } = await trains(
      steps + check("inline.outputs.counted", "grep -x 1 ${{inputs.data}}/count.txt"),
      files,
    );
    expect(failed).toBe("");
    expect(states).toEqual({ write: "Completed", named: "Completed", inline: "Completed", check: "Completed" });
  });

  it("of type sweep runs its trials, and passes on what the best one has written", async () => {
    const steps = `  search:
    type: sweep
    trial: trial.yml
    search_space: { lr: { type: choice, values: [1, 2] } }
    objective: { goal: maximize, primary_metric: score }
    sampling_algorithm: grid
    limits: { max_total_trials: 2 }
    inputs: { data: "\${{parent.jobs.write.outputs.data}}" }
`;
    const trial = `type: command
name: trial
inputs: { data: { type: uri_folder }, lr: { type: number } }
outputs: { model: { type: uri_folder } }
command: cat \${{inputs.data}}/1.txt && echo \${{inputs.lr}} > \${{outputs.model}}/lr.txt
environment: { image: ubuntu }
`;
    const { failed, states } = await trains(
      steps + check("search.outputs.model", 'grep -E "^(1|2)$" ${{inputs.data}}/lr.txt'),
      { "trial.yml": trial },
    );
    expect(failed).toBe("");
    expect(states).toEqual({ write: "Completed", search: "Completed", check: "Completed" });
  });

  const parallel = (rest: string) => `  batches:
    type: parallel
    mini_batch_size: "2"
    input_data: \${{inputs.data}}
    inputs: { data: "\${{parent.jobs.write.outputs.data}}" }
    outputs: { rows: { type: uri_folder } }
    retry_settings: { max_retries: 0 }
    ${rest}
    task:
      type: run_function
      code: batch
      entry_script: entry.py
      append_row_to: \${{outputs.rows}}
      environment: { image: ubuntu }
`;
  const entry = (result: string) =>
    `def run(batch):\n    print("a batch of", len(batch))\n    return [${result} for file in batch]\n`;

  it("of type parallel works on its input in mini-batches, and puts their rows into one file", async () => {
    const { failed } = await trains(
      parallel("error_threshold: 0") +
        check("batches.outputs.rows", 'test "$(sort ${{inputs.data}}/parallel_run_step.txt | tr -d "\\n")" = 12345'),
      { "batch/entry.py": entry("open(file).read().strip()") },
    );
    expect(failed).toBe("");
  });

  it("of type parallel fails where more fails than its threshold", async () => {
    const { failed, states } = await trains(parallel("mini_batch_error_threshold: 1"), {
      "batch/entry.py": entry("1 / 0"),
    });
    expect(states).toEqual({ write: "Completed", batches: "Failed" });
    expect(failed).toContain("The parallel step ended with exit code 1");
  });

  it("of type data_transfer copies data of the workspace", async () => {
    const steps = `  copy:
    type: data_transfer
    task: copy_data
    inputs: { from: "\${{parent.jobs.write.outputs.data}}" }
    outputs: { to: { type: uri_folder } }
`;
    const { failed } = await trains(steps + check("copy.outputs.to", "grep -x 5 ${{inputs.data}}/5.txt"));
    expect(failed).toBe("");
  });

  it.each([
    [
      "automl",
      `  fit: { type: automl, task: classification, target_column_name: y, training_data: "\${{parent.jobs.write.outputs.data}}" }\n`,
      "The emulator trains no models",
    ],
    [
      "data_transfer from a database",
      `  fit:\n    type: data_transfer\n    task: import_data\n    source: { type: database, query: q, connection: azureml:c }\n    outputs: { sink: { type: mltable } }\n`,
      "The emulator has no databases",
    ],
  ])("of type %s is taken, and fails with the reason", async (_, steps, reason) => {
    const { failed, states } = await trains(steps);
    expect(states["fit"]).toBe("Failed");
    expect(failed).toContain(reason);
  });

  it("is refused on a compute of another kind, at its line, before anything is written", async () => {
    const steps = `  named:
    type: spark
    component: spark/word-count.yml
    compute: azureml:cpu-cluster
    inputs: { data: "\${{parent.jobs.write.outputs.data}}" }
  copy:
    type: data_transfer
    task: copy_data
    compute: azureml:cpu-cluster
    inputs: { from: "\${{parent.jobs.write.outputs.data}}" }
    outputs: { to: { type: uri_folder } }
`;
    const files = { "spark/word-count.yml": wordCount, "spark/count.py": count };
    const { result } = await trains(steps, files, "plan");
    expect(result.problems).toMatchObject([
      { code: "wrong-compute", where: { file: "pipeline.yml", line: 11 } },
      { code: "wrong-compute", where: { file: "pipeline.yml", line: 16 } },
    ]);
    expect(result.problems.map(({ fix }) => fix).join("\n")).toMatch(/synapsespark[^]*Data Factory/);
  });
});
