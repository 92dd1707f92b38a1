import { describe, expect, it } from "@jest/globals";
import { succeeded } from "../../src/azure/outcome.ts";
import { readServedModel } from "../../src/deployment/parts/model.ts";
import { computeId } from "../../src/job/parts/compute.ts";
import { planModel } from "../../src/release/model.ts";
import { contentProperty, modelTags } from "../../src/release/model-versions.ts";
import type { ModelDeps, PlannedModel } from "../../src/release/planned-model.ts";
import type { ReleasedRun } from "../../src/release/kind.ts";
import { problemsAt } from "../../src/compute/problems-at.ts";
import { valueAt } from "../../src/yaml/source.ts";
import { connectTo } from "../support/connect.ts";
import { nodeOf } from "../support/documents.ts";
import { checkoutOf } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** A model on its way into the workspace: from a file, a folder, a run, a registry, another workspace. */
const emulator = useEmulator({ durations: { default: 0 } });

const commit = "c".repeat(40);
const run: ReleasedRun = {
  name: "train-1",
  bestTrial: "train-1_4",
  steps: new Map([["fit", "id-of-fit"]]),
  gates: [{ metric: "accuracy", condition: "at least 0.9", value: 0.95, passed: true }],
};

/** What a declaration in a checkout with these files comes to. */
async function planned(yaml: string, files: Readonly<Record<string, string>> = {}, more: Partial<ModelDeps> = {}) {
  const { node } = nodeOf(yaml, checkoutOf(files));
  if (node === undefined) throw new Error("No YAML.");
  const { found, add } = problemsAt(node);
  const { model, promote_from: promoteFrom } = valueAt(node) as Parameters<typeof readServedModel>[0] & {
    promote_from?: Parameters<typeof readServedModel>[0]["promoteFrom"];
  };
  const read = readServedModel({ model, promoteFrom }, { node, add });
  expect([...found, ...read.problems]).toEqual([]);
  const { azure } = await connectTo(emulator);
  const outcome = await planModel(read.model, read.promoteFrom, { azure, github: { commit }, ...more });
  const ensure = async (plan: PlannedModel) => {
    const made = await plan.ensure({
      assets: azure.assets,
      datastores: azure.datastores,
      blobs: azure.blobs,
      workspaceId: azure.workspace.id,
      computeIdOf: (compute) => computeId(azure.workspace.id, compute),
      signal: new AbortController().signal,
      onProgress: () => undefined,
      beforeWriting: () => Promise.resolve(succeeded(undefined)),
    });
    if (!made.ok) throw new Error(made.failure.error.message);
    return made.value;
  };
  return { outcome, ensure, azure };
}

async function registered(...given: Parameters<typeof planned>) {
  const { outcome, ensure, azure } = await planned(...given);
  if (!outcome.ok || outcome.value === undefined) throw new Error(JSON.stringify(outcome));
  const id = await ensure(outcome.value);
  const [, name = "", version = ""] = /\/models\/([^/]+)\/versions\/([^/]+)$/.exec(id) ?? [];
  const live = await azure.assets.get("models", name, version);
  return { plan: outcome.value, name, version, properties: (live.ok ? live.value : undefined) ?? {} };
}

const writes = () =>
  emulator
    .journal()
    .filter(({ method, path }) => method === "PUT" && path.includes("/models/"))
    .map(({ path }) => path.split("/models/")[1]);
const message = ({ outcome }: Awaited<ReturnType<typeof planned>>) => (outcome.ok ? "" : outcome.failure.error.message);

