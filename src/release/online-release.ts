import { failed, type Outcome } from "../azure/outcome.ts";
import type { PlannedRelease } from "./kind.ts";

export function plan(): Promise<Outcome<PlannedRelease>> {
  return Promise.resolve(
    failed({ reason: "refused", error: { code: "NotSupported", message: "Not supported yet.", details: [] } }),
  );
}
