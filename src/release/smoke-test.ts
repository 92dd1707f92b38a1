import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { AzureFailure, Outcome } from "../azure/outcome.ts";
import { cancelled, succeeded } from "../azure/outcome.ts";
import type { Scoring, ScoringAnswer, ScoringPlace, ScoringRequest } from "../azure/scoring.ts";
import type { Clock } from "../clock.ts";
import type { RequestTest } from "../deployment/parts/tests.ts";
import type { TestReport } from "../report/result.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import { differencesFrom, type Difference } from "./json-subset.ts";

/** What is asked: a model that is served somewhere. */
export type TestTarget = {
  readonly place: ScoringPlace;
  /** The deployment's own route. */
  readonly uri: string;
  /** Prove who asks, and say which deployment is meant. Secrets in them are masked already. */
  readonly headers: Readonly<Record<string, string>>;
};

export type SmokeTestDeps = {
  readonly scoring: Scoring;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch after which nothing is asked any more. */
  readonly deadline: number;
  readonly onProgress: (message: string) => void;
};

/** How long one answer may take, in seconds: the longest that a managed endpoint lets a request take. */
const answerSeconds = 180;

/** Requests for one call at most, where the connection fails or the service says that it is busy. */
const mostTries = 4;
/** Seconds of all pauses before one call's answer counts. Our choice. */
const longestPause = 60;

/**
 * Runs tests in their order, all of them: what is wrong is told at once.
 *
 * A request may be repeated, because scoring changes nothing: after faults of the connection, and after 429 and 503 that name
 * a time to come back. Any other answer is the answer: what is ready has to serve.
 *
 * @returns a failure only where the workflow was cancelled.
 */
export async function runRequestTests(
  tests: readonly RequestTest[],
  target: TestTarget,
  deps: SmokeTestDeps,
): Promise<Outcome<readonly TestReport[]>> {
  const reports: TestReport[] = [];
  for (const [index, test] of tests.entries()) {
    const report = await runTest(test, index, target, deps);
    if (!report.ok) return report;
    reports.push(report.value);
    const { passed, message, latency } = report.value;
    const took = latency === undefined ? "" : ` (p95 ${latency.p95} ms)`;
    deps.onProgress(`${report.value.name}: ${passed ? `passed${took}` : (message ?? "failed")}`);
  }
  return succeeded(reports);
}

async function runTest(
  test: RequestTest,
  index: number,
  target: TestTarget,
  deps: SmokeTestDeps,
): Promise<Outcome<TestReport>> {
  const name = test.request.from === "file" ? test.request.path : `tests[${index}]`;
  const url = addressOf(test, target);
  const base = { name, url };
  const request = await requestOf(test, url, target);
  if (typeof request === "string") return succeeded({ ...base, passed: false, calls: 0, message: request });
  const times: number[] = [];
  let status: string | undefined;
  let message: string | undefined;
  let calls = 0;
  while (calls < test.calls && message === undefined) {
    if (deps.clock.now() >= deps.deadline) {
      message = `the command ran out of time after ${calls} of ${test.calls} calls; raise timeout-minutes if that is normal.`;
      break;
    }
    const answer = await ask(request, test.status, deps);
    calls += 1;
    if (!answer.ok) {
      if (answer.failure.reason === "cancelled") return answer;
      message = `no answer: ${answer.failure.error.message} [${answer.failure.error.code}]`;
    } else {
      status = String(answer.value.status);
      times.push(answer.value.milliseconds);
      message = await faultIn(answer.value, test);
    }
  }
  const latency = latencyOf(times);
  const { maxLatencyMs } = test;
  if (message === undefined && latency !== undefined && maxLatencyMs !== undefined && latency.p95 > maxLatencyMs)
    message = `max_latency_ms is ${maxLatencyMs}, and the 95th percentile of ${calls} ${calls === 1 ? "call" : "calls"} is ${latency.p95} ms.`;
  return succeeded({
    ...base,
    passed: message === undefined,
    calls,
    ...(status === undefined ? {} : { status }),
    ...(latency === undefined ? {} : { latency }),
    ...(message === undefined ? {} : { message }),
  });
}

/** A route of its own starts from the endpoint's root, which is what stands before `/score`. */
function addressOf({ path }: RequestTest, { uri }: TestTarget): string {
  return path === undefined ? uri : `${uri.replace(/\/score\/?$/, "")}/${path.replace(/^\/+/, "")}`;
}

/** @returns why there is nothing to send, as a sentence. */
async function requestOf(
  { request, contentType }: RequestTest,
  url: string,
  { place, headers }: TestTarget,
): Promise<ScoringRequest | string> {
  const common = { place, url, headers: { ...headers, "content-type": contentType }, seconds: answerSeconds };
  if (request.from === "inline") return { ...common, body: JSON.stringify(request.value) };
  const { file, path } = request;
  try {
    const { size } = await stat(file);
    return { ...common, body: { length: size, open: () => createReadStream(file) } };
  } catch {
    return `The file ${path} cannot be read.`;
  }
}

