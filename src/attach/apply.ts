import pLimit from "p-limit";
import type { LiveCompute } from "../azure/computes.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { attachedAs, preflight, resourceIdOf, secretsOf, type ComputeTarget } from "../compute/target.ts";
import {
  isInFlight,
  isLeaving,
  isUsable,
  leftAfter,
  plan,
  type Plan,
  type PlanOptions,
  type Step,
} from "../plan/plan.ts";
import {
  accident,
  earlyEnd,
  endOfFailure,
  endOfLease,
  failedWith,
  leaseLost,
  type End,
  type StepOutcome,
} from "./end.ts";
import { isExactly, isNoGraverThan } from "./gravity.ts";
import { groupsOf, keysOf, nameKeyOf, noteKeysOf } from "./group.ts";
import { inUse } from "./in-use.ts";
import { intentOf, type Intent } from "./intent.ts";
import { withLeases, type Held } from "./lease.ts";
import type { AttachPorts } from "./ports.ts";
import { removeAndWait } from "./remove.ts";
import { settle, settleUnknown } from "./settle.ts";
import { sharedRead } from "./shared-read.ts";
import { summarizeStep } from "./target-report.ts";
import { verifyAttachment, type VerifyPorts } from "./verify.ts";
import { endIsKnown, putUntilSettled } from "./write.ts";

export type ApplyOptions = PlanOptions & {
  /** How many targets are worked on at once. */
  readonly parallel: number;
  /** False: a managed compute is not waited for; attachments are verified all the same. */
  readonly wait: boolean;
  /** Take away what is still in use. */
  readonly force: boolean;
  /** Only what the plan says to the letter: a plan file was given. */
  readonly exactly: boolean;
};

/**
 * Carries a plan out: every declared target is attached or created exactly once.
 *
 * Steps that touch something in common are one piece of work. Each piece is done under the leases of everything it
 * touches: what is live is read again, so a step that has become a no-op is skipped and one that would now be graver
 * than planned is not taken; what has to go is removed; what is about to be written is noted down; then it is written,
 * read back, and verified by a list. No write is repeated blindly: after an unknown outcome the compute is read until it
 * is settled. A plan without writes costs no request.
 */
export async function apply(planned: Plan, options: ApplyOptions, ports: AttachPorts): Promise<readonly StepOutcome[]> {
  const startedAt = ports.clock.now();
  const elapsed = () => (ports.clock.now() - startedAt) / 1000;
  const limit = pLimit(options.parallel);
  const work: Work = { options, elapsed, ports: { ...ports, list: sharedRead(ports.computes.list) } };
  const pieces = groupsOf(planned.steps.filter(isPending), ports.workspace);
  const done = await Promise.all(
    pieces.map((piece) =>
      limit(async () => {
        const ended = await carryOut(piece, work);
        for (const outcome of ended) ports.onEnd(summarizeStep(outcome).report);
        return ended;
      }),
    ),
  );
  const outcomes = new Map(done.flat().map((outcome) => [outcome.step.target.name, outcome]));
  return planned.steps.map(
    (step) => outcomes.get(step.target.name) ?? { step, end: endWithoutWrite(step), seconds: 0 },
  );
}

type Work = { readonly options: ApplyOptions; readonly elapsed: () => number; readonly ports: VerifyPorts };

/** Steps that may still send a write, or have to be decided anew. */
export function isPending(step: Step): boolean {
  return !["keep", "adopt", "refuse"].includes(step.do);
}

function endWithoutWrite(step: Step): End {
  if (step.do === "refuse") return { state: "refused" };
  const compute = "live" in step ? step.live : undefined;
  return { state: "done", ...(compute === undefined ? {} : { compute }) };
}

/** How often the leases are taken anew because what is live touches more than was thought. */
const mostWidenings = 3;

