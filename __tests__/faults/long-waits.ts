import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runStep, type RunnerOptions, type StepResult } from "../../demo/runner.ts";
import { isTerminal } from "../../emulator/arm/jobs/document.ts";
import type { Fault } from "../../emulator/faults.ts";
import type { InterceptedRequest } from "../../emulator/server/interceptor.ts";
import type { Reply } from "../../emulator/server/reply.ts";
import type { Result } from "../../src/report/result.ts";
import type { Verdict } from "./campaign.ts";
import { cpuCluster, type Stand } from "./stand.ts";
import { parents, settled } from "./submissions.ts";

/** A run that takes longer than a job of GitHub's may, followed by a process whose pauses are jumped over. */
export type LongWait = {
  readonly name: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly event: string;
  /** Minutes of the job that had passed when the step began. */
  readonly passed: number;
  /** The step has to be over by this minute of its own, and not long before. */
  readonly by: number;
  readonly cancels: boolean;
  readonly faults: readonly Fault[];
  /** Who goes on with it; absent where nobody has to. */
  readonly next?: Pick<RunnerOptions, "runId" | "runAttempt"> & { readonly byName?: boolean };
};

const patient = { "timeout-minutes": "600" };
const usual = { inputs: patient, event: "push", passed: 0, by: 360, cancels: false, faults: [] } as const;

export const longWaits: readonly LongWait[] = [
  { ...usual, name: "the workflow run is run again", next: { runId: "1001", runAttempt: "2" } },
  {
    ...usual,
    name: "a dispatched one is run again",
    event: "workflow_dispatch",
    next: { runId: "1001", runAttempt: "2" },
  },
  { ...usual, name: "another workflow run of the commit comes", next: { runId: "1002" } },
  { ...usual, name: "a job is given its name", event: "schedule", next: { runId: "1002", byName: true } },
  { ...usual, name: "timeout-minutes is as it is by itself", inputs: {}, by: 331 },
  { ...usual, name: "100 minutes of the job had passed before", passed: 100, by: 260 },
  { ...usual, name: "it is cancelled then", inputs: { ...patient, "on-timeout": "cancel" }, cancels: true },
  {
    ...usual,
    name: "Entra and GitHub are busy when tokens are renewed",
    faults: [
      { path: "/oauth2/v2.0/token$", kind: "status", status: 503, skip: 1, times: 3 },
      { path: "/_github/id-token$", kind: "status", status: 503, skip: 2, times: 12 },
    ],
  },
];

/** Lifetimes: of GitHub's ID tokens, and of the token that they are asked for with. Seconds. */
const idTokenSeconds = 300;
const requestTokenSeconds = 370 * 60;

