import { beforeEach, describe, expect, it } from "@jest/globals";
import { workspacePath } from "../../emulator/settings.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { ask } from "../support/ask-emulator.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

const source = await loadSource();
const stand = useStand([cpuCluster]);

const script = (init = "pass") => `import pathlib

def init():
    ${init}

def run(mini_batch):
    return [f"{path.name}:{path.read_text()}" for path in map(pathlib.Path, mini_batch)]
`;
/** Of what fails in `run` the service lets as much pass as error_threshold says, which is everything. */
const broken = "import module_of_nobody";

type Declared = {
  readonly name?: string;
  readonly tests?: string | undefined;
  readonly more?: string;
  readonly size?: number;
};

const declared = ({ name = "nightly", tests = inputs(), more = "", size = 10 }: Declared = {}) => `
workspace: { subscription_id: 33333333-3333-4333-8333-333333333333, resource_group: rg-ml, name: mlw-main }
deploy:
  type: batch
  endpoint: { name: clf-batch, auth_mode: aad_token, description: Scores at night, tags: { team: ml } }
  deployment:
    name: ${name}
    type: model
    model: { name: clf, path: model.txt, type: custom_model }
    code_configuration: { code: src, scoring_script: score.py }
    environment: { image: images.example.com/batch:1 }
    compute: azureml:cpu-cluster
    resources: { instance_count: 1 }
    settings: { mini_batch_size: ${size}, output_action: append_row }
  ${tests === "" ? "" : `tests: [${tests}]`}
${more}
`;

const inputs = (path = "azureml://datastores/workspaceblobstore/paths/batch-data/", more = "") =>
  `{ inputs: { data: { type: uri_folder, path: "${path}" } }${more} }`;

const files = (yaml: string, init?: string) => ({
  "azureml.yml": yaml,
  "model.txt": "m1",
  "src/score.py": script(init),
  "data/in.txt": "here",
});

async function deploy(yaml = declared(), options: Partial<RunOptions> & { readonly init?: string } = {}) {
  const { init, ...rest } = options;
  const checkout = checkoutOf(files(yaml, init));
  const environment = stand.environment;
  const ran = await run(source, { command: "deploy", checkout, environment, seconds: 86_400, ...rest });
  const [deployment] = ran.result.deployments;
  return { ...ran, deployment, failures: ran.result.failures.join("\n") };
}

const putEndpoint = "PUT clf-batch";
const put = (deployment: string) => `PUT clf-batch/deployments/${deployment}`;
const invoke = "POST /_inference/clf-batch/jobs";

let seen = 0;

/** Writes to the endpoint and its deployments since the last look, in their order. */
function writes(): readonly string[] {
  const fresh = stand.requests().slice(seen);
  seen = stand.requests().length;
  return fresh
    .filter(({ method, path }) => method !== "GET" && /batchEndpoints|_inference/.test(path))
    .map(({ method, path }) => `${method} ${path.replace(/^.*batchEndpoints\//, "").replace(/\?.*$/, "")}`);
}

type Shown = { readonly properties: Readonly<Record<string, unknown>> };

async function live(deployment?: string): Promise<Shown | undefined> {
  const below = deployment === undefined ? "" : `/deployments/${deployment}`;
  const path = `${workspacePath}/batchEndpoints/clf-batch${below}?api-version=2023-10-01`;
  const { status, body } = await ask(stand.emulator, "GET", path);
  return status === 404 ? undefined : (body as Shown);
}

/** Everything of a deployment but what says when it was written. */
function contentOf(shown: Shown | undefined): unknown {
  const { properties, ...rest } = (shown?.properties ?? {}) as {
    readonly properties?: Readonly<Record<string, unknown>>;
  };
  const { AzureAsyncOperationUri: _, ...own } = properties ?? {};
  return { ...rest, properties: own };
}

const defaultOf = async () => {
  const { defaults } = ((await live())?.properties ?? {}) as {
    readonly defaults?: { readonly deploymentName?: string };
  };
  return defaults?.deploymentName ?? undefined;
};

beforeEach(async () => {
  seen = 0;
  for (const number of [1, 2]) await stand.emulator.putBlob(`batch-data/in-${number}.txt`, String(number));
});

/** Requests before the next look are seen by nobody. */
async function settled(): Promise<void> {
  const { failures } = await deploy();
  expect(failures).toBe("");
  seen = stand.requests().length;
}