async function carryOut(piece: readonly Step[], work: Work): Promise<readonly StepOutcome[]> {
  const { ports, elapsed } = work;
  const all = (end: End): readonly StepOutcome[] => piece.map((step) => ({ step, end, seconds: elapsed() }));
  let keys = piece.flatMap((step) => keysOf(step, ports.workspace));
  try {
    for (let attempt = 0; attempt <= mostWidenings; attempt += 1) {
      const came = await withLeases(
        keys,
        {
          ...ports,
          onProgress: (message) => ports.onProgress(piece.map(({ target }) => target.name).join(", "), message),
        },
        (held) => underLeases(piece, held, work),
      );
      if ("outcomes" in came) return came.outcomes;
      if ("state" in came) return all(endOfLease(came));
      keys = [...keys, ...came.widenBy];
    }
  } catch (error) {
    // One piece's accident must not hide what came of the others.
    return all(accident(error));
  }
  return all(
    failedWith("drift", "WorkspaceChanged", "The workspace changes while it is worked on. Run the command again."),
  );
}

type UnderLeases = { readonly outcomes: readonly StepOutcome[] } | { readonly widenBy: readonly string[] };

/** How often what is live is looked at anew because an operation of somebody else's had to be waited for. */
const mostRounds = 5;

async function underLeases(piece: readonly Step[], held: Held, work: Work): Promise<UnderLeases> {
  const { ports, options, elapsed } = work;
  const ended = new Map<string, StepOutcome>();
  const close = (planned: Step, step: Step, end: End) =>
    ended.set(planned.target.name, { step, end, seconds: elapsed(), guarantee: held.guarantee });
  const left = () => piece.filter(({ target }) => !ended.has(target.name));
  const outcomes = (): UnderLeases => ({
    outcomes: piece.map(
      (step) => ended.get(step.target.name) ?? { step, end: { state: "refused" }, seconds: elapsed() },
    ),
  });

  /** Targets whose old attachment is gone: what is left of their step is the attachment. */
  const removed = new Set<string>();
  /** Names that this piece has removed, and read as gone: notes from before and lists that lag know nothing of that. */
  const takenAway = new Set<string>();
  /** A cluster that the service made is attached by its own id once it was detached: the live state alone forgets it. */
  const byOwnId = new Map<string, ComputeTarget>();
  /** The same where nothing says yet whether the cluster outlived its compute. */
  const mayBeLeft = new Map<string, ComputeTarget>();
  for (const step of piece) {
    const cluster = leftAfter(step);
    if (cluster !== undefined) mayBeLeft.set(step.target.name, cluster);
  }
  for (let round = 0; round < mostRounds && left().length > 0; round += 1) {
    const resolved = await resolveIntents(piece, held, round === 0, ports);
    if ("state" in resolved) {
      // What could not be resolved stays open, so that whoever comes next looks again.
      for (const step of left()) close(step, step, resolved);
      return outcomes();
    }
    const { known, gone, unfinished } = resolved;
    const live = await ports.list();
    if (!live.ok) {
      for (const step of left()) close(step, step, endOfFailure(live.failure));
      break;
    }
    for (const { target } of piece) {
      const intent = [...gone.filter(({ closed }) => closed !== true), ...unfinished].find(
        ({ name, resourceId }) => name.toLowerCase() === target.name.toLowerCase() && resourceId !== undefined,
      );
      if (intent?.resourceId === undefined || byOwnId.has(target.name)) continue;
      const certain = resourceIdOf(target) !== undefined || unfinished.includes(intent);
      (certain ? byOwnId : mayBeLeft).set(target.name, attachedAs(target, { resourceId: intent.resourceId }));
    }
    const standing = withRead(live.value, known).filter(({ name }) => !takenAway.has(name.toLowerCase()));
    for (const [name, cluster] of mayBeLeft) {
      if (standing.some((compute) => compute.name.toLowerCase() === name.toLowerCase())) continue;
      mayBeLeft.delete(name);
      if (!(await isGone(cluster, ports))) byOwnId.set(name, cluster);
    }
    const targets = left().map(({ target }) => byOwnId.get(target.name) ?? target);
    const decided = plan(targets, standing, ports.workspace, options).steps;
    const more = decided.flatMap((step) => keysOf(step, ports.workspace)).filter((key) => !held.keys.includes(key));
    if (more.length > 0 && decided.some(isPending)) return { widenBy: more };
    let looked = false;
    for (const [index, planned] of left().entries()) {
      const step = decided[index];
      if (step === undefined) continue;
      if (!isPending(step)) close(planned, step, endWithoutWrite(step));
      else if (!isAllowed(step, planned, options) && !(removed.has(step.target.name) && isBeginning(step)))
        close(planned, planned, changed(step, planned, options));
      else if (step.do === "wait") {
        const cluster = leftAfter(step);
        if (cluster !== undefined) mayBeLeft.set(cluster.name, cluster);
        const came = await waitOut(step, cluster, held, ports);
        if (typeof came === "object") close(planned, step, came);
        // A removal that came to nothing is not the cluster's fault, which therefore is never deleted for it.
        else if (cluster !== undefined && came === "present") byOwnId.set(cluster.name, cluster);
        else if (cluster !== undefined) takenAway.add(cluster.name.toLowerCase());
        looked = true;
      }
    }
    // What was waited for is decided by what it left; so is what was in the way of that.
    if (looked) continue;
    const pairs = left().flatMap((planned) => {
      const step = decided.find(({ target }) => target.name === planned.target.name);
      return step === undefined ? [] : [{ planned, step }];
    });
    const forbidden = await Promise.all(
      pairs.map(async ({ planned, step }) => ({ planned, step, end: await whatForbidsRemoval(step, work) })),
    );
    // What must stay may be in the way of the others: they are decided anew before any of them loses anything.
    for (const { planned, step, end } of forbidden) if (end !== undefined) close(planned, step, end);
    if (forbidden.some(({ end }) => end !== undefined)) continue;
    const cleared = await Promise.all(
      pairs.map(async ({ planned, step }) => ({
        planned,
        step,
        end: await clearTheWay(step, held, ports).catch(accident),
      })),
    );
    for (const { planned, step, end } of cleared) {
      if (end === undefined || end === "blocked") continue;
      close(planned, step, end);
      // A detachment that is said to have failed may come about all the same.
      if ("remove" in step && step.remove.some(({ by }) => by === "Detach")) byOwnId.set(step.target.name, step.target);
    }
    const removals = cleared.filter(({ step, end }) => end === undefined && "remove" in step);
    const blocked = cleared.some(({ end }) => end === "blocked");
    for (const { step } of removals) {
      removed.add(step.target.name);
      byOwnId.set(step.target.name, step.target);
      for (const { name } of "remove" in step ? step.remove : []) takenAway.add(name.toLowerCase());
    }
    // What has just been removed, or was not removed after all, is decided by what is live now.
    if (removals.length > 0 || blocked) continue;
    await Promise.all(
      cleared
        .filter(({ end }) => end === undefined)
        .map(async ({ planned, step }) => close(planned, reported(step, planned), await write(step, held, work))),
    );
  }
  for (const step of left())
    close(
      step,
      step,
      failedWith("drift", "WorkspaceChanged", "The workspace changes while it is worked on. Run the command again."),
    );
  await forget(held, [...ended.values()], new Set([...byOwnId.keys(), ...mayBeLeft.keys()]), ports);
  return outcomes();
}

