import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ComputeDocument } from "../../emulator/arm/computes/document.ts";
import { arcId } from "../../emulator/resources/clusters.ts";
import { workspacePath } from "../../emulator/settings.ts";
import type { Scorer } from "../../emulator/serving/scorer.ts";
import type { FailureReason } from "../../src/report/result.ts";
import { ask, followed } from "../support/ask-emulator.ts";
import { aksTarget } from "../support/web-services.ts";
import type { Flow, Kind } from "./kinds.ts";
import { differencesOf, releaseState, trafficOf, unsafe, untrueOfRelease } from "./release-promises.ts";
import { run, type RunOptions } from "./run.ts";
import type { Source } from "./source.ts";
import { computeDocument, cpuCluster, type Stand } from "./stand.ts";

/** A release from its declaration to its end. */
export type Release = {
  readonly name: string;
  /** By their paths in the checkout. */
  readonly files: Readonly<Record<string, string>>;
  /** What was released before it, and is live; in order. */
  readonly earlier?: readonly Readonly<Record<string, string>>[];
  /** Computes of the workspace, beside the one for batch jobs. */
  readonly computes?: readonly ComputeDocument[];
  /** What stands in the workspace at its start besides. */
  readonly around?: (stand: Stand, source: Source) => Promise<void>;
  /** Who answers in the place of scoring scripts, by the deployments. */
  readonly scorers?: Readonly<Record<string, Scorer>>;
  /** Why it ends red; absent where it ends green. */
  readonly ends?: FailureReason;
  /**
   * A deployment that is changed in place: what it was before is known to the run that changed it alone. Where that run was
   * cut off, or could not put it back, it stays as it is, and every run tests it again and is red until one passes.
   */
  readonly mayStay?: string;
};

const endpointName = "ep-one";
const serviceName = "clf-aci";
const serviceOnCluster = "clf-aks";

const kubernetes = computeDocument("team-a", {
  computeType: "Kubernetes",
  resourceId: arcId("arc1"),
  isAttachedCompute: true,
});

/** One more than any other tells the definitions apart. */
const deploy = (version: string, rest = "", { endpoint = "", share = "" } = {}) => ({
  "azureml.yml": `deploy:
  type: managed
  endpoint: { name: ${endpointName}, auth_mode: key${endpoint}${share} }
  deployment:
    name: blue
    model: azureml:clf:1
    environment: azureml:infer:1
    instance_type: Standard_DS3_v2
    instance_count: 1
    environment_variables: { VERSION: "${version}" }
  tests:
    - { request: { data: [[1, 2]] }, response: { endpoint: ${endpointName} } }
${rest}`,
});

/** On Azure Container Instances, or on the AKS cluster. */
const service = (version: string, on: "aci" | "aks" = "aci") => ({
  "src/score.py": `# ${version}\ndef init():\n    pass\n\n\ndef run(text):\n    return text\n`,
  "azureml.yml": `deploy:
  type: ${on}
  name: ${on === "aci" ? serviceName : `${serviceOnCluster}\n  compute: azureml:scoring`}
  model: azureml:clf:1
  code_configuration: { code: src, scoring_script: score.py }
  environment: { image: "images.example.com/infer:1" }
  cpu_cores: 1
  memory_gb: 1
  auth_enabled: true
  tests:
    - { request: { data: [[1, 2]] }, response: { modelIds: ["clf:1"] } }
`,
});

const onKubernetes = (version: string) => ({
  "azureml.yml": `deploy:
  type: kubernetes
  endpoint: { name: ${endpointName}, auth_mode: key, compute: "azureml:team-a" }
  deployment:
    name: blue
    model: azureml:clf:1
    environment: azureml:infer:1
    instance_type: defaultinstancetype
    instance_count: 1
    environment_variables: { VERSION: "${version}" }
  tests:
    - { request: { data: [[1, 2]] }, response: { endpoint: ${endpointName} } }
`,
});

