import { describe, expect, it } from "@jest/globals";
import { readDeployment } from "../../../src/deployment/deployment.ts";
import type { AciService, AksService } from "../../../src/deployment/service/definition.ts";
import { formatProblem, isError } from "../../../src/yaml/problem.ts";
import { nodeOf } from "../../support/documents.ts";
import { checkoutOf } from "../../support/step.ts";

const files = {
  "src/score.py": "def init(): pass\ndef run(data): return data\n",
  "src/notes.txt": "",
  "conda.yml": "dependencies:\n- python=3.10\n- pip:\n  - azureml-defaults\n",
  "bare.yml": "dependencies:\n- python=3.10\n",
};
const checkout = checkoutOf(files);

function read(type: "aci" | "aks", yaml: string) {
  const { node } = nodeOf(yaml, checkout, "deploy.yml");
  if (node === undefined) throw new Error("no YAML");
  const { deployment, problems } = readDeployment(type, { settings: node });
  return { service: deployment as AciService | AksService | undefined, problems };
}

const problemsOf = (type: "aci" | "aks", yaml: string) => read(type, yaml).problems.map(formatProblem);

const parts = `model: azureml:clf:1
code_configuration: { code: src, scoring_script: score.py }
environment: { name: infer, image: "i:1", conda_file: conda.yml }
`;
const aci = (more = "", name = "clf-aci") => `type: aci\nname: ${name}\n${parts}${more}`;
const aks = (more = "", name = "clf-aks") => `type: aks\nname: ${name}\ncompute: azureml:aks1\n${parts}${more}`;

/** The complete example of the documentation, but for what excludes each other there. */
const wholeAci = aci(`cpu_cores: 1
memory_gb: 1
auth_enabled: true
primary_key: { env: SERVICE_KEY }
secondary_key: { env: OTHER_KEY }
enable_app_insights: true
collect_model_data: false
dns_name_label: clf-octo
location: eastus
ssl_enabled: true
ssl_cert_pem: { env: TLS_CERT }
ssl_key_pem: { env: TLS_KEY }
ssl_cname: clf.example.org
vnet_name: v1
subnet_name: s1
cmk_vault_base_url: https://kv.vault.azure.net
cmk_key_name: k
cmk_key_version: "1"
description: what it is
tags: { a: b }
properties: { p: q }
environment_variables: { A: 1 }
strategy: replace
keep_failed: true
timeout: 900
tests: [{ request: { data: [[1, 2]] }, response: { predictions: [3] } }]
`);

const wholeAks = aks(`namespace: ml
cpu_cores: 0.5
cpu_cores_limit: 1
memory_gb: 1
memory_gb_limit: 2
gpu_cores: 1
autoscale_enabled: true
autoscale_min_replicas: 1
autoscale_max_replicas: 3
autoscale_refresh_seconds: 10
autoscale_target_utilization: 70
auth_enabled: true
token_auth_enabled: false
scoring_timeout_ms: 60000
replica_max_concurrent_requests: 2
max_request_wait_time: 500
period_seconds: 10
initial_delay_seconds: 310
timeout_seconds: 2
success_threshold: 1
failure_threshold: 3
enable_app_insights: true
collect_model_data: false
blobfuse_enabled: true
`);

describe("a web service on ACI", () => {
  it("has every key of the example", () => {
    const { service, problems } = read("aci", wholeAci);
    expect(problems.filter(isError)).toEqual([]);
    expect(service).toMatchObject({
      type: "aci",
      endpointName: "clf-aci",
      name: "clf-aci",
      model: { from: "reference", reference: "azureml:clf:1" },
      environmentName: "infer",
      environment: { from: "inline", definition: { image: "i:1" } },
      code: { from: "local", path: "src" },
      scoringScript: "score.py",
      environmentVariables: { A: "1" },
      cpuCores: 1,
      memoryGb: 1,
      authEnabled: true,
      primaryKey: { from: "env", name: "SERVICE_KEY" },
      secondaryKey: { from: "env", name: "OTHER_KEY" },
      enableAppInsights: true,
      collectModelData: false,
      dnsNameLabel: "clf-octo",
      location: "eastus",
      sslEnabled: true,
      sslCertificate: { from: "env", name: "TLS_CERT" },
      sslKey: { from: "env", name: "TLS_KEY" },
      sslCname: "clf.example.org",
      network: { vnetName: "v1", subnetName: "s1" },
      customerKey: { vaultBaseUrl: "https://kv.vault.azure.net", keyName: "k", keyVersion: "1" },
      description: "what it is",
      tags: { a: "b" },
      properties: { p: "q" },
      keepFailed: true,
      timeoutSeconds: 900,
      tests: [{ kind: "request" }],
    });
  });

  it("is warned of a network, which the service no longer supports", () => {
    expect(problemsOf("aci", wholeAci)).toEqual([
      expect.stringMatching(/^deploy\.yml:19:12: .*virtual network.*\[no-longer-supported\]$/),
    ]);
  });

  it("is left to the service where a key is absent", () => {
    const { service, problems } = read("aci", aci());
    expect(problems).toEqual([]);
    for (const key of ["cpuCores", "authEnabled", "environmentVariables", "primaryKey", "sslEnabled", "network"])
      expect(service).not.toHaveProperty(key);
  });

  it("takes a customer-managed key from the environment", () => {
    const { service, problems } = read(
      "aci",
      aci(
        "cmk_vault_base_url: { env: CMK_VAULT_BASE_URL }\ncmk_key_name: { env: CMK_KEY_NAME }\ncmk_key_version: '1'\n",
      ),
    );
    expect(problems).toEqual([]);
    expect(service).toMatchObject({ customerKey: { vaultBaseUrl: { from: "env", name: "CMK_VAULT_BASE_URL" } } });
  });
});

