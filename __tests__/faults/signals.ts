import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runStep, type StepResult } from "../../demo/runner.ts";
import { isTerminal, type JobDocument } from "../../emulator/arm/jobs/document.ts";
import type { Fault } from "../../emulator/faults.ts";
import type { Result } from "../../src/report/result.ts";
import { randomFrom, type Verdict } from "./campaign.ts";
import { cpuCluster, type Stand } from "./stand.ts";
import { parents, settled } from "./submissions.ts";

/** One cancelled workflow, and everything that is drawn for it; one seed always draws the same. */
export type SignalCase = {
  readonly seed: number;
  readonly story: Story;
  /** When the signal comes: so long after the process was started, or after a request of its has arrived. */
  readonly at:
    | { readonly after: "start" }
    | { readonly after: "request"; readonly number: number }
    | { readonly after: "submission" };
  readonly delayMs: number;
  /** How long the service takes over the submission before it has a run. */
  readonly slowMs: number;
  readonly faults: readonly Fault[];
};

type Story = "a long job" | "a short job" | "a sweep" | "a pipeline" | "a job that is not waited for";

const cluster = "targets: [{ name: cpu-cluster, type: amlcompute, size: Standard_DS3_v2, max_instances: 2 }]\n";
const command = (shell: string) =>
  `run: { command: ${shell}, code: src, compute: "azureml:cpu-cluster", environment: { image: ubuntu } }\n`;

const declarations: Readonly<Record<Story, string>> = {
  "a long job": command("sleep 120"),
  "a short job": command("sleep 1"),
  "a sweep": `run:
  type: sweep
  trial: { command: "sleep 12\${{search_space.rate}}", code: src, environment: { image: ubuntu } }
  compute: azureml:cpu-cluster
  sampling_algorithm: grid
  search_space: { rate: { type: choice, values: [1, 2] } }
  objective: { goal: minimize, primary_metric: loss }
  limits: { max_total_trials: 2 }
`,
  "a pipeline": `run:
  type: pipeline
  settings: { default_compute: azureml:cpu-cluster }
  jobs: { first: { command: sleep 120, code: src, environment: { image: ubuntu } } }
`,
  "a job that is not waited for": command("sleep 120"),
};

/** About so many requests are made until a run is submitted, and some more while it is followed. */
const requestsOfAll = 40;

export function signalCase(seed: number): SignalCase {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[Math.floor(random() * items.length)] ?? items[0];
  const when = random();
  const at: SignalCase["at"] =
    when < 0.1
      ? { after: "start" }
      : when < 0.4
        ? { after: "submission" }
        : { after: "request", number: 1 + Math.floor(random() * requestsOfAll) };
  return {
    seed,
    story: pick(["a long job", "a long job", "a short job", "a sweep", "a pipeline", "a job that is not waited for"]),
    at,
    delayMs: Math.floor(random() * (at.after === "start" ? 1500 : 400)),
    slowMs: at.after === "submission" ? Math.floor(random() ** 2 * 9000) : Math.floor(random() * 200),
    faults: random() < 0.5 ? [] : [drawnFault(pick)],
  };
}

function drawnFault(pick: <Item>(items: readonly [Item, ...Item[]]) => Item): Fault {
  const cancel = { method: "POST", path: "/jobs/[^/]+/cancel$" };
  const submission = { method: "PUT", path: "/jobs/[^/]+$" };
  const reading = { method: "GET", path: "/details$", skip: 1 };
  return pick<Fault>([
    { ...cancel, kind: "reset" },
    { ...cancel, kind: "lost-reply" },
    { ...cancel, kind: "status", status: 503 },
    { ...cancel, kind: "status", status: 429, headers: { "Retry-After": "1" } },
    { ...submission, kind: "lost-reply" },
    { ...submission, kind: "status-after", status: 500 },
    { ...submission, kind: "status", status: 503 },
    { ...reading, kind: "no-reply", carriedOut: false },
    { ...reading, kind: "status", status: 429, headers: { "Retry-After": "30" } },
  ]);
}

export function signalName({ seed, story, at, delayMs, slowMs, faults }: SignalCase): string {
  const when = at.after === "request" ? `request ${at.number}` : `the ${at.after}`;
  const slow = slowMs > 400 ? `, which takes ${slowMs} ms` : "";
  const fault = faults.map(({ kind, method, path }) => `, ${kind} at ${method ?? ""} ${path}`).join("");
  return `seed ${seed}: ${story}, cancelled ${delayMs} ms after ${when}${slow}${fault}`;
}

/** A cancellation has to be on the wire within this time of the signal. */
const limitMs = 2000;

