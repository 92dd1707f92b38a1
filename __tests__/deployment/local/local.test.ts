import { describe, expect, it } from "@jest/globals";
import { needsWorkspace } from "../../../src/deployment/local/definition.ts";
import { assetsOf, modelOf, read, secretsOf } from "../../../src/deployment/local/local.ts";
import { formatProblem } from "../../../src/yaml/problem.ts";
import { nodeOf } from "../../support/documents.ts";
import { checkoutOf } from "../../support/step.ts";

const files = {
  "model/model.json": "{}",
  "src/score.py": "",
  "conda.yml": "dependencies: [python=3.10, pip, { pip: [scikit-learn] }]\n",
};

function readLocal(yaml: string) {
  const { node } = nodeOf(yaml, checkoutOf(files), "deploy.yml");
  if (node === undefined) throw new Error("no YAML");
  const { deployment, problems } = read({ settings: node });
  return { deployment, problems: problems.map(formatProblem) };
}

const code = "code_configuration: { code: src, scoring_script: score.py }\n";
const base = `type: local\nname: clf\n${code}`;

describe("a deployment of type local", () => {
  it("has what the complete example declares", () => {
    const { deployment, problems } = readLocal(`type: local
name: clf
model: { path: model/model.json }
${code}environment: { conda_file: conda.yml }
port: 5001
tests: [{ request: { data: [[1, 2]] }, response: { predictions: [3] } }]
`);
    expect(problems).toEqual([]);
    expect(deployment).toMatchObject({
      type: "local",
      name: "clf",
      endpointName: "clf",
      port: 5001,
      scoringScript: "score.py",
      code: { from: "local", path: "src" },
      model: { from: "declared", file: { location: { from: "local", isFile: true } } },
      environment: { from: "inline", definition: { condaFile: expect.stringContaining("scikit-learn") as unknown } },
      tests: [{ kind: "request", response: { predictions: [3] } }],
      keepFailed: false,
      timeoutSeconds: 3600,
    });
    // Without an image there is none: the runner needs none.
    expect(deployment?.environment).not.toHaveProperty("definition.image");
  });

  it("takes what describes it in Azure, variables and an image", () => {
    const { deployment, problems } = readLocal(`${base}description: d
tags: { a: b }
properties: { c: d }
strategy: replace
keep_failed: true
timeout: 60
environment_variables: { LEVEL: 1, TOKEN: { env: TOKEN } }
environment: { image: images.example.com/infer:1 }
`);
    expect(problems).toEqual([]);
    expect(deployment).toMatchObject({
      keepFailed: true,
      timeoutSeconds: 60,
      environmentVariables: { LEVEL: "1" },
      environment: { definition: { image: "images.example.com/infer:1" } },
    });
    expect(deployment && secretsOf(deployment)).toMatchObject([{ name: "TOKEN", reference: { from: "env" } }]);
  });

  it("serves an image that says how it serves, without a script", () => {
    const { problems } = readLocal(`type: local
name: clf
environment:
  image: images.example.com/own:1
  inference_config:
    liveness_route: { path: /live, port: 8080 }
    readiness_route: { path: /ready, port: 8080 }
    scoring_route: { path: /predict, port: 8080 }
`);
    expect(problems).toEqual([]);
  });

  it.each([
    ["no name", `type: local\n${code}`, 'The key "name" is missing'],
    ["a name that no service may have", `type: local\nname: Clf_1\n${code}`, "deploy.yml:2:7: "],
    [
      "another strategy",
      `${base}strategy: canary\n`,
      "deploy.yml:4:11: A local deployment cannot be released by canary",
    ],
    ["a port that is none", `${base}port: 70000\n`, "deploy.yml:4:7: port is 70000"],
    ["an unknown key", `${base}instance_type: x\n`, "[unknown-key]"],
    ["nothing that serves it", "type: local\nname: clf\nmodel: { path: model }\n", "[missing-key]"],
    ["a missing script", "type: local\nname: clf\ncode_configuration: { code: src, scoring_script: no.py }\n", "no.py"],
    ["code that only Azure has", base.replace("code: src", "code: 'azureml:score:1'"), "[not-on-runner]"],
    ["an environment that only Azure has", `${base}environment: azureml:infer:1\n`, "[not-on-runner]"],
    ["a model of a registry", `${base}model: azureml://registries/r/models/m/versions/1\n`, "[not-on-runner]"],
    ["a model at any other address", `${base}model: { path: "https://models.example.com/m" }\n`, "[not-on-runner]"],
    ["a promotion", `${base}promote_from: azureml://registries/r/models/m/versions/1\n`, "[not-on-runner]"],
    ["a test of a batch deployment", `${base}tests: [{ inputs: {} }]\n`, "[wrong-test]"],
  ])("is told of %s", (_, yaml, expected) => {
    expect(readLocal(yaml).problems.join("\n")).toContain(expected);
  });

  it.each([
    { model: undefined, needs: false },
    { model: "{ path: model }", needs: false },
    { model: "azureml:clf:1", needs: true },
    { model: '{ path: "azureml://jobs/${{run.name}}/outputs/artifacts/paths/model/" }', needs: true },
    { model: '{ path: "runs:/abc/model" }', needs: true },
  ])("needs a workspace for the model $model: $needs", ({ model, needs }) => {
    const { deployment, problems } = readLocal(`${base}${model === undefined ? "" : `model: ${model}\n`}`);
    expect(problems).toEqual([]);
    expect(deployment && needsWorkspace(deployment)).toBe(needs);
  });

  it("brings nothing into the workspace: only a model of it is looked for there", () => {
    const here = readLocal(`${base}model: { name: clf, path: model }\n`).deployment;
    const there = readLocal(`${base}model: azureml:clf:1\n`).deployment;
    expect(assetsOf()).toEqual([]);
    expect(here && modelOf(here)).toBeUndefined();
    expect(there && modelOf(there)).toMatchObject({ reference: "azureml:clf:1" });
  });
});
