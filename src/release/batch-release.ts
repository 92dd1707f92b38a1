import type { LiveBatchDeployment, LiveBatchEndpoint } from "../azure/batch-endpoints.ts";
import { defined } from "../azure/defined.ts";
import { refused, succeeded, type ServiceError } from "../azure/outcome.ts";
import type { BatchDeployment } from "../deployment/batch/definition.ts";
import { toBatchDeploymentRequest, toBatchEndpointRequest } from "../deployment/batch/request.ts";
import { secretsOf } from "../deployment/deployment.ts";
import type { ResolvedDeployment } from "../deployment/resolved.ts";
import { computeIds } from "../job/parts/compute.ts";
import { failureOf, failureOfThrown } from "../report/failure.ts";
import { capital } from "../report/format.ts";
import { failureAt } from "../report/refused-field.ts";
import type { DeploymentReport, Failure, FailureReason } from "../report/result.ts";
import { SecretUnavailable } from "../secret/secret.ts";
import { placeOf } from "../yaml/source.ts";
import {
  decideBatch,
  isAsDeclared,
  isNothing,
  stepsOf,
  testedKey,
  updatedEndpoint,
  type BatchDecision,
  type BatchLive,
  type EndpointChange,
} from "./batch-decision.ts";
import { runInvocation, type Invocation } from "./batch-invocation.ts";
import {
  changeEndpoint,
  deploymentText,
  endpointText,
  failing,
  goOn,
  hasLeftSomething,
  putBack,
  putDeployment,
  putEndpoint,
  subjectText,
  submitted,
  untilQuiet,
  type BatchEnd,
  type BatchWork,
} from "./batch-steps.ts";
import { digestOf, digestProperty } from "./digest.ts";
import type { PlannedRelease, ReleaseDeps, Released, ReleaseFlow, TakenParts } from "./kind.ts";
import { isSameName, readLive } from "./live-endpoint.ts";
import { secretValues } from "./secret-values.ts";
import { studioUrl } from "./studio-url.ts";

/** How batch deployments are released: made or updated in place, invoked, and only then the default of their endpoint. */
export const plan: ReleaseFlow<BatchDeployment>["plan"] = async (deployment, parts, deps) => {
  const live = await readLive(deployment.endpointName, deps.azure.batchEndpoints);
  if (!live.ok) return live;
  const digest = digestFor(deployment, parts, deps);
  const decision = decideBatch(deployment, digest, live.value);
  if ("refused" in decision) return refused("NoBatchEndpoint", decision.refused, "endpoint_name");
  const steps = [
    ...(["create", "update"].includes(decision.deployment) ? parts.steps : []),
    ...stepsOf(decision, deployment, deployment.tests.length),
  ];
  const planned: PlannedRelease["planned"] = {
    endpoint: deployment.endpointName,
    type: "batch",
    steps:
      steps.length > 0
        ? steps
        : [{ action: "none", what: `the batch endpoint ${deployment.endpointName}`, reason: "It is as declared." }],
    ...defined({ deployment: deployment.deployment?.name, where: placeOf(deployment.source) }),
  };
  const done = isNothing(decision) ? unchanged(decision, live.value, deployment) : undefined;
  return succeeded({ planned, carryOut: () => carryOut(deployment, digest, parts, deps, done) });
};

/** It is as declared. */
function unchanged(
  { notes }: BatchDecision,
  { endpoint, deployments }: BatchLive,
  declared: BatchDeployment,
): BatchEnd {
  const there = deployments.find((one) => isSameName(one.name, declared.deployment?.name));
  return { ...shown(there, endpoint), action: "unchanged", notes };
}

type References = Pick<ResolvedDeployment, "idOf" | "valueOf" | "provenance">;

function resolved(references: References, { azure, liveNames }: ReleaseDeps): ResolvedDeployment {
  const { workspace } = azure;
  const idOf = computeIds(workspace.id, liveNames);
  return {
    ...references,
    location: workspace.location,
    computeIdOf: (compute) => idOf(compute.replace(/^azureml:/i, "")),
  };
}

const noProvenance = { properties: {}, tags: {} };

/** By content: the same bytes are the same deployment, whatever they are registered as. */
function digestFor({ deployment }: BatchDeployment, parts: TakenParts, deps: ReleaseDeps): string {
  if (deployment === undefined) return "";
  const references = { idOf: parts.identityOf, valueOf: () => undefined, provenance: noProvenance };
  return digestOf(toBatchDeploymentRequest(deployment, resolved(references, deps)));
}

