import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import * as kubernetes from "../../../src/deployment/online/kubernetes.ts";
import * as managed from "../../../src/deployment/online/managed.ts";
import { collectedData } from "../../../src/deployment/online/data-collector.ts";
import type { OnlineDeployment } from "../../../src/deployment/online/definition.ts";
import { toDeploymentRequest, toEndpointRequest } from "../../../src/deployment/online/request.ts";
import type { ResolvedDeployment } from "../../../src/deployment/resolved.ts";
import { entryOf, shown } from "../support/entry.ts";

const blue = `type: managed
endpoint:
  name: clf-ep
  auth_mode: key
  traffic: { Blue: 100, green: 0 }
deployment:
  name: blue
  model: { name: clf, path: model/model.json }
  code_configuration: { code: src, scoring_script: score.py }
  environment: { image: i.azurecr.io/i:1 }
  environment_variables: { N: 1, TOKEN: { env: SCORE_TOKEN } }
  instance_type: Standard_DS3_v2
  instance_count: 1
  data_collector: { collections: { model_inputs: { enabled: "true" } } }
strategy: { type: canary, steps: [10, 100], wait: 60 }
tests:
  - { request: one.json, response: { predictions: [3] }, calls: 5 }
keep_failed: true
timeout: 600
`;

function readManaged(mapping: string): OnlineDeployment {
  const { deployment, problems } = managed.read(entryOf(mapping));
  if (deployment === undefined) throw new Error(shown(problems).join("\n"));
  return deployment;
}

const resolved: ResolvedDeployment = {
  location: "eastus",
  idOf: (where) => `id-of-${where}`,
  computeIdOf: (compute) => `compute-${compute}`,
  valueOf: ({ where }) => `value-at-${where.line}`,
  provenance: { properties: { "azureml-targets.digest": "d" }, tags: { "azureml-targets.commit": "c" } },
};

