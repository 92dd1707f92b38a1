import { createTaker, ensureAssets, lookUp } from "../asset/asset.ts";
import type { AssetDeps } from "../asset/kind.ts";
import { snapshotRefusal } from "../asset/upload/refusal.ts";
import type { LiveBatchEndpoint } from "../azure/batch-endpoints.ts";
import { defined } from "../azure/defined.ts";
import { interpretStatus } from "../azure/job-status.ts";
import type { LiveJob } from "../azure/jobs.ts";
import { membersOf, textOf } from "../azure/members.ts";
import { failed, refused, succeeded, type AzureFailure, type Outcome, type ServiceError } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import type { InvocationTest } from "../deployment/parts/tests.ts";
import { assetsOfInputs, type JobInputs } from "../job/parts/inputs.ts";
import { sentenceOf } from "../report/failure.ts";
import type { LeftGoing, TestReport } from "../report/result.ts";
import { cancelRun } from "../run/cancel.ts";
import { causeOf, readBelow } from "../run/children.ts";
import { followRun, type Followed } from "../run/follow.ts";
import { createLogFollower } from "../run/logs.ts";
import { stillRunning } from "../run/still-running.ts";
import type { ReleaseDeps } from "./kind.ts";
import { causeIn, textOfCause } from "./log-cause.ts";

/** What is invoked. */
export type InvocationTarget = {
  readonly endpoint: Pick<LiveBatchEndpoint, "name" | "scoringUri">;
  readonly deployment: string;
};

/** How one invocation ended. */
export type Invocation = {
  readonly report: TestReport;
  /** Why it ended before it could pass or fail. */
  readonly stopped?: "cancelled" | "timeout";
  readonly error?: ServiceError;
  readonly logTail?: string;
  readonly leftGoing?: LeftGoing;
};

type Deps = Pick<
  ReleaseDeps,
  "azure" | "clock" | "signal" | "deadline" | "newId" | "beforeWriting" | "onProgress" | "onGroup"
>;

/** az ml's types of data, and those of the jobs of batch endpoints (azure-ai-ml 1.35.2, `batch_job.py`). */
const wireTypes: Readonly<Record<string, string>> = {
  uri_file: "UriFile",
  uri_folder: "UriFolder",
  triton_model: "TritonModel",
  mlflow_model: "MLFlowModel",
  mltable: "MLTable",
  custom_model: "CustomModel",
};

/** Invokes a deployment, and follows the job to its end: it passes when the job is Completed. */
export async function runInvocation(
  test: InvocationTest,
  index: number,
  target: InvocationTarget,
  deps: Deps,
): Promise<Invocation> {
  const name = `tests[${index}]`;
  const without = (message: string, error?: ServiceError): Invocation => ({
    report: { name, passed: false, calls: 0, message },
    ...defined({ error }),
  });
  const body = await bodyOf(test, deps);
  if (!body.ok)
    return body.failure.reason === "cancelled"
      ? { ...without("The workflow was cancelled."), stopped: "cancelled" }
      : without(`Its inputs cannot be provided: ${sentenceOf(body.failure.error)}.`, body.failure.error);
  const invoked = await invokeOnce(body.value, target, deps);
  if (!invoked.ok) {
    const { reason, error } = invoked.failure;
    if (reason === "cancelled") return { ...without("The workflow was cancelled."), stopped: "cancelled" };
    return without(`It could not be invoked: ${sentenceOf(error)}.`, error);
  }
  return follow(name, invoked.value, test, deps);
}

/** `POST {scoringUri}`, member for member what the official client sends. */
export function toInvocation(
  { jobInputs, outputs }: Pick<InvocationTest, "jobInputs" | "outputs">,
  jobName: string,
  idOf: (where: string) => string,
): { readonly properties: object } {
  const inputData = inputsOf(jobInputs, idOf);
  const outputData = Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => {
      const { type, path, mode } = membersOf(output);
      const uri = textOf(path);
      const word = wireTypes[textOf(type) ?? "uri_folder"] ?? "UriFolder";
      return [name, defined({ jobOutputType: word, mode: textOf(mode), uri })];
    }),
  );
  return {
    properties: {
      ...(Object.keys(inputData).length === 0 ? {} : { inputData }),
      ...(Object.keys(outputData).length === 0 ? {} : { outputData }),
      // Ours, so that a job whose reply was lost is found.
      name: jobName,
    },
  };
}

