import { describe, expect, it } from "@jest/globals";
import { oneMachine } from "../../src/job/parts/one-machine.ts";
import { runStep } from "../../demo/runner.ts";
import { checkoutOf } from "../support/step.ts";

describe("what a job that is one process on one machine cannot be", () => {
  const places = (declared: Parameters<typeof oneMachine>[0]) =>
    oneMachine(declared).faults.map(({ path }) => path.join("."));

  it.each([
    ["one machine", { resources: { instanceCount: 1 } }, []],
    ["two machines", { resources: { instanceCount: 2 } }, ["resources.instance_count"]],
    ["a count that is bound", { resources: { instanceCount: "${{parent.inputs.n}}" } }, []],
    ["PyTorch, by itself", { distribution: { distributionType: "PyTorch" } }, []],
    ["PyTorch, one process", { distribution: { distributionType: "PyTorch", processCountPerInstance: 1 } }, []],
    [
      "PyTorch, two processes",
      { distribution: { distributionType: "PyTorch", processCountPerInstance: 2 } },
      ["distribution.process_count_per_instance"],
    ],
    [
      "MPI, four processes on three machines",
      { resources: { instanceCount: 3 }, distribution: { distributionType: "Mpi", processCountPerInstance: 4 } },
      ["resources.instance_count", "distribution.process_count_per_instance"],
    ],
    [
      "TensorFlow, one worker and no server",
      { distribution: { distributionType: "TensorFlow", parameterServerCount: 0, workerCount: 1 } },
      [],
    ],
    [
      "TensorFlow, two workers and a server",
      { distribution: { distributionType: "TensorFlow", parameterServerCount: 1, workerCount: 2 } },
      ["distribution.worker_count", "distribution.parameter_server_count"],
    ],
    ["Ray", { distribution: { distributionType: "Ray" } }, ["distribution"]],
  ])("%s", (_, declared, expected) => {
    expect(places(declared)).toEqual(expected);
  });

  it.each([
    ["--ipc=host", ["--ipc=host"]],
    [`--env "A=b c" -e 'D="e"'`, ["--env", "A=b c", "-e", 'D="e"']],
    [
      ["--env", "A=b c"],
      ["--env", "A=b c"],
    ],
  ])("docker_args are words: %j", (args, words) => {
    const { dockerArgs } = oneMachine({
      resources: Array.isArray(args) ? { dockerArgsList: args } : { dockerArgs: args },
    });
    expect(dockerArgs).toEqual(words);
  });
});

describe("a distributed job on the runner", () => {
  const environment = "environment: { image: x }";

  it("that is one process finds itself", async () => {
    const job = `command: echo "$RANK of $WORLD_SIZE at $MASTER_ADDR"\ncompute: local\n${environment}\ndistribution: { type: pytorch, process_count_per_instance: 1 }\nresources: { instance_count: 1 }\n`;
    const step = await runStep({
      checkout: checkoutOf({ "job.yml": job }),
      inputs: { command: "train", run: "job.yml" },
    });
    expect(step.log).toContain("0 of 1 at 127.0.0.1");
  });

  it.each([
    [
      "command",
      `command: echo started\ncompute: local\n${environment}\ndistribution:\n  type: pytorch\n  process_count_per_instance: 2\nresources:\n  instance_count: 2\n`,
      ["8", "6"],
    ],
    [
      "sweep",
      `type: sweep\ncompute: local\ntrial:\n  command: echo started\n  ${environment}\n  distribution: { type: ray }\nsearch_space: { lr: { type: choice, values: [1] } }\nsampling_algorithm: grid\nobjective: { goal: minimize, primary_metric: loss }\nlimits: { max_total_trials: 1 }\n`,
      ["6"],
    ],
    [
      "sweep whose resources stand beside the trial",
      `type: sweep\ncompute: local\ntrial:\n  command: echo started\n  ${environment}\nresources:\n  instance_count: 2\nsearch_space: { lr: { type: choice, values: [1] } }\nsampling_algorithm: grid\nobjective: { goal: minimize, primary_metric: loss }\nlimits: { max_total_trials: 1 }\n`,
      ["7"],
    ],
    [
      "pipeline",
      `type: pipeline\nsettings: { default_compute: local }\njobs:\n  one:\n    command: echo started\n    ${environment}\n    resources:\n      instance_count: 2\n`,
      ["8"],
    ],
  ])("is refused at its line where it is more: %s", async (_, job, lines) => {
    for (const command of ["validate", "train"]) {
      const step = await runStep({ checkout: checkoutOf({ "job.yml": job }), inputs: { command, run: "job.yml" } });
      const found = step.annotations.filter(
        ({ severity, properties }) => severity === "error" && properties["title"] === "not-on-runner",
      );
      expect(found.map(({ properties }) => properties["line"])).toEqual(lines);
      expect(step.log).not.toContain("started");
      expect(step.exitCode).toBe(1);
    }
  });

  it("says that an output for Azure stays on the runner, and runs", async () => {
    const job = `command: echo started\ncompute: local\n${environment}\noutputs:\n  model:\n    path: azureml://datastores/workspaceblobstore/paths/model\n    name: clf\n`;
    const step = await runStep({
      checkout: checkoutOf({ "job.yml": job }),
      inputs: { command: "train", run: "job.yml" },
    });
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain("started");
    expect(step.annotations.map(({ severity, properties }) => [severity, properties["line"]])).toEqual([
      ["warning", "6"],
      ["warning", "7"],
    ]);
  });
});