/** Asks until there is an answer that counts. */
async function ask(
  request: ScoringRequest,
  wanted: number,
  { scoring, clock, signal }: SmokeTestDeps,
): Promise<Outcome<ScoringAnswer>> {
  let paused = 0;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await scoring(request);
    const pause = pauseBefore(answer, attempt, wanted, clock);
    if (pause === undefined || attempt >= mostTries || paused + pause > longestPause) return answer;
    paused += pause;
    try {
      await clock.sleep(pause, signal);
    } catch {
      return cancelled();
    }
  }
}

/** Seconds until it is asked again; `undefined` for an answer that counts. */
function pauseBefore(
  answer: Outcome<ScoringAnswer>,
  attempt: number,
  wanted: number,
  clock: Clock,
): number | undefined {
  if (!answer.ok) return isPassing(answer.failure) ? attempt : undefined;
  const { status, headers } = answer.value;
  return (status === 429 || status === 503) && status !== wanted ? retryAfterSeconds(headers, clock) : undefined;
}

/** A model that has not answered within minutes will not within the next ones. */
function isPassing({ reason, error }: AzureFailure): boolean {
  return reason === "unreachable" && error.code !== "Timeout";
}

/** What is wrong with an answer, as sentences. */
async function faultIn(answer: ScoringAnswer, test: RequestTest): Promise<string | undefined> {
  const { status, text, isWhole } = answer;
  if (status !== test.status) {
    const said = text.trim() === "" ? "" : `: ${shortened(text.trim())}`;
    return `status ${test.status} wanted, ${status} got${modelStatus(answer)}${said}`;
  }
  if (test.response === undefined && test.schema === undefined) return undefined;
  if (!isWhole) return "The answer is too large to be compared.";
  const json = typeof test.response === "string" ? jsonOf(text) : bodyOf(jsonOf(text));
  const differences = test.response === undefined ? [] : differencesFrom(test.response, json, test.tolerance);
  if (differences.length > 0) return differenceText(differences, test.tolerance);
  return test.schema === undefined ? undefined : schemaFault(test.schema, json);
}

/**
 * A managed endpoint answers 424 in the place of what its model has answered.
 *
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-troubleshoot-online-endpoints#http-status-codes
 */
function modelStatus({ status, headers }: ScoringAnswer): string {
  const own = headers["ms-azureml-model-error-statuscode"];
  return status === 424 && own !== undefined ? ` (the model itself answered with ${own})` : "";
}

/** Scripts often return JSON as a text, which is JSON in JSON then. */
function bodyOf(body: unknown): unknown {
  return typeof body === "string" && /^\s*[[{]/.test(body) ? jsonOf(body) : body;
}

/** What is no JSON is the text itself. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function schemaFault(schema: object, body: unknown): Promise<string | undefined> {
  const { compileSchema } = await import("../deployment/parts/json-schema.ts");
  const compiled = compileSchema(schema);
  if (!compiled.ok) return `The schema cannot be used: ${compiled.fault.message}.`;
  if (compiled.validate(body)) return undefined;
  const errors = compiled.validate.errors ?? [];
  const shown = errors.slice(0, mostShown).map(({ instancePath, message }) => {
    const at = instancePath === "" ? "the answer" : instancePath;
    return `${at} ${message ?? "is not as the schema says"}`;
  });
  return `The answer is not as the schema says: ${shown.join("; ")}${more(errors.length)}. It is ${shortened(JSON.stringify(body) ?? "empty")}`;
}

/** Differences that are shown of many. */
const mostShown = 3;

function more(count: number): string {
  return count > mostShown ? `; and ${count - mostShown} more` : "";
}

function differenceText(differences: readonly Difference[], tolerance: number): string {
  const within = tolerance > 0 ? ` (±${tolerance})` : "";
  const texts = differences.slice(0, mostShown).map((difference) => {
    const at = difference.path === "" ? "" : `${difference.path}: `;
    const isNumber = typeof difference.wanted === "number";
    if (difference.what !== undefined) return `${at}${difference.what}`;
    const got = Object.hasOwn(difference, "got") ? shortened(JSON.stringify(difference.got) ?? "nothing") : "nothing";
    return `${at}${shortened(JSON.stringify(difference.wanted) ?? "nothing")}${isNumber ? within : ""} wanted, ${got} got`;
  });
  return `${texts.join("; ")}${more(differences.length)}`;
}

/** Text of a model, or of somebody's test, cut so that a message can hold it. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** Nearest rank, so that each of them is a time that was measured. */
function latencyOf(times: readonly number[]): TestReport["latency"] | undefined {
  if (times.length === 0) return undefined;
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}
