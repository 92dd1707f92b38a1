import { describe, expect, it } from "@jest/globals";
import { deploymentTypes } from "../../src/deployment/deployment.ts";
import { neededFor } from "../../src/permissions/needs.ts";
import { isError } from "../../src/yaml/problem.ts";
import { declare } from "../support/declare.ts";
import { workspace } from "../support/targets.ts";

/** What an identity needs to deploy what these declarations say, below `…/workspaces/`. */
const files = { "src/score.py": "", "model.json": "{}", "request.json": "{}", "data.csv": "1\n" };
const scoring =
  "code_configuration: { code: src, scoring_script: score.py }, environment: { image: ubuntu }, model: { name: clf, path: model.json }";
const request = "tests: [{ request: request.json }]";
const service = `name: clf, ${scoring}, ${request}`;
const online = (endpoint: string, more: string) =>
  `endpoint: { name: clf-ep, ${endpoint} }, deployment: { name: blue, ${scoring}, instance_count: 1${more} }, ${request}`;

async function needed(yaml: string) {
  const { deployments, problems } = await declare({ ...files, "azureml.yml": `deploy: ${yaml}\n` });
  expect(problems.filter(isError)).toEqual([]);
  return neededFor(
    { targets: [], assets: [], deployments },
    { workspace, store: { by: "secret" }, vaults: [], downloads: false, removes: false },
  ).map(({ action, level, plane }) => {
    const below = action.replace("Microsoft.MachineLearningServices/workspaces/", "");
    return `${level === "required" ? "" : "? "}${plane === "data" ? "data " : ""}${below}`;
  });
}

const uploads = ["models/write", "models/versions/write", "codes/versions/write", "environments/versions/write"];

const cases: Readonly<Record<string, { readonly yaml: string; readonly actions: readonly string[] }>> = {
  managed: {
    yaml: `{ type: managed, ${online("auth_mode: key", ", instance_type: Standard_DS3_v2")} }`,
    actions: [
      ...["onlineEndpoints/write", "onlineEndpoints/deployments/write", "onlineEndpoints/deployments/delete"],
      ...["onlineEndpoints/listKeys/action", "datastores/listsecrets/action", ...uploads],
    ],
  },
  kubernetes: {
    yaml: `{ type: kubernetes, ${online("auth_mode: aml_token, compute: azureml:k8s", "")} }`,
    actions: ["onlineEndpoints/write", "onlineEndpoints/deployments/delete", "onlineEndpoints/token/action"],
  },
  batch: {
    yaml: `{ type: batch, endpoint: { name: clf-batch }, deployment: { name: nightly, type: model, compute: azureml:cpu, ${scoring} }, tests: [{ inputs: { data: { type: uri_file, path: data.csv } } }] }`,
    actions: [
      ...["batchEndpoints/write", "batchEndpoints/deployments/write", "batchEndpoints/deployments/delete"],
      ...["batchEndpoints/deployments/jobs/write", "jobs/read"],
    ],
  },
  aci: {
    yaml: `{ type: aci, ${service}, cpu_cores: 1, memory_gb: 1 }`,
    actions: ["services/aci/write", "services/aci/delete", "services/aci/listkeys/action", "metadata/artifacts/write"],
  },
  aks: {
    yaml: `{ type: aks, ${service}, compute: azureml:aks1 }`,
    actions: ["services/aks/write", "services/aks/delete", "services/aks/listkeys/action"],
  },
  local: { yaml: `{ type: local, ${service} }`, actions: [] },
};

describe("the rights that a deployment needs", () => {
  it("are said here of every type", () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(deploymentTypes).sort());
  });

  it.each(Object.entries(cases))("are those of its writes, its tests and its roll-back: %s", async (_, one) => {
    expect(await needed(one.yaml)).toEqual(expect.arrayContaining([...one.actions]));
  });

  it("of what the runner serves are none", async () => {
    expect(await needed(cases["local"]?.yaml ?? "")).toEqual(["read", "computes/read"]);
  });

  it("to score with an Entra token are rights on data", async () => {
    const yaml = `{ type: managed, ${online("auth_mode: aad_token", ", instance_type: Standard_DS3_v2")} }`;
    expect(await needed(yaml)).toContain("data onlineEndpoints/score/action");
  });

  it("of named environments and collected data are those to register them", async () => {
    const named = "environment: { name: infer, image: ubuntu }";
    const collected = ', data_collector: { collections: { model_inputs: { enabled: "true" } } }';
    const yaml = `{ type: managed, ${online("auth_mode: key", `, instance_type: Standard_DS3_v2${collected}`)} }`;
    expect(await needed(yaml.replace("environment: { image: ubuntu }", named))).toEqual(
      expect.arrayContaining([
        ...["environments/read", "environments/write", "environments/versions/read", "environments/versions/write"],
        ...["data/read", "data/write", "data/versions/read", "data/versions/write"],
      ]),
    );
  });

  it("of a promoted model are those to register it", async () => {
    const yaml =
      "{ type: managed, endpoint: { name: clf-ep }, deployment: { name: blue, instance_type: Standard_DS3_v2, instance_count: 1, model: { name: clf } }, promote_from: { workspace: mlw-two, model: azureml:clf:1 } }";
    expect(await needed(yaml)).toEqual(expect.arrayContaining(["models/read", "models/versions/write"]));
  });
});
