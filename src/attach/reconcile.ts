import type { LiveCompute } from "../azure/computes.ts";
import { plan, leftAfter, sendsWrite } from "../plan/plan.ts";
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
  /** Also remove what is still in use. */
  readonly force: boolean;
  /** Only exactly what the plan says: a plan file was given. */
  readonly exactly: boolean;
};

export type ReconcileWork = {
  readonly options: ApplyOptions;
  readonly elapsed: () => number;
  readonly deps: VerifyDeps;
  /** The same, for what is written for one target. */
  readonly depsOf: (target: string) => VerifyDeps;
};

/**
 * Steps that need the leases: they send a write, or wait for an operation and are then decided again. A plan with only
 * `wait` steps has no changes to report (`hasChanges`), and still may write.
 */
export function mayWrite(step: Step): boolean {
  return sendsWrite(step) || step.do === "wait";
}

export function resultWithoutWrite(step: Step): StepResult {
  if (step.do === "refuse") return { state: "refused" };
  const compute = "live" in step ? step.live : undefined;
  return { state: "done", ...(compute === undefined ? {} : { compute }) };
}

export type Reconciled =
  | { readonly outcomes: readonly StepOutcome[] }
  /** The live state touches more than the leases cover. */
  | { readonly widenBy: readonly string[] };

/** How often the live state is read again because an operation of another run had to end first. */
const mostRounds = 5;

/** The reconciliation of one step group while its leases are held. */
type Reconciliation = {
  readonly held: Held;
  readonly work: ReconcileWork;
  /** Steps without a result so far. */
  readonly left: () => readonly Step[];
  readonly close: (planned: Step, step: Step, end: StepResult) => void;
  /** Targets whose old attachment is gone: only the attachment is left of their step. */
  readonly removed: Set<string>;
  /** Names that this group has removed and read as gone: older intents and lists that lag do not know that. */
  readonly takenAway: Set<string>;
  readonly clusters: ServiceCreatedClusters;
};

/** A step of the plan, and the step that the live state now calls for. */
type Decided = { readonly planned: Step; readonly step: Step };

/** Reconciles a step group under its leases, in rounds: each reads the live state, decides again, and takes one step. */
export async function reconcile(group: readonly Step[], held: Held, work: ReconcileWork): Promise<Reconciled> {
  const { deps, elapsed } = work;
  const ended = new Map<string, StepOutcome>();
  const clusters = trackServiceCreatedClusters(group, deps);
  const reconciliation: Reconciliation = {
    held,
    work,
    left: () => group.filter(({ target }) => !ended.has(target.name)),
    close: (planned, step, end) => {
      ended.set(planned.target.name, { step, end, seconds: elapsed(), guarantee: held.guarantee });
    },
    removed: new Set(),
    takenAway: new Set(),
    clusters,
  };
  const outcomes = (): Reconciled => ({
    outcomes: group.map(
      (step) => ended.get(step.target.name) ?? { step, end: { state: "refused" }, seconds: elapsed() },
    ),
  });
  const closeAll = (end: StepResult) => {
    for (const step of reconciliation.left()) reconciliation.close(step, step, end);
  };
  for (let round = 0; round < mostRounds && reconciliation.left().length > 0; round += 1) {
    const resolved = await resolveIntents(group, held, round === 0, deps);
    if ("state" in resolved) {
      // What could not be resolved stays open, so that the next run checks it again.
      closeAll(resolved);
      return outcomes();
    }
    const live = await deps.list();
    if (!live.ok) {
      closeAll(resultOfFailure(live.failure));
      break;
    }
    clusters.recall(resolved);
    const current = withRead(live.value, resolved.known).filter(
      ({ name }) => !reconciliation.takenAway.has(name.toLowerCase()),
    );
    await clusters.lookFor(current);
    const decided = decide(current, reconciliation);
    const more = decided.flatMap(({ step }) => keysOf(step, deps.workspace)).filter((key) => !held.keys.includes(key));
    if (more.length > 0 && decided.some(({ step }) => mayWrite(step))) return { widenBy: more };
    // After a wait or a removal, the live state decides what is left to do.
    if ((await endWithoutWrite(decided, reconciliation)) === "look-again") continue;
    if ((await removeAllPredecessors(stillOpen(decided, reconciliation), reconciliation)) === "look-again") continue;
    await Promise.all(
      stillOpen(decided, reconciliation).map(async ({ planned, step }) =>
        reconciliation.close(planned, reported(step, planned), await write(step, reconciliation)),
      ),
    );
  }
  closeAll(
    failedWith("drift", "WorkspaceChanged", "The workspace kept changing during the work. Run the command again."),
  );
  await closeIntents(held, [...ended.values()], clusters.names(), deps);
  return outcomes();
}

