import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { assetsOf, primaryMetricOf, read as readSweep, secretsOf, toRequest } from "../../src/job/sweep.ts";
import { isError } from "../../src/yaml/problem.ts";
import { nodeOf } from "../support/documents.ts";
import { checkoutOf } from "../support/step.ts";

const folder = checkoutOf({ "src/t.py": "", "sweep.yml": "" });

const parts = {
  trial: "trial: { command: 'python t.py ${{search_space.lr}}', environment: azureml:env:1 }\n",
  space: "search_space: { lr: { type: uniform, min_value: 0.1, max_value: 1 } }\n",
  sampling: "sampling_algorithm: random\n",
  objective: "objective: { goal: minimize, primary_metric: loss }\n",
  limits: "limits: { max_total_trials: 4 }\n",
  rest: "",
};

const yamlOf = (changes: Partial<typeof parts>) => `type: sweep\n${Object.values({ ...parts, ...changes }).join("")}`;

/** An az ml file, whose job is the document. */
function read(changes: Partial<typeof parts>) {
  const { node } = nodeOf(yamlOf(changes), folder);
  if (node === undefined) throw new Error("The example is no YAML.");
  return readSweep(node);
}

function readInline(changes: Partial<typeof parts>) {
  const { node } = nodeOf(`run:\n${yamlOf(changes).replaceAll(/^(?=.)/gm, "  ")}`, folder);
  if (node === undefined) throw new Error("The example is no YAML.");
  return readSweep({ ...node, path: ["run"] });
}

const space = (text: string) => ({ space: `search_space: { lr: ${text} }\n` });
const limits = (text: string) => ({ limits: `limits: ${text}\n` });
const rest = (text: string) => ({ rest: `${text}\n` });
const command = (text: string) => ({ trial: `trial: { command: '${text}', environment: azureml:env:1 }\n` });