/** @param done where there is nothing to do: nothing is written, so nobody has to be kept away meanwhile. */
async function carryOut(
  deployment: BatchDeployment,
  digest: string,
  parts: TakenParts,
  deps: ReleaseDeps,
  done: BatchEnd | undefined,
): Promise<Released> {
  const { clock } = deps;
  const startedAt = clock.now();
  const progress = { hasWritten: false };
  const releaseHeld = async (isHeld: () => boolean) =>
    succeeded(
      await release(
        {
          ...{ declared: deployment, digest, deps, isHeld, progress, batchEndpoints: deps.azure.batchEndpoints },
          name: deployment.deployment?.name ?? "",
        },
        parts,
      ),
    );
  const key = `batch-endpoint:${deployment.endpointName.toLowerCase()}`;
  const outcome = done === undefined ? await deps.exclusively(key, releaseHeld) : succeeded(done);
  const end: BatchEnd = outcome.ok
    ? outcome.value
    : {
        action: "failed",
        failure: failureOf(outcome.failure, `The lease of ${endpointText(deployment)} was not taken`, "deployment"),
      };
  const { failure, endpoint, tests = [], notes = [], leftGoing = [] } = end;
  const url = endpoint === undefined ? undefined : await studioUrl("batch", deployment.endpointName, deps);
  const report: DeploymentReport = {
    endpoint: deployment.endpointName,
    type: "batch",
    state: end.state ?? (failure === undefined ? "Succeeded" : "Failed"),
    action: end.action,
    changed: progress.hasWritten,
    tests,
    notes,
    durationSeconds: (clock.now() - startedAt) / 1000,
    ...defined({
      deployment: deployment.deployment?.name,
      where: placeOf(deployment.source),
      modelId: end.modelId,
      scoringUri: endpoint?.scoringUri,
      url,
      error: end.error,
      logTail: end.logTail,
    }),
  };
  return { report, failures: failure === undefined ? [] : [failure], leftGoing };
}

/** One release under its lease: everything is read again, and decided anew. */
async function release(work: BatchWork, parts: TakenParts): Promise<BatchEnd> {
  const { declared, digest, deps } = work;
  const what = capital(endpointText(declared));
  const quiet = await untilQuiet(work);
  if (!quiet.ok) return failing(work, quiet.stop);
  const read = await readLive(declared.endpointName, deps.azure.batchEndpoints);
  if (!read.ok)
    return notBegun(declared, failureOf(read.failure, `${what} could not be read`, "deployment"), read.failure.error);
  const before = read.value;
  const decision = decideBatch(declared, digest, before);
  if ("refused" in decision) {
    const where = placeOf(declared.source, "endpoint_name");
    return notBegun(declared, { reason: "deployment-failed", message: decision.refused, ...defined({ where }) });
  }
  if (isNothing(decision)) return unchanged(decision, before, declared);
  const may = await deps.beforeWriting();
  if (!may.ok)
    return notBegun(declared, failureOf(may.failure, `${what} was not written`, "deployment"), may.failure.error);
  const request = await requestsOf(work, decision, parts, before);
  if ("failure" in request) return { action: "failed", ...request };
  if (!deps.wait) return sendFirst(work, decision, request, before);
  try {
    return await begun(work, decision, request, before);
  } catch (error) {
    return afterThrown(error, work, decision, before);
  }
}

/** Writes, tests, and finishes or takes back. */
async function begun(
  work: BatchWork,
  decision: BatchDecision,
  request: Requests,
  before: BatchLive,
): Promise<BatchEnd> {
  const { declared, name } = work;
  const there = before.deployments.find((one) => isSameName(one.name, name));
  const written = await write(work, decision, request, before);
  if ("end" in written) return written.end;
  const deployment = written.deployment ?? there;
  const invocations = decision.isTested ? await test(work, written.endpoint) : [];
  const missed = endOfTests(declared, invocations);
  if (missed !== undefined) {
    const end = { ...shown(deployment, written.endpoint), ...missed };
    const hasStopped = invocations.some(({ stopped }) => stopped !== undefined);
    return hasStopped ? end : putBack(work, end, decision, before);
  }
  const tests = invocations.map(({ report }) => report);
  const finished = await finish(work, decision, written.endpoint);
  if ("end" in finished) {
    const end = { ...shown(deployment, written.endpoint), ...finished.end, tests };
    return finished.isOver ? putBack(work, end, decision, before) : end;
  }
  const untested = declared.deployment !== undefined && declared.tests.length === 0 ? [noTests] : [];
  const isNew = decision.deployment === "create" || (decision.deployment === "none" && decision.endpoint === "create");
  return {
    ...shown(deployment, finished.endpoint),
    action: isNew ? "created" : "updated",
    tests,
    notes: [...decision.notes, ...untested],
  };
}

