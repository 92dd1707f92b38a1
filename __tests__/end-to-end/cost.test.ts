import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { prepareStep } from "../../demo/runner.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { act, actIn, checkoutOf } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

const root = join(import.meta.dirname, "../..");

describe("the requests of a call", () => {
  const emulator = useEmulator({ durations: { default: 0 }, pageSize: 2 }, { keeps: true });

  it("reads metadata, workspace and the pages of one list for an apply of targets that are as declared", async () => {
    const targets = ["one", "two", "three", "four", "five"].map((name) => `  - { name: ${name}, type: amlcompute }`);
    const checkout = checkoutOf({ "azureml.yml": ["targets:", ...targets, ""].join("\n") });
    expect((await actIn(emulator, "apply", checkout)).exitCode).toBe(0);
    emulator.clearJournal();

    const again = await actIn(emulator, "apply", checkout);

    expect(again.outputs["changed"]).toBe("false");
    const signIn = /\/_github\/|\/oauth2\/|\/discovery\/|openid-configuration/;
    const requests = emulator.journal().filter(({ path }) => !signIn.test(path));
    expect(requests.map(({ method, path }) => `${method} ${basename(path)}`)).toEqual([
      "GET endpoints",
      "GET mlw-main",
      ...["GET computes", "GET computes", "GET computes"],
    ]);
  });

  it("reads what a run needs, and writes nothing but the run, where another commit has the same code and environment", async () => {
    emulator.clearJournal();
    const checkout = checkoutOf({
      "job.yml": "command: echo\ncode: src\nenvironment: { image: u }\ncompute: azureml:one\n",
      "src/train.py": "print(1)\n",
    });
    const submit = (commit: string) =>
      actIn(emulator, "train", checkout, { inputs: { run: "job.yml", wait: "false" }, commit });
    expect((await submit("1".repeat(40))).exitCode).toBe(0);
    // Before the code is written it is known whether the run may be.
    const first = emulator.journal().map(({ method, path }) => `${method} ${basename(path)}`);
    expect(first.indexOf("GET permissions")).toBeGreaterThan(0);
    expect(first.indexOf("GET permissions")).toBeLessThan(first.indexOf("POST startPendingUpload"));
    emulator.clearJournal();

    expect((await submit("2".repeat(40))).exitCode).toBe(0);

    const signIn = /\/_github\/|\/oauth2\/|\/discovery\/|openid-configuration/;
    const requests = emulator.journal().filter(({ path }) => !signIn.test(path));
    const kinds = requests.map(({ method, path }) => {
      const [, kind = basename(path)] = /\/(computes|jobs|codes|environments)\//.exec(path) ?? [];
      return `${method} ${kind}`;
    });
    expect(kinds.sort()).toEqual(
      ["GET endpoints", "GET mlw-main", "GET computes", "GET jobs", "GET codes", "GET environments", "PUT jobs"].sort(),
    );
  });

  it("keeps its connections through a proxy: one to each host", async () => {
    const before = emulator.traffic().connections;
    const done = await act(
      emulator,
      "plan",
      { "azureml.yml": "targets:\n  - { name: one, type: amlcompute }\n" },
      {
        way: "proxy",
        inputs: {
          auth: "service-principal",
          "client-secret": emulator.environment("proxy")["AZURE_CLIENT_SECRET"] ?? "",
        },
      },
    );
    expect(done.exitCode).toBe(0);
    // Azure Resource Manager, Entra ID.
    expect(emulator.traffic().connections - before).toBe(2);
  });
});

