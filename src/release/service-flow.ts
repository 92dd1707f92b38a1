import type { AzureFailure } from "../azure/outcome.ts";
import type { LiveV1Service } from "../azure/v1-live-service.ts";
import { toServicePatch, type ServiceChange } from "../deployment/service/patch.ts";
import { isCandidateOf, noNote, packChanges, serviceProperties } from "./service-decision.ts";
import { candidateName, type BroughtService } from "./service-parts.ts";
import { giveKeys } from "./service-secrets.ts";
import { logsOf, testService } from "./service-tests.ts";
import type { ServiceFlow } from "./service-work.ts";
import { removeService, settle, write, type Settled } from "./service-writes.ts";

/** Makes the service, tests it, and removes it where it does not pass. */
export async function createService(brought: BroughtService, flow: ServiceFlow): Promise<void> {
  const { taken, course, deps } = flow;
  const { name } = taken.service;
  const what = `The web service ${name}`;
  const made = await deploy(name, brought.created, what, flow);
  if (made === undefined) return;
  if (!deps.wait) {
    submitted(what, flow);
    return;
  }
  const passed = await isSound(made, what, flow);
  if (passed === undefined) return;
  if (passed) {
    await markTested(name, flow);
    course.action = "created";
    return;
  }
  await dismiss(name, what, made, flow);
}

/** Tests a candidate, changes the service, tests it, and sets it back where it does not pass. */
export async function updateService(live: LiveV1Service, brought: BroughtService, flow: ServiceFlow): Promise<void> {
  const { taken, course, deps } = flow;
  const { name } = taken.service;
  course.show(live);
  if (!(await tryCandidate(brought, flow)) || !deps.wait) return;
  const what = `The web service ${name}`;
  const { changes, back, oneWay, unseen } = toServicePatch(taken.service, brought.updated, live.fields);
  const note: ServiceChange = { op: "add", path: `/properties/${serviceProperties.before}`, value: packChanges(back) };
  deps.onProgress(`${name}: updating ${changes.length} fields.`);
  const arrived = (one: LiveV1Service | undefined) => one?.properties[serviceProperties.digest] === taken.digest;
  const sent = await write(name, () => deps.azure.v1Services.update(name, [...changes, note]), arrived, flow.work);
  if (!sent.ok) {
    lost(sent.failure, what, `${what} could not be updated`, flow);
    return;
  }
  course.notes.push(
    "The update is not atomic: the candidate had passed, and callers may have met the old version, the new one or none while the service changed.",
  );
  if (oneWay.length > 0)
    course.notes.push(`${oneWay.join(" and ")} cannot be set back, because the service does not show them.`);
  if (unseen.length > 0)
    course.notes.push(
      `No update sets ${unseen.join(" and ")}, and the service does not show whether it has what is declared: where it was made without, delete it, and deploy again.`,
    );
  const after = await settle(name, sent.value.operation, flow.work);
  const keys = after.state === "healthy" ? await giveKeys(brought.keys, flow) : {};
  const passed = keys === undefined ? false : await isSound(after, what, flow);
  if (passed === undefined) return;
  if (passed) {
    await markTested(name, flow);
    course.action = "updated";
    return;
  }
  if (keys !== undefined) await giveKeys(keys, flow);
  await rollBack([...back, noNote], flow);
}

/** @returns whether it has passed, and is gone again. */
async function tryCandidate({ candidate }: BroughtService, flow: ServiceFlow): Promise<boolean> {
  const { taken, course, deps, work } = flow;
  const { name } = taken.service;
  const candidateIs = candidateName(name);
  const what = `The candidate ${candidateIs}`;
  const found = await work.services.get(candidateIs);
  if (!found.ok) {
    course.failBy(found.failure, `${what} could not be read`);
    return false;
  }
  if (found.value !== undefined) {
    if (!isCandidateOf(found.value, name)) {
      course.fail(
        "conflict",
        `${what} cannot be made: there is a web service of that name, which is not a candidate of ${name}. Choose another name, or delete it.`,
        "name",
      );
      return false;
    }
    // One that was kept is in the way now.
    if (!(await removed(candidateIs, what, flow))) return false;
  }
  const made = await deploy(candidateIs, candidate, what, flow);
  if (made === undefined) return false;
  if (!deps.wait) {
    submitted(what, flow);
    return true;
  }
  const passed = await isSound(made, what, flow);
  if (passed === undefined) return false;
  if (passed) return removed(candidateIs, what, flow);
  course.notes.push(`The web service ${name} is as it was: the new version was tested as ${candidateIs} first.`);
  await dismiss(candidateIs, what, made, flow);
  return false;
}

