import { describe, expect, it } from "@jest/globals";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDeployment } from "../../../src/deployment/deployment.ts";
import { isDeployJson } from "../../../src/deployment/deploy-json/keys.ts";
import { translateDeployJson, type DeployJsonFacts } from "../../../src/deployment/deploy-json/translate.ts";
import { formatProblem } from "../../../src/yaml/problem.ts";
import { positionOf } from "../../../src/yaml/source.ts";
import { readDocuments } from "../../../src/yaml/yaml.ts";
import { checkoutOf } from "../../support/step.ts";

const script = "def init(): pass\ndef run(data): return data\n";
const conda = "dependencies:\n- python=3.10\n- pip:\n  - azureml-defaults\n";
const checkout = checkoutOf({
  "code/deploy/score.py": script,
  "code/deploy/environment.yml": conda,
  "serving/main.py": script,
  "serving/env/conda.yml": conda,
});
mkdirSync(join(checkout, ".cloud/.azure"), { recursive: true });

const facts: DeployJsonFacts = { repository: "octo-org/My_Repo", ref: "refs/heads/feature/New_Thing", variables: [] };

function translate(text: string, more: Partial<DeployJsonFacts> = {}) {
  const file = ".cloud/.azure/deploy.json";
  writeFileSync(join(checkout, file), text);
  const [document] = readDocuments(text, { file, folder: join(checkout, ".cloud/.azure"), root: checkout }).documents;
  if (document === undefined) throw new Error("no JSON");
  const { document: made, problems } = translateDeployJson(document, { ...facts, ...more });
  return {
    document: made,
    value: made.value as Readonly<Record<string, unknown>>,
    problems: problems.map(formatProblem),
  };
}

const lines = (...keys: readonly string[]) => `{\n${keys.join(",\n")}\n}\n`;

describe("a deploy.json is told", () => {
  it.each([
    [true, "by a key that nothing else has", { inference_entry_script: "score.py" }, "deploy.json"],
    [true, "by a key of the service", { name: "svc", cpu_cores: 1 }, "a/b.json"],
    [true, "by its default place, whatever is in it", { name: "svc" }, ".cloud/.azure/deploy.json"],
    [true, "by its default place in a folder below", {}, "sub/.cloud/.azure/deploy.json"],
    [false, "from a file of general keys", { name: "package", description: "d", tags: {} }, "package.json"],
    [false, "from the mapping of this action", { type: "aci", cpu_cores: 1 }, "deploy.json"],
    [false, "from az ml's files", { $schema: "x", model: "azureml:clf:1", cpu_cores: 1 }, "deploy.json"],
    [false, "from YAML", { cpu_cores: 1 }, "deploy.yml"],
    [false, "from a list", [{ cpu_cores: 1 }], "deploy.json"],
  ])("%s %s", (expected, _, value, file) => {
    expect(isDeployJson(value, file)).toBe(expected);
  });
});

describe("a deploy.json becomes a mapping of deploy", () => {
  it("of defaults, where it says nothing", () => {
    expect(translate("{}\n")).toMatchObject({
      value: {
        type: "aci",
        name: "my-repo-new-thing",
        code_configuration: { code: "code/deploy/", scoring_script: "score.py" },
        environment: { conda_file: "code/deploy/environment.yml" },
        model: null,
      },
      problems: [],
    });
  });

  it("with a name of at most 32 characters that ends in no dash", () => {
    const { value } = translate("{}\n", { repository: "o/a-name-of-twenty-char", ref: "refs/heads/feature-x-y-z" });
    expect(value["name"]).toBe("a-name-of-twenty-char-feature-x");
  });

  it("on ACI, key by key", () => {
    const { value, problems } = translate(
      lines(
        '"name": "svc"',
        '"inference_source_directory": "serving/"',
        '"inference_entry_script": "main.py"',
        '"conda_file": "env/conda.yml"',
        '"custom_base_image": "i:1"',
        '"runtime": "python"',
        '"cpu_cores": 0.5',
        '"memory_gb": 1',
        '"tags": { "a": "b" }',
        '"properties": { "p": "q" }',
        '"description": "d"',
        '"location": "eastus"',
        '"dns_name_label": "label"',
        '"ssl_enabled": true',
        '"ssl_cname": "c.example.org"',
        '"ssl_cert_pem_file": "/run/cert.pem"',
        '"ssl_key_pem_file": "/run/key.pem"',
        '"authentication_enabled": true',
        '"app_insights_enabled": true',
        '"model_data_collection_enabled": false',
        '"num_replicas": null',
        '"test_enabled": false',
      ),
    );
    expect(problems).toEqual([]);
    expect(value).toEqual({
      type: "aci",
      name: "svc",
      model: null,
      code_configuration: { code: "serving/", scoring_script: "main.py" },
      environment: { conda_file: "serving/env/conda.yml", image: "i:1" },
      cpu_cores: 0.5,
      memory_gb: 1,
      tags: { a: "b" },
      properties: { p: "q" },
      description: "d",
      location: "eastus",
      dns_name_label: "label",
      ssl_enabled: true,
      ssl_cname: "c.example.org",
      ssl_cert_pem: { file: "/run/cert.pem" },
      ssl_key_pem: { file: "/run/key.pem" },
      auth_enabled: true,
      enable_app_insights: true,
      collect_model_data: false,
    });
  });

  it("on AKS, where it names a cluster", () => {
    const { value, problems } = translate(
      lines(
        '"deployment_compute_target": "aks1"',
        '"gpu_cores": 1',
        '"autoscale_enabled": true',
        '"autoscale_min_replicas": 1',
        '"max_request_wait_time": 500',
        '"token_auth_enabled": false',
        '"base_image": "i:2"',
      ),
    );
    expect(problems).toEqual([]);
    expect(value).toMatchObject({
      type: "aks",
      compute: "azureml:aks1",
      gpu_cores: 1,
      autoscale_enabled: true,
      autoscale_min_replicas: 1,
      max_request_wait_time: 500,
      token_auth_enabled: false,
      environment: { image: "i:2" },
    });
  });

  it("with the keys that are in the environment, by reference", () => {
    const variables = ["PRIMARY_KEY", "CMK_VAULT_BASE_URL", "CMK_KEY_NAME", "CMK_KEY_VERSION", "PATH"];
    expect(translate("{}\n", { variables }).value).toMatchObject({
      primary_key: { env: "PRIMARY_KEY" },
      cmk_vault_base_url: { env: "CMK_VAULT_BASE_URL" },
      cmk_key_name: { env: "CMK_KEY_NAME" },
      cmk_key_version: { env: "CMK_KEY_VERSION" },
    });
    expect(translate("{}\n", { variables }).value).not.toHaveProperty("secondary_key");
    const onAks = translate('{ "deployment_compute_target": "aks1" }\n', { variables }).value;
    expect(onAks).toMatchObject({ primary_key: { env: "PRIMARY_KEY" } });
    expect(onAks).not.toHaveProperty("cmk_key_name");
  });
});

