import { describe, expect, it } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { prepareStep } from "../../demo/runner.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import { sharedEnvironments } from "../../emulator/serving/environment.ts";
import { deploymentTypes } from "../../src/deployment/deployment.ts";
import type { PlannedDeployment, Result } from "../../src/report/result.ts";
import { servingEnvironments } from "../support/serving.ts";
import { ask } from "../support/ask-emulator.ts";
import { endpoints, version } from "../support/online-endpoints.ts";
import { actIn, type StepOptions } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** The documented example of every type and every strategy, executed: planned, released, read back, and released again. */
const examples = join(import.meta.dirname, "..", "..", "examples", "deploy");
const files = readdirSync(examples).filter((name) => [".yml", ".json"].includes(extname(name)));

const checkout = mkdtempSync(join(tmpdir(), "deploy-examples-"));
cpSync(examples, checkout, { recursive: true });

/** What the examples' own scoring script answers to their request: scorers say the same, where no server is started. */
const answer = JSON.parse(
  execFileSync(
    "python3",
    [
      "-c",
      "import json, pathlib, score; score.init(); print(json.dumps(score.run(pathlib.Path('../tests/rows.json').read_text())))",
    ],
    {
      cwd: join(checkout, "src"),
      encoding: "utf8",
      env: { ...process.env, AZUREML_MODEL_DIR: join(checkout, "model") },
    },
  ),
) as unknown;

/** What stands below `deploy` of an example, where it is a mapping. */
const declared = (file: string) => {
  const { deploy } = parse(readFileSync(join(examples, file), "utf8")) as { readonly deploy?: unknown };
  return deploy as { readonly type?: string; readonly strategy?: string | { readonly type: string } } | undefined;
};

describe("there is an example", () => {
  it.each(Object.keys(deploymentTypes))("of the type %s", (type) => {
    expect(declared(`${type}.yml`)?.type).toBe(type);
  });

  it.each(["replace", "blue-green", "canary", "shadow"])("of the strategy %s", (name) => {
    const { strategy } = declared(`${name}.yml`) ?? {};
    expect(typeof strategy === "object" ? strategy.type : strategy).toBe(name);
  });
});

const run = (emulator: Emulator, command: string, file: string, options: StepOptions = {}) => {
  const { inputs, ...others } = options;
  // A deploy.json names no model.
  const way: Readonly<Record<string, string>> = file.endsWith(".json")
    ? { deploy: file, set: "deploy.model=azureml:clf:1" }
    : { config: file };
  return actIn(emulator, command, checkout, { inputs: { ...way, ...inputs }, ...others });
};

/** What is sent and not only read, but for the tokens and the leases that keep other runs away. */
const writes = (emulator: Emulator) =>
  emulator
    .journal()
    .filter(
      ({ method, path }) =>
        !["GET", "HEAD", "CONNECT"].includes(method) &&
        !/\/(token|listSecrets)$|\/azureml-targets\/leases\//.test(path),
    )
    .map(({ method, path }) => `${method} ${path}`);

type Deployed = {
  readonly endpoint: string;
  readonly deployment: string;
  readonly action: string;
  readonly state: string;
  readonly tests: readonly { readonly passed: boolean }[];
};