/** @param main the program that waits; default: the built action. */
export async function playLongWait(one: LongWait, stand: Stand, main?: string): Promise<Verdict> {
  const { emulator } = stand;
  await stand.restore([cpuCluster]);
  const folder = mkdtempSync(join(tmpdir(), "long-wait-"));
  const timeFile = join(folder, "ahead");
  const goFile = join(folder, "go");
  writeFileSync(timeFile, "0");
  writeFileSync(
    join(folder, "azureml.yml"),
    `targets: [{ name: cpu-cluster, type: amlcompute, size: Standard_DS3_v2, max_instances: 2 }]
run: { command: "until test -e ${goFile}; do sleep 0.1; done", compute: "azureml:cpu-cluster", environment: { image: ubuntu } }
`,
  );
  const ahead = () => Number(readFileSync(timeFile, "utf8"));
  const startedAt = Date.now() - one.passed * 60_000;
  const service = serviceIn(() => Date.now() + ahead(), startedAt);
  await using endpoint = await emulator.openEndpoint({ onReply: service.reply });
  for (const fault of one.faults) endpoint.faults.add(fault);
  const { AZURE_CLIENT_SECRET: _, ...environment } = endpoint.environment;
  const options = {
    checkout: folder,
    event: { name: one.event },
    withoutPost: true,
    ...(main === undefined ? {} : { main }),
  };
  const step = await runStep({
    ...options,
    inputs: { command: "train", ...one.inputs },
    environment: {
      ...environment,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: emulator.idTokenRequestToken(requestTokenSeconds - one.passed * 60),
      NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, "virtual-time.ts")).href}`,
      VIRTUAL_TIME: timeFile,
    },
  });
  const minutes = (Date.now() + ahead() - startedAt) / 60_000 - one.passed;
  await settled(stand);
  const broken = [...brokenBy(one, stand, step, minutes), ...service.refusals()];
  if (one.next !== undefined) {
    const [job] = parents(stand);
    writeFileSync(goFile, "");
    const { byName, ...whose } = one.next;
    const inputs = { command: "train", ...(byName === true ? { "run-name": job?.name ?? "" } : {}) };
    const { AZURE_CLIENT_SECRET: __, ...plain } = stand.endpoint.environment;
    const next = await runStep({ ...options, ...whose, inputs, environment: plain });
    if (next.exitCode !== 0) broken.push(`the next run is red: ${next.log.slice(-5).join(" / ")}`);
    if (next.outputs["run-reused"] !== "true" || next.outputs["run-name"] !== job?.name)
      broken.push(`the next run went on with ${next.outputs["run-name"] ?? "nothing"}, not with ${job?.name ?? "it"}`);
    const runs = parents(stand).map(({ name, status }) => `${name} (${status})`);
    if (runs.length !== 1 || !runs[0]?.endsWith("(Completed)")) broken.push(`in the end there are ${runs.join(", ")}`);
  }
  await emulator.stopJobs();
  rmSync(folder, { recursive: true, force: true });
  return { name: one.name, broken, again: one.next !== undefined, met: true };
}

/** GitHub, Entra and Azure as they are at a time: what has run out is refused. */
function serviceIn(now: () => number, jobStartedAt: number) {
  const issued = new Map<string, number>();
  const refusals: string[] = [];
  let isSubmitted = false;
  const age = (token: string) => (now() - (issued.get(token) ?? now())) / 1000;
  const minute = () => `minute ${Math.round((now() - jobStartedAt) / 60_000)}`;
  const refuse = (what: string, reply: Reply): Reply => {
    refusals.push(`${what} was refused at ${minute()}`);
    return reply;
  };
  const expired: Reply = {
    status: 401,
    headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
    body: { error: { code: "ExpiredAuthenticationToken", message: "The access token has expired." } },
  };
  return {
    refusals: () => refusals,
    reply: ({ method, path, text, headers }: InterceptedRequest, reply: Reply): Reply => {
      const body = reply.body as Readonly<Record<string, unknown>> | undefined;
      if (path === "/_github/id-token") {
        if ((now() - jobStartedAt) / 1000 >= requestTokenSeconds) return refuse("the request for an ID token", expired);
        if (typeof body?.["value"] === "string") issued.set(body["value"], now());
        return reply;
      }
      if (path.endsWith("/oauth2/v2.0/token")) {
        if (age(new URLSearchParams(text).get("client_assertion") ?? "") >= idTokenSeconds)
          return refuse("an assertion", { status: 401, body: { error: "invalid_client", error_codes: [700024] } });
        if (typeof body?.["access_token"] === "string") issued.set(body["access_token"], now());
        return reply;
      }
      const isOurs = path.includes("/jobs/") || path.startsWith("/history/");
      if (isOurs && method === "PUT") isSubmitted = true;
      const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
      if (age(token) >= accessTokenSeconds) return refuse(`${method} ${path}, with an expired token,`, expired);
      return isOurs && isSubmitted && reply.status >= 400 ? refuse(`${method} ${path}`, reply) : reply;
    },
  };
}

/** As the emulator gives them out. */
const accessTokenSeconds = 3600;

function brokenBy({ by, cancels }: LongWait, stand: Stand, step: StepResult, minutes: number): readonly string[] {
  const path = step.outputs["result-path"] ?? "";
  const shown = step.log.slice(-5).join(" / ");
  if (!existsSync(path)) return [`it left no result: ${shown}`];
  const result = JSON.parse(readFileSync(path, "utf8")) as Result;
  const [job, ...others] = parents(stand);
  if (job === undefined) return [`nothing was submitted: ${shown}`];
  const broken = others.map(({ name }) => `a second run was submitted: ${name}`);
  if (minutes > by || minutes < by - 20)
    broken.push(`it ended in minute ${Math.round(minutes)}, and ${by} is its last`);
  if (step.exitCode !== 1 || result.failureReason !== "timeout")
    broken.push(`it ended as ${result.failureReason ?? "success"}: ${shown}`);
  if (step.outputs["run-name"] !== job.name) broken.push("the output run-name is not its name");
  const resumes = new RegExp(`run-name: ${job.name}(?![\\w-])`);
  if (cancels) {
    if (job.status !== "Canceled") broken.push(`it was to be cancelled, and is ${job.status}`);
    if (result.leftGoing.length > 0) broken.push("it is said to be running");
  } else {
    if (isTerminal(job)) broken.push(`it was to be left, and is ${job.status}`);
    if (!resumes.test(step.summary)) broken.push(`the summary has no line that resumes it: ${step.summary}`);
    if (!result.leftGoing.some(({ next }) => resumes.test(next))) broken.push("the result does not say how to go on");
  }
  return broken;
}