describe("a batch deployment", () => {
  it("is made with its endpoint, invoked by its own name, and only then the default", async () => {
    const { deployment, failures, masks } = await deploy();
    expect(failures).toBe("");
    expect(deployment).toMatchObject({
      endpoint: "clf-batch",
      deployment: "nightly",
      action: "created",
      state: "Succeeded",
      tests: [{ name: "tests[0]", passed: true, status: "Completed" }],
      modelId: `${workspacePath}/models/clf/versions/1`,
    });
    expect(writes()).toEqual([putEndpoint, put("nightly"), invoke, putEndpoint]);
    expect(await defaultOf()).toBe("nightly");
    expect(await live()).toMatchObject({ tags: { team: "ml" }, properties: { description: "Scores at night" } });
    // The token for the endpoint is one of its own.
    expect(masks.length).toBeGreaterThan(1);
  });

  it("is left as it is where nothing has changed: nothing is written, not even a lease, and nothing is tested", async () => {
    const leases = () => stand.requests().filter(({ path }) => path.includes("/leases/")).length;
    await settled();
    const before = leases();
    expect(before).toBeGreaterThan(0);
    const { deployment, failures } = await deploy();
    expect(failures).toBe("");
    expect(deployment).toMatchObject({ action: "unchanged", changed: false, state: "Succeeded", tests: [] });
    expect(writes()).toEqual([]);
    expect(leases()).toBe(before);
  });

  it("is planned without a write: what would be registered, made, tested and the default, and nothing once it is so", async () => {
    const before = await deploy(declared(), { command: "plan" });
    expect(before.result.plan?.deployments).toMatchObject([
      {
        endpoint: "clf-batch",
        deployment: "nightly",
        type: "batch",
        steps: ["register", "create", "create", "test", "set-default"].map((action) => ({ action })),
      },
    ]);
    expect(before.result.plan?.hasChanges).toBe(true);
    expect(writes()).toEqual([]);
    await settled();
    const after = await deploy(declared(), { command: "plan" });
    expect(after.result.plan?.deployments).toMatchObject([{ steps: [{ action: "none" }] }]);
    expect(after.result.plan?.hasChanges).toBe(false);
  });

  it("is released once by two runs at the same time", async () => {
    const both = await Promise.all([deploy(), deploy()]);
    expect(both.map(({ failures }) => failures)).toEqual(["", ""]);
    expect(both.map(({ deployment }) => deployment?.action).sort()).toEqual(["created", "unchanged"]);
    expect(writes()).toEqual([putEndpoint, put("nightly"), invoke, putEndpoint]);
  });

  it("is updated in place where its code has changed, and tested again", async () => {
    await settled();
    const { deployment, failures } = await deploy(declared(), { init: "print(1)" });
    expect(failures).toBe("");
    expect(deployment).toMatchObject({ action: "updated", tests: [{ passed: true }] });
    expect(writes()).toEqual([put("nightly"), invoke, putEndpoint]);
    expect(await defaultOf()).toBe("nightly");
  });

  it("that does not pass is removed, its cause is told, and the default is what it was", async () => {
    await settled();
    const { deployment, failures } = await deploy(declared({ name: "weekly" }), { init: broken });
    expect(failures).toContain("1 of 1 tests of the batch deployment 'weekly' failed");
    expect(deployment).toMatchObject({ action: "rolled-back", tests: [{ passed: false, status: "Failed" }] });
    expect(failures).toContain("No module named 'module_of_nobody'");
    expect(deployment?.error).toMatchObject({ code: "ModuleNotFoundError" });
    expect(deployment?.logTail).toContain("module_of_nobody");
    expect(deployment?.notes).toEqual(["The batch deployment 'weekly' was deleted."]);
    expect(await live("weekly")).toBeUndefined();
    expect(await defaultOf()).toBe("nightly");
    expect(writes()).toEqual([put("weekly"), invoke, "DELETE clf-batch/deployments/weekly"]);
  });

  it("that could not be removed is removed by the next run, as it had never served", async () => {
    await settled();
    const yaml = declared({ name: "weekly" });
    stand.endpoint.faults.add({ method: "DELETE", path: "/deployments/weekly$", kind: "operation-canceled" });
    const first = await deploy(yaml, { init: broken });
    expect(first.deployment?.notes).toEqual(["The batch deployment 'weekly' could not be deleted."]);
    expect(first.deployment).toMatchObject({ action: "failed", changed: true });
    const second = await deploy(yaml, { init: broken });
    expect(second.deployment?.notes).toEqual(["The batch deployment 'weekly' was deleted."]);
    expect(await live("weekly")).toBeUndefined();
  });

  it("whose test cannot sign in is removed all the same, and the sign-in is the failure", async () => {
    await settled();
    // The first sign-in is Azure Resource Manager's, the second one the endpoint's.
    stand.endpoint.faults.add({ path: "/openid-configuration", skip: 1, times: 99, kind: "malformed" });
    const { deployment, result, failures } = await deploy(declared({ name: "weekly" }));
    expect(result.failureReason).toBe("authentication-failed");
    expect(failures).toContain("Signing in failed");
    expect(deployment).toMatchObject({
      action: "rolled-back",
      notes: ["The batch deployment 'weekly' was deleted."],
    });
    expect(await live("weekly")).toBeUndefined();
    expect(await defaultOf()).toBe("nightly");
  });

  it("that does not pass is put back to what it was where it is the default, which cannot be deleted", async () => {
    await settled();
    const before = await live("nightly");
    const yaml = declared({ more: "  keep_failed: true" });
    const { deployment } = await deploy(yaml, { init: broken });
    expect(deployment).toMatchObject({ action: "rolled-back", state: "Succeeded" });
    expect(deployment?.notes.join()).toContain("was put back to what it was");
    expect(writes()).toEqual([put("nightly"), invoke, put("nightly")]);
    const after = await live("nightly");
    expect(contentOf(after)).toEqual(contentOf(before));
    // What was released before is released now: nothing is left to be done.
    expect((await deploy()).deployment).toMatchObject({ action: "unchanged" });
  });

  it("that does not pass stays where keep_failed says so, is not the default, and is tested again by the next run", async () => {
    await settled();
    const yaml = declared({ name: "weekly", more: "  keep_failed: true" });
    const { deployment } = await deploy(yaml, { init: broken });
    expect(deployment).toMatchObject({
      action: "failed",
      notes: ["The batch deployment 'weekly' is kept, as keep_failed says."],
    });
    expect(await live("weekly")).toBeDefined();
    expect(await defaultOf()).toBe("nightly");
    writes();
    const again = await deploy(yaml, { init: broken });
    expect(again.deployment).toMatchObject({ tests: [{ passed: false }] });
    expect(writes()).toEqual([invoke]);
  });

  it("is not the default where set_default is false, and is released once its tests have passed", async () => {
    await settled();
    const yaml = declared({ name: "weekly", more: "  set_default: false" });
    expect((await deploy(yaml)).deployment).toMatchObject({ action: "created", tests: [{ passed: true }] });
    expect(await defaultOf()).toBe("nightly");
    writes();
    expect((await deploy(yaml)).deployment).toMatchObject({ action: "unchanged" });
    expect(writes()).toEqual([]);
  });

  it("without tests is as good as its state, and the report says so", async () => {
    const { deployment, failures } = await deploy(declared({ tests: "" }));
    expect(failures).toBe("");
    expect(deployment?.notes.join()).toContain("No tests are declared");
    expect(writes()).toEqual([putEndpoint, put("nightly"), putEndpoint]);
    expect(await defaultOf()).toBe("nightly");
  });

  it("is invoked with data of the checkout, which is uploaded", async () => {
    const { deployment, failures } = await deploy(declared({ tests: inputs("data") }));
    expect(failures).toBe("");
    expect(deployment).toMatchObject({ tests: [{ passed: true }] });
    expect(await stand.emulator.blobs("LocalUpload")).toContainEqual(expect.objectContaining({ text: "here" }));
  });

  it("whose job takes longer than its timeout has not passed, and the job is cancelled", async () => {
    stand.emulator.treatJobs({ do: "hold" });
    const yaml = declared({ tests: inputs(undefined, ", timeout: 20") });
    const { deployment, failures } = await deploy(yaml);
    expect(failures).toContain("within 20 s");
    expect(deployment).toMatchObject({ action: "rolled-back", tests: [{ passed: false }] });
    expect(stand.emulator.jobs().map(({ status }) => status)).toEqual(["Canceled"]);
    expect(await live("nightly")).toBeUndefined();
  });

  it("is only submitted with wait: false, and the next run tests it and makes it the default", async () => {
    const first = await deploy(declared(), { inputs: { wait: "false" } });
    expect(first.deployment).toMatchObject({ action: "submitted" });
    expect(first.result.leftGoing).toHaveLength(1);
    expect(writes()).toEqual([putEndpoint]);
    expect((await deploy(declared(), { inputs: { wait: "false" } })).deployment).toMatchObject({ action: "submitted" });
    expect(writes()).toEqual([put("nightly")]);
    const last = await deploy();
    expect(last.failures).toBe("");
    expect(last.deployment).toMatchObject({ tests: [{ passed: true }] });
    expect(writes()).toEqual([invoke, putEndpoint]);
    expect(await defaultOf()).toBe("nightly");
  });

  it("has its job cancelled with the workflow, and is gone on with by the next run", async () => {
    stand.emulator.treatJobs({ do: "hold" });
    const abort = new AbortController();
    const onLine = (line: string) => {
      if (line.includes("has been started")) abort.abort();
    };
    const { result } = await deploy(declared(), { signal: abort.signal, onLine });
    expect(result.failureReason).toBe("cancelled");
    expect(stand.emulator.jobs().map(({ status }) => status)).toEqual(["Canceled"]);
    expect(await defaultOf()).toBeUndefined();
    stand.emulator.treatJobs({ do: "run" });
    writes();
    expect((await deploy()).deployment).toMatchObject({ tests: [{ passed: true }] });
    expect(writes()).toEqual([invoke, putEndpoint]);
  });

  it("needs an endpoint: one that is neither declared nor live is named, and nothing is written", async () => {
    const yaml = declared()
      .replace(/\n {2}endpoint: .*/, "")
      .replace("    name: nightly", "    name: nightly\n    endpoint_name: nobody");
    const { failures } = await deploy(yaml);
    expect(failures).toContain("none is declared");
    expect(writes()).toEqual([]);
  });

  it("whose endpoint alone is declared is made once, and updated where it differs", async () => {
    const alone = declared().replace(/\n {2}deployment:[\s\S]*$/, "\n");
    expect((await deploy(alone)).deployment).toMatchObject({ action: "created", state: "Succeeded" });
    expect((await deploy(alone)).deployment).toMatchObject({ action: "unchanged" });
    expect(writes()).toEqual([putEndpoint]);
    await settled();
    const other = alone.replace("Scores at night", "Scores by day");
    expect((await deploy(other)).deployment).toMatchObject({ action: "updated" });
    expect(writes()).toEqual([putEndpoint]);
    expect(await live()).toMatchObject({ properties: { description: "Scores by day" } });
    // An update takes nothing away that it does not declare.
    expect(await defaultOf()).toBe("nightly");
    expect((await deploy()).deployment).toMatchObject({ action: "updated", tests: [] });
  });
});

