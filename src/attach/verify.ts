import type { LiveCompute } from "../azure/computes.ts";
import type { Outcome } from "../azure/outcome.ts";
import { isAttachedBy, type ComputeTarget } from "../compute/target.ts";
import { isLeaving } from "../compute/state.ts";
import { failedWith, type StepResult } from "./step-result.ts";
import type { AttachDeps } from "./dependencies.ts";
import { removeAndWait } from "./remove.ts";

export type VerifyDeps = AttachDeps & {
  /** Never from before the call. */
  readonly list: () => Promise<Outcome<readonly LiveCompute[]>>;
};

/** How often it is looked whether the other attachment has been withdrawn, and the seconds between two looks. Our choice. */
const looks = 12;
const secondsBetween = 2.5;

/**
 * After a write the list is read once more: the resource may not be attached under another name as well. Where somebody
 * else attached it at the same moment, one rule that both sides can see decides: the attachment that was made first
 * stays. Who made the other withdraws it, and who made the first attaches anew, because the second has broken it, be it
 * after the first one stood or while it was coming.
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
  // One that was broken before it was read back looks like one that came to nothing.
  const mayBeBroken = end.state === "failed" && end.because === "provisioning-failed";
  if ((end.state !== "done" && !mayBeBroken) || end.compute?.resourceId === undefined || deps.signal.aborted)
    return end;
  const first = await look(target, deps);
  if (!first.ok) {
    if (mayBeBroken) return end;
    return failedWith(
      "service-unreachable",
      "NotVerified",
      `'${target.name}' was attached, and whether it is the only attachment of its resource could not be read: ${first.failure.error.message}. Run the command again.`,
      end.compute,
    );
  }
  const { others } = first.value;
  // A list may not show yet what was read back after the write: it stands all the same.
  const own = first.value.own ?? end.compute;
  if (others.length === 0) return end;
  const [oldest = own] = [...others, own].sort(byAge);
  const names = others.map(({ name }) => `'${name}'`).join(", ");
  if (oldest !== own) return withdraw(target, own, names, oldest.name, isHeld, deps);
  deps.onProgress(
    target.name,
    `its resource was attached at the same time as ${names}; waits for that to be withdrawn`,
  );
  for (let count = 0; count < looks; count += 1) {
    try {
      await deps.clock.sleep(secondsBetween, deps.signal);
    } catch {
      return { state: "in-flight", why: "cancelled", compute: own };
    }
    const again = await look(target, deps);
    if (again.ok && again.value.others.length === 0) {
      deps.onProgress(target.name, "the other attachment was withdrawn; attaches anew, because it was broken by it");
      return reattach(own);
    }
  }
  return failedWith(
    "conflict",
    "AttachedTwice",
    `Its resource was attached as ${names} at the same time, which breaks this attachment, and nobody withdrew that one. ` +
      `To repair it, detach the other and attach this one anew: command: apply with on-conflict: replace and on-drift: reattach.`,
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

/** The service's own time of creation, which every reader sees alike; the name where that is equal or missing. */
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
      ? "it was made later and has been withdrawn"
      : "it was made later and could not be withdrawn";
  return failedWith(
    "conflict",
    "AttachedTwice",
    `Its resource was attached as ${names} at the same time; of the two, ${what}. '${survivor}' was broken by it: ` +
      `if its own workflow does not repair it, run command: apply with on-drift: reattach where '${survivor}' is declared. ` +
      "Declare the resource under one name.",
    removal.state === "gone" ? undefined : own,
  );
}
