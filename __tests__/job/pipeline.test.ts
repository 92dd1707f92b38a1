import { describe, expect, it } from "@jest/globals";
import { addressesOf, assetsOf, computesOf, readJob, secretsOf, toRequest, type Job } from "../../src/job/job.ts";
import { formatProblem } from "../../src/yaml/problem.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import { checkoutOf } from "../support/step.ts";

const component = `
name: prep
type: command
inputs:
  data: { type: uri_folder }
  rate: { type: number, default: 0.1, min: 0, max: 1 }
  mode: { type: string, enum: [fast, slow], default: fast }
outputs:
  out: { type: mltable }
command: prep \${{inputs.data}} \${{inputs.rate}} \${{inputs.mode}} \${{outputs.out}}
environment: azureml:env:1
`;

function read(yaml: string, files: Readonly<Record<string, string>> = {}) {
  const folder = checkoutOf({ "prep.yml": component, ...files });
  const [document] = readDocuments(yaml, { file: "job.yml", folder, root: folder }).documents;
  if (document === undefined) throw new Error("The YAML has no document.");
  const { job, problems } = readJob({ document, path: [] });
  return { job, problems, lines: problems.map(formatProblem) };
}

const defaults = "type: pipeline\nsettings: { default_compute: azureml:cpu }\n";
const sweep = (rest: string) =>
  `${defaults}jobs:\n  a:\n    type: sweep\n    trial: ./prep.yml\n    sampling_algorithm: random\n    inputs: { data: azureml:d:1 }\n    objective: { goal: minimize, primary_metric: loss }\n    limits: { max_total_trials: 4 }\n${rest}`;
const step = (rest: string) => `${defaults}jobs:\n  a:\n    component: ./prep.yml\n${rest}`;

