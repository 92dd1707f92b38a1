import { join } from "node:path";
import { refusedFor } from "../asset/asset.ts";
import { SnapshotRefused } from "../asset/upload/list-files.ts";
import { snapshotRefusal } from "../asset/upload/refusal.ts";
import { takeSnapshot } from "../asset/upload/snapshot.ts";
import { freePort, isFreePort, loopback } from "../azure/loopback.ts";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import { succeeded, type Outcome, type ServiceError } from "../azure/outcome.ts";
import type { Scoring } from "../azure/scoring.ts";
import type { LocalDeployment } from "../deployment/local/definition.ts";
import { isSecret } from "../job/parts/variables.ts";
import { failureOf, failureOfThrown } from "../report/failure.ts";
import type { DeploymentReport, Failure, FailureReason, TestReport } from "../report/result.ts";
import { EnvironmentFailed } from "../run/on-runner/virtual-environment.ts";
import { isRunning } from "../run/on-runner/process.ts";
import { SecretUnavailable } from "../secret/secret.ts";
import { placeOf } from "../yaml/source.ts";
import { digestOf } from "./digest.ts";
import type { PlannedRelease, Released, ReleaseDeps } from "./kind.ts";
import { causeIn, textOfCause } from "./log-cause.ts";
import { isHealthy, waitUntilHealthy } from "./on-runner/health.ts";
import { findModel, type FoundModel } from "./on-runner/model-folder.ts";
import { prepareServer } from "./on-runner/prepare.ts";
import { logFileIn } from "./on-runner/process-server.ts";
import { readRecords, recordsFolder, writeRecord, type ServerRecord } from "./on-runner/record.ts";
import type { Server } from "./on-runner/server.ts";
import { stopServer } from "./on-runner/stop.ts";
import { withRunNames } from "./run-names.ts";
import { runRequestTests } from "./smoke-test.ts";

/** What serving on the runner needs: no workspace, unless the model is kept in one. */
export type LocalReleaseDeps = Pick<
  ReleaseDeps,
  "clock" | "signal" | "deadline" | "run" | "resolveSecret" | "newId" | "onProgress" | "onGroup"
> & {
  readonly azure?: Azure | undefined;
  /** True where a run is declared that has not been submitted: which model it will bring is not known. */
  readonly isRunToCome?: boolean | undefined;
  readonly scoring: Scoring;
  /** The environment of the step. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder that is kept until the job ends. */
  readonly temporaryFolder: string;
  /** Folder in which environments are kept between runs. */
  readonly cacheFolder: string;
  /** Told of the folder that has the records of servers, before one is started: the post step ends them. */
  readonly onServing: (recordsFolder: string) => void;
};

/** What would be served, with everything read that it is known by. */
type Definition = { readonly digest: string; readonly model?: FoundModel };

/** Decides whether the runner serves it already. Only reads. */
export async function planLocalRelease(
  deployment: LocalDeployment,
  deps: LocalReleaseDeps,
): Promise<Outcome<PlannedRelease>> {
  const definition = await define(deployment, deps);
  if (!definition.ok) return definition;
  const { name, source } = deployment;
  const { same, others } = await serversOf(deployment, definition.value, deps);
  const what = `the server of ${name} on the runner`;
  const isNew = others.length === 0;
  const steps: PlannedRelease["planned"]["steps"] =
    same !== undefined
      ? [{ action: "none", what, reason: "It is already served." }]
      : [
          {
            action: isNew ? "create" : "update",
            what,
            reason: isNew ? "The runner does not serve it yet." : "Its definition has changed.",
          },
          ...(deployment.tests.length === 0
            ? []
            : [{ action: "test" as const, what, reason: "Its tests have to pass." }]),
        ];
  return succeeded({
    planned: {
      endpoint: name,
      deployment: name,
      type: "local",
      strategy: "replace",
      steps,
      ...defined({ where: placeOf(source) }),
    },
    carryOut: () => carryOut(deployment, definition.value, deps),
  });
}