const batch = (name: string, version: string) => ({
  "model.txt": `model ${version}\n`,
  "src/score.py": `def init():
    ${version === "broken" ? "import module_of_nobody" : "pass"}


def run(mini_batch):
    return list(mini_batch)
`,
  "azureml.yml": `deploy:
  type: batch
  endpoint: { name: clf-batch, auth_mode: aad_token }
  deployment:
    name: ${name}
    type: model
    model: { name: clf-batch, path: model.txt, type: custom_model }
    code_configuration: { code: src, scoring_script: score.py }
    environment: { image: images.example.com/batch:1 }
    compute: azureml:cpu-cluster
    resources: { instance_count: 1 }
  tests:
    - inputs: { data: { type: uri_folder, path: "azureml://datastores/workspaceblobstore/paths/batch-data/" } }
`,
});

const wrong: Scorer = { answer: { predictions: ["wrong"] } };
const broken: Scorer = {
  fails: { message: "ModuleNotFoundError: No module named 'sklearn'", log: ["Traceback (most recent call last):"] },
};

const fromFile = (version: string) => ({
  "src/score.py": "def init():\n    pass\n\n\ndef run(text):\n    return text\n",
  "model/model.json": `{ "version": ${version} }\n`,
  "azureml.yml": `deploy:
  type: managed
  endpoint: { name: ${endpointName}, auth_mode: key }
  deployment:
    name: blue
    model: { name: clf-file, path: model/model.json }
    code_configuration: { code: src, scoring_script: score.py }
    environment: { image: ubuntu }
    instance_type: Standard_DS3_v2
    instance_count: 1
  tests:
    - { request: { data: [[1, 2]] }, response: { endpoint: ${endpointName} } }
`,
});

const canary = "  strategy: { type: canary, steps: [10, 50, 100], wait: 0 }\n";
const shadow = (promote: boolean) => `  strategy: { type: shadow, mirror: 10, wait: 0, promote: ${String(promote)} }\n`;
const replace = "  strategy: replace\n";

