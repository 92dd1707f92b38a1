import pLimit from "p-limit";
import type { LiveCompute } from "../azure/computes.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { workspaceId } from "../azure/workspace.ts";
import { isLeaving } from "../compute/state.ts";
import { inUse } from "./in-use.ts";
import { withLeases, type Guarantee } from "./lease.ts";
import type { AttachDeps } from "./dependencies.ts";
import { removalActionFor, removeAndWait, type Removal } from "./remove.ts";
import { pollUntilTerminal } from "./poll.ts";
import { summarizeDetach } from "./target-report.ts";

/** What is to be done about one name given to `detach`. */
export type Detachment =
  | { readonly do: "keep"; readonly name: string; readonly reason: string }
  | { readonly do: "wait"; readonly name: string; readonly live: LiveCompute; readonly reason: string }
  | { readonly do: "detach" | "delete"; readonly name: string; readonly live: LiveCompute; readonly reason: string }
  | { readonly do: "refuse"; readonly name: string; readonly live: LiveCompute; readonly reason: string };

/** Decides for every name; a name that is not in the workspace is done already. */
export function planDetach(
  names: readonly string[],
  live: readonly LiveCompute[],
  { allowDelete }: { readonly allowDelete: boolean },
): readonly Detachment[] {
  const byName = new Map(live.map((compute) => [compute.name.toLowerCase(), compute]));
  return names.map((name): Detachment => {
    const found = byName.get(name.toLowerCase());
    if (found === undefined) return { do: "keep", name, reason: "It is not in the workspace." };
    if (isLeaving(found)) return { do: "wait", name, live: found, reason: "It is being removed already." };
    const action = removalActionFor(found);
    if (action === undefined) {
      return {
        do: "refuse",
        name,
        live: found,
        reason: `The service calls it a ${found.computeType} with isAttachedCompute ${String(found.isAttachedCompute)}; whether to detach or delete it cannot be told for sure.`,
      };
    }
    if (action === "Detach")
      return { do: "detach", name, live: found, reason: "It is attached; the resource behind it stays." };
    return allowDelete
      ? { do: "delete", name, live: found, reason: "It was made by the service; allow-delete is true." }
      : {
          do: "refuse",
          name,
          live: found,
          reason: `It is a ${found.computeType} that the service made: removing it deletes it. Set allow-delete: true to allow that.`,
        };
  });
}

export type DetachOutcome = {
  readonly step: Detachment;
  readonly seconds: number;
  readonly removal?: Removal;
  readonly guarantee?: Guarantee;
};

export type DetachOptions = {
  readonly parallel: number;
  /** Take away what is still in use. */
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
  return Promise.all(
    steps.map((step) =>
      limit(async (): Promise<DetachOutcome> => {
        const came = await carryOut(step, force, deps);
        const seconds = (deps.clock.now() - startedAt) / 1000;
        const outcome = { step, seconds, ...came };
        if (isDetachPending(step)) deps.onEnd(summarizeDetach(outcome).report);
        return outcome;
      }),
    ),
  );
}

/** Steps that send something, or wait for what is going. */
export function isDetachPending(step: Detachment): boolean {
  return step.do !== "keep" && step.do !== "refuse";
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
      const came = await withLeases(keys, { ...deps, onProgress }, async (held) => ({
        guarantee: held.guarantee,
        removal: await removeAsPlanned(live, force, held.isHeld, deps),
      }));
      if ("removal" in came) return came;
      return { removal: came };
    }
  }
}

/** Under the lease the compute is read again: it is removed only if it is still what was decided about. */
async function removeAsPlanned(
  planned: LiveCompute,
  force: boolean,
  isHeld: () => boolean,
  deps: AttachDeps,
): Promise<Removal> {
  const read = await deps.computes.get(planned.name);
  if (!read.ok) {
    return read.failure.reason === "cancelled"
      ? { state: "in-flight", why: "cancelled" }
      : { state: "failed", error: read.failure.error };
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
      `'${live.name}' was made anew by somebody else meanwhile, so it was left as it is. Run detach again if that one is meant.`,
    );
  }
  const users = force ? undefined : await inUse(live, deps);
  if (users?.state === "failed") return { state: "failed", error: users.error, because: "in-use" };
  if (users !== undefined) return { state: "in-flight", why: "cancelled" };
  return removeAndWait(live, isHeld, deps);
}

async function waitUntilGone(live: LiveCompute, deps: AttachDeps): Promise<Removal> {
  const settled = await pollUntilTerminal(live.name, deps);
  switch (settled.state) {
    case "absent":
      return { state: "gone" };
    case "in-flight":
      return { state: "in-flight", why: settled.why };
    case "failed":
      return { state: "failed", error: settled.error };
    case "unreadable":
      return { state: "failed", error: settled.failure.error };
    case "present":
      return failedWith("NotRemoved", `'${live.name}' is ${settled.compute.provisioningState} again.`);
  }
}

function failedWith(code: string, message: string): Removal {
  return { state: "failed", error: { code, message, details: [] } };
}