function inputsOf(inputs: JobInputs, idOf: (where: string) => string): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]): readonly [string, object] => {
      if (input.kind === "literal") return [name, { jobInputType: "Literal", value: input.value }];
      const isFile = input.type === "uri_file" || input.type === "uri_folder";
      const mode = isFile ? undefined : input.mode;
      return [name, defined({ jobInputType: wireTypes[input.type] ?? "UriFolder", mode, uri: idOf(`inputs.${name}`) })];
    }),
  );
}

type Body = { readonly jobName: string; readonly body: object };

/** What of the inputs is on this machine goes to the workspace's storage first. */
async function bodyOf(test: InvocationTest, deps: Deps): Promise<Outcome<Body>> {
  const take = createTaker();
  try {
    const taken = await Promise.all(assetsOfInputs(test.jobInputs).map(take));
    const ids = await ensureAssets(taken, assetDeps(deps));
    if (!ids.ok) return ids;
    const jobName = `azureml-targets-test-${deps.newId()}`;
    return succeeded({ jobName, body: toInvocation(test, jobName, lookUp(ids.value)) });
  } catch (error) {
    return snapshotRefusal(error);
  }
}

function assetDeps({ azure, signal, beforeWriting, onProgress }: Deps): AssetDeps {
  const { assets, datastores, blobs, workspace } = azure;
  return {
    ...{ assets, datastores, blobs, signal, onProgress, beforeWriting },
    workspaceId: workspace.id,
    computeIdOf: (compute) => compute,
  };
}

/** How often a job is looked for whose reply was lost, in seconds from the loss. Our choice. */
const looks = [1, 2, 4, 8];

/**
 * Starts one job. After a lost reply it is looked for by the name that we have given it; where it is not there the same
 * invocation is sent once more: a name is given to one job alone.
 */
async function invokeOnce(
  { jobName, body }: Body,
  { endpoint, deployment }: InvocationTarget,
  { azure, clock, signal, newId }: Deps,
): Promise<Outcome<LiveJobName>> {
  const { scoringUri } = endpoint;
  if (scoringUri === undefined)
    return refused("NoScoringUri", `The endpoint '${endpoint.name}' has no address for invocations.`);
  const requestId = newId();
  let last: AzureFailure | undefined;
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const invoked = await azure.batchEndpoints.invoke(scoringUri, { body, deployment, requestId });
    if (invoked.ok) return succeeded({ name: invoked.value.name });
    last = invoked.failure;
    if (last.reason !== "unknown" && last.status !== 409) return invoked;
    for (const seconds of looks) {
      const job = await azure.runs.get(jobName);
      if (job.ok && job.value !== undefined) return succeeded({ name: jobName, job: job.value });
      try {
        await clock.sleep(seconds, signal);
      } catch {
        // It may be on its way: whoever cancels the workflow has it cancelled as well.
        await cancelRun(jobName, azure.jobs, clock);
        return failed({ ...last, reason: "cancelled" });
      }
    }
    if (last.status === 409) break;
  }
  return last === undefined ? refused("NotInvoked", "The endpoint was not invoked.") : failed(last);
}

type LiveJobName = { readonly name: string; readonly job?: LiveJob };

/** Follows the job; one that is not to go on is cancelled. */
async function follow(
  name: string,
  { name: jobName }: LiveJobName,
  { timeoutSeconds }: InvocationTest,
  deps: Deps,
): Promise<Invocation> {
  const { azure, clock, signal, deadline, onProgress, onGroup } = deps;
  const { runs, runHistory, jobs, blobs } = azure;
  onProgress(`${name}: the job '${jobName}' has been started.`);
  const logs = createLogFollower(blobs, (file, lines) => onGroup(`${name}: ${file}`, lines), {
    renew: (file) => runHistory.artifactUrl(jobName, file),
  });
  const followed = await followRun(jobName, {
    ...{ runs, runHistory, logs, clock, signal, deadline },
    onStatus: (status) => onProgress(`${name}: ${status}`),
    limits: { totalSeconds: timeoutSeconds },
  });
  const url = await urlOf(jobName, deps);
  const report = { name, calls: 1, status: followed.status, ...defined({ url }) };
  if (followed.end === "over") {
    const { conclusion } = interpretStatus(followed.status);
    if (conclusion === "success") return { report: { ...report, passed: true } };
    return failedJob(report, jobName, followed, logs.tail(), deps);
  }
  const why = whyLeft(followed, timeoutSeconds);
  const asked = await cancelRun(jobName, jobs, clock);
  const left = asked.ok ? {} : { leftGoing: stillRunning(jobName) };
  const message = `${why} ${asked.ok ? "The job was cancelled." : `The job '${jobName}' could not be cancelled: ${sentenceOf(asked.failure.error)}.`}`;
  const isStop = followed.why === "cancelled" || followed.why === "timeout";
  return {
    report: { ...report, passed: false, message },
    ...left,
    ...(isStop ? { stopped: followed.why === "cancelled" ? "cancelled" : "timeout" } : {}),
    ...(followed.why === "unreachable" ? { error: followed.failure.error } : {}),
  };
}