describe("a managed online deployment", () => {
  it("is an endpoint, a deployment, and how it is released", () => {
    expect(readManaged(blue)).toMatchObject({
      type: "managed",
      endpointName: "clf-ep",
      endpoint: { name: "clf-ep", authMode: "Key", traffic: { blue: 100 } },
      deployment: { name: "blue", instanceType: "Standard_DS3_v2", instanceCount: 1, scoringScript: "score.py" },
      strategy: { type: "canary", steps: [10, 100], waitSeconds: 60 },
      tests: [{ kind: "request", calls: 5 }],
      keepFailed: true,
      timeoutSeconds: 600,
    });
  });

  it("says what it uses: code and environment by their places, its model, its secrets", () => {
    const deployment = readManaged(blue);
    expect(managed.assetsOf(deployment).map(({ where }) => where)).toEqual(["code", "environment"]);
    expect(managed.modelOf(deployment)).toMatchObject({ from: "declared", name: "clf" });
    expect(managed.computesOf(deployment)).toEqual([]);
    expect(managed.secretsOf(deployment)).toMatchObject([
      { name: "TOKEN", reference: { from: "env", name: "SCORE_TOKEN" } },
    ]);
  });

  it("becomes requests in which what we add stands in properties and tags alone", () => {
    const { endpoint, deployment } = readManaged(blue);
    if (endpoint === undefined || deployment === undefined) throw new Error("incomplete");
    expect(toEndpointRequest(endpoint, resolved, { traffic: { blue: 90, Green: 10 }, mirrorTraffic: {} })).toEqual({
      location: "eastus",
      tags: { "azureml-targets.commit": "c" },
      identity: { type: "SystemAssigned" },
      properties: {
        authMode: "Key",
        properties: { "azureml-targets.digest": "d" },
        traffic: { blue: 90, green: 10 },
        mirrorTraffic: {},
      },
    });
    expect(toDeploymentRequest(deployment, "managed", resolved)).toEqual({
      location: "eastus",
      tags: { "azureml-targets.commit": "c" },
      sku: { name: "Default", capacity: 1 },
      properties: {
        endpointComputeType: "Managed",
        appInsightsEnabled: false,
        codeConfiguration: { codeId: "id-of-code", scoringScript: "score.py" },
        environmentId: "id-of-environment",
        model: "id-of-model",
        environmentVariables: { TOKEN: "value-at-12", N: 1 },
        instanceType: "Standard_DS3_v2",
        dataCollector: {
          collections: {
            model_inputs: {
              dataCollectionMode: "enabled",
              dataId: "id-of-data_collector.collections.model_inputs",
            },
          },
        },
        properties: { "azureml-targets.digest": "d" },
      },
    });
  });

  it("has the model that is promoted in its request, where it declares none", () => {
    const promoted = readManaged(
      `deployment: { name: blue, endpoint_name: clf-ep, model: { name: clf }, instance_type: Standard_DS3_v2 }
promote_from: { workspace: staging, model: azureml:clf:1 }
`,
    );
    expect(promoted).toMatchObject({ promoteFrom: { from: "workspace", name: "clf" } });
    expect(managed.modelOf(promoted)).toBeUndefined();
    if (promoted.deployment === undefined) throw new Error("incomplete");
    expect(toDeploymentRequest(promoted.deployment, "managed", resolved)).toMatchObject({
      properties: { model: "id-of-model" },
    });
  });

  it("collects data as assets of the names that az ml gives them", () => {
    const { deployment } = readManaged(blue);
    expect(collectedData(deployment?.dataCollector, "clf-ep", "green")).toMatchObject([
      {
        where: "data_collector.collections.model_inputs",
        asset: {
          name: "clf-ep-green-model_inputs",
          version: "1",
          definition: {
            location: {
              address: "azureml://datastores/workspaceblobstore/paths/modelDataCollector/clf-ep/green/model_inputs",
            },
          },
        },
      },
    ]);
  });

  it("registers an environment that has a name, in place or in a file", () => {
    const inFile = blue.replace("environment: { image: i.azurecr.io/i:1 }", "environment: file:env.yml");
    const inPlace = blue.replace("{ image: i.azurecr.io/i:1 }", "{ name: infer, image: i.azurecr.io/i:1 }");
    expect(readManaged(inFile).deployment?.namedEnvironment).toMatchObject({ name: "infer", version: "4" });
    expect(readManaged(inPlace).deployment?.namedEnvironment).toMatchObject({ name: "infer" });
    expect(readManaged(blue).deployment?.namedEnvironment).toBeUndefined();
  });

  it("tells every problem of the mapping, the endpoint and the deployment at once, each at its place", () => {
    const { deployment, problems } = managed.read(
      entryOf(`type: managed
endpoint:
  name: clf
  traffic: { blue: 90 }
  colour: red
deployment:
  name: blue
  endpoint_name: other
  model: azureml:clf
  code_configuration: { code: src, scoring_script: none.py }
strategy: fast
tests: [{ request: none.json }]
`),
    );
    expect(deployment).toBeUndefined();
    expect(shown(problems)).toEqual([
      'azureml.yml:12:13: "fast" is not one of the values allowed here. Use replace, blue-green, canary or shadow. [wrong-value]',
      'azureml.yml:6:5: Unknown key "colour". Use one of name, description, tags, properties, auth_mode, identity, traffic, mirror_traffic, public_network_access. [unknown-key]',
      'azureml.yml:8:5: The key "instance_type" is missing. Add instance_type. [missing-key]',
    ]);
  });

  it.each([
    [
      "endpoint: { name: clf }\ndeployment: { name: blue, endpoint_name: other, instance_type: s }",
      'azureml.yml:3:44: The deployment is for the endpoint "other", and the one beside it is "clf". Write endpoint_name: clf, or leave it out. [unlike-endpoint]',
    ],
    [
      "deployment: { name: blue, instance_type: s }",
      'azureml.yml:2:15: The key "endpoint_name" is missing. Add it, or give it by the input set: deploy.endpoint_name=NAME. [missing-key]',
    ],
    [
      "deployment: { name: blue, endpoint_name: clf, instance_type: s, model: { path: azureml://datastores/d/paths/m, type: mlflow_model } }",
      "azureml.yml:2:74: A model at an address needs a name. Add name: it is registered under it. [missing-key]",
    ],
    [
      "keep_failed: true",
      "azureml.yml:2:3: There is neither an endpoint nor a deployment. Add endpoint, deployment, or both. [missing-key]",
    ],
    [
      "endpoint: { name: clf, traffic: { blue: 90, green: 20 } }",
      "azureml.yml:2:35: The percentages add up to 110. Let them add up to 100; a deployment that gets nothing may be left out. [wrong-traffic]",
    ],
    [
      "endpoint: { name: clf, mirror_traffic: { blue: 60 } }",
      'azureml.yml:2:50: The share of "blue" is 60 %. Use a percentage from 0 to 50. [wrong-traffic]',
    ],
    [
      "deployment: { name: blue, endpoint_name: clf, instance_type: s, scale_settings: { type: target_utilization } }",
      "azureml.yml:2:91: A managed online deployment scales by rules of Azure Monitor, not by target_utilization. Write type: default, or remove scale_settings; autoscale rules are set on the deployment in Azure Monitor. [wrong-value]",
    ],
  ])("%s is refused at its place", (mapping, problem) => {
    expect(shown(managed.read(entryOf(mapping)).problems)).toEqual([problem]);
  });

  it.each([
    [
      "model: { path: model/ }",
      "The model is of type custom_model, which needs an environment and a scoring script. Add environment and code_configuration.",
    ],
    [
      "model: { path: mlflow/ }",
      "The model is of type custom_model, which needs an environment and a scoring script. Write type: mlflow_model: the folder has a file MLmodel.",
    ],
    [
      "model: { path: model/ }, environment: { image: i }",
      "The environment says no routes of a server of its own, and there is no scoring script. Add code_configuration, or inference_config to the environment.",
    ],
    [
      "model: azureml:m:1, code_configuration: { code: src, scoring_script: score.py }",
      "There is a scoring script, but no environment to run it in. Add environment.",
    ],
    ["model: { path: mlflow/, type: mlflow_model }", undefined],
    ["model: { path: model/ }, environment: azureml:e:1", undefined],
    ["environment: { image: i }", undefined],
  ])("with %s is warned of what it cannot do without", (keys, warning) => {
    const { problems } = managed.read(
      entryOf(`deployment: { name: blue, endpoint_name: clf, instance_type: s, ${keys} }`),
    );
    expect(problems.map(({ severity, message, fix }) => `${severity}: ${message} ${fix}`)).toEqual(
      warning === undefined ? [] : [`warning: ${warning}`],
    );
  });

  it("warns of an endpoint's name that is left to whoever uses the file", () => {
    const { deployment, problems } = managed.read(
      entryOf('deployment: { name: blue, endpoint_name: "<ENDPOINT_NAME>", instance_type: s }'),
    );
    expect(problems).toMatchObject([{ code: "placeholder", severity: "warning" }]);
    expect(deployment).toMatchObject({ endpointName: "<ENDPOINT_NAME>" });
  });
});