describe("a model with a name", () => {
  const named = "model: { name: clf, path: model.json }\n";

  it("is registered with where it comes from, and the same bytes never again, whatever their name", async () => {
    const first = await registered(named, { "model.json": "[1]" }, { run });
    expect(first.plan.steps).toEqual([
      { action: "register", what: "the model clf, version 1", reason: "There is no version 1 of it yet." },
    ]);
    expect([first.name, first.version]).toEqual(["clf", "1"]);
    expect(first.properties["tags"]).toEqual({
      [modelTags.commit]: commit,
      [modelTags.run]: "train-1",
      [modelTags.gates]: '[{"metric":"accuracy","condition":"at least 0.9","value":0.95,"passed":true}]',
    });
    expect(first.properties["properties"]).toEqual({ [contentProperty]: first.plan.identity });

    const other = await registered(named, { "model.json": "[2]" });
    expect(other.version).toBe("2");
    expect(other.plan.identity).not.toBe(first.plan.identity);
    emulator.clearJournal();
    const again = await registered(named, { "model.json": "[1]" });
    expect([again.plan.steps, again.version, again.plan.identity]).toEqual([[], "1", first.plan.identity]);
    expect(writes()).toEqual([]);
  });

  it("is found again on whatever page of the list it is", async () => {
    await registered(named, { "model.json": "first" });
    const { azure } = await connectTo(emulator);
    for (let number = 2; number <= 40; number += 1)
      await azure.assets.put("models", "clf", String(number), { properties: { modelUri: `azureml://x/${number}` } });
    expect((await registered(named, { "model.json": "first" })).version).toBe("1");
    expect((await registered(named, { "model.json": "new" })).version).toBe("41");
  });

  it("that names its version is that version, or an error where it has other bytes", async () => {
    const seventh = (bytes: string) =>
      planned("model: { name: clf, version: 7, path: model.json }\n", { "model.json": bytes });
    const first = await seventh("one");
    if (!first.outcome.ok || first.outcome.value === undefined) throw new Error(message(first));
    expect(await first.ensure(first.outcome.value)).toMatch(/\/models\/clf\/versions\/7$/);
    const same = await seventh("one");
    expect(same.outcome).toMatchObject({
      ok: true,
      value: { steps: [], id: expect.stringMatching(/clf\/versions\/7$/) },
    });
    expect(message(await seventh("two"))).toBe(
      "Version 7 of the model 'clf' exists with other bytes, and a version cannot be changed. Raise version, or leave it out.",
    );
  });

  it("that others register at the same time is registered under the next number", async () => {
    const { outcome, ensure, azure } = await planned(named, { "model.json": "ours" });
    if (!outcome.ok || outcome.value === undefined) throw new Error("Not planned.");
    await azure.assets.put("models", "clf", "1", { properties: { modelUri: "azureml://theirs", modelType: "x" } });
    expect(await ensure(outcome.value)).toMatch(/\/models\/clf\/versions\/2$/);
  });
});

describe("a model without a name", () => {
  it("is anonymous, and of the same bytes the same one", async () => {
    const one = await registered("model: { path: m }\n", { "m/a": "1" });
    const two = await registered("model: { path: m }\n", { "m/a": "1" });
    expect(one.properties["isAnonymous"]).toBe(true);
    expect([two.name, two.version]).toEqual([one.name, one.version]);
    expect((await registered("model: { path: m }\n", { "m/a": "2" })).name).not.toBe(one.name);
  });

  it("is registered once, whichever commit and run it is deployed from", async () => {
    const one = await registered("model: { path: m }\n", { "m/a": "1" });
    emulator.clearJournal();
    const two = await registered("model: { path: m }\n", { "m/a": "1" }, { github: { commit: "d".repeat(40) }, run });
    expect([two.name, two.version]).toEqual([one.name, one.version]);
    expect(writes()).toEqual([]);
  });
});

describe("a model of a run", () => {
  const of = (what: string) =>
    `model: { name: clf, path: "azureml://jobs/\${{run.${what}}}/outputs/artifacts/paths/model/" }\n`;

  it.each([
    ["name", "train-1"],
    ["best", "train-1_4"],
    ["steps.fit", "id-of-fit"],
  ])("is that of the run which the command trained: run.%s", async (what, job) => {
    const { properties } = await registered(of(what), {}, { run });
    expect(properties["jobName"]).toBe(job);
    expect((properties["tags"] as Record<string, string>)[modelTags.run]).toBe(job);
    emulator.clearJournal();
    expect((await registered(of(what), {}, { run })).plan.steps).toEqual([]);
    expect(writes()).toEqual([]);
  });

  it("is found by its run and path where somebody else has registered it", async () => {
    const { azure } = await connectTo(emulator);
    await azure.assets.put("models", "clf", "3", {
      properties: { modelUri: "azureml://jobs/train-1/outputs/artifacts/paths/model/", modelType: "custom_model" },
    });
    expect((await registered(of("name"), {}, { run })).version).toBe("3");
  });

  it("is an error where there is no such run, and comes later where the run is still to come", async () => {
    expect(message(await planned(of("name")))).toMatch(/this command has trained or joined none\. Declare run/);
    expect(message(await planned(of("best"), {}, { run: { name: "r", steps: new Map(), gates: [] } }))).toMatch(
      /The run r has no best trial/,
    );
    expect(message(await planned(of("steps.other"), {}, { run }))).toMatch(/The run train-1 has no step "other"/);
    const { outcome } = await planned(of("name"), {}, { isRunToCome: true });
    expect(outcome).toMatchObject({
      ok: true,
      value: { steps: [{ action: "register", what: "the model clf, a new version" }] },
    });
  });
});

