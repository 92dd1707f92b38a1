import { describe, expect, it } from "@jest/globals";
import { join } from "node:path";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { checkoutOf } from "../support/step.ts";

/** Every declaration has one mistake, so that its file shows in the problems. */
const files = {
  "azureml.yml": "mistake: 1\ntargets:\n  - one/a.yml\n  - many/*.yml\nrun: jobs/train.yml\n",
  "other.yml": "mistake: 1\ntargets:\n  - { name: other-cluster, type: amlcompute }\n",
  "one/a.yml": "name: a-cluster\ntype: amlcompute\nmistake: 1\n",
  "many/b.yml": "name: b-cluster\ntype: amlcompute\nmistake: 1\n",
  "many/c.yml": "name: c-cluster\ntype: amlcompute\nmistake: 1\n",
  "jobs/train.yml":
    "command: python train.py\ncode: ../src\nenvironment: file:env/env.yml\ncompute: azureml:a-cluster\nmistake: 1\ninputs:\n  rows: { type: uri_file, path: rows.csv }\n",
  "jobs/env/env.yml": "image: ubuntu\nconda_file: conda.yml\n",
  "jobs/env/conda.yml": "dependencies: [python]\n",
  "jobs/rows.csv": "1\n",
  "src/train.py": "pass\n",
  "src/deep/er.py": "pass\n",
  "docs/train.md": "",
};

async function reported(changed: readonly string[]): Promise<readonly string[]> {
  const folder = checkoutOf(files);
  const { problems } = await readDeclaration({
    config: ["azureml.yml", "other.yml"],
    set: [],
    only: [],
    workingDirectory: folder,
    checkout: folder,
    changed: changed.map((file) => join(folder, file)),
  });
  return [...new Set(problems.map(({ where }) => where?.file ?? ""))].sort();
}

describe("with the files that a pull request changes,", () => {
  it.each([
    { changes: "a declaration", changed: ["other.yml"], files: ["other.yml"] },
    { changes: "nothing that is named", changed: ["docs/train.md", "README.md"], files: [] },
    { changes: "a compute file", changed: ["one/a.yml"], files: ["azureml.yml", "one/a.yml"] },
    { changes: "a file that a glob matches", changed: ["many/b.yml"], files: ["azureml.yml", "many/b.yml"] },
    { changes: "a file that a glob matched until it was removed", changed: ["many/gone.yml"], files: ["azureml.yml"] },
    { changes: "a job file", changed: ["jobs/train.yml"], files: ["azureml.yml", "jobs/train.yml"] },
    {
      changes: "an environment file of the job",
      changed: ["jobs/env/env.yml"],
      files: ["azureml.yml", "jobs/train.yml"],
    },
    {
      changes: "a conda file two steps away",
      changed: ["jobs/env/conda.yml"],
      files: ["azureml.yml", "jobs/train.yml"],
    },
    { changes: "a file deep in the job's code", changed: ["src/deep/er.py"], files: ["azureml.yml", "jobs/train.yml"] },
    { changes: "the job's data", changed: ["jobs/rows.csv"], files: ["azureml.yml", "jobs/train.yml"] },
  ])("the files that they affect are reported: $changes", async ({ changed, files: expected }) => {
    expect(await reported(changed)).toEqual(expected);
  });

  it("problems of the inputs are always reported", async () => {
    const folder = checkoutOf(files);
    const { problems } = await readDeclaration({
      config: ["azureml.yml", "missing.yml"],
      inlineTargets: "- { name: x, type: amlcompute }\n",
      set: ["nonsense"],
      only: [],
      workingDirectory: folder,
      checkout: folder,
      changed: [],
    });
    expect(problems.map(({ code }) => code).sort()).toEqual(["illegal-name", "missing-file", "wrong-override"]);
  });

  it("a problem with two places is reported when either file is affected", async () => {
    const folder = checkoutOf({
      "a.yml": "name: same\ntype: amlcompute\n",
      "b.yml": "name: same\ntype: amlcompute\n",
    });
    for (const file of ["a.yml", "b.yml"]) {
      const { problems } = await readDeclaration({
        config: ["*.yml"],
        set: [],
        only: [],
        workingDirectory: folder,
        checkout: folder,
        changed: [join(folder, file)],
      });
      expect(problems.map(({ code }) => code)).toEqual(["duplicate-name"]);
    }
  });
});
