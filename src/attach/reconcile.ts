import type { LiveCompute } from "../azure/computes.ts";
import { plan, leftAfter } from "../plan/plan.ts";
import type { PlanOptions, Step } from "../plan/step.ts";
import { removePredecessors, awaitInFlight, removalBlockers } from "./predecessors.ts";
import {
  resultOfThrown,
  resultOfFailure,
  failedWith,
  lostOrCancelled,
  type StepResult,
  type StepOutcome,
} from "./step-result.ts";
import { isExactly, isNoMoreDestructive } from "./impact.ts";
import { keysOf } from "./step-group.ts";
import type { Held } from "./lease.ts";
import { trackServiceCreatedClusters, type ServiceCreatedClusters } from "./service-created-clusters.ts";
import { closeIntents, recordIntent, resolveIntents } from "./intent-log.ts";
import { removeAndWait } from "./remove.ts";
import { verifyAttachment, type VerifyDeps } from "./verify.ts";
import { putAndPoll } from "./write.ts";

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

export type ReconcileWork = {
  readonly options: ApplyOptions;
  readonly elapsed: () => number;
  readonly deps: VerifyDeps;
};

/** Steps that may still send a write, or have to be decided anew. */
export function mayWrite(step: Step): boolean {
  return !["keep", "adopt", "refuse"].includes(step.do);
}

export function resultWithoutWrite(step: Step): StepResult {
  if (step.do === "refuse") return { state: "refused" };
  const compute = "live" in step ? step.live : undefined;
  return { state: "done", ...(compute === undefined ? {} : { compute }) };
}

export type Reconciled =
  | { readonly outcomes: readonly StepOutcome[] }
  /** What is live touches more than the leases that are held. */
  | { readonly widenBy: readonly string[] };

/** How often what is live is looked at anew because an operation of somebody else's had to be waited for. */
const mostRounds = 5;

/** What happens to a piece of work while its leases are held. */
type Reconciliation = {
  readonly held: Held;
  readonly work: ReconcileWork;
  /** Steps that nothing has come of yet. */
  readonly left: () => readonly Step[];
  readonly close: (planned: Step, step: Step, end: StepResult) => void;
  /** Targets whose old attachment is gone: what is left of their step is the attachment. */
  readonly removed: Set<string>;
  /** Names that this piece has removed, and read as gone: notes from before and lists that lag know nothing of that. */
  readonly takenAway: Set<string>;
  readonly clusters: ServiceCreatedClusters;
};

/** A step of the plan, and what has become of it by what is live now. */
type Decided = { readonly planned: Step; readonly step: Step };

/** Carries a piece of work out under its leases, in rounds: each looks at what is live, decides anew, and goes one step on. */
export async function reconcile(piece: readonly Step[], held: Held, work: ReconcileWork): Promise<Reconciled> {
  const { deps, elapsed } = work;
  const ended = new Map<string, StepOutcome>();
  const clusters = trackServiceCreatedClusters(piece, deps);
  const course: Reconciliation = {
    held,
    work,
    left: () => piece.filter(({ target }) => !ended.has(target.name)),
    close: (planned, step, end) => {
      ended.set(planned.target.name, { step, end, seconds: elapsed(), guarantee: held.guarantee });
    },
    removed: new Set(),
    takenAway: new Set(),
    clusters,
  };
  const outcomes = (): Reconciled => ({
    outcomes: piece.map(
      (step) => ended.get(step.target.name) ?? { step, end: { state: "refused" }, seconds: elapsed() },
    ),
  });
  const closeAll = (end: StepResult) => {
    for (const step of course.left()) course.close(step, step, end);
  };
  for (let round = 0; round < mostRounds && course.left().length > 0; round += 1) {
    const resolved = await resolveIntents(piece, held, round === 0, deps);
    if ("state" in resolved) {
      // What could not be resolved stays open, so that whoever comes next looks again.
      closeAll(resolved);
      return outcomes();
    }
    const live = await deps.list();
    if (!live.ok) {
      closeAll(resultOfFailure(live.failure));
      break;
    }
    clusters.recall(resolved);
    const standing = withRead(live.value, resolved.known).filter(
      ({ name }) => !course.takenAway.has(name.toLowerCase()),
    );
    await clusters.lookFor(standing);
    const decided = decide(standing, course);
    const more = decided.flatMap(({ step }) => keysOf(step, deps.workspace)).filter((key) => !held.keys.includes(key));
    if (more.length > 0 && decided.some(({ step }) => mayWrite(step))) return { widenBy: more };
    // What was waited for, removed or not removed after all is decided by what it left.
    if ((await settleWithoutWrite(decided, course)) === "look-again") continue;
    if ((await makeWay(stillOpen(decided, course), course)) === "look-again") continue;
    await Promise.all(
      stillOpen(decided, course).map(async ({ planned, step }) =>
        course.close(planned, reported(step, planned), await write(step, course)),
      ),
    );
  }
  closeAll(
    failedWith("drift", "WorkspaceChanged", "The workspace changes while it is worked on. Run the command again."),
  );
  await closeIntents(held, [...ended.values()], clusters.names(), deps);
  return outcomes();
}

/** What is live decides anew what has to be done. */
function decide(standing: readonly LiveCompute[], { left, clusters, work }: Reconciliation): readonly Decided[] {
  const targets = left().map(({ target }) => clusters.asItIs(target));
  const decided = plan(targets, standing, work.deps.workspace, work.options).steps;
  return left().flatMap((planned, index) => {
    const step = decided[index];
    return step === undefined ? [] : [{ planned, step }];
  });
}

