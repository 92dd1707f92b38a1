import { describe, expect, it } from "@jest/globals";
import { join } from "node:path";
import { fileKinds } from "../../src/asset/files/file-kinds.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import type { AssetDeps } from "../../src/asset/kind.ts";
import { nodeOf } from "../support/documents.ts";
import { checkoutOf } from "../support/step.ts";
import { workspace } from "../support/targets.ts";

const { data: dataFile, model: modelFile } = fileKinds;

type Files = Readonly<Record<string, string>>;

function nodeIn(files: Files, yaml: string) {
  const { node } = nodeOf(yaml, checkoutOf(files));
  if (node === undefined) throw new Error("The file is not YAML.");
  return node;
}

function dataOf(yaml: string, files: Files = {}) {
  const { asset } = dataFile.read(nodeIn(files, yaml));
  if (asset === undefined) throw new Error("The file declares no data.");
  return asset.definition;
}

function modelOf(yaml: string, files: Files = {}) {
  const { asset } = modelFile.read(nodeIn(files, yaml));
  if (asset === undefined) throw new Error("The file declares no model.");
  return asset.definition;
}

const long = "azureml://subscriptions/s/resourcegroups/g/workspaces/w/";

describe("a data asset of its own file", () => {
  const address = "name: d\ntype: uri_folder\npath: azureml://datastores/ds/paths/x/\ntags: { a: b }\n";

  it("is as declared where the live version has the long form of its address", () => {
    const live = {
      dataType: "uri_folder",
      dataUri: `${long}datastores/ds/paths/x`,
      tags: { a: "b" },
      description: null,
    };
    expect(dataFile.differencesFrom(dataOf(address), undefined, live)).toEqual([]);
    expect(dataFile.differencesFrom(dataOf(address), undefined, { ...live, tags: {} })).toEqual(["tags"]);
    expect(dataFile.differencesFrom(dataOf(address), undefined, { ...live, dataUri: "azureml://x" })).toEqual([
      "dataUri",
    ]);
  });

  it("is told from another by its content, wherever it is on this machine", async () => {
    const identity = async (folder: string, text: string) => {
      const definition = dataOf(`name: d\npath: ${folder}\n`, { [join(folder, "x.csv")]: text });
      return dataFile.identityOf(definition, await dataFile.contentOf(definition));
    };
    const one = await identity("folder", "1\n");
    expect(await identity("folder", "1\n")).toBe(one);
    expect(await identity("folder", "2\n")).not.toBe(one);
  });

  it("names what its MLTable refers to", () => {
    const table = "paths:\n- file: ./a.csv\n- pattern: azureml://datastores/d/paths/*.csv\n";
    const definition = dataOf("name: t\ntype: mltable\npath: t\n", { "t/MLTable": table, "t/a.csv": "1\n" });
    expect(definition.referencedUris).toEqual(["./a.csv", "azureml://datastores/d/paths/*.csv"]);
  });
});

describe("a model of its own file", () => {
  it("is as declared whatever properties the service has added", () => {
    const definition = modelOf("name: m\npath: azureml://datastores/ds/paths/m\nproperties: { p: q }\n");
    const live = { modelType: "custom_model", modelUri: `${long}datastores/ds/paths/m`, tags: {} };
    const properties = { p: "q", "azureml.added": "1" };
    expect(modelFile.differencesFrom(definition, undefined, { ...live, properties })).toEqual([]);
    expect(modelFile.differencesFrom(definition, undefined, { ...live, properties: {} })).toEqual(["properties"]);
  });

  it("is put with an address of this workspace", async () => {
    const deps = { workspaceId: workspace.id } as AssetDeps;
    const put = async (path: string) =>
      modelFile.upload(modelOf(`name: m\npath: ${path}\n`), undefined, "the model", deps);
    const inThis = workspace.id
      .replace("/resourceGroups/", "/resourcegroups/")
      .replace("/providers/Microsoft.MachineLearningServices", "");
    expect(await put("azureml://datastores/ds/paths/m")).toEqual(succeeded(`azureml:/${inThis}/datastores/ds/paths/m`));
    expect(await put("azureml://jobs/j/outputs/artifacts/paths/m")).toEqual(
      succeeded("azureml://jobs/j/outputs/artifacts/paths/m"),
    );
  });
});