async function define(deployment: LocalDeployment, deps: LocalReleaseDeps): Promise<Outcome<Definition>> {
  const { model, code, scoringScript, environment, environmentVariables, port } = deployment;
  try {
    const found =
      model === undefined ? undefined : await findModel(model, deps.azure, (address) => known(address, deps));
    if (found?.ok === false) return refusedFor({ where: "model" }, found.failure);
    const snapshot = code?.from === "local" ? await takeSnapshot(code.folder, code.root, code.includes) : undefined;
    const { image, build, condaFile, inferenceConfig } =
      environment?.from === "inline" ? environment.definition : ({} as { readonly [key: string]: undefined });
    const digest = digestOf({
      model: found?.value.identity,
      code: snapshot?.hash,
      scoringScript,
      environment: { image, build, condaFile, inferenceConfig },
      // The value of a secret is no part of it: where it comes from is.
      variables: Object.entries(environmentVariables).map(([name, value]) => [
        name,
        isSecret(value) ? value.from : value,
      ]),
      port,
    });
    return succeeded({ digest, ...(found === undefined ? {} : { model: found.value }) });
  } catch (error) {
    return snapshotRefusal(error, "model");
  }
}

/** An address with the runs that it names; as it is where they are still to come. */
function known(address: string, deps: LocalReleaseDeps): Outcome<string> {
  const named = withRunNames(address, deps);
  return named.ok ? succeeded(named.value ?? address) : named;
}

type Servers = {
  /** Live, released, and of this definition. */ readonly same?: ServerRecord;
  readonly others: readonly ServerRecord[];
};

async function serversOf(
  { name }: LocalDeployment,
  { digest }: Definition,
  { temporaryFolder, scoring }: LocalReleaseDeps,
): Promise<Servers> {
  const records = (await readRecords(recordsFolder(temporaryFolder))).filter((record) => record.name === name);
  for (const record of records) {
    if (record.digest !== digest || !record.isReleased) continue;
    const { runs, port, healthPath } = record;
    const isThere = runs.as === "container" || (await isRunning(runs));
    if (isThere && (await isHealthy(port, healthPath, scoring)))
      return { same: record, others: records.filter((other) => other !== record) };
  }
  return { others: records };
}

/** How serving it ended. */
type End = Pick<DeploymentReport, "state" | "action"> & {
  readonly record?: ServerRecord;
  readonly hasSwagger?: boolean;
  readonly tests?: readonly TestReport[];
  readonly failure?: Failure;
  readonly error?: ServiceError;
  readonly log?: readonly string[];
  readonly notes?: readonly string[];
};

async function carryOut(
  deployment: LocalDeployment,
  definition: Definition,
  deps: LocalReleaseDeps,
): Promise<Released> {
  const startedAt = deps.clock.now();
  const end = await serve(deployment, definition, deps).catch((error: unknown): End =>
    endOfThrown(error, deployment, deps),
  );
  const { record, tests = [], hasSwagger = false, failure, error, log, notes = [], state, action } = end;
  const root = `http://${loopback}:${record?.port ?? 0}`;
  const isUp = record !== undefined && (failure === undefined || deployment.keepFailed);
  const report: DeploymentReport = {
    endpoint: deployment.name,
    deployment: deployment.name,
    type: "local",
    strategy: "replace",
    state,
    action,
    tests,
    notes,
    durationSeconds: (deps.clock.now() - startedAt) / 1000,
    ...defined({
      where: placeOf(deployment.source),
      modelId: definition.model?.id,
      scoringUri: isUp ? `${root}${record.scoringPath}` : undefined,
      swaggerUri: isUp && hasSwagger ? `${root}${record.swaggerPath ?? "/swagger.json"}` : undefined,
      error,
      logTail: failure === undefined ? undefined : log?.slice(-tailLines).join("\n"),
    }),
  };
  return { report, failures: failure === undefined ? [] : [failure], leftGoing: [] };
}

