import { describe, expect, it } from "@jest/globals";
import { join } from "node:path";
import * as dataFile from "../../src/asset/files/data-file.ts";
import * as modelFile from "../../src/asset/files/model-file.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { differing } from "../../src/asset/files/differing.ts";
import { isSamePlace } from "../../src/asset/files/location.ts";
import type { AssetDeps } from "../../src/asset/kind.ts";
import { nodeOf } from "../support/documents.ts";
import { checkoutOf } from "../support/step.ts";
import { workspace } from "../support/targets.ts";

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

describe("what is said of an asset", () => {
  it.each([
    ["a number that the service keeps as text", { tags: { rows: 2 } }, { tags: { rows: "2" } }, []],
    ["a boolean in another spelling", { tags: { kept: true } }, { tags: { kept: "True" } }, []],
    ["a tag without a value", { tags: { a: null } }, { tags: {} }, []],
    ["another order", { tags: { a: "1", b: "2" } }, { tags: { b: "2", a: "1" } }, []],
    ["a member that is not declared", { stage: undefined }, { stage: "Production" }, []],
    ["another value", { tags: { a: "1" } }, { tags: { a: "2" } }, ["tags"]],
    ["another text of the description", { description: "" }, { description: "x" }, ["description"]],
    ["the archive", {}, { isArchived: true }, ["isArchived"]],
  ])("is compared where it differs in %s", (_, declared, live, expected) => {
    expect(differing(live, declared)).toEqual(expected);
  });

  it.each([
    [
      "azureml://datastores/d/paths/x",
      "azureml://subscriptions/S/resourcegroups/g/workspaces/w/datastores/d/paths/x/",
      true,
    ],
    [`${long}datastores/d/paths/x`, `${long.replace("/s/", "/S/")}datastores/d/paths/x`, true],
    [`${long}datastores/d/paths/x`, `${long.replace("/w/", "/other/")}datastores/d/paths/x`, false],
    ["azureml://datastores/d/paths/x", "azureml://datastores/d/paths/X", false],
    ["azureml://datastores/d/paths/x", undefined, false],
  ])("is in the same place: %s and %s", (declared, live, expected) => {
    expect(isSamePlace(declared, live)).toBe(expected);
  });
});

describe("a file that cannot be registered", () => {
  it.each([
    ["a path that leads nowhere", "name: d\npath: ./nothing\n", "missing-file", ["path"]],
    ["a file as a folder", "name: d\npath: x.csv\n", "wrong-type", ["path"]],
    ["a version without a name", "version: 3\npath: folder\n", "missing-key", ["version"]],
    ["a name that the service does not take", "name: a/b\npath: folder\n", "illegal-name", ["name"]],
    ["a reference in place of a path", "name: d\npath: azureml:x:1\n", "wrong-reference", ["path"]],
    ["a path out of the checkout", "name: d\npath: ../..\n", "outside", ["path"]],
  ])("for %s", (_, yaml, code, at) => {
    const node = nodeIn({ "x.csv": "1\n", "folder/y.csv": "1\n" }, yaml);
    expect(dataFile.read(node).problems).toEqual([
      expect.objectContaining({ code, severity: "error", where: node.document.at(at) }),
    ]);
  });

  it("for a model without a name, and with a warning for a model of MLflow that is one file", () => {
    const files = { "m/MLmodel": "flavors: {}\n" };
    const codes = (yaml: string) =>
      modelFile.read(nodeIn(files, yaml)).problems.map(({ severity, code }) => `${severity} ${code}`);
    expect(codes("name: m\ntype: mlflow_model\npath: m\n")).toEqual([]);
    expect(codes("name: m\ntype: mlflow_model\npath: m/MLmodel\n")).toEqual(["warning wrong-type"]);
    expect(codes("path: m\n")).toEqual(["error missing-key"]);
  });
});
