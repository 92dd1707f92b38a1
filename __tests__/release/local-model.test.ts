import { beforeEach, describe, expect, it } from "@jest/globals";
import { mkdtempSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { seeded } from "../../emulator/settings.ts";
import { connect } from "../../src/azure/azure.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { read } from "../../src/deployment/local/local.ts";
import { signInOf } from "../../src/identity.ts";
import { readInputs } from "../../src/inputs.ts";
import { findModel } from "../../src/release/on-runner/model-folder.ts";
import { fastClock } from "../faults/fast-clock.ts";
import { nodeOf } from "../support/documents.ts";
import { checkoutOf } from "../support/step.ts";
import { putArtifacts } from "../support/storage.ts";
import { useStand } from "../support/use-stand.ts";

const stand = useStand();

const azure = () => {
  const environment = { INPUT_COMMAND: "deploy", ...stand.environment };
  const { subscriptionId, resourceGroup, workspace: name } = seeded;
  return connect(
    { subscriptionId, resourceGroup, name },
    {
      ...signInOf(readInputs(environment), environment),
      clock: fastClock(),
      random: Math.random,
      signal: new AbortController().signal,
      mask: () => undefined,
    },
  );
};

/** What the server would find below `AZUREML_MODEL_DIR`. */
async function placed(model: string, files: Readonly<Record<string, string>> = {}) {
  const yaml = `type: local\nname: clf\nmodel: ${model}\ncode_configuration: { code: src, scoring_script: score.py }\n`;
  const { node } = nodeOf(yaml, checkoutOf({ "src/score.py": "", ...files }), "deploy.yml");
  if (node === undefined) throw new Error("no YAML");
  const { deployment, problems } = read({ settings: node });
  if (deployment?.model === undefined) throw new Error(JSON.stringify(problems));
  const found = await findModel(deployment.model, await azure(), (address) =>
    succeeded(address.replace("${{run.name}}", "run-1")),
  );
  if (!found.ok) return found.failure.error.message;
  const folder = mkdtempSync(join(tmpdir(), "model-"));
  const put = await found.value.put(folder);
  if (!put.ok) return put.failure.error.message;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = entries.flatMap((entry) => {
    const file = join(entry.parentPath, entry.name);
    return entry.isFile() ? [[relative(folder, file), readFileSync(file, "utf8")] as const] : [];
  });
  return {
    identity: found.value.identity,
    ...(found.value.id === undefined ? {} : { id: found.value.id }),
    files: Object.fromEntries(texts),
  };
}

describe("the model of a deployment on the runner", () => {
  beforeEach(async () => {
    const { emulator } = stand;
    await emulator.putBlob("models/clf/model/MLmodel", "flavors");
    await emulator.putBlob("models/clf/model/data/weights", "1");
    await emulator.putBlob("models/clf/model-2/MLmodel", "of another one");
    const path = "azureml://datastores/workspaceblobstore/paths/models/clf";
    emulator.putAsset("models", "clf", "1", { modelUri: `${path}/model`, modelType: "mlflow_model" });
    emulator.putAsset("models", "clf", "2", { modelUri: `${path}/model/data/weights`, modelType: "custom_model" });
    await putArtifacts(stand, "run-1", {
      "outputs/model/one": "1",
      "outputs/model/deep/two": "2",
      "outputs/model.pkl": "3",
    });
  });

  const folder = { "model/MLmodel": "flavors", "model/data/weights": "1" };

  it.each([
    { what: "a registered folder", model: "azureml:clf:1", expected: folder },
    { what: "a registered file", model: "azureml:clf:2", expected: { weights: "1" } },
    { what: "the newest version", model: "azureml:clf@latest", expected: { weights: "1" } },
    {
      what: "a folder of a datastore",
      model: '{ path: "azureml://datastores/workspaceblobstore/paths/models/clf/model/" }',
      expected: folder,
    },
    {
      what: "a folder that a run has written",
      model: '{ path: "azureml://jobs/${{run.name}}/outputs/artifacts/paths/outputs/model/" }',
      expected: { "model/one": "1", "model/deep/two": "2" },
    },
    {
      what: "a file that a run has written",
      model: '{ path: "azureml://jobs/run-1/outputs/artifacts/paths/outputs/model.pkl" }',
      expected: { "model.pkl": "3" },
    },
    {
      what: "what MLflow names",
      model: '{ path: "runs:/run-1/outputs/model" }',
      expected: { "model/one": "1", "model/deep/two": "2" },
    },
    { what: "a file of the checkout", model: "{ path: m.txt }", expected: { "m.txt": "m" } },
    { what: "a folder of the checkout", model: "{ path: m }", expected: { "m/a": "a", "m/b/c": "c" } },
  ])("is put in place: $what", async ({ model, expected }) => {
    expect(await placed(model, { "m.txt": "m", "m/a": "a", "m/b/c": "c" })).toMatchObject({ files: expected });
  });

  it("is known by its version where it is registered, and by its bytes where it is here", async () => {
    expect(await placed("azureml:clf@latest")).toMatchObject({
      id: expect.stringMatching(/\/models\/clf\/versions\/2$/) as unknown,
    });
    const one = await placed("{ path: m.txt }", { "m.txt": "m" });
    const same = await placed("{ path: m.txt }", { "m.txt": "m" });
    const other = await placed("{ path: m.txt }", { "m.txt": "n" });
    expect(one).toEqual(same);
    expect(one).not.toMatchObject({ identity: (other as { readonly identity: string }).identity });
  });

  it.each([
    { model: "azureml:nobody:1", says: "no model nobody:1" },
    { model: '{ path: "azureml://jobs/run-1/outputs/artifacts/paths/nothing/" }', says: "nothing at" },
    { model: '{ path: "azureml://datastores/workspaceblobstore/paths/nothing" }', says: "nothing at" },
    {
      model:
        "azureml:/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/other/models/clf/versions/1",
      says: "is not in the workspace",
    },
  ])("$model is told of: $says", async ({ model, says }) => {
    expect(await placed(model)).toContain(says);
  });
});
