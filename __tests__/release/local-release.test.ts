import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareStep } from "../../demo/runner.ts";
import { systemClock } from "../../src/azure/clock.ts";
import { createScoring } from "../../src/azure/scoring.ts";
import { read } from "../../src/deployment/local/local.ts";
import { planLocalRelease, type LocalReleaseDeps } from "../../src/release/local-release.ts";
import { readRecords, recordsFolder } from "../../src/release/on-runner/record.ts";
import { stopServers } from "../../src/release/on-runner/stop.ts";
import { nodeOf } from "../support/documents.ts";
import { listenersAt, servingEnvironments, takenPort } from "../support/serving.ts";
import { checkoutOf } from "../support/step.ts";

const environments = await servingEnvironments();
/** Where pip cannot install Azure ML's server these say nothing: `npm test` shows them as skipped. */
const whereServing = environments === undefined ? describe.skip : describe;

const score = (init = "") => `import json, os

def init():
    global weight
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.json")) as file:
        weight = json.load(file)["weight"]
    ${init}

def run(data):
    return {"predictions": [weight * sum(row) for row in json.loads(data)["data"]], "greeting": os.environ.get("GREETING")}
`;

const declared = (more = "", wanted = 3) => `type: local
name: clf
model: { path: model/model.json }
code_configuration: { code: src, scoring_script: score.py }
tests: [{ request: { data: [[1, 2]] }, response: { predictions: [${wanted}] } }]
${more}
`;

const filesWith = (weight = 1, init = "") => ({
  "model/model.json": JSON.stringify({ weight }),
  "src/score.py": score(init),
});

