import type { LiveCompute } from "../azure/computes.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { isInFlight, isLeaving, isUsable } from "../compute/state.ts";
import type { Step } from "../plan/step.ts";
import { earlyEnd, type End, type StepOutcome } from "./end.ts";
import { nameKeyOf, noteKeysOf } from "./group.ts";
import { intentOf, type Intent } from "./intent.ts";
import type { Held } from "./lease.ts";
import { settle, settleUnknown } from "./settle.ts";
import type { VerifyPorts } from "./verify.ts";
import { endIsKnown } from "./write.ts";

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

/** Writes down what is about to be done. @returns the correlation id; `undefined` when the lease was lost. */
export async function noteDown(step: Step, held: Held, ports: VerifyPorts): Promise<string | undefined> {
  const correlationId = ports.newId();
  const intent = intentOf(step, ports.clock.now(), correlationId, ports.run);
  for (const key of noteKeysOf(step, ports.workspace)) if (!(await held.note(key, intent))) return undefined;
  return correlationId;
}

/**
 * Closes the notes: those of this piece whose outcome is known, and those of others that were resolved. The note
 * that alone knows the id of a cluster that the service made stays until the cluster is attached again, or is gone: the
 * next run would have another one made.
 */
export async function closeNotes(
  held: Held,
  outcomes: readonly StepOutcome[],
  madeClusters: ReadonlySet<string>,
  { workspace }: VerifyPorts,
): Promise<void> {
  const open = new Set(
    outcomes.flatMap(({ step, end }) => [
      ...(endIsKnown(end) ? [] : noteKeysOf(step, workspace)),
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

function isBackOrGone(end: End): boolean {
  return end.state === "done" || (end.state === "failed" && /NotFound$/i.test(end.error.code));
}
