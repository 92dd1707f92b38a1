import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { toIsoDuration } from "../../azure/iso-duration.ts";
import { integer } from "../../yaml/shape.ts";
import type { PartReader } from "./read-part.ts";

export const limitsSchema = () => z.strictObject({ timeout: integer().optional().describe("Seconds.") });

/** az ml sends limits without a timeout too. */
export type JobLimits = { readonly timeoutSeconds?: number };

export function readLimits({ timeout = 0 }: z.infer<ReturnType<typeof limitsSchema>>, { add }: PartReader): JobLimits {
  if (timeout < 0) add("out-of-range", ["limits", "timeout"], `timeout is ${timeout}.`, "Give seconds.");
  // az ml takes 0 for no timeout.
  return timeout === 0 ? {} : { timeoutSeconds: timeout };
}

export function toLimits({ timeoutSeconds }: JobLimits, jobLimitsType: string): object {
  return defined({
    jobLimitsType,
    timeout: timeoutSeconds === undefined ? undefined : toIsoDuration(timeoutSeconds),
  });
}
