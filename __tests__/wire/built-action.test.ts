import { describe, expect, it } from "@jest/globals";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { StepResult } from "../../demo/runner.ts";
import type { JournalEntry } from "../../emulator/journal.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { actIn, checkoutOf } from "../support/step.ts";
import { resourcesBehind } from "./behind.ts";
import { readCases, unlisted, withReference, type WireCase, type WireRequest } from "./compare.ts";
import { useEmulator } from "../support/use-emulator.ts";
import { examples, filledIn, readGoldens, standInFor } from "./goldens.ts";

/** The built action, run on each file against the emulator; what reaches the emulator is compared with the goldens. */

const goldenWorkspace =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";

// `corpus.test.ts` has pipelines and components with everything that is put before them, in this process.
const goldens = readGoldens().filter(({ kind }) => !/^(pipelineJob|\w+(?:Component|Deployment|Endpoint))$/.test(kind));

const variants = readCases("variants.jsonl");
const expected = (one: WireCase) => one.expect ?? one.official;

// What a job runs is of no concern here.
const emulator = useEmulator(
  {
    durations: { default: 0 },
    // What a job runs is of no concern here.
    maxParallelJobs: 0,
  },
  { keeps: true },
);

describe("real az ml files", () => {
  it.each(goldens.map((golden) => [golden.source, golden] as const))("%s", async (source, golden) => {
    const checkout = mkdtempSync(join(tmpdir(), "corpus-"));
    cpSync(examples, checkout, { recursive: true });
    const file = join(checkout, source);
    if (golden.kind.endsWith("Compute")) writeFileSync(file, filledIn(readFileSync(file, "utf8")));
    const yaml = readFileSync(file, "utf8");
    const hasSecret = withReference(yaml) !== yaml;
    if (hasSecret) {
      expectRefused(await actIn(emulator, "validate", checkout, { inputs: { config: source } }), source);
      writeFileSync(file, withReference(yaml));
    }
    standInFor(golden, checkout);
    if (golden.error !== undefined) {
      expectRefused(await actIn(emulator, "validate", checkout, { inputs: { config: source } }), source);
      return;
    }
    await expectSent(source, golden, checkout, source);
  });
});

/** Those that are refused are refused before anything is sent: `rules.test.ts` has them. */
describe("small files, one change each", () => {
  const accepted = variants.filter((one) => expected(one) === "accept");
  it.each(accepted.map((one) => [one.id, one] as const))("%s", async (id, { yaml, request }) => {
    if (request === undefined) throw new Error("The case has no request.");
    await expectSent(id, request, checkoutOf({ "file.yml": withReference(yaml) }), "file.yml");
  });
});

/** Runs `up` on the file; the request and what it depends on have to be the golden's. */
async function expectSent(id: string, golden: WireRequest, checkout: string, config: string): Promise<void> {
  // An environment that an earlier file has put is not put again.
  emulator.empty();
  provide(golden);
  const step = await actIn(emulator, "up", checkout, { inputs: { config, wait: "false" }, way: "proxy" });
  const sent = emulator.journal().filter(({ method, path }) => method === "PUT" && path.startsWith(workspacePath));
  const main = sent.filter(
    ({ path }) => collectionOf(path) === collectionOf(goldenWorkspace + golden.path) && !isAnonymous(path),
  );
  if (main.length !== 1) throw new Error(`${main.length} requests were sent:\n${step.log.join("\n")}`);
  const [request] = main as [JournalEntry];
  const surroundings = { checkout, config, sent, golden };
  const { path, body, environmentId } = readBack(request, surroundings);
  expect(path).toBe(golden.path);
  expect(request.query["api-version"]).toBe(golden.apiVersion);
  expect(unlisted(id, body, masked(golden.body))).toEqual([]);
  const [dependency] = Object.values(golden.dependencies ?? {});
  if (dependency === undefined) return;
  const environment = sent.find((entry) => entry.path.toLowerCase() === environmentId?.toLowerCase());
  if (environment === undefined) throw new Error("The environment was not sent.");
  const made = readBack(environment, { ...surroundings, golden: dependency });
  expect(made.path).toBe(dependency.path);
  expect(environment.query["api-version"]).toBe(dependency.apiVersion);
  expect(unlisted(id, made.body, dependency.body)).toEqual([]);
}

type Surroundings = {
  readonly checkout: string;
  readonly config: string;
  readonly sent: readonly JournalEntry[];
  readonly golden: WireRequest;
};

