import pLimit from "p-limit";
import type { LiveCompute } from "../azure/computes.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { workspaceId } from "../azure/workspace.ts";
import { isLeaving } from "../compute/state.ts";
import { trackChanges } from "./changes.ts";
import { isWorkedOn, type Detachment, type DetachOutcome } from "./detachment.ts";
import { inUse } from "./in-use.ts";
import { withLeases } from "./lease.ts";
import type { AttachDeps } from "./dependencies.ts";
import { failedFor, removeAndWait, type Removal } from "./remove.ts";
import { pollUntilTerminal } from "./poll.ts";
import { summarizeDetach } from "./target-report.ts";

export type DetachOptions = {
  readonly parallel: number;
  /** Also remove what is still in use. */
  readonly force: boolean;
};

/** Carries out what {@link planDetach} decided, each compute under the leases of its name and of what it holds. */
export async function detach(
  steps: readonly Detachment[],
  { parallel, force }: DetachOptions,
  deps: AttachDeps,
): Promise<readonly DetachOutcome[]> {
  const limit = pLimit(parallel);
  const startedAt = deps.clock.now();
  const changes = trackChanges(deps.computes);
  return Promise.all(
    steps.map((step) =>
      limit(async (): Promise<DetachOutcome> => {
        const result = await carryOut(step, force, { ...deps, computes: changes.of(step.name) });
        const seconds = (deps.clock.now() - startedAt) / 1000;
        const outcome = { step, seconds, ...result, changed: changes.has(step.name) };
        if (isWorkedOn(step)) deps.onEnd(summarizeDetach(outcome).report);
        return outcome;
      }),
    ),
  );
}

async function carryOut(
  step: Detachment,
  force: boolean,
  deps: AttachDeps,
): Promise<Pick<DetachOutcome, "removal" | "guarantee">> {
  switch (step.do) {
    case "keep":
    case "refuse":
      return {};
    case "wait":
      return { removal: await waitUntilGone(step.live, deps) };
    case "detach":
    case "delete": {
      const { live } = step;
      const keys = [
        canonicalId(`${workspaceId(deps.workspace)}/computes/${live.name}`),
        ...(live.resourceId === undefined ? [] : [canonicalId(live.resourceId)]),
      ];
      const onProgress = (message: string) => deps.onProgress(live.name, message);
      const result = await withLeases(keys, { ...deps, onProgress }, async (held) => ({
        guarantee: held.guarantee,
        removal: await removeAsPlanned(live, force, held.isHeld, deps),
      }));
      return "removal" in result ? result : { removal: result };
    }
  }
}

/** Reads the compute again under the lease, and removes it only if it is still the one that was decided about. */
async function removeAsPlanned(
  planned: LiveCompute,
  force: boolean,
  isHeld: () => boolean,
  deps: AttachDeps,
): Promise<Removal> {
  const read = await deps.computes.get(planned.name);
  if (!read.ok) {
    return read.failure.reason === "cancelled" ? { state: "in-flight", why: "cancelled" } : failedFor(read.failure);
  }
  const live = read.value;
  if (live === undefined) return { state: "gone" };
  if (isLeaving(live)) return waitUntilGone(live, deps);
  const same = (a: string | undefined, b: string | undefined) => canonicalId(a ?? "") === canonicalId(b ?? "");
  if (
    !same(live.resourceId, planned.resourceId) ||
    !same(live.computeType, planned.computeType) ||
    live.isAttachedCompute !== planned.isAttachedCompute
  ) {
    return failedWith(
      "WorkspaceChanged",
      `'${live.name}' was replaced by somebody else in the meantime, so it was left as it is. To detach the new one, run detach again.`,
    );
  }
  const users = force ? undefined : await inUse(live, deps);
  if (users?.state === "failed") return { state: "failed", error: users.error, because: "in-use" };
  if (users !== undefined) return { state: "in-flight", why: "cancelled" };
  return removeAndWait(live, isHeld, deps);
}

async function waitUntilGone(live: LiveCompute, deps: AttachDeps): Promise<Removal> {
  const polled = await pollUntilTerminal(live.name, deps);
  switch (polled.state) {
    case "absent":
      return { state: "gone" };
    case "in-flight":
      return { state: "in-flight", why: polled.why };
    case "failed":
      return { state: "failed", error: polled.error };
    case "unreadable":
      return failedFor(polled.failure);
    case "present":
      return failedWith("NotRemoved", `'${live.name}' is ${polled.compute.provisioningState} again.`);
  }
}

function failedWith(code: string, message: string): Removal {
  return { state: "failed", error: { code, message, details: [] } };
}
