import { describe, expect, it } from "@jest/globals";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readDeployment } from "../../src/deployment/deployment.ts";
import { translateDeployJson } from "../../src/deployment/deploy-json/translate.ts";
import type { AciService, AksService } from "../../src/deployment/service/definition.ts";
import { registeredEnvironment, type ServiceEnvironment } from "../../src/deployment/service/environment.ts";
import { toServicePatch } from "../../src/deployment/service/patch.ts";
import { toServiceRequest } from "../../src/deployment/service/request.ts";
import { isError } from "../../src/yaml/problem.ts";
import type { SourceDocument } from "../../src/yaml/source.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import created from "./v1-services/created.json" with { type: "json" };
import cases from "./v1-services/cases.json" with { type: "json" };
import updated from "./v1-services/updated.json" with { type: "json" };
import updates from "./v1-services/updates.json" with { type: "json" };
import recorded from "./v1-services/recorded.json" with { type: "json" };

/** What the official client sent, and what it makes of each key: `v1-services/README.md` says how it was written down. */

type Members = Readonly<Record<string, unknown>>;

const secrets: Readonly<Record<string, string>> = {
  KEY_1: "first",
  KEY_2: "second",
  TLS_CERT: "certificate",
  TLS_KEY: "private",
};

const checkout = mkdtempSync(join(tmpdir(), "services-"));
for (const file of ["src/score.py", "src/inner/score.py", "deploy/score.py"]) {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), "def init(): pass\ndef run(data): return data\n");
}

function documentOf(value: unknown, file = "deploy.yml"): SourceDocument {
  const [document] = readDocuments(JSON.stringify(value), { file, folder: checkout, root: checkout }).documents;
  if (document === undefined) throw new Error("There is no document.");
  return document;
}

function read(type: "aci" | "aks", document: SourceDocument): AciService | AksService {
  const { deployment, problems } = readDeployment(type, { settings: { document, path: [] } });
  expect(problems.filter(isError)).toEqual([]);
  if (deployment?.type !== type) throw new Error("It cannot be read.");
  return deployment;
}

const code = {
  driverProgram: "driver.py",
  assets: [
    { id: "driver.py", url: "aml://artifact/LocalUpload/place/driver.py", mimeType: "application/x-python" },
    {
      mimeType: "application/octet-stream",
      id: "code.tar.gz",
      url: "aml://artifact/LocalUpload/place/code.tar.gz",
      unpack: true,
    },
  ],
};

/** As the release makes it of an environment that is defined beside the service. */
function environmentOf({ environment, environmentName, name }: AciService | AksService): ServiceEnvironment {
  if (environment.from === "reference") throw new Error("It is registered.");
  const { image, conda, build } = environment.definition;
  const url = build?.context.from === "address" ? build.context.url : undefined;
  return {
    name: environmentName ?? `${name}-env`,
    version: null,
    ...(image === undefined ? {} : { image }),
    ...(conda === undefined ? {} : { conda }),
    ...(url === undefined ? {} : { build: { url, dockerfilePath: build?.dockerfilePath ?? "Dockerfile" } }),
  };
}

const workspace =
  "/subscriptions/s/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/mlw-main";

function request(service: AciService | AksService, environment = environmentOf(service)): Members {
  return toServiceRequest(
    service,
    {
      idOf: () => `${workspace}/models/clf/versions/1`,
      computeIdOf: (compute) => `${workspace}/computes/${compute}`,
      valueOf: (reference) => (reference.from === "env" ? secrets[reference.name] : undefined),
      provenance: { properties: {}, tags: {} },
    },
    { code, environment },
  );
}

const environment = {
  image: "registry.example.org/i:1",
  conda_file: { dependencies: ["python=3.10", { pip: ["azureml-defaults"] }] },
};

type Case = { readonly name: string; readonly type: string; readonly declared: Members; readonly model?: boolean };

function declared({ type, declared: own, model }: Case): Members {
  return {
    type,
    name: `clf-${type}`,
    ...(model === false ? {} : { model: "azureml:clf:1" }),
    code_configuration: { code: "src", scoring_script: "score.py" },
    environment,
    ...(type === "aks" ? { compute: "azureml:aks1" } : {}),
    ...own,
  };
}

const typeOf = ({ type }: Case) => (type === "aci" ? "aci" : "aks");

describe("the request of a web service is what azureml-core sends for the same configuration", () => {
  it.each(cases as readonly Case[])("$name", (one) => {
    const expected = (created as Readonly<Record<string, Members>>)[one.name];
    const made = request(read(typeOf(one), documentOf(declared(one))));
    if (expected === undefined) throw new Error("It has not been recorded.");
    const { environmentImageRequest: image, ...rest } = made;
    expect(
      expected["environmentImageRequest"] === undefined ? rest : { ...rest, environmentImageRequest: image },
    ).toEqual(expected);
  });
});

describe("the patch of a web service is that of azureml-core's update", () => {
  it.each(updates as readonly Case[])("$name", (one) => {
    const service = read(typeOf(one), documentOf(declared(one)));
    const { changes } = toServicePatch(service, request(service), live);
    const [first, ...others] = changes;
    expect(first).toMatchObject({ op: "replace", path: "/environmentImageRequest" });
    expect([...others].sort(byPath)).toEqual(
      [...((updated as Readonly<Record<string, readonly Change[]>>)[one.name] ?? [])].sort(byPath),
    );
  });
});