/** Lines of the server's log in the report of a failure, and in the log of the step. */
const tailLines = 60;
const shownLines = 400;

async function serve(deployment: LocalDeployment, definition: Definition, deps: LocalReleaseDeps): Promise<End> {
  const { name, port: declared } = deployment;
  const { same, others } = await serversOf(deployment, definition, deps);
  if (same !== undefined) {
    const hasSwagger = same.swaggerPath !== undefined;
    return { state: "Succeeded", action: "unchanged", record: same, hasSwagger };
  }
  // One at the port that is declared has to go first; any other serves until the new one has passed.
  const inTheWay = others.filter(({ port }) => port === declared);
  for (const record of inTheWay) await stopServer(record, deps.environment);
  if (declared !== undefined && !(await isFreePort(declared)))
    return failing("deployment-failed", deployment, {
      at: "port",
      message: `The port ${declared} of this machine is taken. Choose another one, or leave port out: then a free one is used.`,
    });
  const port = declared ?? (await freePort());
  const folder = join(recordsFolder(deps.temporaryFolder), `${name}-${deps.newId().slice(0, 8)}`);
  const building: string[] = [];
  const prepared = await prepareServer(
    deployment,
    definition.model,
    { folder, port },
    {
      ...deps,
      onLine: (line) => void building.push(line),
    },
  ).finally(() => {
    if (building.length > 0) deps.onGroup(`The environment of ${name}`, building);
  });
  if (!prepared.ok) {
    const { message, ...failure } = failureOf(prepared.failure, `The model of '${name}' could not be fetched`);
    return failing(failure.reason, deployment, { at: "model", message, error: prepared.failure.error });
  }
  const server = prepared.value;
  const { runs, scoringPath, healthPath, swaggerPath } = server;
  const { digest } = definition;
  let record: ServerRecord = {
    ...{ name, digest, port, runs, folder, scoringPath, healthPath, isReleased: false },
    ...defined({ swaggerPath }),
  };
  deps.onServing(recordsFolder(deps.temporaryFolder));
  await writeRecord(record);
  try {
    record = { ...record, runs: await server.start() };
    await writeRecord(record);
    const end = await tested(deployment, record, server, deps);
    if (end.failure !== undefined) return await putBack(end, record, deployment, deps);
    const { swaggerPath: shown, ...rest } = record;
    record = { ...rest, isReleased: true, ...(end.hasSwagger === true ? defined({ swaggerPath: shown }) : {}) };
    await writeRecord(record);
    for (const other of others) await stopServer(other, deps.environment);
    return { ...end, record, action: others.length > 0 ? "updated" : "created" };
  } catch (error) {
    await stopServer(record, deps.environment);
    throw error;
  }
}

/** A server that has failed is ended, or stays to be looked at; the one before it serves on where it has a port of its own. */
async function putBack(
  end: End,
  record: ServerRecord,
  { keepFailed }: LocalDeployment,
  { environment, signal }: LocalReleaseDeps,
): Promise<End> {
  if (keepFailed && !signal.aborted)
    return { ...end, record, notes: ["The failed server is kept until the job ends."] };
  await stopServer(record, environment);
  return end;
}

