import type { LiveCompute } from "../azure/computes.ts";
import type { Outcome } from "../azure/outcome.ts";
import { isAttachedBy, type ComputeTarget } from "../compute/target.ts";
import { isLeaving } from "../compute/state.ts";
import { failedWith, type StepResult } from "./step-result.ts";
import type { AttachDeps } from "./dependencies.ts";
import { removeAndWait } from "./remove.ts";

export type VerifyDeps = AttachDeps & {
  /** Started after the call: never older than it. */
  readonly list: () => Promise<Outcome<readonly LiveCompute[]>>;
};

/** How often the list is read to see whether the other attachment has been withdrawn, and the seconds between. Our choice. */
const looks = 12;
const secondsBetween = 2.5;

/**
 * Reads the list once more after a write: the resource must not be attached under another name as well. Where somebody else
 * attached it at the same moment, both sides apply one rule: the earlier attachment stays. The run that made the later one
 * withdraws it, and the run that made the earlier one attaches it again, because the later one has broken it.
 *
 * @param isHeld asked right before a removal.
 * @param reattach detaches our own attachment, attaches it again, and verifies it by a read.
 */
export async function verifyAttachment(
  target: ComputeTarget,
  end: StepResult,
  isHeld: () => boolean,
  deps: VerifyDeps,
  reattach: (own: LiveCompute) => Promise<StepResult>,
): Promise<StepResult> {
  // An attachment that was broken before it was read back looks like one that failed.
  const mayBeBroken = end.state === "failed" && end.because === "provisioning-failed";
  if ((end.state !== "done" && !mayBeBroken) || end.compute?.resourceId === undefined || deps.signal.aborted)
    return end;
  const first = await look(target, deps);
  if (!first.ok) {
    if (mayBeBroken) return end;
    return failedWith(
      "service-unreachable",
      "NotVerified",
      `'${target.name}' was attached, but the list that shows whether its resource is attached only once could not be read: ${first.failure.error.message}. Run the command again.`,
      end.compute,
    );
  }
  const { others } = first.value;
  // The list may not show yet what was read back after the write; it is there all the same.
  const own = first.value.own ?? end.compute;
  if (others.length === 0) return end;
  const [oldest = own] = [...others, own].sort(byAge);
  const names = others.map(({ name }) => `'${name}'`).join(", ");
  if (oldest !== own) return withdraw(target, own, names, oldest.name, isHeld, deps);
  deps.onProgress(
    target.name,
    `its resource was attached at the same time as ${names}; waiting for that to be withdrawn`,
  );
  for (let count = 0; count < looks; count += 1) {
    try {
      await deps.clock.sleep(secondsBetween, deps.signal);
    } catch {
      return { state: "in-flight", why: "cancelled", compute: own };
    }
    const again = await look(target, deps);
    if (again.ok && again.value.others.length === 0) {
      deps.onProgress(target.name, "the other attachment was withdrawn; attaching again, because that one broke it");
      return reattach(own);
    }
  }
  return failedWith(
    "conflict",
    "AttachedTwice",
    `Its resource was attached as ${names} at the same time, which breaks this attachment, and that one was not withdrawn. ` +
      `To repair it, detach the other and attach this one again: command: apply with on-conflict: replace and on-drift: reattach.`,
    own,
  );
}

async function look(
  target: ComputeTarget,
  deps: VerifyDeps,
): Promise<Outcome<{ readonly own?: LiveCompute; readonly others: readonly LiveCompute[] }>> {
  const live = await deps.list();
  if (!live.ok) return live;
  const isOwn = ({ name }: LiveCompute) => name.toLowerCase() === target.name.toLowerCase();
  const own = live.value.find(isOwn);
  return {
    ok: true,
    value: {
      ...(own === undefined ? {} : { own }),
      others: live.value.filter((compute) => !isOwn(compute) && !isLeaving(compute) && isAttachedBy(target, compute)),
    },
  };
}

/** By the service's own time of creation, the same for every reader; by name where that is equal or missing. */
function byAge(a: LiveCompute, b: LiveCompute): number {
  const [whenA, whenB] = [Date.parse(a.createdOn ?? ""), Date.parse(b.createdOn ?? "")];
  const age = Number.isNaN(whenA) || Number.isNaN(whenB) ? 0 : whenA - whenB;
  if (age !== 0) return age;
  const [nameA, nameB] = [a.name.toLowerCase(), b.name.toLowerCase()];
  return nameA < nameB ? -1 : nameA > nameB ? 1 : 0;
}

async function withdraw(
  target: ComputeTarget,
  own: LiveCompute,
  names: string,
  survivor: string,
  isHeld: () => boolean,
  deps: VerifyDeps,
): Promise<StepResult> {
  const removal = await removeAndWait(own, isHeld, deps);
  const what =
    removal.state === "gone"
      ? "this is the later one and has been withdrawn"
      : "this is the later one and could not be withdrawn";
  return failedWith(
    "conflict",
    "AttachedTwice",
    `Its resource was attached as ${names} at the same time; ${what}. It broke '${survivor}': ` +
      `if that workflow does not repair it, run command: apply with on-drift: reattach where '${survivor}' is declared. ` +
      "Declare the resource under one name.",
    removal.state === "gone" ? undefined : own,
  );
}