/** What was thrown after the first write, a sign-in that failed for example, leaves no more behind than any other failure. */
async function afterThrown(
  error: unknown,
  work: BatchWork,
  decision: BatchDecision,
  before: BatchLive,
): Promise<BatchEnd> {
  const { declared, deps, isHeld } = work;
  const where = placeOf(declared.source);
  const end: BatchEnd = {
    action: "failed",
    failure: { ...defined({ where }), ...failureOfThrown(error, deps.signal) },
  };
  const left: BatchEnd = {
    ...end,
    leftGoing: [{ what: `${capital(subjectText(declared))} may be there, neither tested nor the default`, next: goOn }],
  };
  if (deps.signal.aborted || !isHeld()) return left;
  return putBack(work, end, decision, before).catch(() => left);
}

/** Nothing was written. */
function notBegun({ source }: BatchDeployment, failure: Failure, error?: ServiceError): BatchEnd {
  return { action: "failed", failure: { ...defined({ where: placeOf(source) }), ...failure }, ...defined({ error }) };
}

/** Without waiting: the first write alone, because another one would find the first in flight. */
async function sendFirst(
  work: BatchWork,
  { endpoint }: BatchDecision,
  request: Requests,
  before: BatchLive,
): Promise<BatchEnd> {
  const { declared, name, batchEndpoints } = work;
  const { endpointName } = declared;
  if (endpoint !== "none")
    return submitted(work, await batchEndpoints.put(endpointName, request.endpoint), endpointText(declared));
  if (request.deployment !== undefined) {
    const sent = await batchEndpoints.putDeployment(endpointName, name, request.deployment);
    return submitted(work, sent, deploymentText(declared));
  }
  const left = { what: `${capital(deploymentText(declared))} is neither tested nor the default yet`, next: goOn };
  return { ...shown(undefined, before.endpoint), action: "submitted", leftGoing: [left] };
}

type Done = {
  readonly endpoint?: LiveBatchEndpoint | undefined;
  readonly deployment?: LiveBatchDeployment | undefined;
};

/** Endpoint and deployment, one after the other: two operations on one endpoint stand in each other's way. */
async function write(
  work: BatchWork,
  decision: BatchDecision,
  request: Requests,
  before: BatchLive,
): Promise<Done | { readonly end: BatchEnd }> {
  const { declared, digest } = work;
  let { endpoint } = before;
  if (decision.endpoint !== "none") {
    const written = await putEndpoint(work, request.endpoint, (live) => isAsDeclared(declared.endpoint, live));
    if (!written.ok) return { end: failing(work, written.stop, defined({ endpoint: written.live })) };
    endpoint = written.live;
  }
  if (request.deployment === undefined) return { endpoint };
  const written = await putDeployment(work, request.deployment, digest);
  if (written.ok) return { endpoint, deployment: written.live };
  const end = failing(work, written.stop, { ...shown(written.live, endpoint) });
  return { end: hasLeftSomething(written.stop) ? await putBack(work, end, decision, before) : end };
}

/** Invokes the deployment for each test, one after the other. */
async function test(
  { declared, name, deps, batchEndpoints }: BatchWork,
  known: LiveBatchEndpoint | undefined,
): Promise<readonly Invocation[]> {
  // A new endpoint names its address once it is there.
  const read = await batchEndpoints.get(declared.endpointName);
  const endpoint = (read.ok ? read.value : undefined) ?? known ?? { name: declared.endpointName };
  const invocations: Invocation[] = [];
  for (const [index, one] of declared.tests.entries()) {
    if (one.kind !== "invocation") continue;
    const invocation = await runInvocation(one, index, { endpoint, deployment: name }, deps);
    invocations.push(invocation);
    const { report } = invocation;
    deps.onProgress(`${report.name}: ${report.passed ? "passed" : (report.message ?? "failed")}`);
    if (invocation.stopped !== undefined) break;
  }
  return invocations;
}

