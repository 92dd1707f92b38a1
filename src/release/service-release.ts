import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { LiveV1Service } from "../azure/v1-live-service.ts";
import { secretsOf } from "../deployment/deployment.ts";
import { computeName } from "../deployment/service/request.ts";
import { toServicePatch } from "../deployment/service/patch.ts";
import type { AksService } from "../deployment/service/definition.ts";
import { deadlineWithin } from "../pause.ts";
import { failureOfThrown } from "../report/failure.ts";
import type { DeploymentStep, PlannedDeployment } from "../report/result.ts";
import { placeOf } from "../yaml/source.ts";
import type { PlannedRelease, Released, ReleaseDeps, TakenParts } from "./kind.ts";
import { decideService, isLeftCandidate, noNote, type ServiceDecision } from "./service-decision.ts";
import {
  createService,
  dismiss,
  isSound,
  markTested,
  removed,
  rollBack,
  updateService,
  submitted,
} from "./service-flow.ts";
import {
  bringService,
  candidateName,
  takeService,
  type AnyService,
  type BroughtService,
  type TakenService,
} from "./service-parts.ts";
import { renewSecrets } from "./service-secrets.ts";
import { ServiceCourse } from "./service-report.ts";
import type { ServiceFlow } from "./service-work.ts";
import { readSettled, type ServiceDeps } from "./service-writes.ts";
import { studioUrl } from "./studio-url.ts";

/** The longest name that the service takes. */
const longestName = 32;

/**
 * Web services on ACI and AKS. There is no traffic to move: a new one is made under its own name, and before one that is there
 * is changed the new version is tested as a service of its own.
 */
export async function plan(
  service: AnyService,
  parts: TakenParts,
  deps: ReleaseDeps,
): Promise<Outcome<PlannedRelease>> {
  const taken = await takeService(service, parts, deps);
  if (!taken.ok) return taken;
  const live = await deps.azure.v1Services.get(service.name);
  if (!live.ok) return live;
  const decision = decide(taken.value, live.value, deps);
  return succeeded({
    planned: toPlanned(taken.value, decision),
    carryOut: () => carryOut(taken.value, deps),
  });
}

function decide(
  { service, digest, identity }: TakenService,
  live: LiveV1Service | undefined,
  { liveNames }: Pick<ReleaseDeps, "liveNames">,
): ServiceDecision {
  const place = service.type === "aks" ? { computeName: clusterName(service, liveNames) } : {};
  const fixed = live === undefined ? [] : toServicePatch(service, { ...identity, ...place }, live.fields).fixed;
  const decision = decideService({ type: service.type, digest, fixed }, live);
  const candidate = candidateName(service.name);
  if (decision.do !== "update" || candidate.length <= longestName) return decision;
  const message = `The web service ${service.name} cannot be updated: its new version is tested first, as ${candidate}, and that name has ${candidate.length} characters of at most ${longestName}. Choose a name of at most 30.`;
  return { do: "refuse", reason: "not-supported", message, field: "name" };
}

/** The name under which the cluster is live. */
function clusterName({ compute }: AksService, liveNames: ReleaseDeps["liveNames"]): string {
  return computeName(liveNames.get(compute.toLowerCase()) ?? compute);
}

function toPlanned({ service, parts }: TakenService, decision: ServiceDecision): PlannedDeployment {
  const { name, type, source } = service;
  const where = placeOf(source);
  const what = `the web service ${name}`;
  return {
    endpoint: name,
    deployment: name,
    type,
    strategy: "replace",
    ...(where === undefined ? {} : { where }),
    steps:
      decision.do === "none"
        ? [{ action: "none", what, reason: "It is as declared." }]
        : [...(isNew(decision) ? parts.steps : []), ...stepsOf(decision, what, service)],
  };
}

/** Whether anything of this machine goes to the workspace. */
function isNew(decision: ServiceDecision): boolean {
  return decision.do === "create" || decision.do === "update" || decision.do === "roll-back";
}

