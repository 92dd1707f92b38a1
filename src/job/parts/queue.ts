import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { oneOf } from "../../yaml/shape.ts";

export const queueSchema = () =>
  z.strictObject({
    job_tier: oneOf(["null", "spot", "basic", "standard", "premium"]).optional(),
    priority: oneOf(["low", "medium", "high"]).optional(),
  });

const priorities = { low: 1, medium: 2, high: 3 } as const;

const pascal = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

export function toQueueSettings({ job_tier: tier, priority }: z.infer<ReturnType<typeof queueSchema>>): object {
  return defined({
    jobTier: tier === undefined ? undefined : pascal(tier),
    priority: priority === undefined ? undefined : priorities[priority],
  });
}