/**
 * Waits for what is in flight.
 *
 * @param cluster may be left by it.
 * @returns why the step ends here, or whether something stands there now.
 */
async function waitOut(
  step: Extract<Step, { do: "wait" }>,
  cluster: ComputeTarget | undefined,
  held: Held,
  ports: VerifyPorts,
): Promise<End | "present" | "absent"> {
  // Noted before it is gone: whoever comes after a crash would not know its id.
  if (cluster !== undefined && (await noteDown({ ...step, target: cluster }, held, ports)) === undefined)
    return lostOrCancelled(ports);
  const settled = await settle(step.live.name, ports);
  return earlyEnd(settled) ?? (settled.state === "present" ? "present" : "absent");
}

function isBeginning({ do: action }: Step): boolean {
  return action === "attach" || action === "create";
}

/** Once the removal of a re-attachment is done, what is left to do is an attachment; it is reported as what was planned. */
function reported(step: Step, planned: Step): Step {
  return "remove" in planned && step.do !== "update" ? planned : step;
}

type Resolved = {
  /** What stands under the names. */
  readonly known: readonly LiveCompute[];
  /** Those under whose name nothing stands. */
  readonly gone: readonly Intent[];
  /**
   * Those of a re-attachment whose detachment failed: what the service made stands there still, with its own id. It is
   * that attempt that has failed and not the cluster, which therefore is never deleted for it.
   */
  readonly unfinished: readonly Intent[];
};