function stepsOf(decision: ServiceDecision, what: string, { name, tests }: AnyService): readonly DeploymentStep[] {
  const candidate = `the candidate ${candidateName(name)}`;
  const count = `${tests.length} ${tests.length === 1 ? "test" : "tests"}`;
  const reason =
    tests.length === 0 ? "No tests are declared: its state is the only test." : `${count} before callers rely on it.`;
  const update: readonly DeploymentStep[] = [
    { action: "create", what: candidate, reason: "The new version is tested before the service changes." },
    { action: "test", what: candidate, reason },
    { action: "delete", what: candidate, reason: "It has passed by then, or it has failed." },
    { action: "update", what, reason: "It differs from what is declared. The update is not atomic." },
    { action: "test", what, reason },
  ];
  switch (decision.do) {
    case "create":
      return [
        ...(decision.leftover === true
          ? [{ action: "delete" as const, what, reason: "An earlier run made it, and it has never passed." }]
          : []),
        { action: "create", what, reason: "There is none of that name." },
        { action: "test", what, reason },
      ];
    case "finish":
      return [
        { action: "test", what, reason: "An earlier run was interrupted before the tests had passed." },
        { action: "update", what, reason: "That it has passed is noted with it." },
      ];
    case "roll-back":
      return [
        { action: "update", what, reason: "An earlier update was interrupted: its fields are set back first." },
        ...update,
      ];
    case "update":
      return update;
    case "refuse":
      return [{ action: "update", what, reason: `It would be refused. ${decision.message}` }];
    case "none":
      return [];
  }
}

/** Carries the release out while nobody else works on the same service. */
async function carryOut(taken: TakenService, deps: ReleaseDeps): Promise<Released> {
  const { service } = taken;
  const course = new ServiceCourse(service, deps.clock.now());
  const done = await deps.exclusively<void>(`service:${service.name}`, async (isHeld) => {
    const { azure, clock, signal, deadline } = deps;
    // Lines of the log have the service's name in front already; that of its candidate stays.
    const own = `${service.name}: `;
    const onProgress = (message: string) =>
      deps.onProgress(message.startsWith(own) ? message.slice(own.length) : message);
    const { timeoutSeconds } = service;
    const work: ServiceDeps = {
      ...{ services: azure.v1Services, clock, signal, deadline, timeoutSeconds, isHeld, onProgress },
      mayWrite: deps.beforeWriting,
      onWritten: () => {
        course.changed = true;
      },
    };
    try {
      await release({ taken, course, deps: { ...deps, onProgress }, work });
    } catch (error) {
      const { reason, message, where } = failureOfThrown(error, signal);
      course.failures.push({ reason, message, ...(where === undefined ? {} : { where }) });
      if (course.changed)
        course.leave(
          `The web service ${service.name}, or its candidate ${candidateName(service.name)}, may be between two versions`,
          "Run deploy again: it finds what is there, and finishes the release or takes it back.",
        );
    }
    return succeeded(undefined);
  });
  if (!done.ok) course.failBy(done.failure, `The web service ${service.name} could not be worked on`);
  course.url = await studioUrl("realtime", service.name, deps);
  return course.released(deps.clock.now());
}

async function release(flow: ServiceFlow): Promise<void> {
  const { taken, course, deps, work } = flow;
  const { service } = taken;
  const { name } = service;
  if (service.type === "aks" && !(await hasCluster(service, flow))) return;
  // What is being deployed is joined; whoever does not wait leaves it alone.
  const end = deps.wait ? deadlineWithin(work.timeoutSeconds, deps) : deps.clock.now();
  const settled = await readSettled(name, end, work);
  if (!deps.wait && settled.state === "in-flight" && settled.why === "timeout") {
    course.show(settled.live);
    course.action = "submitted";
    course.leave(`The web service ${name} is being deployed`, "Run deploy again: it continues from there.");
    return;
  }
  if (settled.state === "in-flight" || settled.state === "unreadable") {
    await isSound(settled, `The web service ${name}`, flow);
    return;
  }
  let live = settled.state === "absent" ? undefined : settled.live;
  course.show(live);
  if (!(await clearCandidate(flow))) return;
  let decision = decide(taken, live, deps);
  if (decision.do === "roll-back") {
    if (!(await rollBack([...decision.back, noNote], flow))) return;
    const again = await readSettled(name, end, work);
    if (again.state === "in-flight" || again.state === "unreadable") {
      await isSound(again, `The web service ${name}`, flow);
      return;
    }
    live = again.state === "absent" ? undefined : again.live;
    decision = decide(taken, live, deps);
    course.action = "failed";
  }
  await follow(decision, live, flow);
}

