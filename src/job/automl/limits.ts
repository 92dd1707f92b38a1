import { toIsoDuration } from "../../azure/iso-duration.ts";
import type { PartReader } from "../parts/read-part.ts";

/** Minutes as the official client sends them; it takes 0 for no limit. */
export function toDuration(minutes: number | undefined): string | undefined {
  return minutes === undefined || minutes === 0 ? undefined : toIsoDuration(minutes * 60);
}

/** @param except the key that has a number below zero with a meaning of its own. */
export function checkLimits(
  limits: Readonly<Record<string, unknown>> | undefined,
  { add }: PartReader,
  except?: string,
): void {
  for (const [key, value] of Object.entries(limits ?? {})) {
    if (key === except || key === "exit_score" || typeof value !== "number" || value >= 0) continue;
    add("out-of-range", ["limits", key], `${key} is ${value}.`, "Use 0 or more, or leave it out.");
  }
}

/** A share of the data: more than nothing, and less than all. */
export function checkShare(key: string, share: number | undefined, { add }: PartReader): void {
  if (share === undefined || (share > 0 && share < 1)) return;
  add(
    "out-of-range",
    [key],
    `${key} is ${share}.`,
    "Use a share of the training data between 0 and 1, for example 0.2.",
  );
}