function stillOpen(decided: readonly Decided[], { left }: Reconciliation): readonly Decided[] {
  const open = new Set(left());
  return decided.filter(({ planned }) => open.has(planned));
}

/** Ends what needs no write any more or would now be graver than planned, and waits for what is in flight. */
async function settleWithoutWrite(
  decided: readonly Decided[],
  { held, work, close, removed, takenAway, clusters }: Reconciliation,
): Promise<"look-again" | "go-on"> {
  const { options, deps } = work;
  let hasWaited = false;
  for (const { planned, step } of decided) {
    if (!mayWrite(step)) close(planned, step, resultWithoutWrite(step));
    else if (!isAllowed(step, planned, options) && !(removed.has(step.target.name) && isBeginning(step)))
      close(planned, planned, changed(step, planned, options));
    else if (step.do === "wait") {
      const cluster = leftAfter(step);
      if (cluster !== undefined) clusters.mayBeLeft(cluster);
      const came = await awaitInFlight(step, cluster, held, deps);
      if (typeof came === "object") close(planned, step, came);
      // A removal that came to nothing is not the cluster's fault, which therefore is never deleted for it.
      else if (cluster !== undefined && came === "present") clusters.isThere(cluster);
      else if (cluster !== undefined) takenAway.add(cluster.name.toLowerCase());
      hasWaited = true;
    }
  }
  return hasWaited ? "look-again" : "go-on";
}

/** Removes what has to go before something can be written. */
async function makeWay(
  decided: readonly Decided[],
  { held, work, close, removed, takenAway, clusters }: Reconciliation,
): Promise<"look-again" | "go-on"> {
  const { options, deps } = work;
  const forbidden = await Promise.all(
    decided.map(async (one) => ({ ...one, end: await removalBlockers(one.step, options.force, deps) })),
  );
  // What must stay may be in the way of the others: they are decided anew before any of them loses anything.
  for (const { planned, step, end } of forbidden) if (end !== undefined) close(planned, step, end);
  if (forbidden.some(({ end }) => end !== undefined)) return "look-again";
  const cleared = await Promise.all(
    decided.map(async (one) => ({ ...one, end: await removePredecessors(one.step, held, deps).catch(resultOfThrown) })),
  );
  for (const { planned, step, end } of cleared) {
    if (end === undefined || end === "blocked") continue;
    close(planned, step, end);
    // A detachment that is said to have failed may come about all the same.
    if ("remove" in step && step.remove.some(({ by }) => by === "Detach")) clusters.isThere(step.target);
  }
  const removals = cleared.filter(({ step, end }) => end === undefined && "remove" in step);
  for (const { step } of removals) {
    removed.add(step.target.name);
    clusters.isThere(step.target);
    for (const { name } of "remove" in step ? step.remove : []) takenAway.add(name.toLowerCase());
  }
  return removals.length > 0 || cleared.some(({ end }) => end === "blocked") ? "look-again" : "go-on";
}

function isBeginning({ do: action }: Step): boolean {
  return action === "attach" || action === "create";
}

/** Once the removal of a re-attachment is done, what is left to do is an attachment; it is reported as what was planned. */
function reported(step: Step, planned: Step): Step {
  return "remove" in planned && step.do !== "update" ? planned : step;
}

/** A list may lag behind a write that a read shows already. What a read does not show is not taken out: it may lag, too. */
function withRead(live: readonly LiveCompute[], read: readonly LiveCompute[]): readonly LiveCompute[] {
  const names = new Set(read.map(({ name }) => name.toLowerCase()));
  return [...live.filter(({ name }) => !names.has(name.toLowerCase())), ...read];
}

/** `decided` on the live state of now; `planned` bounds what it may be. */
function isAllowed(decided: Step, planned: Step, { exactly }: ApplyOptions): boolean {
  return exactly ? decided.do === "wait" || isExactly(decided, planned) : isNoMoreDestructive(decided, planned);
}

function changed(decided: Step, planned: Step, { exactly }: ApplyOptions): StepResult {
  return failedWith(
    exactly ? "plan-outdated" : "drift",
    "WorkspaceChanged",
    `The workspace changed after the plan was made: this target now needs '${decided.do}' (${decided.reason}), ` +
      `the plan said '${planned.do}'. ${exactly ? "Make a new plan." : "Run the command again."}`,
  );
}

/** Notes the intent, writes, reads back, verifies. */
async function write(step: Step, { held, work: { deps, options } }: Reconciliation): Promise<StepResult> {
  const send = async (): Promise<StepResult> => {
    const correlationId = await recordIntent(step, held, deps);
    if (correlationId === undefined) return lostOrCancelled(deps);
    return putAndPoll(step, { wait: options.wait, isHeld: held.isHeld, correlationId }, deps);
  };
  try {
    const end = await send();
    return await verifyAttachment(step.target, end, held.isHeld, deps, async (own) => {
      const removal = await removeAndWait(own, held.isHeld, deps);
      if (removal.state === "in-flight") return { state: "in-flight", why: removal.why, compute: own };
      if (removal.state === "failed")
        return { state: "failed", because: "conflict", error: removal.error, compute: own };
      return send();
    });
  } catch (error) {
    return resultOfThrown(error);
  }
}
