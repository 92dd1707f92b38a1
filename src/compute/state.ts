import type { LiveCompute } from "../azure/computes.ts";

export function isLeaving(compute: LiveCompute): boolean {
  return compute.provisioningState.toLowerCase() === "deleting";
}

export function isUsable(compute: LiveCompute): boolean {
  return compute.provisioningState.toLowerCase() === "succeeded";
}

/** Every state that is not known to be an end counts as going on: a word that nobody knew is waited for, never trusted. */
export function isInFlight(compute: LiveCompute): boolean {
  return !["succeeded", "failed", "canceled", "deleting"].includes(compute.provisioningState.toLowerCase());
}