describe("a web service on AKS", () => {
  it("has every key of the example", () => {
    const { service, problems } = read("aks", wholeAks);
    expect(problems).toEqual([]);
    expect(service).toMatchObject({
      type: "aks",
      compute: "aks1",
      namespace: "ml",
      cpuCores: 0.5,
      cpuCoresLimit: 1,
      memoryGb: 1,
      memoryGbLimit: 2,
      gpuCores: 1,
      autoscale: { enabled: true, minReplicas: 1, maxReplicas: 3, refreshSeconds: 10, targetUtilization: 70 },
      authEnabled: true,
      tokenAuthEnabled: false,
      scoringTimeoutMs: 60_000,
      maxConcurrentRequests: 2,
      maxRequestWaitTime: 500,
      probe: {
        periodSeconds: 10,
        initialDelaySeconds: 310,
        timeoutSeconds: 2,
        successThreshold: 1,
        failureThreshold: 3,
      },
      blobfuseEnabled: true,
    });
  });
});

describe("problems of a web service", () => {
  it.each([
    ["aci", aci("", "ab"), /:2:7: "ab" is not a valid name.*\[illegal-name\]/],
    ["aci", aci("", "Clf"), /:2:7: "Clf" is not a valid name.*\[illegal-name\]/],
    ["aci", aci("", "clf-"), /:2:7: "clf-" is not a valid name.*\[illegal-name\]/],
    ["aci", aci("", "a2345678901234567890123456789012x"), /:2:7: .*not a valid name.*\[illegal-name\]/],
    ["aci", aci("", "a234567890123456789012345678901"), /:2:7: .*31 characters.*candidate.*\[illegal-name\]/],
    ["aci", aci("cpu_cores: 0\n"), /:6:12: cpu_cores is 0\..*\[out-of-range\]/],
    ["aci", aci("memory_gb: -1\n"), /:6:12: memory_gb is -1\..*\[out-of-range\]/],
    ["aci", aci("strategy: canary\n"), /:6:11: .*canary.*Use replace.*\[wrong-value\]/],
    ["aci", aci("strategy: { type: blue-green }\n"), /:6:19: .*blue-green.*\[wrong-value\]/],
    ["aci", aci("primary_key: abc\n"), /:6:14: .*secret in plain text.*\[literal-secret\]/],
    ["aci", aci("ssl_key_pem: '-----BEGIN'\n"), /:6:14: .*secret in plain text.*\[literal-secret\]/],
    ["aci", aci("secondary_key: { env: K }\n"), /:6:16: .*no primary_key.*\[missing-key\]/],
    [
      "aci",
      aci("ssl_enabled: true\n"),
      /:6:14: .*ssl_cert_pem, ssl_key_pem, ssl_cname are missing.*\[incomplete-certificate\]/,
    ],
    ["aci", aci("ssl_cert_pem: { env: C }\n"), /:6:15: .*ssl_enabled is missing.*\[missing-key\]/],
    ["aci", aci("cmk_key_name: k\n"), /:6:15: .*cmk_vault_base_url and cmk_key_version are missing.*\[missing-key\]/],
    ["aci", aci("subnet_name: s\n"), /:6:14: .*vnet_name is missing.*\[missing-key\]/],
    ["aci", aci("dns_name_label: No_Label\n"), /:6:17: .*not a valid domain label.*\[malformed-label\]/],
    ["aci", aci("num_replicas: 2\n"), /:6:15: num_replicas is a key of type: aks\..*\[wrong-key\]/],
    ["aci", aci("cpu_core: 1\n"), /:6:1: Unknown key "cpu_core".*Did you mean cpu_cores\?.*\[unknown-key\]/],
    [
      "aci",
      aci(
        "cmk_key_name: { env: AZURE_CLIENT_SECRET }\ncmk_key_version: '1'\ncmk_vault_base_url: https://kv.example.org\n",
      ),
      /:6:22: .*\[reserved-secret\]/,
    ],
    ["aks", aks("location: eastus\n"), /:7:11: location is a key of type: aci\..*\[wrong-key\]/],
    ["aks", aks("autoscale_enabled: true\nnum_replicas: 2\n"), /:8:15: num_replicas is given.*\[wrong-value\]/],
    ["aks", aks("autoscale_enabled: false\n"), /:7:20: .*num_replicas is missing.*\[missing-key\]/],
    ["aks", aks("autoscale_min_replicas: 1\n"), /:7:25: .*autoscale_enabled is not true.*\[missing-key\]/],
    [
      "aks",
      aks("autoscale_enabled: true\nautoscale_min_replicas: 4\nautoscale_max_replicas: 3\n"),
      /:8:25: autoscale_min_replicas is 4, above autoscale_max_replicas 3.*\[min-above-max\]/,
    ],
    ["aks", aks("autoscale_enabled: true\nautoscale_target_utilization: 101\n"), /:8:31: .*101.*\[out-of-range\]/],
    ["aks", aks("auth_enabled: true\ntoken_auth_enabled: true\n"), /:8:21: .*a key or for a token.*\[wrong-value\]/],
    [
      "aks",
      aks("cpu_cores: 2\ncpu_cores_limit: 1\n"),
      /:8:18: cpu_cores_limit is 1, below cpu_cores 2.*\[min-above-max\]/,
    ],
    ["aks", aks("gpu_cores: -1\n"), /:7:12: gpu_cores is -1.*\[out-of-range\]/],
    ["aks", aks("failure_threshold: 0\n"), /:7:20: failure_threshold is 0.*\[out-of-range\]/],
    ["aks", aks("namespace: Not_One\n"), /:7:12: .*Kubernetes namespace.*\[illegal-namespace\]/],
    ["aks", `type: aks\nname: clf-aks\n${parts}`, /:1:1: .*"compute" is missing.*\[missing-key\]/],
  ] as const)("%s: %#", (type, yaml, expected) => {
    expect(problemsOf(type, yaml)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    [
      "a registry's model, which no service can be given",
      aci().replace("azureml:clf:1", "azureml://registries/shared/models/clf/versions/3"),
      /:3:8: .*models of their own workspace only.*\[wrong-reference\]/,
    ],
    [
      "no model, where it is left to be said",
      aci().replace("azureml:clf:1", ""),
      /deploy\.model=azureml:clf:1.*\[missing-key\]/,
    ],
    [
      "registered code",
      aci().replace("code: src", "code: azureml:code:1"),
      /:4:29: .*registered code.*\[wrong-reference\]/,
    ],
    [
      "a registry's environment",
      aci().replace(/environment: .*\n/, "environment: azureml://registries/azureml/environments/x/versions/1\n"),
      /:5:14: .*cannot be read from.*\[wrong-reference\]/,
    ],
    ["no script", aci().replace(/code_configuration: .*\n/, ""), /:1:1: There is no script.*\[missing-key\]/],
    ["no environment", aci().replace(/environment: .*\n/, ""), /:1:1: .*"environment" is missing.*\[missing-key\]/],
    [
      "a script that is not Python",
      aci().replace("score.py", "notes.txt"),
      /:4:50: .*not a Python file.*\[wrong-value\]/,
    ],
    [
      "routes of its own",
      aci().replace(
        'image: "i:1"',
        'image: "i:1", inference_config: { liveness_route: { port: 1, path: /a }, readiness_route: { port: 1, path: /a }, scoring_route: { port: 1, path: /a } }',
      ),
      /inference_config says.*\[wrong-key\]/,
    ],
  ])("names %s", (_, yaml, expected) => {
    expect(problemsOf("aci", yaml)).toEqual([expect.stringMatching(expected)]);
  });

  it("warns of an environment that nothing serves the script in", () => {
    expect(problemsOf("aci", aci().replace("conda.yml", "bare.yml"))).toEqual([
      expect.stringMatching(/azureml-defaults.*\[missing-package\]/),
    ]);
  });

  it("are all shown at once: a misspelt key hides none of the others", () => {
    const found = problemsOf("aci", aci("cpu_core: 1\nmemory_gb: 0\nsecondary_key: { env: K }\n", "Clf"));
    expect(found.map((problem) => /\[([\w-]+)\]$/.exec(problem)?.[1]).sort()).toEqual([
      "illegal-name",
      "missing-key",
      "out-of-range",
      "unknown-key",
    ]);
  });
});
