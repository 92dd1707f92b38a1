import type { LiveEndpoint, LiveOnlineDeployment } from "../azure/online-endpoints.ts";
import { defined } from "../azure/defined.ts";
import { failed, succeeded, type AzureFailure, type Outcome } from "../azure/outcome.ts";
import * as kubernetes from "../deployment/online/kubernetes.ts";
import * as managed from "../deployment/online/managed.ts";
import type { OnlineDeployment } from "../deployment/online/definition.ts";
import { toDeploymentRequest } from "../deployment/online/request.ts";
import type { RequestTest } from "../deployment/parts/tests.ts";
import type { ResolvedDeployment } from "../deployment/resolved.ts";
import { computeId } from "../job/parts/compute.ts";
import { failureOf as callFailure } from "../report/failure.ts";
import type { DeploymentReport } from "../report/result.ts";
import { runTags } from "../run/provenance.ts";
import { SecretUnavailable, type SecretReference } from "../secret/secret.ts";
import { digestOf, digestProperty } from "./digest.ts";
import type { ContainerLogs } from "./failure-cause.ts";
import type { PlannedRelease, ReleaseDeps, ReleaseFlow, Released, TakenParts } from "./kind.ts";
import { differencesFromLive, endpointBody } from "./online-bodies.ts";
import { readLive, rolloutEndpointOf, type LiveOnline } from "./online-live.ts";
import { plannedOf } from "./online-plan.ts";
import { failureOf, reportOf, type Ended } from "./online-report.ts";
import { notRemoved, rollBack, stopInGrace, type RolledBack } from "./online-roll-back.ts";
import {
  carryOutSteps,
  submitDeployment,
  type OnlineRelease,
  type Progress,
  type StepDeps,
  type StepStop,
} from "./online-steps.ts";
import { decideRollout, type Declared, type EndpointState, type Rollout, type RolloutStep } from "./rollout.ts";

/** How online deployments, managed and on Kubernetes, are released. */
export const plan: ReleaseFlow<OnlineDeployment>["plan"] = async (deployment, parts, deps) => {
  const live = await readLive(deployment.endpointName, deps.azure.onlineEndpoints);
  if (!live.ok) return live;
  const decided = decide(deployment, parts, live.value, deps);
  if (!decided.ok) return decided;
  const planned: PlannedRelease = {
    planned: plannedOf(deployment, decided.value.rollout, parts.steps),
    carryOut: () => carryOut(deployment, parts, deps),
  };
  return succeeded(planned);
};

/** What of a declaration is decided about one live state. */
type Decided = { readonly rollout: Rollout; readonly digest?: string };

function decide(
  deployment: OnlineDeployment,
  parts: Pick<TakenParts, "identityOf">,
  live: LiveOnline,
  deps: ReleaseDeps,
): Outcome<Decided> {
  const forDigest = resolvedWith(deps, { idOf: parts.identityOf, valueOf: () => undefined });
  const { deployment: definition, endpoint, endpointName, strategy, type } = deployment;
  const digest = definition === undefined ? undefined : digestOf(toDeploymentRequest(definition, type, forDigest));
  const declared: Declared = {
    ...(endpoint === undefined
      ? {}
      : { endpoint: defined({ traffic: endpoint.traffic, mirror: endpoint.mirrorTraffic }) }),
    ...(definition === undefined || digest === undefined ? {} : { deployment: { name: definition.name, digest } }),
    ...defined({ strategy }),
  };
  const isAsDeclared = live.endpoint === undefined || isDeclaredSo(deployment, live.endpoint, forDigest);
  const rollout = decideRollout(
    declared,
    live.endpoint === undefined ? undefined : rolloutEndpointOf(live.endpoint, live.deployments, isAsDeclared),
  );
  if ("refused" in rollout) {
    const code = live.endpoint === undefined ? "EndpointNotFound" : "TrafficNotPossible";
    const message = `The endpoint '${endpointName}': ${rollout.refused}`;
    return failed({ reason: "refused", error: { code, message, details: [] } });
  }
  return succeeded({ rollout, ...defined({ digest }) });
}

function isDeclaredSo({ endpoint }: OnlineDeployment, live: LiveEndpoint, resolved: ResolvedDeployment): boolean {
  if (endpoint === undefined) return true;
  const state: EndpointState = { traffic: live.traffic, mirror: live.mirrorTraffic, marks: { kept: [] } };
  return differencesFromLive(endpointBody(endpoint, live, resolved, state), live).length === 0;
}