describe("a pipeline", () => {
  it.each([
    ["no steps", "type: pipeline\n", "job.yml:1:1: The pipeline has no steps."],
    [
      "a step of an unknown type",
      `${defaults}jobs:\n  a: { type: comand }\n`,
      'job.yml:4:14: "comand" is not a type of step that this action knows. Did you mean command?',
    ],
    [
      "a name that no step can have",
      `${defaults}jobs:\n  A-b: { command: x, environment: azureml:e:1 }\n`,
      'job.yml:4:8: "A-b" is not a valid name for a step.',
    ],
    [
      "a misspelt key in a step",
      `${defaults}jobs:\n  a: { comand: x, environment: azureml:e:1 }\n`,
      'job.yml:4:8: Unknown key "comand". Did you mean command?',
    ],
    [
      "a component file that is not there",
      `${defaults}jobs:\n  a: { component: ./nope.yml }\n`,
      'job.yml:4:19: The component file "./nope.yml" does not exist.',
    ],
    [
      "a component without a version",
      `${defaults}jobs:\n  a: { component: azureml:x }\n`,
      'job.yml:4:19: "azureml:x" names no version. Write azureml:x:VERSION or azureml:x@latest.',
    ],
    [
      "a step without compute",
      "type: pipeline\njobs:\n  a: { command: x, environment: azureml:e:1 }\n",
      "job.yml:3:6: The step a has no compute, and the pipeline has no default one.",
    ],
    [
      "steps in a circle",
      `${defaults}jobs:\n  a: { command: "x", environment: azureml:e:1, inputs: { i: "\${{parent.jobs.b.outputs.o}}" }, outputs: { o: } }\n  b: { command: "x", environment: azureml:e:1, inputs: { i: "\${{parent.jobs.a.outputs.o}}" }, outputs: { o: } }\n`,
      "job.yml:4:6: The steps wait for each other: a → b → a",
    ],
    [
      "an input that is not given",
      step("    inputs: {}\n"),
      'job.yml:6:13: The component needs the input "data" (uri_folder), and the step does not give it.',
    ],
    [
      "an input of another type",
      step("    inputs: { data: azureml:d:1, rate: much }\n"),
      'job.yml:6:40: "much" is not of the component\'s type number.',
    ],
    [
      "an input out of its range",
      step("    inputs: { data: azureml:d:1, rate: 7 }\n"),
      "job.yml:6:40: 7 is above what the component takes. Write a value from 0.0 to 1.0.",
    ],
    [
      "an input that is none of those listed",
      step("    inputs: { data: azureml:d:1, mode: fats }\n"),
      'job.yml:6:40: "fats" is not one of the values that the component takes. Use fast, slow.',
    ],
    [
      "an input that the component has not",
      step("    inputs: { data: azureml:d:1, ratte: 1 }\n"),
      'job.yml:6:41: The component has no input "ratte", so it is left out, as with az ml. Did you mean rate?',
    ],
    [
      "a binding to an unknown input",
      step('    inputs: { data: "${{parent.inputs.dta}}" }\ninputs: { data: { path: azureml:d:1 } }\n'),
      'job.yml:6:21: ${{parent.inputs.dta}}: the pipeline has no input "dta". Did you mean data?',
    ],
    [
      "a binding to an unknown step",
      step('    inputs: { data: "${{parent.jobs.b.outputs.o}}" }\n'),
      'job.yml:6:21: ${{parent.jobs.b.outputs.o}}: the pipeline has no step "b".',
    ],
    ["a search without anything to search for", sweep(""), 'job.yml:5:5: The key "search_space" is missing.'],
    [
      "a search between bounds that are exchanged",
      sweep("    search_space: { rate: { type: uniform, min_value: 1, max_value: 0 } }\n"),
      "job.yml:11:55: min_value is 1, and max_value is 0: there is nothing between them to sample.",
    ],
    [
      "a search for a parameter that the trial has not",
      sweep("    search_space: { rat: { type: randint, upper: 3 } }\n"),
      'job.yml:11:26: The trial\'s component has no input "rat", so nothing in it depends on this parameter.',
    ],
    [
      "a search bound to nothing",
      sweep('    search_space: { rate: { type: uniform, min_value: "${{parent.inputs.low}}", max_value: 1 } }\n'),
      'job.yml:11:55: ${{parent.inputs.low}}: the pipeline has no input "low".',
    ],
    [
      "a trial that names what stands around its component",
      sweep("    search_space: { rate: { type: randint, upper: 3 } }\n").replace(
        "./prep.yml",
        '{ command: "x ${{search_space.rate}}", environment: azureml:e:1, inputs: { data: { type: uri_folder }, rate: { type: number } } }',
      ),
      "job.yml:6:23: The command uses ${{search_space.rate}}, and a component has inputs and outputs only. Write ${{inputs.rate}}.",
    ],
    [
      "a trial that is a component of a registry",
      sweep("    search_space: { rate: { type: randint, upper: 3 } }\n").replace(
        "./prep.yml",
        "azureml://registries/r/components/prep/versions/1",
      ),
      "job.yml:6:12: The trial of a sweep step is a component of a registry, which az ml does not take here.",
    ],
    [
      "a binding to an unknown output",
      step(
        '    inputs: { data: azureml:d:1 }\n  b: { component: ./prep.yml, inputs: { data: "${{parent.jobs.a.outputs.ot}}" } }\n',
      ),
      'job.yml:7:47: ${{parent.jobs.a.outputs.ot}}: the step "a" has no output "ot". Did you mean out?',
    ],
    [
      "a binding of the first previews",
      step('    inputs: { data: "${{inputs.d}}" }\n'),
      "job.yml:6:21: ${{inputs.d}} is not bound to anything of the pipeline. Write ${{parent.inputs.d}}.",
    ],
    [
      "an unknown first step",
      `${defaults.replace("{ ", "{ on_init: z, ")}jobs:\n  a: { command: x, environment: azureml:e:1 }\n`,
      'job.yml:2:22: The pipeline has no step "z".',
    ],
    [
      "steps and a component",
      `${defaults}component: azureml:c:1\njobs:\n  a: { command: x, environment: azureml:e:1 }\n`,
      "job.yml:3:12: The pipeline has jobs and a component.",
    ],
  ])("with %s says so at its place", (_, yaml, expected) => {
    expect(read(yaml).lines.join("\n")).toContain(expected);
  });

  it("shows the mistakes of all steps and files at once, each in its own file", () => {
    const broken = component.replace("type: mltable", "type: mltabel").replace("command: prep", "comand: prep");
    const { lines } = read(step("    inputs: {}\n  b: { command: x }\n"), { "prep.yml": broken });
    expect(lines.filter((line) => line.startsWith('prep.yml:9:16: "mltabel" is not one of'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('Unknown key "comand"'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith("job.yml:7:6") && line.includes("environment"))).toHaveLength(1);
  });

  it("of a component file that leads to itself is refused", () => {
    const loop = "type: pipeline\nname: loop\njobs:\n  a: { type: pipeline, component: ./loop.yml }\n";
    const { lines } = read(`${defaults}jobs:\n  a: { type: pipeline, component: ./loop.yml }\n`, { "loop.yml": loop });
    expect(lines).toEqual([
      expect.stringContaining('loop.yml:4:35: The component file "./loop.yml" refers to itself.'),
    ]);
  });
});

describe("what the service decides about a pipeline is a warning", () => {
  it.each([
    [
      "a setting that az ml does not know",
      "type: pipeline\nsettings: { default_compute: azureml:cpu, default_datestore: azureml:s }\njobs:\n  a: { command: x, environment: azureml:e:1 }\n",
      'job.yml:2:62: az ml does not know the setting "default_datestore"; it is sent as written. Did you mean default_datastore?',
    ],
    [
      "an input that is none of those listed",
      step("    inputs: { data: azureml:d:1, mode: fats }\n"),
      'job.yml:6:40: "fats" is not one of the values that the component takes.',
    ],
    [
      "an input out of its range",
      step("    inputs: { data: azureml:d:1, rate: 7 }\n"),
      "job.yml:6:40: 7 is above what the component takes.",
    ],
  ])("%s", (_, yaml, line) => {
    const { job, problems } = read(yaml);
    expect(job).toBeDefined();
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
    expect(problems.map(formatProblem)).toEqual([expect.stringContaining(line)]);
  });
});

describe("what a pipeline uses", () => {
  const yaml = `type: pipeline
settings: { default_compute: azureml:cpu, default_datastore: azureml:store }
inputs: { d: { path: azureml:data:1 } }
outputs: { o: { path: azureml://datastores/x/paths/y } }
jobs:
  a:
    component: ./prep.yml
    compute: azureml:gpu
    inputs: { data: "\${{parent.inputs.d}}" }
    outputs: { out: { type: mltable, path: azureml://datastores/z/paths/w } }
  b:
    command: cat \${{inputs.x}} \${{inputs.y}}
    environment: azureml:env:2
    inputs: { x: "\${{parent.jobs.a.outputs.out}}", y: { path: azureml:more:3 } }
    environment_variables: { TOKEN: { env: SECRET } }
`;
  const { job, problems } = read(yaml);
  if (job === undefined) throw new Error(problems.map(formatProblem).join("\n"));
  const places = (one: Job) => assetsOf(one).map(({ where, kind }) => `${kind} ${where}`);

  it("is the union of what its steps use, by their places", () => {
    expect(places(job)).toEqual([
      "component jobs.a.component",
      "component jobs.b.component",
      "data jobs.b.inputs.y",
      "data inputs.d",
    ]);
    expect(computesOf(job)).toEqual(["cpu", "gpu"]);
    expect(addressesOf(job).map(({ path }) => path.join("."))).toEqual(["outputs.o.path", "jobs.a.outputs.out.path"]);
    expect(secretsOf(job).map(({ where }) => where)).toEqual(["jobs.b.environment_variables.TOKEN"]);
  });

  it("is asked for by these places, and a secret goes with the step alone", () => {
    const asked: string[] = [];
    const { properties } = toRequest(job, {
      runName: "run",
      fallbackExperiment: "e",
      provenance: { properties: {}, tags: {} },
      idOf: (where) => {
        asked.push(where);
        return `id of ${where}`;
      },
      computeIdOf: (compute) => `/computes/${compute}`,
      datastoreIdOf: (datastore) => `/datastores/${datastore}`,
      valueOf: () => "value",
    });
    expect(asked.sort()).toEqual(
      assetsOf(job)
        .map(({ where }) => where)
        .sort(),
    );
    expect(properties["settings"]).toMatchObject({
      default_compute: "/computes/cpu",
      default_datastore: "/datastores/store",
    });
    expect(properties["jobs"]).toMatchObject({
      a: { computeId: "/computes/gpu", componentId: "id of jobs.a.component" },
      b: { environment_variables: { TOKEN: "value" } },
    });
  });

  it("is a secret nowhere inside a component file, which the workspace keeps", () => {
    const inner =
      "type: pipeline\nname: p\njobs:\n  a: { command: x, environment: azureml:e:1, environment_variables: { T: { env: S } } }\n";
    const { lines } = read(`${defaults}jobs:\n  s: { type: pipeline, component: ./p.yml }\n`, { "p.yml": inner });
    expect(lines.join("\n")).toContain("p.yml:4:");
    expect(lines.join("\n")).toContain("its text has no place for a secret");
  });
});
