import { describe, expect, it } from "@jest/globals";
import * as z from "zod";
import * as modelFile from "../../../src/asset/files/model-file.ts";
import {
  deployedModelSchema,
  promotedSchema,
  readServedModel,
  withRuns,
  type ServedModel,
} from "../../../src/deployment/parts/model.ts";
import { problemsAt } from "../../../src/compute/problems-at.ts";
import { formatProblem } from "../../../src/yaml/problem.ts";
import { checkShape, shape } from "../../../src/yaml/shape.ts";
import { nodeOf } from "../../support/documents.ts";
import { checkoutOf } from "../../support/step.ts";

const schema = shape(() =>
  z.strictObject({ model: deployedModelSchema().optional(), promote_from: promotedSchema().optional() }),
);
const files = { "model/model.json": "{}", "model/MLmodel": "flavors: {}" };

function read(yaml: string): Omit<ServedModel, "problems"> & { readonly problems: readonly string[] } {
  const { node } = nodeOf(yaml, checkoutOf(files), "deploy.yml");
  if (node === undefined) throw new Error("no YAML");
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape.map(formatProblem) };
  const { found, add } = problemsAt(node);
  const { problems, ...served } = readServedModel(
    { model: value.model, promoteFrom: value.promote_from },
    { node, add },
  );
  return { ...served, problems: [...problems, ...found].map(formatProblem) };
}

describe("the model of a deployment", () => {
  it.each([
    "azureml:clf:3",
    "azureml:clf@latest",
    "azureml://registries/shared/models/clf/versions/3",
    "azureml:/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws/models/clf/versions/3",
  ])("%s is a reference", (reference) => {
    expect(read(`model: ${reference}\n`)).toMatchObject({ model: { from: "reference", reference }, problems: [] });
  });

  it("is registered from a file or folder under its name, as custom_model where the type is left out", () => {
    expect(read("model: { name: clf, version: 7, path: model/ }\n")).toMatchObject({
      model: {
        from: "declared",
        name: "clf",
        version: "7",
        file: { type: "custom_model", location: { from: "local", isFile: false } },
      },
      problems: [],
    });
    expect(read("model: { name: clf, path: model/model.json, type: custom_model }\n")).toMatchObject({
      model: { name: "clf", file: { location: { from: "local", isFile: true } } },
    });
  });

  it("has no name where it is anonymous, and is put under its content then", async () => {
    const { model, problems } = read("model: { path: model/ }\n");
    expect(problems).toEqual([]);
    expect(model).not.toHaveProperty("name");
    if (model?.from !== "declared") throw new Error("no model");
    const content = await modelFile.contentOf(model.file);
    const ids = { idOf: () => "", computeIdOf: () => "", fingerprint: "" };
    const request = modelFile.toRequest(model.file, content, "azureml://datastores/d/paths/m/", ids);
    expect(request).toMatchObject(modelFile.unnamed(model.file, content));
    expect(request.name).toMatch(/^[0-9a-f-]{36}$/);
    expect(request.body.properties).toMatchObject({ isAnonymous: true, modelType: "custom_model" });
  });

  it.each(["name", "best", "steps.train"])("may be an output of the run ${{run.%s}}", (run) => {
    const address = `azureml://jobs/\${{run.${run}}}/outputs/artifacts/paths/model/`;
    const { model, problems } = read(`model: { name: clf, path: "${address}" }\n`);
    expect(problems).toEqual([]);
    if (model?.from !== "declared" || model.file.location.from !== "address") throw new Error("no address");
    const named = withRuns(model.file.location.address, (which) =>
      which.is === "step" ? `of-${which.step}` : which.is,
    );
    const name = { name: "run", best: "best", "steps.train": "of-train" }[run];
    expect(named).toBe(`azureml://jobs/${name}/outputs/artifacts/paths/model/`);
  });

  it.each([
    [
      "azureml:clf",
      '1:8: "azureml:clf" names no version. Write azureml:clf:VERSION or azureml:clf@latest. [missing-version]',
    ],
    [
      "model/",
      '1:8: "model/" is not a reference to a model. Write azureml:NAME:VERSION, azureml:NAME@latest, azureml://registries/REGISTRY/models/NAME/versions/VERSION, or model: { path: … }. [wrong-reference]',
    ],
    [
      "file:model.yml",
      '1:8: "file:model.yml" is a path, not a reference to a model. Write model: { path: "model.yml" }. [wrong-reference]',
    ],
    [
      "azureml://jobs/run/outputs/model",
      '1:8: "azureml://jobs/run/outputs/model" is a path, not a reference to a model. Write model: { path: "azureml://jobs/run/outputs/model" }. [wrong-reference]',
    ],
    [
      "{ name: clf, version: 3 }",
      '1:8: The key "path" is missing. Write model: azureml:clf:3, or add path. [missing-key]',
    ],
    [
      "{ path: none/ }",
      '1:16: The model "none/" does not exist. Fix the path; it is relative to this file. [missing-file]',
    ],
    [
      "{ path: model/, type: mlflow }",
      '1:30: "mlflow" is not one of the values allowed here. Did you mean mlflow_model? Use custom_model, mlflow_model or triton_model. [wrong-value]',
    ],
    [
      "{ name: 'a/b', path: model/ }",
      '1:16: "a/b" is not a valid name for a model. Use letters, digits, dots, dashes and underscores, starting with a letter or digit; at most 255 characters. [illegal-name]',
    ],
    [
      "{ path: '${{run.name}}/model' }",
      '1:16: "${{run.name}}/model" names a run, which is allowed only in the address of a model\'s path. Write path: azureml://jobs/${{run.name}}/outputs/artifacts/paths/model/; ${{run.best}} and ${{run.steps.NAME}} are known as well. [unknown-run]',
    ],
    [
      "{ name: '${{run.name}}', path: model/ }",
      '1:16: "${{run.name}}" names a run, which is allowed only in the address of a model\'s path. Write path: azureml://jobs/${{run.name}}/outputs/artifacts/paths/model/; ${{run.best}} and ${{run.steps.NAME}} are known as well. [unknown-run]',
    ],
    [
      "{ path: 'azureml://jobs/${{run.id}}/outputs/m' }",
      '1:16: "azureml://jobs/${{run.id}}/outputs/m" is not known here. Write path: azureml://jobs/${{run.name}}/outputs/artifacts/paths/model/; ${{run.best}} and ${{run.steps.NAME}} are known as well. [unknown-run]',
    ],
  ])("%s is refused at its place", (model, problem) => {
    expect(read(`model: ${model}\n`).problems).toEqual([`deploy.yml:${problem}`]);
  });
});

