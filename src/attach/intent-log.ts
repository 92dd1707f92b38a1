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

/** What became of the intents that earlier holders noted. */
export type Resolved = {
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
export async function resolveIntents(
  piece: readonly Step[],
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
        `another run${run === undefined ? "" : ` (${run})`} began to write it at ${at} and did not say what came of it; reads it first`,
      );
    }
    // What is being removed is the plan's to decide about, which may have to note what it leaves before it is gone.
    const first = await pollUntilTerminal(name, deps, (compute) => !isInFlight(compute));
    // Who was cancelled gave its lease back at once, and the request that it sent may still be on its way. Under a name of
    // this piece that does no harm: there it meets what is written next.
    const isOnlyTheirs = !piece.some(({ target }) => target.name.toLowerCase() === name.toLowerCase());
    const settled = isNew && isOnlyTheirs && first.state === "absent" ? await resolveUnknownOutcome(name, deps) : first;
    const end = unsettledResult(settled);
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

/** Writes down what is about to be done. @returns the correlation id; `undefined` when the lease was lost. */
export async function recordIntent(step: Step, held: Held, deps: VerifyDeps): Promise<string | undefined> {
  const correlationId = deps.newId();
  const intent = intentOf(step, deps.clock.now(), correlationId, deps.run);
  for (const key of intentKeysOf(step, deps.workspace)) if (!(await held.note(key, intent))) return undefined;
  return correlationId;
}

/**
 * Closes the notes: those of this piece whose outcome is known, and those of others that were resolved. The note
 * that alone knows the id of a cluster that the service made stays until the cluster is attached again, or is gone: the
 * next run would have another one made.
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
      .open()
      .filter((key) => !open.has(key))
      .map((key) => held.close(key)),
  );
}

function isBackOrGone(end: StepResult): boolean {
  return end.state === "done" || (end.state === "failed" && /NotFound$/i.test(end.error.code));
}