/** Waits until it is well, and runs the tests. */
async function tested(
  deployment: LocalDeployment,
  record: ServerRecord,
  server: Server,
  deps: LocalReleaseDeps,
): Promise<End> {
  const { name, timeoutSeconds, tests } = deployment;
  const { clock, onProgress, onGroup } = deps;
  const { port, healthPath, swaggerPath, scoringPath } = record;
  onProgress(`Waiting for the server of ${name} at port ${port}.`);
  const limit = clock.now() + timeoutSeconds * 1000;
  const until = Math.min(limit, deps.deadline);
  const health = await waitUntilHealthy({ port, healthPath, swaggerPath, ended: server.ended }, { ...deps, until });
  const log = await server.log();
  onGroup(`The log of ${name}, ${logFileIn(record.folder)}`, log.slice(-shownLines));
  switch (health.state) {
    case "cancelled":
      return { ...cancelled(deployment), log };
    case "ended": {
      const cause = causeIn(log);
      return failing("deployment-failed", deployment, { log, ...crashOf(health.why, cause) });
    }
    case "silent": {
      const isStep = until < limit;
      const within = isStep ? "before the time limit of the step" : `within its timeout of ${timeoutSeconds} s`;
      const message = `The server of '${name}' did not become healthy ${within}: ${health.last}.`;
      return failing(isStep ? "timeout" : "deployment-failed", deployment, { log, message });
    }
    case "healthy":
      break;
  }
  onProgress(`The server of ${name} answers at http://${loopback}:${port}${scoringPath}.`);
  const requests = tests.filter((test) => test.kind === "request");
  const uri = `http://${loopback}:${port}${scoringPath}`;
  const reports = await runRequestTests(requests, { place: "runner", uri, headers: {} }, deps);
  if (!reports.ok) return { ...cancelled(deployment), log: await server.log() };
  const { hasSwagger } = health;
  const missed = reports.value.filter(({ passed }) => !passed);
  if (missed.length === 0)
    return {
      ...{ state: "Succeeded", action: "created", hasSwagger, tests: reports.value },
      ...(requests.length === 0
        ? { notes: ["No tests are declared, so all that is known is that the server is healthy."] }
        : {}),
    };
  const after = await server.log();
  const texts = missed.map(({ name: test, message = "failed" }) => `${test}: ${message}`);
  const cause = causeIn(after.slice(log.length));
  const message = `${missed.length} of ${reports.value.length} smoke tests of '${name}' failed. ${texts.join("; ")}${cause === undefined ? "" : ` (${cause.code}: ${cause.message})`}`;
  return {
    ...failing("smoke-test-failed", deployment, { log: after, message, ...defined({ error: cause }) }),
    tests: reports.value,
  };
}

/** What a server that is gone has said of it. */
function crashOf(
  why: string,
  cause: ServiceError | undefined,
): { readonly message: string; readonly error: ServiceError } {
  if (cause === undefined) return { message: why, error: { code: "ServerEnded", message: why, details: [] } };
  return {
    message: `${why} ${textOfCause(cause)}`,
    error: { code: "ServerEnded", message: why, details: [cause] },
  };
}

type Fault = {
  readonly message: string;
  /** The field that it is about. */
  readonly at?: string;
  readonly error?: ServiceError;
  readonly log?: readonly string[];
};

function failing(reason: FailureReason, { name, source }: LocalDeployment, { message, at, error, log }: Fault): End {
  const whole = message.includes(`'${name}'`) ? message : `The deployment '${name}' failed. ${message}`;
  return {
    state: "Failed",
    action: "failed",
    failure: { reason, message: whole, ...defined({ where: placeOf(source, at ?? "name") }) },
    ...defined({ error, log }),
  };
}

function cancelled(deployment: LocalDeployment): End {
  const message = `The workflow was cancelled, and with it the deployment '${deployment.name}' on the runner.`;
  return { ...failing("cancelled", deployment, { message }), state: "Canceled" };
}

/** The ways to end that are known; anything else is thrown on. */
function endOfThrown(error: unknown, deployment: LocalDeployment, { signal }: LocalReleaseDeps): End {
  if (signal.aborted) return cancelled(deployment);
  if (error instanceof SecretUnavailable) {
    const failure = failureOfThrown(error);
    return { ...failing(failure.reason, deployment, { message: failure.message }), failure };
  }
  if (error instanceof EnvironmentFailed)
    return failing("environment-failed", deployment, { at: "environment", message: error.message });
  if (error instanceof SnapshotRefused) return failing("asset-failed", deployment, { message: error.message });
  throw error;
}