whereServing("a deployment on the runner", () => {
  let temporaryFolder = "";
  beforeAll(() => {
    temporaryFolder = mkdtempSync(join(tmpdir(), "serving-"));
  });
  afterEach(() => stopServers(recordsFolder(temporaryFolder), process.env));

  /** What one step of a job would do. */
  async function release(
    yaml: string,
    files: Readonly<Record<string, string>> = filesWith(),
    options: Partial<LocalReleaseDeps> = {},
  ) {
    const { node } = nodeOf(yaml, checkoutOf(files), "deploy.yml");
    if (node === undefined) throw new Error("no YAML");
    const { deployment, problems } = read({ settings: node });
    if (deployment === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
    const signal = options.signal ?? new AbortController().signal;
    const groups: { readonly title: string; readonly lines: readonly string[] }[] = [];
    const serving: string[] = [];
    const planned = await planLocalRelease(deployment, {
      clock: systemClock,
      signal,
      deadline: Date.now() + 120_000,
      newId: randomUUID,
      scoring: createScoring(undefined, signal),
      environment: process.env,
      temporaryFolder,
      cacheFolder: environments ?? "",
      resolveSecret: () => Promise.resolve("a secret"),
      onProgress: () => undefined,
      onGroup: (title, lines) => void groups.push({ title, lines }),
      onServing: (folder) => void serving.push(folder),
      ...options,
    });
    if (!planned.ok) throw new Error(planned.failure.error.message);
    const { report, failures } = await planned.value.carryOut();
    return { actions: planned.value.planned.steps.map(({ action }) => action), report, failures, groups, serving };
  }

  const answerOf = async (uri = "") => {
    const answer = await fetch(uri, { method: "POST", body: '{"data": [[2, 2]]}' });
    return (await answer.json()) as { readonly predictions: readonly number[]; readonly greeting: string | null };
  };
  const portOf = (uri = "") => Number(new URL(uri).port);
  const servers = () => readRecords(recordsFolder(temporaryFolder));

  it("is served by Azure ML's own server at a free port of this machine alone, tested, and goes on after the step", async () => {
    const greeted = declared("environment_variables: { GREETING: hello }");
    const { actions, report, failures, groups, serving } = await release(greeted);
    expect(failures).toEqual([]);
    expect(actions).toEqual(["create", "test"]);
    expect(report).toMatchObject({
      type: "local",
      action: "created",
      state: "Succeeded",
      tests: [{ passed: true, status: "200" }],
      scoringUri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/score$/) as unknown,
    });
    expect(await answerOf(report.scoringUri)).toEqual({ predictions: [4], greeting: "hello" });
    const swagger = await fetch(report.swaggerUri ?? "");
    expect(await swagger.json()).toMatchObject({ swagger: "2.0" });
    expect(listenersAt(portOf(report.scoringUri))).toEqual(["127.0.0.1"]);
    expect(serving).toEqual([recordsFolder(temporaryFolder)]);
    // The log is a file, and a part of the step's log.
    const log = groups.at(-1);
    expect(log?.lines.join("\n")).toContain("Users's init has completed successfully");
    const [record] = await servers();
    const file = join(record?.folder ?? "", "server.log");
    expect(log?.title).toContain(file);
    expect(readFileSync(file, "utf8")).toContain("ready for serving traffic");
  });

  it("is left as it is by a later step that declares the same, and replaced by one that declares another", async () => {
    const first = await release(declared());
    const [known] = await servers();
    const same = await release(declared());
    expect(same.actions).toEqual(["none"]);
    expect(same.report).toMatchObject({ action: "unchanged", scoringUri: first.report.scoringUri, tests: [] });
    expect(await servers()).toEqual([known]);
    const other = await release(declared("", 6), filesWith(2));
    expect(other.actions).toEqual(["update", "test"]);
    expect(other.report).toMatchObject({ action: "updated", tests: [{ passed: true }] });
    expect((await answerOf(other.report.scoringUri)).predictions).toEqual([8]);
    expect(await servers()).toHaveLength(1);
    expect(listenersAt(portOf(first.report.scoringUri))).toEqual([]);
  });

  it("keeps its declared port when it is replaced", async () => {
    const { port, close } = await takenPort();
    await close();
    await release(declared(`port: ${port}`));
    const other = await release(declared(`port: ${port}`, 6), filesWith(2));
    expect(other.report).toMatchObject({ action: "updated", scoringUri: `http://127.0.0.1:${port}/score` });
    expect((await answerOf(other.report.scoringUri)).predictions).toEqual([8]);
  });

  it("whose init() raises fails by what it raised first, with the end of its log, and leaves nothing running", async () => {
    const { report, failures } = await release(declared(), filesWith(1, "import module_of_nobody"));
    expect(report).toMatchObject({
      action: "failed",
      state: "Failed",
      error: { details: [{ code: "ModuleNotFoundError", message: "No module named 'module_of_nobody'" }] },
    });
    expect(report.logTail).toContain("import module_of_nobody");
    expect(failures).toMatchObject([{ reason: "deployment-failed", where: { file: "deploy.yml" } }]);
    expect(failures[0]?.message).toContain("No module named 'module_of_nobody'");
    expect(failures[0]?.message).toContain("conda_file");
    expect(report.scoringUri).toBeUndefined();
    expect(await servers()).toEqual([]);
  });

  it("whose test fails is ended, and the one before it serves on", async () => {
    const first = await release(declared());
    const other = await release(declared("", 7), filesWith(2));
    expect(other.failures).toMatchObject([{ reason: "smoke-test-failed" }]);
    expect(other.failures[0]?.message).toContain("predictions");
    expect((await answerOf(first.report.scoringUri)).predictions).toEqual([4]);
    expect(await servers()).toHaveLength(1);
  });

  it("whose test fails stays where keep_failed says so, and is released anew by a later step", async () => {
    const kept = await release(declared("keep_failed: true", 7));
    expect(kept.failures).toMatchObject([{ reason: "smoke-test-failed" }]);
    expect((await answerOf(kept.report.scoringUri)).predictions).toEqual([4]);
    const again = await release(declared("keep_failed: true", 7));
    expect(again.actions).toEqual(["update", "test"]);
  });

  it("names a port that is taken, and starts nothing", async () => {
    const { port, close } = await takenPort();
    try {
      const { failures } = await release(declared(`port: ${port}`));
      expect(failures).toMatchObject([{ reason: "deployment-failed", where: { line: 6 } }]);
      expect(failures[0]?.message).toContain(`The port ${port} of this machine is taken`);
      expect(await servers()).toEqual([]);
    } finally {
      await close();
    }
  });

  it("that never becomes healthy ends with its timeout", async () => {
    const { failures } = await release(declared("timeout: 2"), filesWith(1, "import time; time.sleep(60)"));
    expect(failures).toMatchObject([{ reason: "deployment-failed" }]);
    expect(failures[0]?.message).toContain("within its timeout of 2 s");
    expect(await servers()).toEqual([]);
  });

  it("ends when the workflow is cancelled before it is up", async () => {
    const abort = new AbortController();
    const slow = filesWith(1, "import time; time.sleep(60)");
    const onProgress = (message: string) => {
      if (message.startsWith("Waiting")) setTimeout(() => abort.abort(), 300);
    };
    const { failures } = await release(declared(), slow, { signal: abort.signal, onProgress });
    expect(failures).toMatchObject([{ reason: "cancelled" }]);
    expect(await servers()).toEqual([]);
  });

  it("has the packages of the conda file's pip part, and the server among them", async () => {
    const files = { ...filesWith(1, "import flask_cors"), "conda.yml": "dependencies: [python=3.11, pip]\n" };
    const { failures } = await release(declared("environment: { conda_file: conda.yml }"), files);
    expect(failures).toEqual([]);
  });
});