/** Nobody waits for what was sent. */
export function submitted(what: string, { course }: ServiceFlow): void {
  course.action = "submitted";
  course.leave(
    `${what} is not tested yet`,
    "Run deploy again without wait: false: it is tested then, and the release continues.",
  );
}

/** Sends a creation, and waits for what comes of it. @returns nothing where it could not be sent. */
async function deploy(
  name: string,
  request: Readonly<Record<string, unknown>>,
  what: string,
  flow: ServiceFlow,
): Promise<Settled | undefined> {
  const { course, deps, work, taken } = flow;
  const { v1Services } = deps.azure;
  const valid = await v1Services.validate({ type: "Create", name, body: request, overwrite: false });
  if (!valid.ok) {
    course.failBy(valid.failure, `${what} would be refused`);
    return undefined;
  }
  deps.onProgress(`${name}: creating.`);
  const arrived = (live: LiveV1Service | undefined) => live?.properties[serviceProperties.digest] === taken.digest;
  const sent = await write(name, () => v1Services.create(request), arrived, work);
  if (!sent.ok) {
    lost(sent.failure, what, `${what} could not be created`, flow);
    return undefined;
  }
  return deps.wait ? settle(name, sent.value.operation, work) : { state: "absent" };
}

/**
 * Whether a service is ready and passes its tests; what has failed is told, with the end of its log.
 *
 * @returns nothing where that is not known: it is still being deployed, or could not be read.
 */
export async function isSound(settled: Settled, what: string, flow: ServiceFlow): Promise<boolean | undefined> {
  const { taken, course, deps } = flow;
  const { name } = taken.service;
  if (settled.state === "in-flight") {
    tellInFlight(settled.why, what, flow);
    return undefined;
  }
  if (settled.state === "unreadable") {
    course.failBy(settled.failure, `${what} could not be read`);
    course.leave(`${what} may be being deployed`, "Run deploy again: it finds what is there.");
    return undefined;
  }
  if (settled.state === "absent") {
    course.fail("deployment-failed", `${what} no longer exists: somebody has deleted it.`);
    return undefined;
  }
  const { live } = settled;
  if (live?.name === name) course.show(live);
  if (settled.state === "failed") {
    course.failDeployment(what, settled.error, await logsOf(live?.name ?? name, settled.logUri, deps));
    return false;
  }
  const tested = await testService(taken.service, settled.live, deps);
  if (!tested.ok) {
    course.failBy(tested.failure, `${what} could not be tested`);
    return tested.failure.reason === "cancelled" ? undefined : false;
  }
  course.tests = tested.value;
  if (tested.value.every(({ passed }) => passed)) {
    if (tested.value.length === 0 && live?.name === name)
      course.notes.push("No tests are declared: the service's state was the only test.");
    return true;
  }
  course.failTests(what, tested.value, await logsOf(settled.live.name, undefined, deps));
  return false;
}

/** A write that did not succeed; one of which nobody knows what came of it may still be carried out. */
function lost(failure: AzureFailure, what: string, sentence: string, { course }: ServiceFlow): void {
  course.failBy(failure, sentence);
  if (failure.reason !== "refused" && failure.reason !== "not-found")
    course.leave(`${what} may be being deployed`, "Run deploy again: it finds what is there.");
}

