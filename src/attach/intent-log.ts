import type { LiveCompute } from "../azure/computes.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { isInFlight, isLeaving, isUsable } from "../compute/state.ts";
import type { Step } from "../plan/step.ts";
import { unsettledResult, type StepResult, type StepOutcome } from "./step-result.ts";
import { nameKeyOf, intentKeysOf } from "./step-group.ts";
import { intentOf, type Intent } from "./intent.ts";
import type { Held } from "./lease.ts";
import { pollUntilTerminal, resolveUnknownOutcome } from "./poll.ts";
import type { VerifyDeps } from "./verify.ts";
import { isOutcomeKnown } from "./write.ts";

/** What has become of the intents that earlier holders of the leases recorded. */
export type Resolved = {
  /** The computes under their names. */
  readonly known: readonly LiveCompute[];
  /** Intents whose name has no compute. */
  readonly gone: readonly Intent[];
  /**
   * Intents of a re-attachment whose detachment failed: the cluster that the service made is still there, with its own id.
   * The attempt failed, not the cluster, so the cluster is never deleted for it.
   */
  readonly unfinished: readonly Intent[];
};

/**
 * Reads the names of recorded intents until nothing but a removal is in flight on them, closed intents included: a list may
 * not show yet what those wrote.
 */
export async function resolveIntents(
  group: readonly Step[],
  held: Held,
  isFirstLook: boolean,
  deps: VerifyDeps,
): Promise<Resolved | StepResult> {
  const known: LiveCompute[] = [];
  const gone: Intent[] = [];
  const unfinished: Intent[] = [];
  for (const intent of held.found) {
    const { name, at, run, closed } = intent;
    const isNew = closed !== true && isFirstLook;
    if (isNew) {
      deps.onProgress(
        name,
        `a previous run${run === undefined ? "" : ` (${run})`} started writing this at ${at} and did not record the result; checking`,
      );
    }
    // A removal in flight is left to the plan, which may have to record what it leaves before the compute is gone.
    const first = await pollUntilTerminal(name, deps, (compute) => !isInFlight(compute));
    // A cancelled run releases its lease at once, while the request that it sent may still be on its way. Under a name of
    // this group that does no harm, because this run writes that name next.
    const isOnlyTheirs = !group.some(({ target }) => target.name.toLowerCase() === name.toLowerCase());
    const polled = isNew && isOnlyTheirs && first.state === "absent" ? await resolveUnknownOutcome(name, deps) : first;
    const end = unsettledResult(polled);
    if (end !== undefined) return end;
    if (polled.state !== "present") {
      gone.push(intent);
      continue;
    }
    const { compute } = polled;
    const { resourceId = closed === true ? undefined : intent.resourceId, isAttachedCompute } = compute;
    // A compute that is being removed may no longer show its resource.
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

function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && canonicalId(a) === canonicalId(b);
}

/** Records what is about to be done, before it is done. @returns the correlation id; `undefined` when the lease was lost. */
export async function recordIntent(step: Step, held: Held, deps: VerifyDeps): Promise<string | undefined> {
  const correlationId = deps.newId();
  const intent = intentOf(step, deps.clock.now(), correlationId, deps.run);
  for (const key of intentKeysOf(step, deps.workspace)) if (!(await held.record(key, intent))) return undefined;
  return correlationId;
}

/**
 * Closes the intents of this group whose outcome is known, and those of others that were resolved. An intent that alone
 * knows the id of a service-created cluster stays open until the cluster is attached again or is gone: without it the next
 * run would have another cluster made.
 */
export async function closeIntents(
  held: Held,
  outcomes: readonly StepOutcome[],
  madeClusters: ReadonlySet<string>,
  { workspace }: VerifyDeps,
): Promise<void> {
  const open = new Set(
    outcomes.flatMap(({ step, end }) => [
      ...(isOutcomeKnown(end) ? [] : intentKeysOf(step, workspace)),
      ...(madeClusters.has(step.target.name) && !isBackOrGone(end) ? [nameKeyOf(step.target.name, workspace)] : []),
    ]),
  );
  await Promise.all(
    held
      .openKeys()
      .filter((key) => !open.has(key))
      .map((key) => held.close(key)),
  );
}

function isBackOrGone(end: StepResult): boolean {
  return end.state === "done" || (end.state === "failed" && /NotFound$/i.test(end.error.code));
}