describe("a batch release over a wire that is not what it should be", () => {
  it.each([
    { what: "the endpoint", path: "/batchEndpoints/clf-batch$", method: "PUT" },
    { what: "the deployment", path: "/deployments/nightly$", method: "PUT" },
    { what: "the invocation", path: "/_inference/clf-batch/jobs$", method: "POST" },
    { what: "the default", path: "/batchEndpoints/clf-batch$", method: "PUT", skip: 1 },
  ])("reads what came of $what after a lost reply, and writes it once", async ({ path, method, skip = 0 }) => {
    stand.emulator.faults.add({ kind: "lost-reply", path, method, skip });
    const { deployment, failures } = await deploy();
    expect(failures).toBe("");
    expect(deployment).toMatchObject({ action: "created", tests: [{ passed: true }] });
    expect(writes()).toEqual([putEndpoint, put("nightly"), invoke, putEndpoint]);
    expect(stand.emulator.jobs().filter(({ properties }) => properties["jobType"] === "Pipeline")).toHaveLength(1);
  });

  it("waits for somebody else's operation", async () => {
    const busy = { error: { code: "Conflict", message: "Another operation is in progress." } };
    const path = "/deployments/nightly$";
    stand.emulator.faults.add({ kind: "status", status: 409, body: busy, path, method: "PUT", times: 2 });
    const { deployment, failures } = await deploy();
    expect(failures).toBe("");
    expect(deployment).toMatchObject({ action: "created" });
  });

  it("removes a deployment whose provisioning fails, and tells why", async () => {
    await settled();
    const message = "The model could not be loaded";
    stand.emulator.faults.add({
      kind: "operation-fails",
      path: "/deployments/weekly$",
      method: "PUT",
      code: "BadModel",
      message,
    });
    const { deployment, failures, result } = await deploy(declared({ name: "weekly" }));
    expect(result.failureReason).toBe("deployment-failed");
    expect(failures).toContain(message);
    expect(deployment).toMatchObject({ action: "rolled-back", error: { code: "BadModel" } });
    expect(await live("weekly")).toBeUndefined();
    expect(await defaultOf()).toBe("nightly");
  });

  it("puts the deployment away where the default cannot be set, and keeps the default", async () => {
    await settled();
    const refused = { error: { code: "UserError", message: "The default is not taken." } };
    const path = "/batchEndpoints/clf-batch$";
    stand.emulator.faults.add({ kind: "status", status: 400, body: refused, path, method: "PUT" });
    const { deployment, failures } = await deploy(declared({ name: "weekly" }));
    expect(failures).toContain("The default is not taken");
    expect(deployment).toMatchObject({ action: "rolled-back", tests: [{ passed: true }] });
    expect(await live("weekly")).toBeUndefined();
    expect(await defaultOf()).toBe("nightly");
  });
});