/**
 * Reads the names that earlier holders noted, until nothing but a removal is in flight on them: also those whose outcome was
 * known, which a list may not show yet.
 */
async function resolveIntents(
  piece: readonly Step[],
  held: Held,
  isFirstLook: boolean,
  ports: VerifyPorts,
): Promise<Resolved | End> {
  const known: LiveCompute[] = [];
  const gone: Intent[] = [];
  const unfinished: Intent[] = [];
  for (const intent of held.found) {
    const { name, at, run, closed } = intent;
    const isNew = closed !== true && isFirstLook;
    if (isNew) {
      ports.onProgress(
        name,
        `another run${run === undefined ? "" : ` (${run})`} began to write it at ${at} and did not say what came of it; reads it first`,
      );
    }
    // What is being removed is the plan's to decide about, which may have to note what it leaves before it is gone.
    const first = await settle(name, ports, (compute) => !isInFlight(compute));
    // Who was cancelled gave its lease back at once, and the request that it sent may still be on its way. Under a name of
    // this piece that does no harm: there it meets what is written next.
    const isOnlyTheirs = !piece.some(({ target }) => target.name.toLowerCase() === name.toLowerCase());
    const settled = isNew && isOnlyTheirs && first.state === "absent" ? await settleUnknown(name, ports) : first;
    const end = earlyEnd(settled);
    if (end !== undefined) return end;
    if (settled.state !== "present") {
      gone.push(intent);
      continue;
    }
    const { compute } = settled;
    const { resourceId = closed === true ? undefined : intent.resourceId, isAttachedCompute } = compute;
    // What is being removed may not show any more what it held.
    known.push(resourceId === undefined || !isLeaving(compute) ? compute : { ...compute, resourceId });
    if (
      isAttachedCompute === false &&
      !isUsable(compute) &&
      !isLeaving(compute) &&
      isSame(resourceId, intent.resourceId)
    )
      unfinished.push(intent);
  }
  return { known, gone, unfinished };
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && canonicalId(one) === canonicalId(other);
}

/** True when the resource behind a target certainly is not there. What may not be read is attached, and the service says. */
async function isGone(target: ComputeTarget, { freshReads }: VerifyPorts): Promise<boolean> {
  return (await preflight(target, freshReads())).some(({ code }) => code === "resource-not-found");
}

/** A list may lag behind a write that a read shows already. What a read does not show is not taken out: it may lag, too. */
function withRead(live: readonly LiveCompute[], read: readonly LiveCompute[]): readonly LiveCompute[] {
  const names = new Set(read.map(({ name }) => name.toLowerCase()));
  return [...live.filter(({ name }) => !names.has(name.toLowerCase())), ...read];
}

/** `decided` on the live state of now; `planned` bounds what it may be. */
function isAllowed(decided: Step, planned: Step, { exactly }: ApplyOptions): boolean {
  return exactly ? decided.do === "wait" || isExactly(decided, planned) : isNoGraverThan(decided, planned);
}

function changed(decided: Step, planned: Step, { exactly }: ApplyOptions): End {
  return failedWith(
    exactly ? "plan-outdated" : "drift",
    "WorkspaceChanged",
    `The workspace changed after the plan was made: this target now needs '${decided.do}' (${decided.reason}), ` +
      `the plan said '${planned.do}'. ${exactly ? "Make a new plan." : "Run the command again."}`,
  );
}

/** What the attachment after a removal will need must be there, and nobody may need what goes. */
async function whatForbidsRemoval(step: Step, { ports, options }: Work): Promise<End | undefined> {
  if (!("remove" in step)) return undefined;
  try {
    await Promise.all(secretsOf(step.target).map((reference) => ports.resolveSecret(reference)));
    for (const compute of options.force ? [] : step.remove) {
      const users = await inUse(compute, ports);
      if (users !== undefined) return users;
    }
    return undefined;
  } catch (error) {
    return accident(error);
  }
}

