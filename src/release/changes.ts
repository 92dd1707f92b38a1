import type { PlannedDeployment } from "../report/result.ts";

/** True where a release would write anything. */
export function hasChangesIn({ steps }: PlannedDeployment): boolean {
  return steps.some(({ action }) => action !== "none" && action !== "test");
}