describe("a Kubernetes online deployment", () => {
  const onCluster = `endpoint: { name: clf-k8s, auth_mode: aml_token, compute: azureml:my-k8s }
deployment:
  name: blue
  model: azureml:clf:1
  resources: { requests: { cpu: 100m, memory: 0.5Gi }, limits: { cpu: "1", nvidia.com/gpu: "1" } }
`;

  it("runs on an attached cluster", () => {
    const { deployment, problems } = kubernetes.read(entryOf(onCluster));
    expect(shown(problems)).toEqual([]);
    if (deployment?.endpoint === undefined || deployment.deployment === undefined) throw new Error("incomplete");
    expect(kubernetes.computesOf(deployment)).toMatchObject([
      { compute: "my-k8s", types: ["Kubernetes"], where: { path: ["compute"] } },
    ]);
    expect(
      toEndpointRequest(deployment.endpoint, resolved, { traffic: {}, mirrorTraffic: {} }).properties,
    ).toMatchObject({ authMode: "AMLToken", compute: "compute-my-k8s" });
    expect(toDeploymentRequest(deployment.deployment, "kubernetes", resolved)).toMatchObject({
      sku: { name: "Default" },
      properties: {
        endpointComputeType: "Kubernetes",
        containerResourceRequirements: {
          containerResourceRequests: { cpu: "100m", memory: "0.5Gi" },
          containerResourceLimits: { cpu: "1", gpu: "1" },
        },
      },
    });
  });

  it("is one too where az ml takes it for one, whatever the mapping was taken for", () => {
    expect(managed.read(entryOf(onCluster)).deployment?.type).toBe("kubernetes");
  });

  it.each([
    [
      "endpoint: { name: clf-k8s }",
      'azureml.yml:2:13: The key "compute" is missing. Add compute: azureml:NAME of an attached Kubernetes cluster. [missing-key]',
    ],
    [
      "endpoint: { name: clf-k8s, compute: my-k8s }",
      'azureml.yml:2:39: "my-k8s" is not a reference to a compute. Write compute: azureml:my-k8s. [wrong-reference]',
    ],
    [
      "endpoint: { name: clf-k8s, compute: azureml:my-k8s, mirror_traffic: { blue: 10 } }",
      "azureml.yml:2:71: Kubernetes online endpoints do not mirror traffic. Remove mirror_traffic. [wrong-traffic]",
    ],
    [
      "deployment: { name: blue, endpoint_name: clf, model: azureml://registries/r/models/m/versions/1 }",
      "azureml.yml:2:56: A Kubernetes online deployment cannot use what is in a registry. Register it in the workspace, and refer to it by azureml:NAME:VERSION. [wrong-reference]",
    ],
    [
      "endpoint: { name: clf-k8s, compute: azureml:my-k8s }\nstrategy: shadow",
      "azureml.yml:3:13: A Kubernetes online deployment cannot be released by shadow. Use replace, blue-green or canary. [wrong-value]",
    ],
  ])("%s is refused at its place", (mapping, problem) => {
    expect(shown(kubernetes.read(entryOf(mapping)).problems)).toEqual([problem]);
  });
});

it("reads any JSON without a throw, and says where what is wrong with it", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), fc.json({ maxDepth: 3 }), (endpoint, deployment) => {
      const entry = entryOf(`endpoint: ${endpoint}\ndeployment: ${deployment}`);
      for (const { read } of [managed, kubernetes]) {
        const { deployment: made, problems } = read(entry);
        if (made === undefined) expect(problems).not.toEqual([]);
        for (const { where } of problems) expect(where?.file).toBe("azureml.yml");
      }
    }),
    { numRuns: 60 },
  );
});