async function follow(decision: ServiceDecision, live: LiveV1Service | undefined, flow: ServiceFlow): Promise<void> {
  const { taken, course, deps } = flow;
  const { name } = taken.service;
  const what = `The web service ${name}`;
  course.modelId = taken.parts.modelId;
  switch (decision.do) {
    case "none":
      if (live !== undefined && (await renewSecrets(live, flow))) course.action = "updated";
      else if (course.failures.length === 0) course.action = "unchanged";
      return;
    case "refuse":
      course.fail(decision.reason, decision.message, decision.field);
      return;
    case "finish": {
      if (live === undefined) return;
      if (!deps.wait) {
        submitted(what, flow);
        return;
      }
      deps.onProgress(`${name}: an earlier run was interrupted before the tests had passed; continuing.`);
      const passed = await isSound({ state: "healthy", live }, what, flow);
      if (passed === true) {
        await markTested(name, flow);
        course.action = decision.isFirst ? "created" : "updated";
      } else if (passed === false && !decision.isFirst) await rollBack([...decision.back, noNote], flow);
      else if (passed === false) await dismiss(name, what, { state: "healthy", live }, flow);
      return;
    }
    case "create":
    case "update":
    case "roll-back": {
      const brought = await bring(flow);
      if (brought === undefined) return;
      // What is missing for the new one is no reason to remove the old one.
      if (decision.do === "create" && decision.leftover === true && !(await removed(name, what, flow))) return;
      course.modelId = brought.modelId ?? course.modelId;
      if (decision.do === "create" || live === undefined) await createService(brought, flow);
      else await updateService(live, brought, flow);
    }
  }
}

async function bring({ taken, course, deps, work }: ServiceFlow): Promise<BroughtService | undefined> {
  const references = secretsOf(taken.service).map(({ reference }) => reference);
  const brought = await bringService(taken, references, deps, work.mayWrite);
  if (brought.ok) return brought.value;
  course.failBy(
    brought.failure,
    `What the web service ${taken.service.name} is made of could not be brought to the workspace`,
    "asset",
  );
  return undefined;
}

/** A candidate that a crash has left. @returns false where it is in the way and could not be removed. */
async function clearCandidate(flow: ServiceFlow): Promise<boolean> {
  const { taken, work, deps, course } = flow;
  const { name } = taken.service;
  const candidate = candidateName(name);
  if (candidate.length > longestName) return true;
  const found = await work.services.get(candidate);
  if (!found.ok) {
    course.failBy(found.failure, `The candidate ${candidate} could not be read`);
    return false;
  }
  if (found.value === undefined || !isLeftCandidate(found.value, name)) return true;
  deps.onProgress(`${candidate}: an earlier run has left it.`);
  return removed(candidate, `The candidate ${candidate}`, flow);
}

/** The cluster has to be there, and to be one: nothing is ever deployed to another place than the declared one. */
async function hasCluster(service: AksService, { course, deps }: ServiceFlow): Promise<boolean> {
  const name = clusterName(service, deps.liveNames);
  const found = await deps.azure.computes.get(name);
  if (!found.ok) {
    course.failBy(found.failure, `The compute ${name} could not be read`);
    return false;
  }
  if (found.value?.computeType.toLowerCase() === "aks") return true;
  const why = found.value === undefined ? "does not exist" : `is of the type ${found.value.computeType}`;
  course.fail(
    "unknown-compute",
    `The compute '${name}' ${why}, and a web service of type: aks needs one of the type AKS. Declare it as a target, or name another.`,
    "compute",
  );
  return false;
}