function whyLeft(followed: Extract<Followed, { end: "left" }>, timeoutSeconds: number): string {
  switch (followed.why) {
    case "cancelled":
      return "The workflow was cancelled.";
    case "timeout":
      return "The time limit of the step passed before the job had ended.";
    case "unreachable":
      return `The job can no longer be read: ${sentenceOf(followed.failure.error)}.`;
    case "queue-limit":
    case "total-limit":
      return `The job had not ended within ${timeoutSeconds} s, the timeout of the test.`;
  }
}

async function urlOf(jobName: string, { azure }: Deps): Promise<string | undefined> {
  const job = await azure.runs.get(jobName, AbortSignal.timeout(2000));
  return job.ok ? job.value?.studioUrl : undefined;
}

/** Why a job failed: what the script of its failed step raised, else what the step says, else what it says itself. */
async function failedJob(
  report: Omit<TestReport, "passed">,
  jobName: string,
  { status, error }: Followed,
  tail: string | undefined,
  { azure, onGroup }: Deps,
): Promise<Invocation> {
  const job = await azure.runs.get(jobName);
  const below = job.ok && job.value !== undefined ? await readBelow(job.value, status, azure) : undefined;
  const failedChild = below?.ok === true ? below.value.failedChild : undefined;
  const log = failedChild === undefined ? undefined : await scriptLog(failedChild.child.name, azure);
  if (log !== undefined) onGroup(`${report.name}: ${log.file}`, log.lines);
  const raised = causeIn(log?.lines ?? []);
  const cause = raised ?? failedChild?.cause ?? (error === undefined ? undefined : leafCause(error));
  const ofChild = failedChild === undefined ? undefined : causeOf(failedChild);
  const said = ofChild ?? (cause === undefined ? "The service gave no reason." : `${sentenceOf(cause)}.`);
  const why = raised === undefined ? said : `${said} ${textOfCause(raised)}`;
  return {
    report: { ...report, passed: false, message: `The job '${jobName}' ended as ${status}. ${why}` },
    ...defined({ error: cause, logTail: log?.lines.slice(-tailLines).join("\n") ?? failedChild?.tail ?? tail }),
  };
}

/** Where the scoring scripts of batch jobs write, a file for each process; what failed first. */
const scriptLogs = [/^logs\/user\/error\b.*\.txt$/, /^logs\/user\/std(?:err|out)\/.+\.txt$/];
const mostLogBytes = 1024 * 1024;
const tailLines = 60;

async function scriptLog(
  run: string,
  { runHistory, blobs }: Pick<Deps["azure"], "runHistory" | "blobs">,
): Promise<{ readonly file: string; readonly lines: readonly string[] } | undefined> {
  // They are among the artifacts, and not among the logs that the details of the run name. One page has the first process.
  const listed = await runHistory.artifacts(run, "logs/user", 1);
  if (!listed.ok) return undefined;
  const [log] = scriptLogs.flatMap((pattern) => listed.value.filter(({ path }) => pattern.test(path)));
  if (log === undefined) return undefined;
  const { path: file } = log;
  const url = log.url === undefined ? await runHistory.artifactUrl(run, file) : succeeded(log.url);
  const read = url.ok ? await blobs.read(url.value, 0, mostLogBytes) : url;
  if (!read.ok) return undefined;
  return { file, lines: Buffer.from(read.value).toString("utf8").trimEnd().split(/\r?\n/) };
}