const nothingAdded: ResolvedDeployment["provenance"] = { properties: {}, tags: {} };

function resolvedWith(
  { azure: { workspace }, liveNames }: Pick<ReleaseDeps, "azure" | "liveNames">,
  rest: Pick<ResolvedDeployment, "idOf" | "valueOf">,
  provenance = nothingAdded,
): ResolvedDeployment {
  return {
    location: workspace.location,
    computeIdOf: (compute) => computeId(workspace.id, liveNames.get(compute.toLowerCase()) ?? compute),
    provenance,
    ...rest,
  };
}

/** Where a deployment comes from, beside what it is. */
function provenanceOf(digest: string, { github, run }: Pick<ReleaseDeps, "github" | "run">) {
  const known = (text: string | undefined) => (text === "" ? undefined : text);
  const from = { commit: known(github.commit), repository: known(github.repository), workflowRun: github.runUrl };
  return {
    properties: defined({
      [digestProperty]: digest,
      "azureml-targets.commit": from.commit,
      "azureml-targets.repository": from.repository,
      "azureml-targets.workflow-run": from.workflowRun,
    }),
    tags: defined({
      [runTags.commit]: from.commit,
      [runTags.repository]: from.repository,
      [runTags.workflowRun]: from.workflowRun,
      [runTags.run]: run?.name,
    }),
  };
}

async function carryOut(deployment: OnlineDeployment, parts: TakenParts, deps: ReleaseDeps): Promise<Released> {
  const from = deps.clock.now();
  const key = `endpoint:${deployment.endpointName.toLowerCase()}`;
  const done = await deps.exclusively(key, async (isHeld) =>
    succeeded(await releaseHeld(deployment, parts, deps, { isHeld, from })),
  );
  return done.ok ? done.value : notBegun(deployment, done.failure, { deps, from });
}

type Held = { readonly isHeld: () => boolean; readonly from: number };

/** Nobody else of this action writes to the endpoint: what is live is read again, and decided anew. */
async function releaseHeld(
  deployment: OnlineDeployment,
  parts: TakenParts,
  deps: ReleaseDeps,
  held: Held,
): Promise<Released> {
  const { from } = held;
  const live = await readLive(deployment.endpointName, deps.azure.onlineEndpoints);
  if (!live.ok) return notBegun(deployment, live.failure, { deps, from });
  const decided = decide(deployment, parts, live.value, deps);
  if (!decided.ok) return notBegun(deployment, decided.failure, { deps, from });
  const { rollout, digest } = decided.value;
  const ready = await prepare(deployment, parts, rollout, digest, deps);
  if (!ready.ok) return notBegun(deployment, ready.failure, { deps, from, rollout });
  const progress: Progress = { live: live.value.endpoint, mayHaveMoved: false, tests: [], notes: [] };
  const work: Work = {
    deployment,
    rollout,
    release: ready.value,
    progress,
    before: live.value.deployments,
    held,
    deps,
  };
  const { steps } = rollout;
  if (!deps.wait) return submit(work);
  const stop = await carryOutSteps(steps, work.release, progress, work.before, stepDeps(work));
  return stop === undefined ? succeededWith(work, parts) : stoppedBy(stop, work, parts);
}

type Work = {
  readonly deployment: OnlineDeployment;
  readonly rollout: Rollout;
  readonly release: OnlineRelease;
  readonly progress: Progress;
  readonly before: readonly LiveOnlineDeployment[];
  readonly held: Held;
  readonly deps: ReleaseDeps;
};

function stepDeps({ deployment, held, deps }: Pick<Work, "deployment" | "held" | "deps">): StepDeps {
  const { azure, clock, signal, deadline, onProgress } = deps;
  return {
    endpoints: azure.onlineEndpoints,
    scoring: azure.scoring,
    clock,
    signal,
    deadline,
    isHeld: held.isHeld,
    onProgress: (message) => onProgress(`${deployment.endpointName}: ${message}`),
  };
}

