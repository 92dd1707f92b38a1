import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import * as batch from "../../../src/deployment/batch/batch.ts";
import type { BatchDeployment } from "../../../src/deployment/batch/definition.ts";
import { toBatchDeploymentRequest, toBatchEndpointRequest } from "../../../src/deployment/batch/request.ts";
import type { ResolvedDeployment } from "../../../src/deployment/resolved.ts";
import { entryOf, shown } from "../support/entry.ts";

const nightly = `type: batch
endpoint: { name: Clf-Batch, defaults: { deployment_name: old } }
deployment:
  name: nightly
  type: model
  model: azureml:clf:1
  code_configuration: { code: src, scoring_script: score.py }
  environment: { image: i.azurecr.io/i:1 }
  compute: azureml:cpu-cluster
  resources: { instance_count: 1 }
  settings:
    mini_batch_size: 10
    output_action: append_row
    retry_settings: { max_retries: 2, timeout: 90 }
    environment_variables: { TOKEN: { env: SCORE_TOKEN } }
set_default: false
tests:
  - inputs: { data: { type: uri_file, path: "azureml://datastores/workspaceblobstore/paths/in.csv" } }
`;

function readBatch(mapping: string): BatchDeployment {
  const { deployment, problems } = batch.read(entryOf(mapping));
  if (deployment === undefined) throw new Error(shown(problems).join("\n"));
  return deployment;
}

const resolved: ResolvedDeployment = {
  location: "eastus",
  idOf: (where) => `id-of-${where}`,
  computeIdOf: (compute) => `compute-${compute}`,
  valueOf: () => "secret",
  provenance: { properties: {}, tags: {} },
};

describe("a batch deployment of a model", () => {
  it("is an endpoint, a deployment, and whether it becomes the default", () => {
    expect(readBatch(nightly)).toMatchObject({
      type: "batch",
      endpointName: "clf-batch",
      endpoint: { name: "clf-batch", defaultDeployment: "old" },
      deployment: { of: "model", name: "nightly", compute: "cpu-cluster" },
      setDefault: false,
      tests: [{ kind: "invocation" }],
    });
    expect(readBatch("endpoint: { name: clf-batch }").setDefault).toBe(true);
  });

  it("says what it uses", () => {
    const deployment = readBatch(nightly);
    expect(batch.assetsOf(deployment).map(({ where }) => where)).toEqual(["code", "environment"]);
    expect(batch.modelOf(deployment)).toMatchObject({ reference: "azureml:clf:1" });
    expect(batch.computesOf(deployment)).toMatchObject([
      { compute: "cpu-cluster", types: ["AmlCompute", "Kubernetes"], where: { path: ["compute"] } },
    ]);
    expect(batch.secretsOf(deployment)).toMatchObject([
      {
        name: "TOKEN",
        where: {
          node: { path: ["deploy", "deployment", "settings"] },
          path: ["environment_variables", "TOKEN"],
        },
      },
    ]);
  });

  it("becomes the requests of az ml", () => {
    const { endpoint, deployment } = readBatch(nightly);
    if (endpoint === undefined || deployment === undefined) throw new Error("incomplete");
    expect(toBatchEndpointRequest(endpoint, resolved, "nightly").properties).toEqual({
      authMode: "aadToken",
      properties: {},
      defaults: { deploymentName: "nightly" },
    });
    expect(toBatchDeploymentRequest(deployment, resolved).properties).toEqual({
      compute: "compute-cpu-cluster",
      codeConfiguration: { codeId: "id-of-code", scoringScript: "score.py" },
      environmentId: "id-of-environment",
      environmentVariables: { TOKEN: "secret" },
      miniBatchSize: 10,
      model: { referenceType: "Id", assetId: "id-of-model" },
      outputAction: "AppendRow",
      properties: {},
      resources: { instanceCount: 1, properties: {} },
      retrySettings: { maxRetries: 2, timeout: "PT1M30S" },
    });
  });

  it.each([
    [
      "deployment: { name: n-1, endpoint_name: b-1, type: model, compute: azureml:c, settings: {} }",
      'azureml.yml:2:91: The key "mini_batch_size" is missing. Add mini_batch_size. [missing-key]',
    ],
    [
      "deployment: { name: n-1, endpoint_name: b-1, type: model, settings: { mini_batch_size: 1 } }",
      'azureml.yml:2:15: The key "compute" is missing. Add compute. [missing-key]',
    ],
    [
      "deployment: { name: n-1, endpoint_name: b-1, compute: c, output_action: summary_only, output_file_name: a }",
      "azureml.yml:2:107: With summary_only no file of predictions is written. Remove output_file_name, or use output_action: append_row. [wrong-key]",
    ],
    [
      "deployment: { name: n-1, endpoint_name: b-1, type: model, compute: c, resources: { instance_count: 1 }, settings: { mini_batch_size: 1, instance_count: 2 } }",
      "azureml.yml:2:155: The number of instances is given by settings.instance_count and by resources. Keep resources alone. [said-twice]",
    ],
    [
      "deployment: { name: n-1, endpoint_name: b-1, type: model, compute: c, error_threshold: 1, settings: { mini_batch_size: 1 } }",
      "azureml.yml:2:90: error_threshold is ignored beside settings, as with az ml. Write it below settings. [unused-key]",
    ],
    [
      "endpoint: { name: clf-batch, auth_mode: key }",
      "azureml.yml:2:43: Batch endpoints authenticate callers by identity only, not by key. Write auth_mode: aad_token, or leave it out. [wrong-value]",
    ],
    [
      "endpoint: { name: clf-batch }\nstrategy: replace",
      'azureml.yml:3:3: Unknown key "strategy". Use one of tests, keep_failed, promote_from, timeout, type, endpoint, deployment, set_default. [unknown-key]',
    ],
    [
      "endpoint: { name: clf-batch }\ntests: [{ request: one.json }]",
      "azureml.yml:3:22: request is for tests of online deployments and web services: a batch deployment is invoked. Write inputs: { data: { type: uri_file, path: … } }. [wrong-test]",
    ],
  ])("%s is told at its place", (mapping, problem) => {
    expect(shown(batch.read(entryOf(mapping)).problems)).toEqual([problem]);
  });
});