describe("a model that is there", () => {
  it("is told by its content, so that another version of the same bytes is the same model", async () => {
    const made = await registered("model: { name: clf, path: m }\n", { m: "1" });
    const byVersion = await planned("model: azureml:clf:1\n");
    const byLabel = await planned("model: azureml:clf@latest\n");
    for (const { outcome } of [byVersion, byLabel])
      expect(outcome).toMatchObject({
        ok: true,
        value: { identity: made.plan.identity, steps: [], id: expect.stringMatching(/\/clf\/versions\/1$/) },
      });
    expect(message(await planned("model: azureml:clf:9\n"))).toMatch(/has no version 9; its newest is 1/);
    expect((await planned("model: azureml://registries/shared/models/clf/versions/3\n")).outcome).toMatchObject({
      ok: true,
      value: { id: "azureml://registries/shared/models/clf/versions/3", steps: [] },
    });
  });
});

describe("promotion", () => {
  const staging = { name: "mlw-two", resourceGroup: "rg-ml" };
  const source = { modelUri: "azureml://datastores/workspaceblobstore/paths/m", modelType: "mlflow_model" };

  it("from another workspace registers the model here without its bytes, and once", async () => {
    emulator.addWorkspace(staging);
    emulator.putModelElsewhere(staging, "clf", "1", source);
    const yaml =
      "model: { name: prod, tags: { a: b } }\npromote_from: { workspace: mlw-two, model: azureml:clf@latest }\n";
    const made = await registered(yaml);
    expect([made.name, made.version]).toEqual(["prod", "1"]);
    expect(made.properties).toMatchObject({
      modelUri:
        "azureml://subscriptions/33333333-3333-4333-8333-333333333333/resourcegroups/rg-ml/workspaces/mlw-two/datastores/workspaceblobstore/paths/m",
      modelType: "mlflow_model",
      tags: { a: "b", [modelTags.promotedFrom]: expect.stringMatching(/mlw-two\/models\/clf\/versions\/1$/) },
    });
    emulator.clearJournal();
    expect((await registered(yaml)).plan.steps).toEqual([]);
    expect(writes()).toEqual([]);
    emulator.putModelElsewhere(staging, "clf", "2", { ...source, modelUri: `${source.modelUri}2` });
    expect((await registered(yaml)).version).toBe("2");
  });

  it("that others register at the same time is registered under the next number, or taken from them", async () => {
    emulator.addWorkspace(staging);
    emulator.putModelElsewhere(staging, "clf", "1", source);
    const yaml = "promote_from: { workspace: mlw-two, model: azureml:clf:1 }\n";
    const [one, two] = [await planned(yaml), await planned(yaml)];
    if (!one.outcome.ok || !two.outcome.ok || one.outcome.value === undefined || two.outcome.value === undefined)
      throw new Error("Not planned.");
    await one.azure.assets.put("models", "clf", "1", { properties: { modelUri: "azureml://theirs", modelType: "x" } });
    expect(await one.ensure(one.outcome.value)).toMatch(/\/models\/clf\/versions\/2$/);
    expect(await two.ensure(two.outcome.value)).toMatch(/\/models\/clf\/versions\/2$/);
  });

  it("from a registry registers nothing; of a model that is not there it says so", async () => {
    emulator.addWorkspace(staging);
    const { outcome } = await planned("promote_from: azureml://registries/shared/models/clf/versions/3\n");
    expect(outcome).toMatchObject({ ok: true, value: { steps: [] } });
    expect(message(await planned("promote_from: { workspace: mlw-two, model: azureml:absent:1 }\n"))).toMatch(
      /The workspace 'mlw-two' has no model absent:1/,
    );
  });
});