/** Everything that the first write needs: permissions, the assets, and the secrets that are sent. */
async function prepare(
  deployment: OnlineDeployment,
  parts: TakenParts,
  { steps }: Rollout,
  digest: string | undefined,
  deps: ReleaseDeps,
): Promise<Outcome<OnlineRelease>> {
  const { deployment: definition, endpoint, type } = deployment;
  if (steps.length > 0) {
    const allowed = await deps.beforeWriting();
    if (!allowed.ok) return allowed;
  }
  const isMade = steps.some((step) => step.do === "deploy" && step.how !== "join");
  const secrets = isMade ? await secretsFor(deployment, deps) : succeeded(new Map<SecretReference, string>());
  if (!secrets.ok) return secrets;
  const ids = isMade ? await parts.ensure() : succeeded(parts.identityOf);
  if (!ids.ok) return ids;
  const references = { idOf: ids.value, valueOf: (reference: SecretReference) => secrets.value.get(reference) };
  const plain = resolvedWith(deps, references);
  const full = digest === undefined ? plain : resolvedWith(deps, references, provenanceOf(digest, deps));
  return succeeded({
    endpoint: deployment.endpointName,
    type,
    tests: deployment.tests.filter((test): test is RequestTest => test.kind === "request"),
    timeoutSeconds: deployment.timeoutSeconds,
    endpointBody: (live, to) => endpointBody(endpoint, live, plain, to),
    ...(definition === undefined || !isMade ? {} : { deploymentBody: toDeploymentRequest(definition, type, full) }),
    ...defined({ digest }),
  });
}

async function secretsFor(
  deployment: OnlineDeployment,
  { resolveSecret }: Pick<ReleaseDeps, "resolveSecret">,
): Promise<Outcome<ReadonlyMap<SecretReference, string>>> {
  const { secretsOf } = deployment.type === "managed" ? managed : kubernetes;
  const values = new Map<SecretReference, string>();
  for (const { reference } of secretsOf(deployment)) {
    try {
      values.set(reference, await resolveSecret(reference));
    } catch (error) {
      if (!(error instanceof SecretUnavailable)) throw error;
      return failed({ reason: "refused", error: { code: "SecretUnavailable", message: error.message, details: [] } });
    }
  }
  return succeeded(values);
}

/**
 * `wait: false`: what has to be there before the deployment is brought about, the deployment's write is sent, and nothing
 * more is waited for. The next run goes on from there.
 */
async function submit(work: Work): Promise<Released> {
  const { rollout, release, progress, before } = work;
  const index = rollout.steps.findIndex(({ do: kind }) => kind === "deploy");
  const last = rollout.steps[index];
  const first: readonly RolloutStep[] = index < 0 ? rollout.steps : rollout.steps.slice(0, index);
  const deps = stepDeps(work);
  const stop =
    (await carryOutSteps(first, release, progress, before, deps)) ??
    (last?.do === "deploy" ? await submitDeployment(last, release, deps) : undefined);
  if (stop !== undefined) return stoppedBy(stop, work);
  const isSubmitted = last?.do === "deploy";
  const notes = isSubmitted ? ["It was submitted (wait: false): no test was run, and no traffic was moved."] : [];
  const action = isSubmitted ? "submitted" : rollout.steps.length === 0 ? "unchanged" : "updated";
  return released(await ended(work, { action, notes }));
}

async function succeededWith(work: Work, parts: TakenParts): Promise<Released> {
  const { rollout, before } = work;
  const { steps, name } = rollout;
  const isFirst = Object.keys(rollout.before).length === 0;
  const makes = steps.some((step) => (step.do === "put-endpoint" && step.why === "create") || step.do === "deploy");
  const isNew = name === undefined ? before.length === 0 && makes : isFirst;
  const isChanged = steps.some((step) => step.do !== "remove");
  const action = !isChanged ? "unchanged" : isNew ? "created" : "updated";
  const notes = isChanged || steps.length === 0 ? [] : ["What an earlier release has left was deleted."];
  return released(await ended(work, { action, notes, modelId: parts.modelId }));
}

/** Everything is put back, as far as it can be, and said why. */
async function stoppedBy(stop: StepStop, work: Work, parts?: TakenParts): Promise<Released> {
  const { deployment, rollout, release, progress, deps } = work;
  const restore = { keepFailed: deployment.keepFailed, ...defined({ state: rollout.restore }) };
  const isCancelled = stop.why === "cancelled" || deps.signal.aborted;
  if (progress.isThrough === true) return cancelledAfterwards(work);
  const logs = isCancelled ? {} : await readLogs(stop, work);
  const back: RolledBack = isCancelled
    ? await stopInGrace(release, progress, restore, stepDeps(work))
    : await rollBack(stop, release, progress, restore, stepDeps(work));
  const cause: StepStop = isCancelled
    ? { why: "cancelled", message: "The workflow was cancelled.", mayBeDone: true }
    : stop;
  const isMade = rollout.restore === undefined && stop.why === "failed";
  const isTouched = isMade || progress.mayHaveMoved || progress.candidate !== undefined;
  const action: DeploymentReport["action"] = isTouched && back.isComplete ? "rolled-back" : "failed";
  const shown = { action, notes: back.notes, stop: cause, logs, modelId: parts?.modelId };
  return {
    report: reportOf(await ended(work, shown)),
    failures: [failureOf(cause, { deployment, name: rollout.name, logs })],
    leftGoing: back.leftGoing,
  };
}