describe("a batch deployment of a pipeline component", () => {
  const pipeline = (component: string) =>
    `deployment:\n  name: nightly\n  endpoint_name: clf-batch\n  type: pipeline\n  ${component}\n  settings: { default_compute: azureml:cpu }\n`;

  it.each([
    ["component: azureml:comp:1", { reference: "azureml:comp:1" }],
    [
      "component: azureml://registries/r/components/c/versions/1",
      { reference: "azureml://registries/r/components/c/versions/1" },
    ],
    ["component: pipeline.yml", { declared: { isGraph: true } }],
    [
      "component: { type: pipeline, jobs: { one: { type: command, command: echo, environment: azureml:e:1 } } }",
      { declared: { isGraph: true } },
    ],
    ["job_definition: azureml:some-job", { declared: { isGraph: true } }],
  ])("may be %s", (component, use) => {
    const deployment = readBatch(pipeline(component));
    expect(batch.assetsOf(deployment)).toMatchObject([{ kind: "component", where: "component", ...use }]);
    expect(batch.modelOf(deployment)).toBeUndefined();
    expect(batch.computesOf(deployment)).toMatchObject([
      { compute: "cpu", where: { path: ["settings", "default_compute"] } },
    ]);
    if (deployment.deployment === undefined) throw new Error("incomplete");
    expect(toBatchDeploymentRequest(deployment.deployment, resolved).properties).toMatchObject({
      deploymentConfiguration: {
        deploymentConfigurationType: "PipelineComponent",
        componentId: { referenceType: "Id", assetId: "id-of-component" },
        settings: { default_compute: "azureml:cpu" },
      },
      errorThreshold: -1,
      miniBatchSize: 10,
    });
  });

  it.each([
    [
      "component: file:pipeline.yml",
      "azureml.yml:6:16: az ml expects only the path of the component here. Write component: pipeline.yml. [wrong-reference]",
    ],
    [
      "tags: {}",
      'azureml.yml:3:5: The key "component" is missing. Add component: a pipeline component\'s file, or azureml:NAME:VERSION. [missing-key]',
    ],
    [
      "job_definition: some-job",
      'azureml.yml:6:21: "some-job" is not a job of the workspace. Write job_definition: azureml:NAME. [wrong-reference]',
    ],
    [
      "compute: azureml:cpu",
      'azureml.yml:6:5: Unknown key "compute". Use one of name, endpoint_name, type, description, tags, component, job_definition, settings. [unknown-key]',
    ],
  ])("may not be %s", (component, problem) => {
    expect(shown(batch.read(entryOf(pipeline(component))).problems)).toEqual([problem]);
  });

  it("names the computes of its steps, each with the types that run them", () => {
    const step = "{ type: command, command: echo, environment: azureml:e:1, compute: azureml:gpu }";
    const computes = batch.computesOf(readBatch(pipeline(`component: { type: pipeline, jobs: { one: ${step} } }`)));
    expect(computes).toMatchObject([{ compute: "cpu" }, { compute: "gpu", where: { path: ["component"] } }]);
    expect(computes[1]?.types).toContain("amlcompute");
  });

  it("serves no model that could be promoted", () => {
    const mapping = `${pipeline("component: azureml:comp:1")}promote_from: { workspace: w, model: azureml:m:1 }`;
    expect(shown(batch.read(entryOf(mapping)).problems)).toEqual([
      "azureml.yml:8:17: A pipeline component serves no model that could be promoted. Remove promote_from. [wrong-key]",
    ]);
  });
});

it("reads any JSON without a throw, and says where what is wrong with it", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), fc.json({ maxDepth: 3 }), (endpoint, deployment) => {
      const { deployment: made, problems } = batch.read(entryOf(`endpoint: ${endpoint}\ndeployment: ${deployment}`));
      if (made === undefined) expect(problems).not.toEqual([]);
      for (const { where } of problems) expect(where?.file).toBe("azureml.yml");
    }),
    { numRuns: 60 },
  );
});
