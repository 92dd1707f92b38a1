import { refused, type Outcome } from "../../azure/outcome.ts";
import { SnapshotRefused } from "./list-files.ts";

/**
 * What kept files of this machine from being taken, as the outcome of taking them.
 *
 * @param target the field that names them.
 * @throws whatever else was thrown.
 */
export function snapshotRefusal(error: unknown, target?: string): Extract<Outcome<never>, { ok: false }> {
  if (error instanceof SnapshotRefused) return refused("SnapshotRefused", error.message, target);
  throw error;
}