describe("the requests of a deploy", () => {
  const emulator = useEmulator({ durations: { default: 0 }, serving: "light" }, { keeps: true });
  const files = (model = "{ name: clf, path: model.json }", script = "") => ({
    "azureml.yml": "deploy: { endpoint: endpoint.yml, deployment: blue.yml, tests: [{ request: { data: 1 } }] }\n",
    "endpoint.yml": "name: clf-ep\nauth_mode: key\n",
    "blue.yml": `name: blue
endpoint_name: clf-ep
model: ${model}
code_configuration: { code: src, scoring_script: score.py }
environment: { image: "images.example.com/infer:1" }
instance_type: Standard_DS3_v2
instance_count: 1
`,
    "model.json": "{}",
    "src/score.py": script,
  });
  const deploy = async (...[model, script]: Parameters<typeof files>) => {
    emulator.clearJournal();
    const { exitCode, outputs } = await act(emulator, "deploy", files(model, script));
    expect(exitCode).toBe(0);
    return outputs["deployments"];
  };
  /** Below the workspace, without the sign-in; what is in the storage, by the kind of thing that it is. */
  const requests = () =>
    emulator
      .journal()
      .filter(({ path }) => !/\/_github\/|\/oauth2\/|openid-configuration/.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/^.*\/mlw-main\//, "").replace(/^.*\/(leases)\/.*/, "$1")}`);
  const always = ["GET /metadata/endpoints", `GET ${workspacePath}`];
  const live = ["GET onlineEndpoints/clf-ep", "GET onlineEndpoints/clf-ep/deployments"];
  const studio = "GET /discovery";

  beforeAll(async () => void (await deploy()));

  it.each([
    { model: "{ name: clf, path: model.json }", asked: ["models/clf/versions"] },
    { model: "{ name: clf, version: 1, path: model.json }", asked: ["models/clf/versions/1"] },
    { model: "azureml:clf:1", asked: ["models/clf/versions/1"] },
    { model: "azureml:clf@latest", asked: ["models/clf", "models/clf/versions/1"] },
  ])("ask once for each thing, and write nothing, where all is as declared: model $model", async ({ model, asked }) => {
    expect(await deploy(model)).toContain('"action":"unchanged"');
    const ofModel = asked.map((path) => `GET ${path}`);
    expect(requests().sort()).toEqual([...always, ...ofModel, ...live, studio].sort());
  });

  it("read again under the lease only what decides where the next version is released, and each operation once it is over", async () => {
    expect(await deploy(undefined, "# two")).toContain('"deployment":"green"');
    const told = requests().map((one) => one.replace(/(codes|environments)\/.*|.*\/(mfeOperationsStatus)\/.*/, "$1$2"));
    const endpoint = "onlineEndpoints/clf-ep";
    const change = (write: string, ...path: readonly string[]) => [
      `${write} ${[endpoint, ...path].join("/")}`,
      "mfeOperationsStatus",
      `GET ${[endpoint, ...path].join("/")}`,
    ];
    expect(told.filter((one) => !/^(GET|POST|PUT) (codes|environments)$|^PUT .*score\.py$/.test(one))).toEqual([
      ...always,
      "GET models/clf/versions",
      ...live,
      "GET datastores/workspaceblobstore",
      "POST datastores/workspaceblobstore/listSecrets",
      "PUT leases",
      ...live,
      "GET providers/Microsoft.Authorization/permissions",
      ...change("PUT", "deployments", "green"),
      `POST ${endpoint}/listKeys`,
      "POST /_inference/clf-ep/score",
      `GET ${endpoint}`,
      ...change("PUT"),
      ...change("DELETE", "deployments", "blue"),
      studio,
      "PUT leases",
    ]);
  });
});

describe("the modules that targets load", () => {
  const emulator = useEmulator({ durations: { default: 0 } });

  it.each(["validate", "apply"])("with %s have nothing of deployments but what tells their files", async (command) => {
    const checkout = checkoutOf({ "azureml.yml": "targets:\n  - { name: one, type: amlcompute }\n" });
    const list = join(checkout, "loaded");
    const { exitCode } = await actIn(emulator, command, checkout, {
      main: "src/start.ts",
      environment: {
        LOADED_MODULES: list,
        NODE_OPTIONS: `--import ${join(root, "__tests__", "support", "loaded.ts")}`,
      },
    });
    expect(exitCode).toBe(0);
    const loaded = readFileSync(list, "utf8").trim().split("\n");
    const paths = loaded.map((url) => url.replace(pathToFileURL(`${root}/`).href, ""));
    expect(paths).toContain(`src/commands/${command}.ts`);
    expect(paths.filter((path) => /^src\/(deployment|release)\//.test(path)).sort()).toEqual([
      "src/deployment/deploy-json/keys.ts",
      "src/deployment/document.ts",
    ]);
  });
});

describe("the modules that validate loads", () => {
  const target = "targets:\n  - { name: one, type: amlcompute }\n";

  /** Addresses of all modules that an entry loads for a valid file. */
  function loadedBy(entry: string, yaml = target): readonly string[] {
    const checkout = checkoutOf({ "azureml.yml": yaml, "train.py": "" });
    const list = join(checkout, "loaded");
    const { environment } = prepareStep({ checkout, inputs: { command: "validate" } });
    const { status } = spawnSync(
      join(root, "node_modules", ".bin", "node"),
      ["--import", join(root, "__tests__", "support", "loaded.ts"), join(root, entry)],
      { cwd: checkout, env: { ...environment, LOADED_MODULES: list } },
    );
    expect(status).toBe(0);
    return readFileSync(list, "utf8").trim().split("\n");
  }

  it("include no package of Azure", () => {
    const loaded = loadedBy("src/start.ts");
    expect(loaded.some((url) => url.includes("/node_modules/zod/"))).toBe(true);
    expect(loaded.filter((url) => url.includes("/node_modules/@azure/"))).toEqual([]);
  });

  it.each([
    { what: "for targets alone not one type of job, and no reader of assets", yaml: target, also: [] },
    {
      what: "for a job the types of jobs",
      yaml: `${target}run: { command: echo, environment: "azureml:env:1", compute: "azureml:one" }\n`,
      also: ["src/job/job.ts", "src/declaration/read-run.ts"],
    },
    {
      what: "for a gate what reads gates",
      yaml: `${target}gates: [{ metric: accuracy, at_least: 0.9 }]\n`,
      also: ["src/declaration/gates.ts"],
    },
    {
      what: "for an environment the readers of assets",
      yaml: "$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nname: env\nimage: ubuntu\n",
      also: ["src/declaration/read-assets.ts", "src/asset/environment/environment.ts"],
    },
    {
      what: "for a run configuration its translation",
      yaml: "script: train.py\nframework: Python\ntarget: one\nenvironment: { docker: { baseImage: ubuntu } }\n",
      also: ["src/job/runconfig/run-configuration.ts", "src/job/job.ts"],
    },
    {
      what: "for a file that is only checked the rules of its kind",
      yaml: "name: models\nlocation: westeurope\nreplication_locations: [{ location: westeurope }]\n",
      also: ["src/declaration/checked-only/check.ts", "src/declaration/checked-only/registry.ts"],
    },
  ])("include $what", ({ yaml, also }) => {
    const loaded = loadedBy("src/start.ts", yaml).map((url) => url.replace(pathToFileURL(`${root}/`).href, ""));
    const always = ["component-keys.ts", "job-files.ts", "refused-types.ts", "runconfig/keys.ts"].map(
      (file) => `src/job/${file}`,
    );
    const optional =
      /^src\/(job|asset)\/|^src\/declaration\/(read-run|read-assets|gates|aml-run|compute-json|checked-only\/(?!kinds)[^/]+)\.ts$/;

    expect(loaded).toEqual(expect.arrayContaining([...always, ...also]));
    if (also.length === 0) expect(loaded.filter((path) => optional.test(path)).sort()).toEqual(always);
  });

  /** Names of the bundle's files that contain a text. They are numbered, so what a library says of itself tells whose they are. */
  function partsWith(text: RegExp): readonly string[] {
    const names = readdirSync(join(root, "dist")).filter((name) => name.endsWith(".js"));
    return names.filter((name) => text.test(readFileSync(join(root, "dist", name), "utf8")));
  }

  it.each([
    { what: "the pipeline under the Azure libraries", text: /x-ms-client-request-id/ },
    { what: "a client of an Azure service", text: /azsdk/ },
    { what: "the sign-in library", text: /msal\.js/ },
    { what: "the HTTP client that comments are posted with", text: /undici:request/ },
    { what: "the type of automated ML jobs", text: /enableStackEnsemble/ },
    { what: "the type of sweep jobs", text: /samplingAlgorithmType/ },
  ])("include no part of the bundle with $what", ({ text }) => {
    const loaded = loadedBy("dist/index.js").map((url) => basename(url));
    const declarations = partsWith(/YAMLParseError/);
    expect(loaded).toEqual(expect.arrayContaining([...declarations]));
    expect(declarations).not.toEqual([]);

    const parts = partsWith(text);
    expect(parts).not.toEqual([]);
    expect(loaded.filter((name) => parts.includes(name))).toEqual([]);
  });
});