/** The traffic has moved, and that stays so: what was replaced is left for the next run. */
async function cancelledAfterwards(work: Work): Promise<Released> {
  const { deployment, rollout, release } = work;
  const cause: StepStop = { why: "cancelled", message: "The workflow was cancelled.", mayBeDone: true };
  const olds = rollout.steps.flatMap((step) => (step.do === "remove" && step.why === "old" ? [step.name] : []));
  return {
    report: reportOf(await ended(work, { action: "updated", notes: [], stop: cause })),
    failures: [failureOf(cause, { deployment, name: rollout.name, logs: {} })],
    leftGoing: olds.map((name) => notRemoved(release.endpoint, name)),
  };
}

/** Lines of each container that are read. */
const logLines = 300;

/** What the containers of the new deployment wrote: read before it is removed, shown folded. */
async function readLogs(stop: StepStop, { release, progress, deps }: Work): Promise<ContainerLogs> {
  const { candidate } = progress;
  const isOfContainer = stop.why === "failed" || stop.why === "tests" || stop.why === "timeout";
  if (candidate === undefined || !isOfContainer) return {};
  const read = async (container: "InferenceServer" | "StorageInitializer") => {
    const log = await deps.azure.onlineEndpoints.logs(release.endpoint, candidate.name, container, logLines);
    const text = log.ok ? log.value.trimEnd() : "";
    if (text !== "") deps.onGroup(`Log of ${candidate.name} (${container})`, text.split(/\r?\n/));
    return text === "" ? undefined : text;
  };
  const server = await read("InferenceServer");
  return defined({ server, initializer: await read("StorageInitializer") });
}

async function ended(
  work: Work,
  rest: Pick<Ended, "action" | "notes"> & Partial<Pick<Ended, "stop" | "logs" | "modelId">>,
): Promise<Ended> {
  const { deployment, rollout, progress, before, deps, held } = work;
  return {
    deployment,
    rollout,
    progress,
    before,
    durationSeconds: secondsSince(held.from, deps),
    url: deps.signal.aborted ? undefined : await studioUrl(deployment.endpointName, deps),
    ...rest,
  };
}

function secondsSince(from: number, { clock }: Pick<ReleaseDeps, "clock">): number {
  return Math.round((clock.now() - from) / 1000);
}

async function studioUrl(endpoint: string, { azure }: Pick<ReleaseDeps, "azure">): Promise<string | undefined> {
  const studio = await azure.dataPlane("studio");
  return studio.ok
    ? `${studio.value}/endpoints/realtime/${encodeURIComponent(endpoint)}/detail?wsid=${azure.workspace.id}`
    : undefined;
}

function released(ending: Ended): Released {
  return { report: reportOf(ending), failures: [], leftGoing: [] };
}

/** Nothing of the endpoint was written. */
function notBegun(
  deployment: OnlineDeployment,
  failure: AzureFailure,
  { deps, from, rollout }: { readonly deps: ReleaseDeps; readonly from: number; readonly rollout?: Rollout },
): Released {
  const known = rollout ?? {
    steps: [],
    before: {},
    after: {},
    notes: [],
    ...defined({ name: deployment.deployment?.name }),
  };
  const said = callFailure(failure, `The release on '${deployment.endpointName}'`);
  const isOfAsset = said.reason === "workspace-unavailable";
  const report = reportOf({
    deployment,
    rollout: known,
    progress: { live: undefined, mayHaveMoved: false, tests: [], notes: [] },
    action: "failed",
    notes: [],
    durationSeconds: secondsSince(from, deps),
    before: [],
    stop: { why: "refused", message: "", error: failure.error, failure, mayBeDone: false },
  });
  const reason =
    failure.error.code === "SecretUnavailable" ? "secret-unavailable" : isOfAsset ? "deployment-failed" : said.reason;
  return { report, failures: [{ ...said, reason, ...defined({ where: report.where }) }], leftGoing: [] };
}