export const releases: readonly Release[] = [
  { name: "first release", files: deploy("1") },
  { name: "a model and code from files, registered on the way", files: fromFile("1") },
  { name: "the model from a file again, with other bytes", earlier: [fromFile("1")], files: fromFile("2") },
  { name: "no-op", earlier: [deploy("1")], files: deploy("1") },
  { name: "blue-green", earlier: [deploy("1")], files: deploy("2") },
  {
    name: "blue-green that keeps the old one",
    earlier: [deploy("1")],
    files: deploy("2", "  strategy: { type: blue-green, keep_old: true }\n"),
  },
  { name: "replace in place", earlier: [deploy("1")], files: deploy("2", replace) },
  { name: "canary", earlier: [deploy("1")], files: deploy("2", canary) },
  { name: "shadow", earlier: [deploy("1")], files: deploy("2", shadow(false)) },
  { name: "shadow, promoted", earlier: [deploy("1")], files: deploy("2", shadow(true)) },
  {
    name: "blue-green whose test fails",
    earlier: [deploy("1")],
    files: deploy("2"),
    scorers: { green: wrong },
    ends: "smoke-test-failed",
  },
  {
    name: "canary whose test fails",
    earlier: [deploy("1")],
    files: deploy("2", canary),
    scorers: { green: wrong },
    ends: "smoke-test-failed",
  },
  {
    name: "replace in place whose test fails",
    earlier: [deploy("1")],
    files: deploy("2", replace),
    scorers: { blue: wrong },
    ends: "smoke-test-failed",
    mayStay: "blue",
  },
  { name: "first release whose test fails", files: deploy("1"), scorers: { blue: wrong }, ends: "smoke-test-failed" },
  {
    name: "a deployment that does not come up",
    earlier: [deploy("1")],
    files: deploy("2"),
    scorers: { green: broken },
    ends: "deployment-failed",
  },
  {
    name: "a deployment that does not come up, kept",
    earlier: [deploy("1")],
    files: deploy("2", "  keep_failed: true\n"),
    scorers: { green: broken },
    ends: "deployment-failed",
  },
  {
    name: "a test that fails, kept",
    earlier: [deploy("1")],
    files: deploy("2", "  keep_failed: true\n"),
    scorers: { green: wrong },
    ends: "smoke-test-failed",
  },
  {
    name: "an endpoint whose settings changed",
    earlier: [deploy("1")],
    files: deploy("1", "", { endpoint: ", description: changed, tags: { team: other }" }),
  },
  {
    name: "an endpoint whose settings changed, with another definition",
    earlier: [deploy("1")],
    files: deploy("2", "", { endpoint: ", description: changed" }),
  },
  {
    name: "blue-green beside what is somebody else's",
    earlier: [deploy("1")],
    around: besideOthers,
    files: deploy("2", "", { share: ", traffic: { blue: 70, theirs: 30 }" }),
  },
  {
    name: "the colour after next",
    earlier: [deploy("1"), deploy("2")],
    files: deploy("3"),
  },
  { name: "first release of a web service", files: service("1") },
  {
    name: "first release of a web service whose test fails",
    files: service("1"),
    scorers: { [serviceName]: wrong },
    ends: "smoke-test-failed",
  },
  { name: "a web service again", earlier: [service("1")], files: service("1") },
  { name: "a web service changes", earlier: [service("1")], files: service("2") },
  {
    name: "a web service whose candidate fails",
    earlier: [service("1")],
    files: service("2"),
    scorers: { [`${serviceName}-c`]: wrong },
    ends: "smoke-test-failed",
  },
  {
    name: "a web service that fails once it has changed",
    earlier: [service("1")],
    files: service("2"),
    scorers: { [serviceName]: wrong },
    ends: "smoke-test-failed",
  },
  { name: "first release of a web service on AKS", computes: [aksTarget], files: service("1", "aks") },
  {
    name: "a web service on AKS changes",
    computes: [aksTarget],
    earlier: [service("1", "aks")],
    files: service("2", "aks"),
  },
  {
    name: "a web service on AKS that fails once it has changed",
    computes: [aksTarget],
    earlier: [service("1", "aks")],
    files: service("2", "aks"),
    scorers: { [serviceOnCluster]: wrong },
    ends: "smoke-test-failed",
  },
  { name: "first release on Kubernetes", computes: [kubernetes], files: onKubernetes("1") },
  {
    name: "blue-green on Kubernetes",
    computes: [kubernetes],
    earlier: [onKubernetes("1")],
    files: onKubernetes("2"),
  },
  {
    name: "blue-green on Kubernetes whose test fails",
    computes: [kubernetes],
    earlier: [onKubernetes("1")],
    files: onKubernetes("2"),
    scorers: { green: wrong },
    ends: "smoke-test-failed",
  },
  { name: "first release of a batch deployment", files: batch("nightly", "1") },
  { name: "a batch deployment changes", earlier: [batch("nightly", "1")], files: batch("nightly", "2") },
  { name: "another batch deployment", earlier: [batch("nightly", "1")], files: batch("weekly", "2") },
  {
    name: "another batch deployment whose test fails",
    earlier: [batch("nightly", "1")],
    files: batch("weekly", "broken"),
    ends: "smoke-test-failed",
  },
];

/** Somebody else's deployment has a share of the traffic: this action has not made it, and it is not declared. */
async function besideOthers({ emulator }: Stand): Promise<void> {
  const put = async (below: string, body: unknown) => {
    const path = `${workspacePath}/onlineEndpoints/${endpointName}${below}?api-version=2023-04-01-preview`;
    await followed(emulator, await ask(emulator, "PUT", path, { body }));
  };
  const location = "eastus";
  const parts = {
    model: `${workspacePath}/models/clf/versions/1`,
    environmentId: `${workspacePath}/environments/infer/versions/1`,
  };
  const properties = { endpointComputeType: "Managed", instanceType: "Standard_DS3_v2", ...parts };
  await put("/deployments/theirs", { location, sku: { name: "Default", capacity: 1 }, properties });
  await put("", { location, properties: { authMode: "Key", traffic: { blue: 70, theirs: 30 } } });
}

/** Flows that release, each played once without a disturbance. */
export async function releaseKinds(
  source: Source,
  stand: Stand,
  wanted: readonly Release[] = releases,
): Promise<readonly Kind[]> {
  const flows: Flow[] = [];
  for (const release of wanted) flows.push(await flowOf(release, source, stand));
  return [{ file: "release", flows }];
}

