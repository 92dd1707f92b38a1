import pLimit from "p-limit";
import type { LiveCompute } from "../azure/computes.ts";
import { isLeaving } from "../plan/plan.ts";
import type { AttachPorts } from "./ports.ts";
import { removalActionFor, removeAndWait, type Removal } from "./remove.ts";
import { settle } from "./settle.ts";

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

export type DetachOutcome = { readonly step: Detachment; readonly seconds: number; readonly removal?: Removal };

/** Carries out what {@link planDetach} decided. */
export async function detach(
  steps: readonly Detachment[],
  parallel: number,
  ports: AttachPorts,
): Promise<readonly DetachOutcome[]> {
  const limit = pLimit(parallel);
  const startedAt = ports.clock.now();
  return Promise.all(
    steps.map((step) =>
      limit(async (): Promise<DetachOutcome> => {
        const removal = await carryOut(step, ports);
        const seconds = (ports.clock.now() - startedAt) / 1000;
        return { step, seconds, ...(removal === undefined ? {} : { removal }) };
      }),
    ),
  );
}

async function carryOut(step: Detachment, ports: AttachPorts): Promise<Removal | undefined> {
  switch (step.do) {
    case "keep":
    case "refuse":
      return undefined;
    case "detach":
    case "delete":
      return removeAndWait(step.live, ports);
    case "wait": {
      const settled = await settle(step.live.name, ports);
      if (settled.state === "absent") return { state: "gone" };
      if (settled.state === "in-flight") return { state: "in-flight", why: settled.why };
      if (settled.state === "failed") return { state: "failed", error: settled.error };
      if (settled.state === "unreadable") return { state: "failed", error: settled.failure.error };
      return {
        state: "failed",
        error: {
          code: "NotRemoved",
          message: `'${step.name}' is ${settled.compute.provisioningState} again.`,
          details: [],
        },
      };
    }
  }
}