function tellInFlight(why: "timeout" | "cancelled", what: string, { course, work }: ServiceFlow): void {
  course.fail(
    why,
    why === "timeout"
      ? `${what} is still being deployed after ${work.timeoutSeconds} s or at the end of the command's time.`
      : `The workflow was cancelled while ${what.replace(/^The/, "the")} was being deployed.`,
    why === "timeout" ? "timeout" : undefined,
  );
  course.leave(
    `${what} is still being deployed`,
    "Run deploy again: it waits for it, and finishes the release or takes it back.",
  );
}

/** The next run is told that this definition has passed. */
export async function markTested(name: string, flow: ServiceFlow): Promise<void> {
  const { taken, course, work } = flow;
  const changes: readonly ServiceChange[] = [
    { op: "add", path: `/properties/${serviceProperties.tested}`, value: taken.digest },
    noNote,
  ];
  const arrived = (live: LiveV1Service | undefined) => live?.properties[serviceProperties.tested] === taken.digest;
  const sent = await write(name, () => work.services.update(name, changes), arrived, work);
  const settled = sent.ok ? await settle(name, sent.value.operation, work) : undefined;
  if (settled?.state === "healthy") {
    course.show(settled.live);
    return;
  }
  course.notes.push("The passed test could not be recorded with the service, so the next run tests it again.");
}

/** Removes what has failed, or marks it as kept. A failed state is mark enough: a change would only start it again. */
export async function dismiss(name: string, what: string, settled: Settled, flow: ServiceFlow): Promise<void> {
  const { taken, course, work } = flow;
  if (!taken.service.keepFailed) {
    if ((await removed(name, what, flow)) && name === taken.service.name) course.show(undefined);
    return;
  }
  course.notes.push(`${what} stays, to be looked at (keep_failed).`);
  if (settled.state !== "healthy") return;
  const changes: readonly ServiceChange[] = [
    { op: "add", path: `/properties/${serviceProperties.kept}`, value: "true" },
  ];
  const arrived = (live: LiveV1Service | undefined) => live?.properties[serviceProperties.kept] === "true";
  const sent = await write(name, () => work.services.update(name, changes), arrived, work);
  if (sent.ok) await settle(name, sent.value.operation, work);
  else
    course.notes.push(`It could not be marked as kept, so the next run may remove it: ${sent.failure.error.message}`);
}

/** @returns whether it is gone. */
export async function removed(name: string, what: string, { course, work, deps }: ServiceFlow): Promise<boolean> {
  deps.onProgress(`${name}: deleting.`);
  const gone = await removeService(name, work);
  if (gone.ok) return true;
  course.failBy(gone.failure, `${what} could not be deleted`);
  course.leave(`${what} is still there`, "Run deploy again: it is removed then.");
  return false;
}

/** Sets the fields of the service back to what they were. @returns whether it serves as before. */
export async function rollBack(back: readonly ServiceChange[], flow: ServiceFlow): Promise<boolean> {
  const { taken, course, deps, work } = flow;
  const { name } = taken.service;
  const what = `The web service ${name}`;
  deps.onProgress(`${name}: setting ${back.length} fields back.`);
  const note = back.find(({ path }) => path === `/properties/${serviceProperties.digest}`);
  const arrived = (live: LiveV1Service | undefined) =>
    (live?.properties[serviceProperties.digest] ?? "") === (note?.value ?? "");
  const sent = await write(name, () => work.services.update(name, back), arrived, work);
  const settled = sent.ok ? await settle(name, sent.value.operation, work) : undefined;
  if (settled?.state === "healthy") {
    course.show(settled.live);
    course.action = "rolled-back";
    course.notes.push(
      "The fields that had changed are set back to what they were; setting them back is not atomic either.",
    );
    return true;
  }
  if (!sent.ok) course.failBy(sent.failure, `${what} could not be set back`);
  else if (settled?.state === "in-flight") tellInFlight(settled.why, what, flow);
  else if (settled?.state === "failed")
    course.failDeployment(`${what}, set back to what it was,`, settled.error, await logsOf(name, settled.logUri, deps));
  else course.fail("deployment-failed", `${what} could not be set back.`);
  course.leave(`${what} has a version that has not passed`, "Run deploy again: it sets the fields back.");
  return false;
}