function checkoutOf(files: Readonly<Record<string, string>>): string {
  const checkout = mkdtempSync(join(tmpdir(), "faults-release-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  return checkout;
}

/** Whether the endpoint does not say of what serves that it has passed. */
function isUntested({ emulator }: Stand, name: string | undefined, before: readonly string[]): boolean {
  const all = emulator.endpoints();
  const live = all.find(({ deployment }) => name !== undefined && deployment === name);
  const own = (live?.properties["properties"] ?? {}) as Readonly<Record<string, string>>;
  const digest = own["azureml-targets.digest"];
  const tags = all.find(({ deployment, endpoint }) => deployment === undefined && endpoint === live?.endpoint)?.tags;
  const passed = JSON.stringify(tags ?? {});
  const isNew = digest !== undefined && !before.some((line) => line.includes(digest));
  return isNew && !passed.includes(digest.slice(0, 12));
}

/** Stands whose storage has what the flows read: it stays there. */
const haveBlobs = new WeakSet<Stand>();

/** What every workspace of these flows has, with what was released before. */
async function prepared(
  { earlier = [], around, scorers = {} }: Release,
  source: Source,
  stand: Stand,
  checkouts: readonly string[],
): Promise<void> {
  const { emulator, environment } = stand;
  const model = "models/clf/model.json";
  emulator.putAsset("models", "clf", "1", { modelUri: `azureml://datastores/workspaceblobstore/paths/${model}` });
  if (!haveBlobs.has(stand)) {
    await emulator.putBlob(model, "{}");
    await emulator.putBlob("batch-data/in.txt", "1");
    haveBlobs.add(stand);
  }
  // It serves by itself, so it needs no code.
  const route = (path: string) => ({ path, port: 5001 });
  emulator.putAsset("environments", "infer", "1", {
    image: "images.example.com/infer:1",
    inferenceConfig: { livenessRoute: route("/"), readinessRoute: route("/"), scoringRoute: route("/score") },
  });
  for (const [index] of earlier.entries()) {
    const checkout = checkouts[index] ?? "";
    const { result } = await run(source, { command: "deploy", checkout, environment });
    if (result.conclusion !== "success")
      throw new Error(`An earlier release does not succeed undisturbed: ${result.failures.join(" ")}`);
  }
  await around?.(stand, source);
  for (const [name, scorer] of Object.entries(scorers))
    if (name.startsWith(serviceName) || name.startsWith(serviceOnCluster)) emulator.putServiceScorer(name, scorer);
    else emulator.putScorer(endpointName, name, scorer);
  emulator.clearJournal();
}

async function flowOf(release: Release, source: Source, stand: Stand): Promise<Flow> {
  const { name, files, earlier = [], ends, computes = [] } = release;
  const there = [cpuCluster, ...computes];
  const checkouts = earlier.map(checkoutOf);
  const checkout = checkoutOf(files);
  const prepare = (on: Stand) => prepared(release, source, on, checkouts);
  const { environment } = stand;
  const options: RunOptions = { command: "deploy", checkout, environment };
  await stand.restore(there);
  await prepare(stand);
  const before = { state: releaseState(stand), traffic: trafficOf(stand) };
  const already = stand.requests().length;
  const { result } = await run(source, options);
  if (result.failureReason !== ends)
    throw new Error(
      `${name} ended as ${result.failureReason ?? "success"} undisturbed: ${[...result.failures, ...result.problems.map(({ message }) => message)].join(" ")}`,
    );
  const requests = stand.requests().slice(already);
  const after = { state: releaseState(stand), traffic: trafficOf(stand) };
  const problems = unsafe(stand);
  if (problems.length > 0) throw new Error(`${name} keeps no promise undisturbed: ${problems.join("; ")}`);
  return {
    ...{ kind: "release", name, before: there, after: there, options, prepare, requests },
    ...(ends === undefined ? {} : { ends }),
    isDone: (on) => differencesOf(on, after.state).length === 0,
    untrue: (on, ran) => untrueOfRelease(on, ran, { before, after }),
    check: (on, { isAnyName }) => [
      ...(isUntested(on, release.mayStay, before.state) &&
      JSON.stringify(trafficOf(on)) === JSON.stringify(after.traffic)
        ? []
        : differencesOf(on, after.state, isAnyName)),
      ...unsafe(on),
    ],
  };
}