describe("a model that a run has trained", () => {
  const model = 'model: { path: "azureml://jobs/${{run.name}}/outputs/artifacts/paths/model/" }';

  /** What becomes of it where nobody has signed in. */
  async function planned(deps: Partial<LocalReleaseDeps>) {
    const yaml = declared().replace("model: { path: model/model.json }", model);
    const { node } = nodeOf(yaml, checkoutOf(filesWith()), "deploy.yml");
    const { deployment } = read(node === undefined ? {} : { settings: node });
    if (deployment === undefined) throw new Error("no deployment");
    const signal = new AbortController().signal;
    return planLocalRelease(deployment, {
      clock: systemClock,
      signal,
      deadline: Date.now() + 10_000,
      newId: randomUUID,
      scoring: createScoring(undefined, signal),
      environment: process.env,
      temporaryFolder: mkdtempSync(join(tmpdir(), "serving-")),
      cacheFolder: environments ?? "",
      resolveSecret: () => Promise.resolve(""),
      onProgress: () => undefined,
      onGroup: () => undefined,
      onServing: () => undefined,
      ...deps,
    });
  }
  const run = { name: "run-7", steps: new Map<string, string>(), gates: [] };

  it("is looked for in that run", async () => {
    const plan = await planned({ run });
    if (!plan.ok) throw new Error(plan.failure.error.message);
    const { failures, report } = await plan.value.carryOut();
    expect(failures[0]?.message).toContain("azureml://jobs/run-7/outputs/artifacts/paths/model/");
    expect(report).toMatchObject({ action: "failed" });
  });

  it("cannot be served where there was no run, and is planned where one is to come", async () => {
    expect(await planned({})).toMatchObject({ ok: false, failure: { error: { target: "model" } } });
    expect(await planned({ isRunToCome: true })).toMatchObject({ ok: true });
  });
});

whereServing("steps of a job that deploy on the runner", () => {
  const declaration = declared().trim().replaceAll("\n", "\n  ");
  const checkout = checkoutOf({ ...filesWith(), "azureml.yml": `deploy:\n  ${declaration}\n` });
  const step = prepareStep({ checkout, inputs: { command: "deploy" } });
  const source = join(import.meta.dirname, "../../src/start.ts");
  const records = recordsFolder(join(step.environment["RUNNER_TEMP"] ?? "", "azureml-targets"));
  /** Environments are where they are below the tool cache. */
  const tools = mkdtempSync(join(tmpdir(), "tools-"));
  mkdirSync(join(tools, "azureml-targets"));
  symlinkSync(environments ?? tools, join(tools, "azureml-targets", "environments"));
  const cached = { RUNNER_TOOL_CACHE: tools };

  /** The action's own process, without a bundle. */
  function run(environment: Readonly<Record<string, string>>, killAt?: RegExp) {
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const child = spawn(process.execPath, [source], { cwd: checkout, env: environment, stdio: [...stdio] });
    let log = "";
    const take = (text: string) => {
      log += text;
      if (killAt?.test(log) === true) child.kill("SIGKILL");
    };
    child.stdout?.setEncoding("utf8").on("data", take);
    child.stderr?.setEncoding("utf8").on("data", take);
    return new Promise<{ readonly code: number | null; readonly log: string }>((resolve) =>
      child.once("close", (code) => resolve({ code, log })),
    );
  }
  const valuesIn = (file = "") =>
    Object.fromEntries(
      [...readFileSync(file, "utf8").matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(
        ([, name = "", , value = ""]) => [name, value],
      ),
    );
  const post = () => {
    const state = Object.entries(valuesIn(step.files["GITHUB_STATE"]));
    return run({ ...step.environment, ...Object.fromEntries(state.map(([name, value]) => [`STATE_${name}`, value])) });
  };
  afterAll(() => stopServers(records, process.env));

  it("need no workspace, hand out where the model answers, and the post step ends it with everything it has started", async () => {
    const main = await run({ ...step.environment, ...cached });
    expect(main.log).not.toContain("::error");
    expect(main.code).toBe(0);
    const uri = valuesIn(step.files["GITHUB_OUTPUT"])["scoring-uri"] ?? "";
    expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/score$/);
    const answer = await fetch(uri, { method: "POST", body: '{"data": [[1, 1]]}' });
    expect(await answer.json()).toMatchObject({ predictions: [2] });
    const ended = await post();
    expect(ended.log).toContain("Stopped the server on the runner: clf.");
    expect(listenersAt(Number(new URL(uri).port))).toEqual([]);
  });

  it("leave what is served alone where up finds it as it is declared", async () => {
    const environment = { ...step.environment, ...cached };
    await run(environment);
    const [known] = await readRecords(records);
    const up = await run({ ...environment, INPUT_COMMAND: "up" });
    expect(up.code).toBe(0);
    expect(await readRecords(records)).toEqual([known]);
    await post();
  });

  it("leave no server behind when the process of the step is killed", async () => {
    await run({ ...step.environment, ...cached }, /The server of clf answers at/);
    const [record] = await readRecords(records);
    expect(listenersAt(record?.port ?? 0)).toEqual(["127.0.0.1"]);
    await post();
    expect(listenersAt(record?.port ?? 0)).toEqual([]);
    expect(await readRecords(records)).toEqual([]);
  });
});