describe("the example", () => {
  // Kept: the strategies go on with what is released before them, and every example has names of its own.
  const emulator = useEmulator({ serving: "light", durations: { default: 0.1 } }, { keeps: true });

  // What the runner serves has no second time in another job: below.
  it.each(files.filter((file) => file !== "local.yml"))(
    "%s is valid, planned, released once, and left alone the second time",
    async (file) => {
      await registered("clf", "1");
      const [validated, planned] = await Promise.all([run(emulator, "validate", file), run(emulator, "plan", file)]);
      expect(validated.annotations).toEqual([]);
      expect(planned.log.join("\n")).toContain("plan succeeded.");
      expect(planned.outputs["has-changes"]).toBe("true");
      expect(writes(emulator)).toEqual([]);
      const { plan } = JSON.parse(readFileSync(planned.outputs["result-path"] ?? "", "utf8")) as Result;
      for (const one of plan?.deployments ?? []) answerAs(one);

      const released = await run(emulator, "deploy", file);
      expect(released.log.join("\n")).toContain("deploy succeeded.");
      const deployments = JSON.parse(released.outputs["deployments"] ?? "[]") as readonly Deployed[];
      expect(deployments).toMatchObject(
        (plan?.deployments ?? []).map(({ endpoint }) => ({ endpoint, action: "created" })),
      );
      for (const { tests } of deployments) expect(tests.filter(({ passed }) => !passed)).toEqual([]);

      emulator.clearJournal();
      const again = await run(emulator, "deploy", file);
      expect(again.exitCode).toBe(0);
      expect(again.outputs["changed"]).toBe("false");
      expect(writes(emulator)).toEqual([]);
    },
  );

  it.each([
    ["replace", [], { blue: 100 }, ["blue"]],
    ["blue-green", [{ traffic: { green: 100 } }], { green: 100 }, ["blue", "green"]],
    [
      "canary",
      [{ traffic: { blue: 90, green: 10 } }, { traffic: { blue: 50, green: 50 } }, { traffic: { green: 100 } }],
      { green: 100 },
      ["green"],
    ],
    [
      "shadow",
      [
        { traffic: { blue: 100 }, mirrorTraffic: { green: 10 } },
        { traffic: { green: 100 }, mirrorTraffic: {} },
      ],
      { green: 100 },
      ["green"],
    ],
  ])("of the strategy %s moves the traffic to the next release as its name says", async (name, moves, after, left) => {
    const endpoint = `clf-${name}`;
    const before = emulator.endpointTraffic().filter((one) => one.endpoint === endpoint).length;
    const hasWait = typeof declared(`${name}.yml`)?.strategy === "object" && name !== "blue-green";
    const set = ["deploy.deployment.environment_variables.RELEASE=2", ...(hasWait ? ["deploy.strategy.wait=0"] : [])];
    const next = await run(emulator, "deploy", `${name}.yml`, { inputs: { set: set.join("\n") } });
    expect(next.log.join("\n")).toContain("deploy succeeded.");
    // The endpoint is written for other things too: a share that stays as it is moves nothing.
    const shares = emulator
      .endpointTraffic()
      .filter((one) => one.endpoint === endpoint)
      .map(({ traffic, mirrorTraffic }) => ({ traffic, mirrorTraffic }));
    const moved = shares.filter((one, index) => index >= before && !isDeepStrictEqual(one, shares[index - 1]));
    expect(moved).toMatchObject(moves);
    expect(JSON.parse(next.outputs["traffic-after"] ?? "{}")).toEqual(after);
    const { body } = await ask(emulator, "GET", `${endpoints}/${endpoint}/deployments${version}`);
    expect((body as { readonly value: readonly { readonly name: string }[] }).value.map((one) => one.name)).toEqual(
      left,
    );
    const tested = emulator.scored().filter(({ by, deployment }) => by === "header" && deployment in after);
    expect(tested.length).toBeGreaterThan(name === "canary" ? 3 : 0);
  });

  /** A version of the model as somebody else has registered it. */
  async function registered(name: string, version: string): Promise<void> {
    await emulator.putBlob("models/model.json", readFileSync(join(examples, "model", "model.json"), "utf8"));
    emulator.putAsset("models", name, version, {
      modelUri: "azureml://datastores/workspaceblobstore/paths/models/model.json",
    });
  }

  function answerAs({ endpoint, type }: Pick<PlannedDeployment, "endpoint" | "type">): void {
    if (type === "managed" || type === "kubernetes")
      for (const name of ["blue", "green"]) emulator.putScorer(endpoint, name, { answer });
    if (type === "aci" || type === "aks")
      for (const name of [endpoint, `${endpoint}-c`]) emulator.putServiceScorer(name, { answer });
  }
});

/** Where pip cannot install Azure ML's server these say nothing: `npm test` shows them as skipped. */
const whereServing = (await servingEnvironments()) === undefined ? describe.skip : describe;
const rows = readFileSync(join(examples, "tests", "rows.json"), "utf8");

whereServing("with Azure ML's own inference server", () => {
  const emulator = useEmulator({ durations: { default: 0.1 } });

  it("managed.yml answers as its tests want", async () => {
    const released = await run(emulator, "deploy", "managed.yml");
    expect(released.log.join("\n")).toContain("deploy succeeded.");
    const [deployed] = JSON.parse(released.outputs["deployments"] ?? "[]") as readonly Deployed[];
    expect(deployed).toMatchObject({ action: "created", tests: [{ passed: true }, { passed: true }] });
    expect(emulator.scored().map(({ deployment, status }) => `${deployment} ${status}`)).toEqual([
      ...["blue 200", "blue 200", "blue 200", "blue 200"],
    ]);
  });

  it("local.yml is served to the steps after it, left alone by the same declaration, and ended with the job", async () => {
    const ofJob = {
      // Its packages come from where this machine's come from; kept for the next time.
      environment: { RUNNER_TEMP: mkdtempSync(join(tmpdir(), "job-")), REQUESTS_CA_BUNDLE: "" },
      toolCache: join(sharedEnvironments, "tools"),
    };
    const planned = await run(emulator, "plan", "local.yml", ofJob);
    expect(planned.log.join("\n")).toContain("plan succeeded.");

    const released = await run(emulator, "deploy", "local.yml", ofJob);
    const askRunner = () => fetch(released.outputs["scoring-uri"] ?? "", { method: "POST", body: rows });
    try {
      expect(released.log.join("\n")).toContain("deploy succeeded.");
      expect(await (await askRunner()).json()).toEqual(answer);

      const again = await run(emulator, "deploy", "local.yml", ofJob);
      expect(JSON.parse(again.outputs["deployments"] ?? "[]")).toMatchObject([{ action: "unchanged" }]);
      expect(writes(emulator)).toEqual([]);
    } finally {
      const { post: main } = prepareStep({ checkout, inputs: {} }).runs;
      const states = Object.entries(released.state).map(([name, value]) => [`STATE_${name}`, value]);
      const environment = { ...ofJob.environment, ...(Object.fromEntries(states) as Record<string, string>) };
      await run(emulator, "deploy", "local.yml", { ...ofJob, main, environment });
    }
    await expect(askRunner()).rejects.toThrow("fetch failed");
  }, 180_000);
});