/** @param main the program that is cancelled; default: the built action. */
export async function playSignal(one: SignalCase, stand: Stand, main?: string): Promise<Verdict> {
  const { story, at, delayMs, slowMs, faults } = one;
  const { emulator } = stand;
  await stand.restore([cpuCluster]);
  const checkout = checkoutOf(story);
  let cancel: () => void = () => undefined;
  let signalled: number | undefined;
  let submission: { readonly asked: number; answered?: number } | undefined;
  const cancellations: number[] = [];
  let isSignalDue = false;
  const signal = () => {
    if (isSignalDue) return;
    isSignalDue = true;
    setTimeout(() => {
      signalled = Date.now();
      cancel();
    }, delayMs);
  };
  let held = 0;
  await using endpoint = await emulator.openEndpoint({
    onRequest: async ({ number, method, path }) => {
      const isSubmission = method === "PUT" && /\/jobs\/[^/]+$/.test(path);
      if (method === "POST" && path.endsWith("/cancel")) cancellations.push(Date.now());
      if (isSubmission) submission ??= { asked: Date.now() };
      if (at.after === "submission" ? isSubmission : at.after === "request" && number >= at.number) signal();
      if (isSubmission && slowMs > 0) {
        held += 1;
        await delay(slowMs).finally(() => (held -= 1));
      }
      return "continue";
    },
    onResponse: async ({ method, path }) => {
      if (submission !== undefined && method === "PUT" && /\/jobs\/[^/]+$/.test(path))
        submission.answered ??= Date.now();
      return "continue";
    },
  });
  for (const fault of faults) endpoint.faults.add(fault);
  const { AZURE_CLIENT_SECRET: _, ...environment } = endpoint.environment;
  const step = await runStep({
    checkout,
    inputs: { command: "train", ...(story === "a job that is not waited for" ? { wait: "false" } : {}) },
    environment,
    ...(main === undefined ? {} : { main }),
    onStart: (_kill, begin) => {
      // The post step is no longer part of what is cancelled.
      if (isSignalDue) return;
      cancel = begin;
      if (at.after === "start") signal();
    },
  });
  const hasEnded = Date.now();
  while (held > 0) await delay(50);
  await settled(stand);
  rmSync(checkout, { recursive: true, force: true });
  const when =
    signalled === undefined || signalled > hasEnded
      ? "it had ended"
      : submission === undefined || signalled < submission.asked
        ? "before the submission"
        : submission.answered === undefined || signalled < submission.answered
          ? "during the submission"
          : "while it was followed";
  const first = cancellations.find((time) => signalled !== undefined && time >= signalled);
  const ms = first === undefined || signalled === undefined ? undefined : first - signalled;
  const broken = when === "it had ended" ? [] : brokenBy(one, { jobs: parents(stand), step, ms });
  return { name: signalName(one), broken, again: false, met: signalled !== undefined, took: { what: when, ms } };
}

function checkoutOf(story: Story): string {
  const checkout = mkdtempSync(join(tmpdir(), "signals-"));
  for (const [path, text] of Object.entries({
    "src/train.py": "print(1)\n",
    "azureml.yml": `${cluster}${declarations[story]}`,
  })) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  return checkout;
}

type Ended = { readonly jobs: readonly JobDocument[]; readonly step: StepResult; readonly ms: number | undefined };

function brokenBy({ story }: SignalCase, { jobs, step, ms }: Ended): readonly string[] {
  const path = step.outputs["result-path"] ?? "";
  const result = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Result) : undefined;
  const shown = `${step.log.slice(-4).join(" / ")}`;
  // What is not waited for was left on purpose, if it was submitted by then.
  const isLeft = story === "a job that is not waited for" && step.exitCode === 0;
  const [job, ...others] = jobs;
  if (job === undefined) return [];
  const broken = others.map(({ name }) => `a second run was submitted: ${name}`);
  const hadEnded = job.status === "Completed" || job.status === "Failed";
  if (!hadEnded && !isLeft) {
    if (!isTerminal(job)) broken.push(`the run is still ${job.status}: ${shown}`);
    if (ms === undefined) broken.push(`no cancellation was asked for: ${shown}`);
    else if (ms > limitMs) broken.push(`the cancellation was asked for ${ms} ms after the signal`);
    if (result !== undefined && result.failureReason !== "cancelled")
      broken.push(`it ended as ${result.failureReason ?? "success"}: ${shown}`);
    if (/was (never )?created|Nothing is running/.test(step.log.join("\n")))
      broken.push(`it says that there was no run: ${shown}`);
    if (!step.log.concat(step.summary).join("\n").includes(job.name)) broken.push("the run is named nowhere");
  }
  if (step.exitCode === 0 && job.status === "Canceled") broken.push(`it is green: ${shown}`);
  return broken;
}