/** The default deployment, and that the tests have passed: one write. */
async function finish(
  work: BatchWork,
  { setDefault, isTested }: BatchDecision,
  endpoint: LiveBatchEndpoint | undefined,
): Promise<
  { readonly endpoint: LiveBatchEndpoint | undefined } | { readonly end: BatchEnd; readonly isOver: boolean }
> {
  const change: EndpointChange = {
    ...defined({ defaultDeployment: setDefault }),
    ...(isTested ? { passed: testedKey(work.name, work.digest) } : {}),
  };
  if (Object.keys(change).length === 0) return { endpoint };
  const written = await changeEndpoint(work, change);
  if (written.ok) return { endpoint: written.live };
  const { why } = written.stop;
  const isOver = work.declared.deployment !== undefined && (why === "failed" || why === "refused");
  return { end: failing(work, written.stop), isOver };
}

const noTests = "No tests are declared, so all that is known is that the deployment was provisioned.";
/** What the report shows of what is live. */
function shown(
  deployment: LiveBatchDeployment | undefined,
  endpoint: LiveBatchEndpoint | undefined,
): Pick<BatchEnd, "state" | "endpoint" | "modelId"> {
  const state = deployment?.provisioningState ?? endpoint?.provisioningState;
  return { endpoint, ...defined({ state, modelId: deployment?.modelId }) };
}

type Requests = { readonly endpoint: object; readonly deployment?: object };

/** The bodies, once everything that they refer to is in the workspace. */
async function requestsOf(
  { declared, digest, deps }: BatchWork,
  decision: BatchDecision,
  parts: TakenParts,
  { endpoint: live }: BatchLive,
): Promise<Requests | (Pick<BatchEnd, "error"> & { readonly failure: Failure })> {
  const none: References = { idOf: parts.identityOf, valueOf: () => undefined, provenance: noProvenance };
  const endpoint =
    declared.endpoint === undefined
      ? {}
      : updatedEndpoint(toBatchEndpointRequest(declared.endpoint, resolved(none, deps), live?.defaultDeployment), live);
  if (declared.deployment === undefined || !["create", "update"].includes(decision.deployment)) return { endpoint };
  const references = secretsOf(declared).map(({ reference }) => reference);
  const secrets = await secretValues(references, deps.resolveSecret).catch((error: unknown) => {
    if (error instanceof SecretUnavailable) return failureOfThrown(error);
    throw error;
  });
  if ("reason" in secrets) return { failure: secrets };
  const ids = await parts.ensure();
  if (!ids.ok) {
    const what = `What ${deploymentText(declared)} is made of could not be brought into the workspace`;
    return { failure: failureAt(ids.failure, what, declared.source, "asset"), error: ids.failure.error };
  }
  const { commit } = deps.github;
  const found: References = {
    idOf: ids.value,
    valueOf: (reference) => secrets.get(reference),
    provenance: {
      properties: { [digestProperty]: digest, ...(commit === "" ? {} : { "azureml-targets.commit": commit }) },
      tags: { [digestProperty]: digest },
    },
  };
  return { endpoint, deployment: toBatchDeploymentRequest(declared.deployment, resolved(found, deps)) };
}

/** What the tests say where they have not all passed. */
function endOfTests(declared: BatchDeployment, invocations: readonly Invocation[]): BatchEnd | undefined {
  const missed = invocations.filter(({ report }) => !report.passed);
  const [first] = missed;
  if (first === undefined) return undefined;
  const stopped = invocations.find((one) => one.stopped !== undefined)?.stopped;
  const reason: FailureReason = stopped ?? "smoke-test-failed";
  const texts = missed.map(({ report }) => `${report.name}: ${report.message ?? "failed"}`);
  const message =
    stopped === undefined
      ? `${missed.length} of ${invocations.length} tests of ${deploymentText(declared)} failed. ${texts.join(" ")}`
      : `The tests of ${deploymentText(declared)} did not end. ${texts.join(" ")}`;
  return {
    action: "failed",
    failure: { reason, message, ...defined({ where: placeOf(declared.source) }) },
    tests: invocations.map(({ report }) => report),
    leftGoing: invocations.flatMap(({ leftGoing }) => leftGoing ?? []),
    ...defined({ error: first.error, logTail: first.logTail }),
  };
}