describe("promote_from", () => {
  it("takes a registry's model by reference", () => {
    expect(read("promote_from: azureml://registries/shared/models/clf/versions/3\n")).toMatchObject({
      promoteFrom: { from: "registry", reference: "azureml://registries/shared/models/clf/versions/3", tags: {} },
      problems: [],
    });
  });

  it("takes a model of another workspace under the name, version and tags that model says", () => {
    const served = read(
      "model: { name: clf, version: 2, tags: { stage: 1.0 } }\npromote_from: { workspace: staging, resource_group: ml, model: azureml:other:3 }\n",
    );
    expect(served).toMatchObject({
      promoteFrom: {
        from: "workspace",
        workspace: "staging",
        resourceGroup: "ml",
        reference: "azureml:other:3",
        name: "clf",
        version: "2",
        tags: { stage: "1.0" },
      },
      problems: [],
    });
    expect(served).not.toHaveProperty("model");
  });

  it.each([
    [
      "promote_from: azureml:clf:3",
      '1:15: "azureml:clf:3" is not the address of a registry\'s model. Write azureml://registries/REGISTRY/models/NAME/versions/VERSION, or { workspace: NAME, model: azureml:NAME:VERSION }. [wrong-reference]',
    ],
    [
      "promote_from: { workspace: w, model: clf }",
      '1:38: "clf" is not a model of a workspace. Write azureml:NAME:VERSION or azureml:NAME@latest. [wrong-reference]',
    ],
    [
      "promote_from: { workspace: w, model: azureml:a:1 }\nmodel: azureml:b:1",
      '2:8: promote_from names the model, and so does "azureml:b:1". Write model: { name: … }, or remove one of the two. [two-models]',
    ],
    [
      "promote_from: { workspace: w, model: azureml:a:1 }\nmodel: { name: b, path: model/ }",
      "2:25: promote_from names the model: path cannot be given beside it. Keep name, version and tags alone, or remove promote_from. [two-models]",
    ],
    [
      "promote_from: azureml://registries/shared/models/clf/versions/3\nmodel: { name: b }",
      "2:8: A registry's model is used where it is: nothing is registered under this name. Remove model. [unused-key]",
    ],
    ["promote_from: { model: azureml:a:1 }", '1:15: The key "workspace" is missing. Add workspace. [missing-key]'],
  ])("%s is told at its place", (yaml, problem) => {
    expect(read(`${yaml}\n`).problems).toEqual([`deploy.yml:${problem}`]);
  });
});
