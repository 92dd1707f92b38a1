import type { LiveCompute } from "../azure/computes.ts";
import { labelOfLive } from "../compute/target.ts";
import { isLeaving } from "../compute/state.ts";
import type { AllowedBy } from "../report/result.ts";
import type { Guarantee } from "./lease.ts";
import { attachedAsShown, removalActionFor, type Removal } from "./remove.ts";

/** What `detach` does about one of the names it was given. */
export type Detachment =
  | { readonly do: "keep"; readonly name: string; readonly reason: string }
  | { readonly do: "wait"; readonly name: string; readonly live: LiveCompute; readonly reason: string }
  | { readonly do: "detach" | "delete"; readonly name: string; readonly live: LiveCompute; readonly reason: string }
  | {
      readonly do: "refuse";
      readonly name: string;
      readonly live: LiveCompute;
      readonly reason: string;
      readonly allowedBy?: AllowedBy;
    };

/** Decides for every name; a name that is not in the workspace needs nothing. */
export function planDetach(
  names: readonly string[],
  live: readonly LiveCompute[],
  { allowDelete }: { readonly allowDelete: boolean },
): readonly Detachment[] {
  const byName = new Map(live.map((compute) => [compute.name.toLowerCase(), compute]));
  return names.map((name): Detachment => {
    const found = byName.get(name.toLowerCase());
    if (found === undefined) return { do: "keep", name, reason: "It is not in the workspace." };
    if (isLeaving(found)) return { do: "wait", name, live: found, reason: "It is already being removed." };
    const action = removalActionFor(found);
    if (action === undefined) {
      return {
        do: "refuse",
        name,
        live: found,
        reason: `${attachedAsShown(found)} for it (${labelOfLive(found)}), so it is not certain whether to detach or to delete it.`,
      };
    }
    if (action === "Detach")
      return { do: "detach", name, live: found, reason: "It is attached; the resource behind it stays." };
    return allowDelete
      ? { do: "delete", name, live: found, reason: "The service made it, and allow-delete is true." }
      : {
          do: "refuse",
          name,
          live: found,
          allowedBy: [[{ input: "allow-delete", value: "true" }]],
          reason: `The service made it (${labelOfLive(found)}), so removing it deletes it. Set allow-delete: true to allow that.`,
        };
  });
}

/** True for what sends a request, or waits for a removal: only these are followed in the log. */
export function isWorkedOn(detachment: Detachment): boolean {
  return detachment.do !== "keep" && detachment.do !== "refuse";
}

export type DetachOutcome = {
  readonly step: Detachment;
  readonly seconds: number;
  readonly removal?: Removal;
  /** The removal was accepted, or may have been carried out. */
  readonly changed?: boolean;
  readonly guarantee?: Guarantee;
};