describe("what a deploy.json says and nothing is made of", () => {
  it.each([
    ["extra_docker_file_steps", '"steps"', "warning"],
    ["enable_gpu", "true", "warning"],
    ["cuda_version", '"10.0"', "warning"],
    ["test_enabled", "true", "warning"],
    ["test_file_path", '"code/test/test.py"', "warning"],
    ["test_file_function_name", '"main"', "warning"],
    ["delete_service_after_deployment", "true", "warning"],
    ["skip_deployment", "true", "error"],
    ["create_image", '"docker"', "warning"],
    ["profiling_enabled", "true", "warning"],
    ["profiling_dataset", '"d"', "warning"],
    ["profile_datasets", '["d"]', "warning"],
    ["profileName", '"p"', "warning"],
    ["wait_for_profiling_completion", "true", "warning"],
    ["num_replicas", "2", "warning"],
  ])("is named at its line: %s", (key, written, severity) => {
    const text = lines('"name": "svc"', `"${key}": ${written}`);
    const { problems } = translateDeployJson(documentOf(text), facts);
    expect(problems).toMatchObject([
      { code: "not-carried-over", severity, where: { file: ".cloud/.azure/deploy.json", line: 3 } },
    ]);
    expect(problems[0]?.message).toContain(key);
  });

  it("is an error for spark-py, which would be another service", () => {
    expect(translateDeployJson(documentOf('{ "runtime": "spark-py" }'), facts).problems).toMatchObject([
      { code: "not-carried-over", severity: "error", where: { line: 1 } },
    ]);
  });

  it("is no warning where it is off", () => {
    expect(translate(lines('"enable_gpu": false', '"create_image": null', '"cuda_version": ""')).problems).toEqual([]);
  });

  it("is an unknown key, with what may be meant", () => {
    expect(translate('{ "inference_entry_scripts": "score.py" }\n').problems).toEqual([
      expect.stringMatching(/inference_entry_scripts.*Did you mean inference_entry_script\?.*\[unknown-key\]/),
    ]);
  });
});

function documentOf(text: string) {
  const [document] = readDocuments(text, {
    file: ".cloud/.azure/deploy.json",
    folder: join(checkout, ".cloud/.azure"),
    root: checkout,
  }).documents;
  if (document === undefined) throw new Error("no JSON");
  return document;
}

describe("the mapping that a deploy.json has become", () => {
  it("is read like any other, with paths from the root of the repository, and asks for a model", () => {
    const { document } = translate(lines('"cpu_cores": 0'));
    const { problems } = readDeployment("aci", { settings: { document, path: [] } });
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(/deploy\.model=azureml:clf:1.*\[missing-key\]$/),
      expect.stringMatching(/^\.cloud\/\.azure\/deploy\.json:2:14: cpu_cores is 0\./),
    ]);
  });

  it("has the places of the original", () => {
    const { document } = translate(lines('"name": "svc"', '"authentication_enabled": true', '"tags": { "a": "b" }'));
    const at = (...path: readonly string[]) => positionOf({ document, path: [] }, path);
    expect(at("auth_enabled")).toMatchObject({ line: 3, column: 27 });
    expect(at("tags", "a")).toMatchObject({ line: 4 });
  });
});
