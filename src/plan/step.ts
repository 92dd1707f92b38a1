import type { LiveCompute } from "../azure/computes.ts";
import type { Difference } from "../compute/kind.ts";
import type { ComputeTarget } from "../compute/target.ts";

/** What the user allows where the live state differs from the declaration. */
export type PlanOptions = {
  readonly onDrift: "fail" | "update" | "reattach" | "ignore";
  readonly onConflict: "fail" | "adopt" | "replace";
  readonly allowDelete: boolean;
};

/** Why a step is refused; becomes the failure reason. */
export type Refusal =
  "drift" | "conflict" | "in-use" | "provisioning-failed" | "retired" | "other-subscription" | "preflight-failed";

/** A live compute that has to go. */
export type Removed = LiveCompute & {
  /**
   * `Detach`: the service made the resource behind it, and that very resource is attached next, so it is never deleted.
   * Absent: detached when it is attached, deleted when the service made it.
   */
  readonly by?: "Detach";
};

/**
 * What to do about one declared target. The plan is the whole decision: `plan` prints it and stops, `apply` carries the
 * same value out and decides nothing more.
 */
export type Step = {
  /** As it is to be written: a cluster that the service made has its own resource id here when it is attached again. */
  readonly target: ComputeTarget;
  /** A sentence: why this and not something else. */
  readonly reason: string;
  /** Declared fields in which the live compute differs. */
  readonly differences: readonly Difference[];
} & (
  | { readonly do: "keep"; readonly live?: LiveCompute }
  /** Use the attachment that exists under another name. */
  | { readonly do: "adopt"; readonly live: LiveCompute }
  | {
      readonly do: "create" | "attach";
      /** Must be gone first: a compute of that name is being removed. */ readonly afterRemovalOf: readonly LiveCompute[];
    }
  | { readonly do: "update"; readonly live: LiveCompute }
  /** Detach or delete `remove` first, wait until they are gone, then attach or create. */
  | { readonly do: "reattach" | "recreate" | "replace"; readonly remove: readonly Removed[] }
  /** An operation on it is in flight, or what it leaves is to be attached again: wait until it settles, then decide again. */
  | { readonly do: "wait"; readonly live: LiveCompute }
  | {
      readonly do: "refuse";
      readonly because: Refusal;
      readonly live?: LiveCompute;
      /** The declared field that the refusal is about; absent where it is about the target as a whole. */
      readonly field?: string;
    }
);

/** The steps in the order of the declaration. */
export type Plan = { readonly steps: readonly Step[] };

/** Names under which declared targets are or will be live, by their declared names in lower case. */
export function namesAfter({ steps }: Plan): ReadonlyMap<string, string> {
  return new Map(
    steps.map((step) => {
      const stays = step.do === "keep" || step.do === "adopt" || step.do === "update";
      return [step.target.name.toLowerCase(), (stays ? step.live?.name : undefined) ?? step.target.name];
    }),
  );
}