/**
 * Removes what has to go, and waits for what is going.
 *
 * @returns why the step ends here; `blocked` where what should be gone stands again, or still; `undefined` to go on.
 */
async function clearTheWay(step: Step, held: Held, ports: VerifyPorts): Promise<End | "blocked" | undefined> {
  switch (step.do) {
    case "attach":
    case "create":
      for (const leaving of step.afterRemovalOf) {
        const settled = await settle(leaving.name, ports);
        const end = earlyEnd(settled);
        if (end !== undefined) return end;
        if (settled.state === "present") return "blocked";
      }
      return undefined;
    case "reattach":
    case "recreate":
    case "replace":
      for (const compute of step.remove) {
        // What is detached first and attached next is noted before it is gone: a crash in between must not lose its id.
        if ((await noteDown(step, held, ports)) === undefined || !held.isHeld()) return lostOrCancelled(ports);
        const removal = await removeAndWait(compute, held.isHeld, ports);
        if (removal.state === "in-flight") return { state: "in-flight", why: removal.why };
        if (removal.state === "failed" && !held.isHeld()) return leaseLost;
        if (removal.state === "failed")
          return { state: "failed", because: "provisioning-failed", error: removal.error };
      }
      return undefined;
    case "wait":
    case "keep":
    case "adopt":
    case "update":
    case "refuse":
      return undefined;
  }
}

/** Writes down what is about to be done. @returns the correlation id; `undefined` when the lease was lost. */
async function noteDown(step: Step, held: Held, ports: VerifyPorts): Promise<string | undefined> {
  const correlationId = ports.newId();
  const intent = intentOf(step, ports.clock.now(), correlationId, ports.run);
  for (const key of noteKeysOf(step, ports.workspace)) if (!(await held.note(key, intent))) return undefined;
  return correlationId;
}

function lostOrCancelled({ signal }: VerifyPorts): End {
  return signal.aborted ? { state: "in-flight", why: "cancelled" } : leaseLost;
}

/** Notes the intent, writes, reads back, verifies. */
async function write(step: Step, held: Held, { ports, options }: Work): Promise<End> {
  const send = async (): Promise<End> => {
    const correlationId = await noteDown(step, held, ports);
    if (correlationId === undefined) return lostOrCancelled(ports);
    return putUntilSettled(step, { wait: options.wait, isHeld: held.isHeld, correlationId }, ports);
  };
  try {
    const end = await send();
    return await verifyAttachment(step.target, end, held.isHeld, ports, async (own) => {
      const removal = await removeAndWait(own, held.isHeld, ports);
      if (removal.state === "in-flight") return { state: "in-flight", why: removal.why, compute: own };
      if (removal.state === "failed")
        return { state: "failed", because: "conflict", error: removal.error, compute: own };
      return send();
    });
  } catch (error) {
    return accident(error);
  }
}

/**
 * Closes the notes: those of this piece whose outcome is known, and those of others that were resolved. The note
 * that alone knows the id of a cluster that the service made stays until the cluster is attached again, or is gone: the
 * next run would have another one made.
 */
async function forget(
  held: Held,
  outcomes: readonly StepOutcome[],
  byOwnId: ReadonlySet<string>,
  { workspace }: VerifyPorts,
): Promise<void> {
  const open = new Set(
    outcomes.flatMap(({ step, end }) => [
      ...(endIsKnown(end) ? [] : noteKeysOf(step, workspace)),
      ...(byOwnId.has(step.target.name) && !isBackOrGone(end) ? [nameKeyOf(step.target.name, workspace)] : []),
    ]),
  );
  await Promise.all(
    held
      .open()
      .filter((key) => !open.has(key))
      .map((key) => held.close(key)),
  );
}

function isBackOrGone(end: End): boolean {
  return end.state === "done" || (end.state === "failed" && /NotFound$/i.test(end.error.code));
}