it.each([
  [{ is: {}, found: [] }],
  // A file is line 1 for its type, 2 its trial, 3 its search space, 4 sampling, 5 objective, 6 limits.
  [{ is: command("t.py ${{search_space.lrr}} ${{search_space.lr}}"), found: ["unknown-binding:2"] }],
  [{ is: command("t.py ${{inputs.lr}} ${{search_space.lr}}"), found: ["unknown-binding:2"] }],
  [{ is: command("t.py ${{inputs.data}} ${{search_space.lr}}"), found: ["unknown-binding:2"] }],
  [{ is: command("t.py {search_space.lr}"), found: ["deprecated-placeholder:2"] }],
  [{ is: command("t.py"), found: ["unused-parameter:3"] }],
  [{ is: command("t.py $AZUREML_SWEEP_lr"), found: [] }],
  [{ is: { trial: "trial: azureml:train:1\n" }, found: ["wrong-value:2"] }],
  [{ is: { trial: "trial: { command: x }\n" }, found: ["missing-key:2"] }],
  [{ is: space("{ type: uniform, min_value: 2, max_value: 1 }"), found: ["min-above-max:3"] }],
  [{ is: space("{ type: qnormal, mu: 2, sigma: 0, q: -1 }"), found: ["out-of-range:3", "out-of-range:3"] }],
  [
    {
      is: space("{ type: uniform, mu: 2, sigma: 1 }"),
      found: ["missing-key:3", "missing-key:3", "unknown-key:3", "unknown-key:3"],
    },
  ],
  [{ is: space("{ type: gaussian, mu: 2, sigma: 1 }"), found: ["wrong-value:3"] }],
  [{ is: space("{ type: choice, values: [] }"), found: ["missing-key:3"] }],
  [{ is: space("{ type: choice, values: [true] }"), found: ["wrong-value:3"] }],
  [{ is: space("{ type: choice, values: [{ a: { type: randint, upper: 0 } }] }"), found: ["out-of-range:3"] }],
  [{ is: { space: "search_space: {}\n" }, found: ["missing-key:3", "unknown-binding:2"] }],
  [{ is: { sampling: "sampling_algorithm: grid\n" }, found: ["wrong-sampling:4"] }],
  [{ is: { sampling: "sampling_algorithm: gird\n" }, found: ["wrong-value:4"] }],
  [{ is: { sampling: "" }, found: ["missing-key:1"] }],
  [{ is: { sampling: "sampling_algorithm: { type: random, logbase: ten }\n" }, found: ["wrong-value:4"] }],
  [{ is: { objective: "" }, found: ["missing-key:1"] }],
  [{ is: { objective: "objective: { goal: smallest, primary_metric: loss }\n" }, found: ["wrong-value:5"] }],
  [{ is: limits("{ max_total_trials: 2, max_concurrent_trials: 3 }"), found: ["out-of-range:6"] }],
  [{ is: limits("{ max_total_trials: 1001 }"), found: ["out-of-range:6"] }],
  [{ is: limits("{ max_total_trials: 2, timeout: 30 }"), found: ["out-of-range:6"] }],
  [{ is: rest("early_termination: { type: bandit }"), found: ["missing-key:7"] }],
  [
    {
      is: rest("early_termination: { type: truncation_selection, truncation_percentage: 100 }"),
      found: ["out-of-range:7"],
    },
  ],
  [{ is: rest("early_termination: { type: median_stopping, delay_evaluation: -1 }"), found: ["out-of-range:7"] }],
  [{ is: rest("early_termination: { type: median_stopping, slack_factor: 0.1 }"), found: ["unknown-key:7"] }],
  [{ is: rest("services: { a: { type: ssh } }"), found: ["not-sent:7"] }],
  [{ is: rest("resources: { instance_count: 1, locations: [eastus] }"), found: ["not-sent:7"] }],
])("%j", ({ is, found }) => {
  const { problems } = read(is);
  expect(problems.map(({ code, where }) => `${code}:${where?.line}`)).toEqual(found);
  for (const { message, fix } of problems) expect(`${message} ${fix}`).not.toMatch(/undefined|\[object|Invalid input/);
});

describe("the trial of a sweep", () => {
  it("has the short cuts of inline runs, with Azure ML's default image", () => {
    const { job, problems } = readInline({
      trial: "trial: { command: 'python t.py ${{search_space.lr}}', pip_packages: [scikit-learn] }\n",
    });
    expect(problems).toEqual([]);
    expect(job?.trial.environment).toMatchObject({
      from: "inline",
      definition: { image: expect.stringContaining("openmpi") as unknown },
    });
  });

  it("needs an environment in an az ml file, and none inline", () => {
    const trial = "trial: { command: 'python t.py ${{search_space.lr}}' }\n";
    expect(read({ trial }).problems).toMatchObject([{ code: "missing-key", where: { line: 2 } }]);
    expect(readInline({ trial }).problems).toEqual([]);
  });

  it("names what it uses, and its secrets, by their places in the job", () => {
    const { job } = read({
      trial:
        "trial: { command: 'python t.py ${{search_space.lr}}', code: src, environment: azureml:env:1, environment_variables: { TOKEN: { env: TOKEN } } }\n",
      rest: "inputs: { data: { type: uri_folder, path: 'azureml:d:1' } }\n",
    });
    if (job === undefined) throw new Error("The job has errors.");
    expect(assetsOf(job).map(({ where }) => where)).toEqual(["trial.code", "trial.environment", "inputs.data"]);
    expect(secretsOf(job).map(({ where }) => where)).toEqual(["trial.environment_variables.TOKEN"]);
  });

  it("that is a component is told how az ml has it", () => {
    const [problem] = read({ trial: "trial: file:./train.yml\n" }).problems;
    expect(problem?.message).toBe("A sweep job's trial is written out; az ml takes no file and no component here.");
  });
});

it("says what it is after, for gates that do not", () => {
  const { job } = read({});
  expect(job && primaryMetricOf(job)).toEqual({ metric: "loss", goal: "minimize" });
});

it("tells a parameter that is taken for an input how it is written", () => {
  const [problem] = read(command("t.py ${{inputs.lr}} ${{search_space.lr}}")).problems;
  expect(problem?.fix).toBe("It is a parameter of the search space: write ${{search_space.lr}}.");
});

const numbers = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

it("samples between bounds that it was given, whichever they are: they are sent as they are written, or refused", () => {
  fc.assert(
    fc.property(numbers, numbers, (min, max) => {
      const { job, problems } = read(space(`{ type: uniform, min_value: ${min}, max_value: ${max} }`));
      const isRefused = problems.some(isError);
      expect(isRefused).toBe(min >= max);
      if (job === undefined || isRefused) return;
      const { properties } = toRequest(job, {
        runName: "r",
        fallbackExperiment: "e",
        provenance: { properties: {}, tags: {} },
        idOf: (where) => where,
        computeIdOf: (compute) => compute,
        datastoreIdOf: (datastore) => datastore,
        valueOf: () => undefined,
      });
      const [, sent] = (properties["searchSpace"] as { readonly lr: readonly [string, readonly number[]] }).lr;
      // A zero has no sign.
      expect((sent ?? []).map((value) => value + 0)).toEqual([min + 0, max + 0]);
    }),
  );
});
