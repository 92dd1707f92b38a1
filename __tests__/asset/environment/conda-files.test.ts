import { expect, it } from "@jest/globals";
import { fileOfPipEntry } from "../../../src/asset/environment/conda-files.ts";
import { readEnvironmentAsset } from "../../../src/asset/environment/read.ts";
import { nodeOf } from "../../support/documents.ts";
import { checkoutOf } from "../../support/step.ts";

it.each([
  ["-r requirements.txt", "requirements.txt"],
  ["-rrequirements.txt", "requirements.txt"],
  ["--requirement=../requirements.txt", "../requirements.txt"],
  ["-c constraints.txt", "constraints.txt"],
  ["-e .", "."],
  ["--editable ./package", "./package"],
  [".", "."],
  [".[extra]", ".[extra]"],
  ["../package", "../package"],
  ["dist/own-1.0-py3-none-any.whl", "dist/own-1.0-py3-none-any.whl"],
  ["own @ file:///home/own", "/home/own"],
  ["file:own", "own"],
  ["-r https://example.com/requirements.txt", undefined],
  ["-e git+https://github.com/octo-org/octo-repo#egg=own", undefined],
  ["own @ https://example.com/own.whl", undefined],
  ["https://example.com/own-1.0-py3-none-any.whl", undefined],
  ["--index-url https://example.com/simple", undefined],
  ["--extra-index-url=https://example.com/simple", undefined],
  ["--pre", undefined],
  ["numpy", undefined],
  ["scikit-learn>=1.2,<2", undefined],
  ["zope.interface==6.0", undefined],
  ["azureml-core[all]~=1.5", undefined],
])("%s needs %s", (entry, file) => {
  expect(fileOfPipEntry(entry)).toBe(file);
});

const conda = "dependencies:\n- python=3.10\n- pip:\n  - numpy\n  - -r requirements.txt\n";

it("is said at the line of the conda file", () => {
  const { node } = nodeOf(
    "name: sk\nimage: ubuntu\nconda_file: conda/sk.yml\n",
    checkoutOf({ "conda/sk.yml": conda }),
    "env/sk.yml",
  );
  if (node === undefined) throw new Error("The environment is no YAML.");
  const { asset, problems } = readEnvironmentAsset(node);
  expect(problems).toEqual([
    expect.objectContaining({
      code: "needs-files",
      severity: "warning",
      where: expect.objectContaining({ file: "env/conda/sk.yml", line: 5 }) as unknown,
      fix: "Write the lines of requirements.txt here instead.",
    }),
  ]);
  expect(asset?.definition.condaFile).toContain("- -r requirements.txt");
});

it("is said at its line where the specification stands in the environment", () => {
  const { node } = nodeOf(`name: sk\nimage: ubuntu\nconda_file:\n${conda.replaceAll(/^(?=.)/gm, "  ")}`);
  if (node === undefined) throw new Error("The environment is no YAML.");
  expect(readEnvironmentAsset(node).problems).toEqual([
    expect.objectContaining({
      code: "needs-files",
      where: expect.objectContaining({ file: "file.yml", line: 8 }) as unknown,
    }),
  ]);
});
