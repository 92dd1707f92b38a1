import { describe, expect, it } from "@jest/globals";
import { assetKinds, type AssetKindName } from "../../src/asset/asset.ts";
import { namesAsset, refersTo, resolveReference } from "../../src/asset/reference.ts";
import type { Assets } from "../../src/azure/assets.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { failing } from "../support/jobs.ts";

const workspaceId = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/ws";
const never = () => Promise.reject(new Error("This is not asked for."));

/** A workspace whose assets of the name `known` have a version 7 as their newest. */
const assets: Assets = {
  findCode: never,
  startCodeUpload: never,
  put: never,
  get: never,
  idOf: never,
  list: never,
  versions: async (_, name) => succeeded(name === "known" ? { latest: "7" } : undefined),
};
const resolve = (reference: string, kind: AssetKindName) =>
  resolveReference(reference, assetKinds[kind], { assets, workspaceId });

describe("a reference", () => {
  it.each<[string, AssetKindName, string]>([
    ["azureml:env:1", "environment", `${workspaceId}/environments/env/versions/1`],
    ["azureml:known@latest", "environment", `${workspaceId}/environments/known/versions/7`],
    ["azureml:known@latest", "data", `${workspaceId}/data/known/versions/7`],
    ["azureml:known@latest", "model", `${workspaceId}/models/known/versions/7`],
    ["azureml:code:3", "code", `${workspaceId}/codes/code/versions/3`],
    ["azureml:AzureML-sklearn@latest", "environment", "azureml:AzureML-sklearn@latest"],
    ["azureml:/subscriptions/s/x", "environment", "/subscriptions/s/x"],
    [
      "azureml://registries/r/environments/e/versions/1",
      "environment",
      "azureml://registries/r/environments/e/versions/1",
    ],
    ["azureml://datastores/d/paths/p", "data", "azureml://datastores/d/paths/p"],
    ["https://host/file", "data", "https://host/file"],
    ["/subscriptions/s/x", "code", "/subscriptions/s/x"],
  ])("%s to a %s becomes %s", async (reference, kind, id) => {
    expect(await resolve(reference, kind)).toEqual(succeeded(id));
  });

  it.each<[string, AssetKindName]>([
    ["azureml:unknown@latest", "data"],
    ["azureml:known@stable", "model"],
    ["azureml:known@latest", "code"],
    ["azureml:known", "data"],
  ])("%s to a %s leads to nothing", async (reference, kind) => {
    expect(await resolve(reference, kind)).toMatchObject({ ok: false, failure: { error: { code: "AssetNotFound" } } });
  });

  it("that cannot be looked up fails as the look-up does", async () => {
    const refusing: Assets = { ...assets, versions: async () => failing("refused", { status: 403 }) };
    const outcome = await resolveReference("azureml:known@latest", assetKinds.data, { assets: refusing, workspaceId });
    expect(outcome).toMatchObject({ ok: false, failure: { status: 403 } });
  });

  it.each([
    ["azureml:env:1", true],
    ["AzureML:env@latest", true],
    ["azureml://datastores/d/paths/p", false],
    ["https://host/file", false],
  ])("%s names an asset of the workspace: %p", (reference, expected) => {
    expect(namesAsset(reference)).toBe(expected);
  });

  it.each([
    ["azureml:Trained-With@latest", true],
    ["azureml:trained-with:3", true],
    ["azureml:trained-with-more:3", false],
    ["azureml:other:3", false],
  ])("%s refers to the asset trained-with: %p", (reference, expected) => {
    expect(refersTo(reference, "trained-with")).toBe(expected);
  });
});
