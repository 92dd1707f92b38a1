import { describe, expect, it } from "@jest/globals";
import * as z from "zod";
import {
  assetsOfScoring,
  readScoring,
  scoringKeys,
  secretsOfVariables,
} from "../../../src/deployment/parts/scoring.ts";
import { problemsAt } from "../../../src/compute/problems-at.ts";
import { formatProblem } from "../../../src/yaml/problem.ts";
import { checkShape, shape } from "../../../src/yaml/shape.ts";
import { nodeOf } from "../../support/documents.ts";
import { checkoutOf } from "../../support/step.ts";

const schema = shape(() => z.strictObject(scoringKeys()));
const files = {
  "src/score.py": "def run(x): return x",
  "src/deep/score.py": "",
  "other.py": "",
  "conda.yml": "name: a\ndependencies: [python=3.10]\n",
};

function read(yaml: string) {
  const { node } = nodeOf(yaml, checkoutOf(files), "deploy.yml");
  if (node === undefined) throw new Error("no YAML");
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) throw new Error(wrongShape.map(formatProblem).join("\n"));
  const { found, add } = problemsAt(node);
  const { problems, ...scoring } = readScoring(value, { node, add });
  return { node, scoring, problems: [...problems, ...found].map(formatProblem) };
}

describe("what answers requests", () => {
  it("is a script of the checkout in an environment, each an asset at its place", () => {
    const yaml =
      "code_configuration: { code: src, scoring_script: deep/score.py }\nenvironment: { image: i.azurecr.io/i:1, conda_file: conda.yml }\n" +
      "environment_variables: { A: 010, TOKEN: { env: SCORE_TOKEN } }\n";
    const { node, scoring, problems } = read(yaml);
    expect(problems).toEqual([
      'deploy.yml:3:41: The variable "TOKEN" is sent with the deployment: everybody who can read the workspace\'s deployments sees its value. Prefer Key Vault, read by the deployment itself with its identity. [visible-secret]',
    ]);
    expect(scoring).toMatchObject({ scoringScript: "deep/score.py", environmentVariables: { A: "010" } });
    expect(assetsOfScoring(scoring).map(({ kind, where }) => [kind, where])).toEqual([
      ["code", "code"],
      ["environment", "environment"],
    ]);
    expect(secretsOfVariables(scoring.environmentVariables, node)).toMatchObject([
      {
        name: "TOKEN",
        where: { path: ["environment_variables", "TOKEN"] },
        reference: { from: "env", name: "SCORE_TOKEN" },
      },
    ]);
  });

  it("may be nothing of its own: an MLflow model needs neither, a container no code", () => {
    expect(read("environment_variables: {}\n")).toMatchObject({ scoring: { environmentVariables: {} }, problems: [] });
    expect(assetsOfScoring(read("environment: azureml:infer:1\n").scoring)).toMatchObject([
      { kind: "environment", reference: "azureml:infer:1" },
    ]);
  });

  it.each([
    [
      "{ code: src, scoring_script: run.py }",
      '1:50: The code folder "src" has no "run.py". Fix the path; it is relative to the code folder. [missing-file]',
    ],
    [
      "{ code: src, scoring_script: deep }",
      '1:50: The scoring script "deep" is a folder. Name the script itself. [not-a-file]',
    ],
    [
      "{ code: src, scoring_script: ../other.py }",
      '1:50: The scoring script "../other.py" is outside the code folder "src". Fix the path; it is relative to the code folder. [outside]',
    ],
    [
      "{ code: src }",
      "1:21: There is code, but no scoring_script. Add scoring_script: the script's path in the code folder. [missing-key]",
    ],
    [
      "{ scoring_script: score.py }",
      "1:21: There is a scoring_script, but no code. Add code: the folder that the script is in. [missing-key]",
    ],
    [
      "{ code: none, scoring_script: score.py }",
      '1:29: The code folder "none" does not exist. Fix the path; it is relative to this file. [missing-file]',
    ],
  ])("%s is refused at its place", (configuration, problem) => {
    expect(read(`code_configuration: ${configuration}\n`).problems).toEqual([`deploy.yml:${problem}`]);
  });

  it("is not looked for in code that is registered", () => {
    expect(read("code_configuration: { code: 'azureml:scorer:1', scoring_script: any.py }\n").problems).toEqual([]);
  });
});