type Change = { readonly path: string };
const byPath = (a: Change, b: Change) => (a.path < b.path ? -1 : 1);

/** A service of which every field has another value. */
const live: Members = {
  environmentImageRequest: {},
  autoScaler: {},
  dataCollection: {},
  containerResourceRequirements: {},
  livenessProbeRequirements: {},
  properties: {},
};

describe("the recorded deployments", () => {
  const conda = (image: Members) =>
    ((image["environment"] as Members)["python"] as Members)["condaDependencies"] as Members;
  const imageOf = (image: Members) => ((image["environment"] as Members)["docker"] as Members)["baseImage"];

  /** Names and addresses of uploads are new each time. */
  const withUploads = (body: Members, image: Members): Members => ({
    ...body,
    environmentImageRequest: {
      ...(body["environmentImageRequest"] as Members),
      driverProgram: image["driverProgram"],
      assets: image["assets"],
    },
  });

  it("to ACI, but for overwrite: a service that is there is updated, and never made over", () => {
    const { overwrite, ...wanted } = recorded.aci as Members;
    const image = wanted["environmentImageRequest"] as Members;
    const service = read(
      "aci",
      documentOf({
        type: "aci",
        name: "aci-svc",
        model: "azureml:clf:1",
        code_configuration: { code: "src", scoring_script: "score.py" },
        environment: { name: "infer", image: imageOf(image), conda_file: conda(image) },
        cpu_cores: 1,
        memory_gb: 1,
        auth_enabled: true,
        enable_app_insights: true,
        dns_name_label: "aci-svc-octo",
        description: "x",
        tags: { a: "b" },
      }),
    );
    expect(overwrite).toBe(true);
    expect(withUploads(request(service), image)).toEqual(wanted);
  });

  it("to AKS", () => {
    const wanted = recorded.aks as Members;
    const image = wanted["environmentImageRequest"] as Members;
    const service = read(
      "aks",
      documentOf({
        type: "aks",
        name: "aks-svc",
        compute: "azureml:v1-aks",
        namespace: "ml",
        model: "azureml:clf:1",
        code_configuration: { code: "src", scoring_script: "score.py" },
        environment: {
          name: (image["environment"] as Members)["name"],
          image: imageOf(image),
          conda_file: conda(image),
        },
        cpu_cores: 0.5,
        memory_gb: 1,
        autoscale_enabled: true,
        autoscale_min_replicas: 1,
        autoscale_max_replicas: 3,
        auth_enabled: true,
        tags: { a: "b" },
      }),
    );
    expect(withUploads(request(service), image)).toEqual(wanted);
  });

  it("by aml-deploy, of its deploy.json", () => {
    const { overwrite, ...wanted } = recorded.amlDeploy as Members;
    const image = wanted["environmentImageRequest"] as Members;
    writeFileSync(join(checkout, "deploy/environment.yml"), JSON.stringify(conda(image)));
    const { document, problems } = translateDeployJson(
      documentOf(
        {
          name: "gh-svc",
          inference_source_directory: "deploy/",
          cpu_cores: 1,
          memory_gb: 1,
          custom_base_image: imageOf(image),
        },
        ".cloud/.azure/deploy.json",
      ),
      { repository: "octo/repo", ref: "refs/heads/main", variables: [] },
    );
    expect(problems).toEqual([]);
    const value = { ...(document.value as Members), model: "azureml:clf:1" };
    const made = request(read("aci", { ...document, value }));
    expect(overwrite).toBe(true);
    expect(withUploads(made, image)).toEqual(wanted);
  });

  it("of an update", () => {
    const [environmentChange, tags] = recorded.update as readonly { readonly path: string; readonly value: Members }[];
    const image = environmentChange?.value ?? {};
    const service = read(
      "aci",
      documentOf({
        type: "aci",
        name: "aci-svc",
        model: "azureml:clf:1",
        code_configuration: { code: "src", scoring_script: "score.py" },
        environment: { name: "infer", image: imageOf(image), conda_file: conda(image) },
        tags: { c: "d" },
      }),
    );
    const { changes } = toServicePatch(service, withUploads(request(service), image), live);
    expect(changes).toEqual([environmentChange, tags]);
  });
});

describe("the environment of a version in the workspace", () => {
  it("keeps its name and version, and its conda file is read", () => {
    const known = registeredEnvironment("infer", "3", {
      image: "i:1",
      condaFile: "dependencies:\n- python=3.9\n- pip:\n  - azureml-defaults\n",
    });
    expect(known).toEqual({
      name: "infer",
      version: "3",
      image: "i:1",
      conda: { dependencies: ["python=3.9", { pip: ["azureml-defaults"] }] },
    });
  });

  it("is built of the context that it was registered with", () => {
    const known = registeredEnvironment("infer", "3", {
      build: { contextUri: "https://st.blob.core.windows.net/c/LocalUpload/1/", dockerfilePath: "Dockerfile" },
    });
    expect(known.build).toEqual({
      url: "https://st.blob.core.windows.net/c/LocalUpload/1/",
      dockerfilePath: "Dockerfile",
    });
  });
});