/** Decides again, on the live state. */
function decide(current: readonly LiveCompute[], { left, clusters, work }: Reconciliation): readonly Decided[] {
  const targets = left().map(({ target }) => clusters.asAttachable(target));
  const decided = plan(targets, current, work.deps.workspace, work.options).steps;
  return left().flatMap((planned, index) => {
    const step = decided[index];
    return step === undefined ? [] : [{ planned, step }];
  });
}

function stillOpen(decided: readonly Decided[], { left }: Reconciliation): readonly Decided[] {
  const open = new Set(left());
  return decided.filter(({ planned }) => open.has(planned));
}

/** Ends steps that need no write any more or would now destroy more than planned, and waits for what is in flight. */
async function endWithoutWrite(
  decided: readonly Decided[],
  { held, work, close, removed, takenAway, clusters }: Reconciliation,
): Promise<"look-again" | "go-on"> {
  const { options, deps } = work;
  let hasWaited = false;
  for (const { planned, step } of decided) {
    if (!mayWrite(step)) close(planned, step, resultWithoutWrite(step));
    else if (!isAllowed(step, planned, options) && !(removed.has(step.target.name) && isAttachOrCreate(step)))
      close(planned, planned, changed(step, planned, options));
    else if (step.do === "wait") {
      const cluster = leftAfter(step);
      if (cluster !== undefined) clusters.mayBeLeft(cluster);
      const result = await awaitInFlight(step, cluster, held, deps);
      if (typeof result === "object") close(planned, step, result);
      // A failed removal is not the cluster's fault, so the cluster is never deleted for it.
      else if (cluster !== undefined && result === "present") clusters.isThere(cluster);
      else if (cluster !== undefined) takenAway.add(cluster.name.toLowerCase());
      hasWaited = true;
    }
  }
  return hasWaited ? "look-again" : "go-on";
}

/** Removes predecessors before anything is written. */
async function removeAllPredecessors(
  decided: readonly Decided[],
  { held, work, close, removed, takenAway, clusters }: Reconciliation,
): Promise<"look-again" | "go-on"> {
  const { options, deps, depsOf } = work;
  const blocked = await Promise.all(
    decided.map(async (decision) => ({ ...decision, end: await removalBlockers(decision.step, options.force, deps) })),
  );
  // What has to stay may block the others: decide again before any of them loses anything.
  for (const { planned, step, end } of blocked) if (end !== undefined) close(planned, step, end);
  if (blocked.some(({ end }) => end !== undefined)) return "look-again";
  const results = await Promise.all(
    decided.map(async (decision) => ({
      ...decision,
      end: await removePredecessors(decision.step, held, depsOf(decision.step.target.name)).catch(resultOfThrown),
    })),
  );
  for (const { planned, step, end } of results) {
    if (end === undefined || end === "blocked") continue;
    close(planned, step, end);
    // A detachment that is reported as failed may take effect all the same.
    if ("remove" in step && step.remove.some(({ by }) => by === "Detach")) clusters.isThere(step.target);
  }
  const removals = results.filter(({ step, end }) => end === undefined && "remove" in step);
  for (const { step } of removals) {
    removed.add(step.target.name);
    clusters.isThere(step.target);
    for (const { name } of "remove" in step ? step.remove : []) takenAway.add(name.toLowerCase());
  }
  return removals.length > 0 || results.some(({ end }) => end === "blocked") ? "look-again" : "go-on";
}

function isAttachOrCreate({ do: action }: Step): boolean {
  return action === "attach" || action === "create";
}

/** Once its predecessor is removed, a re-attachment is an attachment; it is reported as what was planned. */
function reported(step: Step, planned: Step): Step {
  return "remove" in planned && step.do !== "update" ? planned : step;
}

/** A list may lag behind a write that a read already shows. What a read does not show stays in: reads may lag, too. */
function withRead(live: readonly LiveCompute[], read: readonly LiveCompute[]): readonly LiveCompute[] {
  const names = new Set(read.map(({ name }) => name.toLowerCase()));
  return [...live.filter(({ name }) => !names.has(name.toLowerCase())), ...read];
}

/** `planned` limits what may be `decided` on the current live state. */
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

/** Records the intent, writes, reads back, verifies. */
async function write(step: Step, { held, work: { depsOf, options } }: Reconciliation): Promise<StepResult> {
  const deps = depsOf(step.target.name);
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
