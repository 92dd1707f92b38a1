import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import { integer, text } from "../../yaml/shape.ts";
import { speltType } from "../../job/parts/spelling.ts";
import { millisecondsMember, secondsMember } from "../parts/duration.ts";

/** Requests, probes, scale and resources of an online deployment, each with its member of the request. */

export const requestSettingsSchema = () =>
  z.strictObject({
    request_timeout_ms: integer().optional(),
    max_concurrent_requests_per_instance: integer().optional(),
    max_queue_wait_ms: integer().optional(),
  });

export function toRequestSettings(declared: z.infer<ReturnType<typeof requestSettingsSchema>>): object {
  return defined({
    requestTimeout: millisecondsMember(declared.request_timeout_ms),
    maxConcurrentRequestsPerInstance: declared.max_concurrent_requests_per_instance,
    maxQueueWait: millisecondsMember(declared.max_queue_wait_ms),
  });
}

export const probeSchema = () =>
  z.strictObject({
    period: integer().optional().describe("Seconds."),
    initial_delay: integer().optional().describe("Seconds."),
    timeout: integer().optional().describe("Seconds."),
    success_threshold: integer().optional(),
    failure_threshold: integer().optional(),
  });

export function toProbe(declared: z.infer<ReturnType<typeof probeSchema>>): object {
  return defined({
    period: secondsMember(declared.period),
    initialDelay: secondsMember(declared.initial_delay),
    timeout: secondsMember(declared.timeout),
    successThreshold: declared.success_threshold,
    failureThreshold: declared.failure_threshold,
  });
}

const scaleTypes = ["default", "target_utilization"] as const;

export const scaleSettingsSchema = () =>
  speltType(
    scaleTypes,
    z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("default") }),
      z.strictObject({
        type: z.literal("target_utilization"),
        min_instances: integer().optional(),
        max_instances: integer().optional(),
        polling_interval: integer().optional().describe("Seconds."),
        target_utilization_percentage: integer().optional(),
      }),
    ]),
  );

type ScaleSettings = z.infer<ReturnType<typeof scaleSettingsSchema>>;

export function checkScaleSettings(
  declared: ScaleSettings | undefined,
  type: "managed" | "kubernetes",
  { add }: PartReader,
): void {
  if (declared?.type !== "target_utilization") return;
  const at = "scale_settings";
  if (type === "managed")
    add(
      "wrong-value",
      [at, "type"],
      "A managed online deployment scales by rules of Azure Monitor, not by target_utilization.",
      "Write type: default, or remove scale_settings; autoscale rules are set on the deployment in Azure Monitor.",
    );
  const { min_instances: min, max_instances: max, target_utilization_percentage: target } = declared;
  if (min !== undefined && max !== undefined && min > max)
    add(
      "min-above-max",
      [at, "min_instances"],
      `min_instances is ${min}, above max_instances ${max}.`,
      "Lower it, or raise max_instances.",
    );
  if (target !== undefined && (target < 1 || target > 100))
    add(
      "out-of-range",
      [at, "target_utilization_percentage"],
      `target_utilization_percentage is ${target}.`,
      "Use a percentage from 1 to 100.",
    );
}

export function toScaleSettings(declared: ScaleSettings): object {
  if (declared.type === "default") return { scaleType: "Default" };
  return defined({
    scaleType: "TargetUtilization",
    minInstances: declared.min_instances,
    maxInstances: declared.max_instances,
    pollingInterval: secondsMember(declared.polling_interval),
    targetUtilizationPercentage: declared.target_utilization_percentage,
  });
}

const containerResources = () =>
  z.strictObject({
    cpu: text().optional(),
    memory: text().optional(),
    gpu: text().optional(),
    "nvidia.com/gpu": text().optional(),
  });

export const resourcesSchema = () =>
  z
    .strictObject({ requests: containerResources().optional(), limits: containerResources().optional() })
    .describe("CPU, memory and GPU of each instance, as Kubernetes writes them.");

export function toResources(declared: z.infer<ReturnType<typeof resourcesSchema>>): object {
  const settings = (one: z.infer<ReturnType<typeof containerResources>> | undefined) =>
    one && defined({ cpu: one.cpu, memory: one.memory, gpu: one["nvidia.com/gpu"] ?? one.gpu });
  return defined({
    containerResourceRequests: settings(declared.requests),
    containerResourceLimits: settings(declared.limits),
  });
}

/** No number of these is below zero: the service has bounds of its own, and none of them is there. */
export function checkCounts(
  declared: Readonly<Record<string, unknown>> | undefined,
  key: string,
  { add }: PartReader,
): void {
  for (const [name, value] of Object.entries(declared ?? {}))
    if (typeof value === "number" && value < 0)
      add("out-of-range", [key, name], `${name} is ${value}.`, "Set it to 0 or more.");
}
