import { defined } from "../../azure/defined.ts";
import { membersOf, textOf } from "../../azure/members.ts";

/** A row of the region's list of sizes. */
export type VmSize = {
  readonly name?: string;
  readonly family?: string;
  readonly vCPUs?: number;
  readonly lowPriorityCapable?: boolean;
  readonly supportedComputeTypes?: readonly string[] | null;
};

/** A row of the region's list of quotas. */
export type Usage = {
  readonly type?: string;
  readonly currentValue?: number;
  /** -1: no limit of its own, the subscription's is shared. */
  readonly limit?: number;
  readonly name?: { readonly value?: string; readonly localizedValue?: string };
};

export function vmSizeOf(wire: unknown): VmSize {
  const { name, family, vCPUs, lowPriorityCapable, supportedComputeTypes: types } = membersOf(wire);
  return defined({
    name: textOf(name),
    family: textOf(family),
    vCPUs: numberOf(vCPUs),
    lowPriorityCapable: typeof lowPriorityCapable === "boolean" ? lowPriorityCapable : undefined,
    supportedComputeTypes: Array.isArray(types) ? types.filter((type) => typeof type === "string") : undefined,
  });
}

export function usageOf(wire: unknown): Usage {
  const { type, currentValue, limit, name } = membersOf(wire);
  const { value, localizedValue } = membersOf(name);
  return defined({
    type: textOf(type),
    currentValue: numberOf(currentValue),
    limit: numberOf(limit),
    name: defined({ value: textOf(value), localizedValue: textOf(localizedValue) }),
  });
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