/** A request with tokens in place of what is made of content and surroundings, each checked against what was sent. */
function readBack(entry: JournalEntry, { checkout, config, sent, golden }: Surroundings) {
  const from = dirname(join(checkout, config));
  const text = JSON.stringify(golden.body);
  const uploads = [...text.matchAll(/<upload:([^>]+)>/g)].map(([, path = ""]) => path);
  const code = /<code:([^>]+)>/.exec(text)?.[1];
  const properties = (entry.body as { properties: Record<string, unknown> }).properties;
  // A sweep has them in its trial.
  const holder = (properties["trial"] ?? properties) as Record<string, unknown>;
  const environmentId = typeof holder["environmentId"] === "string" ? holder["environmentId"] : undefined;
  const name = entry.path.split("/").at(-1) ?? "";
  const isHashed = /\/versions\/[0-9a-f]{64}$/.test(entry.path);
  let own = JSON.stringify(entry.body)
    .replaceAll(workspacePath, goldenWorkspace)
    .replaceAll(inAddress(workspacePath), inAddress(goldenWorkspace));
  for (const path of uploads) {
    own = own.replaceAll(/LocalUpload\/[0-9a-f]{64}\/([^/"]+)/g, (whole, folderName: string) => {
      if (folderName !== basename(join(from, path)) || own.includes(`<upload:${path}>`)) return whole;
      expectUploaded(whole);
      return `<upload:${path}>`;
    });
  }
  own = own.replaceAll(
    "https://stmlwmain.blob.core.windows.net/azureml-blobstore/",
    "https://account.blob.core.windows.net/container/",
  );
  if (code !== undefined) {
    const id = String(holder["codeId"]);
    const version = sent.find(({ path }) => path === id);
    if (version !== undefined) {
      const { codeUri } = (version.body as { properties: { codeUri: string } }).properties;
      expect(basename(codeUri)).toBe(basename(join(from, code)));
    }
    own = own.replace(id.replace(workspacePath, goldenWorkspace), `<code:${code}>`);
  }
  if (golden.dependencies !== undefined && environmentId !== undefined)
    own = own.replace(environmentId.replace(workspacePath, goldenWorkspace), Object.keys(golden.dependencies)[0] ?? "");
  const body = JSON.parse(own) as { properties: Record<string, unknown> };
  const isJob = entry.path.includes("/jobs/");
  if (body.properties["displayName"] === name) body.properties["displayName"] = "<job-name>";
  if (isJob && body.properties["experimentName"] === basename(checkout))
    body.properties["experimentName"] = "<experiment>";
  const below = decodeURIComponent(entry.path.slice(workspacePath.length));
  const fixed = /^\/jobs\/([^<]+)$/.exec(golden.path)?.[1];
  const path =
    isJob && (fixed === undefined || name.startsWith(`${fixed}-`))
      ? golden.path
      : isHashed
        ? below.replace(/[0-9a-f]{64}$/, "<hash>")
        : below;
  return { path, body, environmentId };
}

/** A workspace as the long form of an address in a datastore has it. */
function inAddress(workspace: string): string {
  const [, subscription = "", , group = "", , , , name = ""] = workspace.split("/").slice(1);
  return `azureml://subscriptions/${subscription}/resourcegroups/${group}/workspaces/${name}/`;
}

/** Every file below it is in the storage by now. */
function expectUploaded(blobPath: string): void {
  const puts = emulator
    .journal()
    .filter(({ method, path }) => ["PUT", "HEAD"].includes(method) && decodeURIComponent(path).includes(blobPath));
  expect(puts.length).toBeGreaterThan(0);
}

function collectionOf(path: string): string {
  return path.slice(path.indexOf("/workspaces/")).split("/")[3]?.toLowerCase() ?? "";
}

function isAnonymous(path: string): boolean {
  return path.includes("/CliV2AnonymousEnvironment/") || path.includes("/codes/");
}

/** The workspace as the official client found it: empty but for the assets that the request refers to. */
function provide(golden: WireRequest): void {
  emulator.empty();
  for (const resource of resourcesBehind(golden.body)) emulator.putResource(resource);
  const references = JSON.stringify(golden.body).matchAll(
    /\/(data|models|environments)\/([^/"]+)\/versions\/([^/"]+)/g,
  );
  // The official client found a first version of everything that it was asked for, and put the next one.
  const [, registered, ownName = ""] = /^\/(data|models)\/([^/]+)\/versions\/2$/.exec(golden.path) ?? [];
  if (registered !== undefined) emulator.putAsset(registered as "data" | "models", ownName, "1");
  for (const [, kind = "", name = "", version = ""] of references)
    emulator.putAsset(kind as "data" | "models" | "environments", name, version);
  const compute = computeNamed(golden.body);
  if (compute !== undefined) emulator.putCompute(compute);
  emulator.clearJournal();
}

/** The compute that a job is put on, as somebody has made it: a job for one that is not there is not sent. */
function computeNamed(body: unknown) {
  const { computeId: id, jobType } =
    (body as { readonly properties?: { readonly computeId?: string; readonly jobType?: string } }).properties ?? {};
  const name = /\/computes\/([^/]+)$/.exec(id ?? "")?.[1];
  if (name === undefined) return undefined;
  const properties = {
    computeType: jobType === "Spark" ? "SynapseSpark" : "AmlCompute",
    provisioningState: "Succeeded",
    isAttachedCompute: false,
    properties: {},
  };
  return { id: `${workspacePath}/computes/${name}`, name, location: "eastus", tags: null, properties };
}

function expectRefused(step: StepResult, file: string): void {
  expect(step.exitCode).toBe(1);
  expect(step.outputs["failure-reason"]).toBe("invalid-declaration");
  const placed = step.annotations.filter(
    ({ severity, properties }) =>
      severity === "error" &&
      properties["file"] === file &&
      Number(properties["line"]) > 0 &&
      Number(properties["col"]) > 0,
  );
  if (placed.length === 0) throw new Error(`Nothing was refused at its place:\n${step.log.join("\n")}`);
}

function masked(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body).replaceAll(/("(?:password|privateKeyData|adminUserPassword)":)"(?:[^"\\]|\\.)*"/g, '$1"***"'),
  ) as unknown;
}
