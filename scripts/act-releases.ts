import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "../__tests__/support/ask-emulator.ts";
import type { Emulator } from "../emulator/emulator.ts";
import { workspacePath } from "../emulator/settings.ts";
import { changes, push, sets, type Run, type WorkflowEngine } from "./workflow-engine.ts";

/** What the sample workflows of releases promise: each by Azure ML's own inference server behind the emulator's endpoints. */
export async function promisesOfReleases(engine: WorkflowEngine, emulator: Emulator): Promise<void> {
  await onlineEndpoints(engine, emulator);
  await webServices(engine);
}

async function onlineEndpoints(engine: WorkflowEngine, emulator: Emulator): Promise<void> {
  const { promise, checkout } = engine;
  const release = (options?: Parameters<typeof engine.run>[3]) =>
    engine.run("sample-release-online.yml", "push", push(engine.head), options);
  const skipped = await release({ variables: {} });
  promise(
    "a repository that has no Azure identity skips the release, green",
    skipped.exitCode === 0 && skipped.requests.length === 0,
    skipped,
  );

  const first = await release();
  promise("a release goes to staging, then to production, green", first.exitCode === 0, first);
  promise(
    "both endpoints are made once, and each has one deployment with all traffic",
    JSON.stringify(made(first)) === JSON.stringify(["clf-staging", "clf-staging/blue", ...production]) &&
      (await trafficOf("clf-staging", emulator)) === '{"blue":100}' &&
      (await trafficOf("clf-production", emulator)) === '{"blue":100}',
    first,
  );
  promise(
    "each is tested by requests to the new deployment alone, and answers by the model's own script",
    emulator.scored().every(({ by, status }) => by === "header" && status === 200) &&
      new Set(emulator.scored().map(({ endpoint }) => endpoint)).size === 2,
    first,
  );
  const promoted = emulator.assets().find(({ id }) => id === `${workspacePath}/models/clf-production/versions/1`);
  promise(
    "production's model is the one of staging, by reference",
    JSON.stringify(promoted?.properties["tags"]).includes(`${workspacePath}/models/clf/versions/1`),
    first,
  );

  const again = await release({ attempt: "2" });
  promise(
    "the same release again is green, writes nothing and tests nothing",
    again.exitCode === 0 && written(again).length === 0 && emulator.scored().length === 0,
    again,
  );

  const script = join(checkout, "examples", "deploy", "src", "score.py");
  const wrongScript = await withChange(script, ["intercept + sum(", "1 + intercept + sum("], release);
  promise(
    "a test that fails in staging is red, and production is not asked for anything",
    wrongScript.exitCode === 1 &&
      wrongScript.output.includes("Job 'staging' failed") &&
      !wrongScript.requests.some(({ path }) => path.includes("clf-production")),
    wrongScript,
  );
  const file = join(checkout, "examples", "deploy", "production.yml");
  const wrongTest = await withChange(file, ["instance_count: 3", "instance_count: 4"], () =>
    withChange(file, ["[3, 7]", "[3, 8]"], release),
  );
  promise(
    "a test that fails in production is red, with its annotation",
    wrongTest.exitCode === 1 && wrongTest.output.includes("predictions[1]: 8 wanted, 7 got"),
    wrongTest,
  );
  promise(
    "and leaves production as it was: its traffic, and no other deployment",
    (await trafficOf("clf-production", emulator)) === '{"blue":100}' &&
      JSON.stringify(await deploymentsOf("clf-production", emulator)) === '["blue"]',
    wrongTest,
  );
}

const endpoints = `${workspacePath}/onlineEndpoints`;
const version = "?api-version=2023-04-01-preview";
const production = ["clf-production", "clf-production/blue"];

async function webServices(engine: WorkflowEngine): Promise<void> {
  const { promise, checkout } = engine;
  const release = (options?: Parameters<typeof engine.run>[3]) =>
    engine.run("sample-release-services.yml", "push", push(engine.head), options);
  const first = await release();
  promise("a web service goes to ACI, then to AKS, green", first.exitCode === 0, first);
  promise(
    "the cluster is attached once, and before the service on it is made",
    serviceWrites(first).join() === "POST clf-aci,PUT scoring,POST clf-aks",
    first,
  );
  promise(
    "both serve the very version of the model that the first has tested",
    sets(first, "version=1") && modelsIn(first).join() === "clf:1,clf:1",
    first,
  );
  const again = await release({ attempt: "2" });
  promise(
    "the same again is green, and writes nothing",
    again.exitCode === 0 && sets(again, "changed=false") && written(again).length === 0,
    again,
  );
  const script = join(checkout, "examples", "deploy", "src", "score.py");
  const wrong = await withChange(script, ["intercept + sum(", "1 + intercept + sum("], release);
  promise(
    "a test that fails on ACI is red, and nothing on AKS is touched",
    wrong.exitCode === 1 &&
      sets(wrong, "failure-reason=smoke-test-failed") &&
      !wrong.requests.some(({ path }) => path.includes("clf-aks")),
    wrong,
  );
}

/** Runs with a file that is other than it was, and puts it back. */
async function withChange(file: string, [from, to]: readonly [string, string], work: () => Promise<Run>): Promise<Run> {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(from, to));
  try {
    return await work();
  } finally {
    writeFileSync(file, text);
  }
}

/** The endpoints and deployments that were written, each named once, in order. */
function made(run: Run): readonly string[] {
  const paths = changes(run).flatMap(({ method, path }) => {
    const [, name] = /\/onlineEndpoints\/([^?]+)$/i.exec(path) ?? [];
    return method === "PUT" && name !== undefined ? [name.replace("/deployments/", "/")] : [];
  });
  return [...new Set(paths)];
}

/** What was written beside the leases that keep other runs away. */
function written(run: Run): readonly string[] {
  return changes(run)
    .filter(({ path }) => !path.includes("/azureml-targets/leases/") && !path.endsWith("/listSecrets"))
    .map(({ method, path }) => `${method} ${path}`);
}

/** The services that were made, and the computes that were attached. */
function serviceWrites(run: Run): readonly string[] {
  return changes(run).flatMap(({ method, path, body }) => {
    const [, compute] = /\/computes\/([^/?]+)$/.exec(path) ?? [];
    if (method === "PUT" && compute !== undefined) return [`PUT ${compute}`];
    if (method !== "POST" || !path.endsWith("/services")) return [];
    return [`POST ${String((body as { readonly name?: string } | undefined)?.name)}`];
  });
}

/** The models of the services that were made. */
function modelsIn(run: Run): readonly string[] {
  return changes(run).flatMap(({ method, path, body }) => {
    const { environmentImageRequest: image } = (body ?? {}) as {
      readonly environmentImageRequest?: { readonly modelIds?: readonly string[] };
    };
    return method === "POST" && path.endsWith("/services") ? (image?.modelIds ?? []) : [];
  });
}

async function trafficOf(endpoint: string, emulator: Emulator): Promise<string> {
  const { body } = await ask(emulator, "GET", `${endpoints}/${endpoint}${version}`);
  return JSON.stringify((body as { readonly properties?: { readonly traffic?: unknown } }).properties?.traffic);
}

async function deploymentsOf(endpoint: string, emulator: Emulator): Promise<readonly string[]> {
  const { body } = await ask(emulator, "GET", `${endpoints}/${endpoint}/deployments${version}`);
  return (body as { readonly value?: readonly { readonly name: string }[] }).value?.map(({ name }) => name) ?? [];
}
