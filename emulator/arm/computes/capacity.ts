import { familyName, locationPath, usageName } from "../../resources/sizes.ts";
import type { ResourceDocument } from "../../resources/resource.ts";
import { armError, type Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import { ownPart, type ComputeDocument } from "./document.ts";

/** Sizes and quota of the regions, as far as the computes of one workspace use them up. */
export type Capacity = {
  /** A list of usages, with what the computes hold. */
  readonly usages: (list: ResourceDocument) => ResourceDocument;
  /** Why a region does not take so many machines of a size. */
  readonly refused: (request: {
    readonly computeType: string;
    readonly location: string;
    readonly vmSize: unknown;
    readonly machines: number;
    /** Low-priority machines have a quota of their own for the whole region, and none of their family. */
    readonly isLowPriority?: boolean;
  }) => Reply | undefined;
};

type Size = {
  readonly name: string;
  readonly family: string;
  readonly vCPUs: number;
  readonly supportedComputeTypes: readonly string[];
};

type Usage = {
  readonly type: string;
  readonly currentValue: number;
  readonly limit: number;
  readonly name: { readonly value: string };
};

/** `East US` and `eastus` are the same region. */
export function plainRegion(location: unknown): string {
  return String(location).replaceAll(" ", "").toLowerCase();
}

/** @param machinesOf machines for which a compute holds quota. */
export function createCapacity(
  store: Store,
  computes: () => readonly ComputeDocument[],
  machinesOf: (compute: ComputeDocument) => number,
): Capacity {
  const sizesIn = (region: string) =>
    store.get<{ value: readonly Size[] }>("resources", `${locationPath(region)}/vmSizes`.toLowerCase())?.value;
  const sizeIn = (region: string, name: unknown) =>
    sizesIn(region)?.find((size) => size.name.toLowerCase() === String(name).toLowerCase());

  const usages = (list: ResourceDocument): ResourceDocument => {
    const [, region = ""] = /\/locations\/([^/]+)\/usages$/i.exec(list.id) ?? [];
    const held = computes()
      .filter(({ properties }) => plainRegion(properties["computeLocation"]) === region.toLowerCase())
      .flatMap((compute) => {
        const size = sizeIn(region, ownPart(compute)["vmSize"]);
        return size === undefined ? [] : [{ family: size.family, vCpus: machinesOf(compute) * size.vCPUs }];
      });
    const value = (list["value"] as readonly Usage[]).map((usage) => {
      const counts = held.filter(({ family }) =>
        usage.type.includes("/vmFamily/")
          ? usage.name.value === usageName(family)
          : usage.type.includes("/totalDedicatedCores/"),
      );
      return { ...usage, currentValue: usage.currentValue + counts.reduce((sum, { vCpus }) => sum + vCpus, 0) };
    });
    return { ...list, value };
  };

  const usageIn = (region: string, is: (usage: Usage) => boolean): Usage | undefined => {
    const list = store.get<ResourceDocument>("resources", `${locationPath(region)}/usages`.toLowerCase());
    return list === undefined ? undefined : (usages(list)["value"] as readonly Usage[]).find(is);
  };
  const isTooMuch = (vCpus: number, usage: Usage | undefined): usage is Usage =>
    usage !== undefined && usage.limit >= 0 && vCpus > usage.limit - usage.currentValue;

  return {
    usages,
    refused: ({ computeType, location, vmSize, machines, isLowPriority = false }) => {
      const region = plainRegion(location);
      // A region without a list of its own takes everything.
      if (sizesIn(region) === undefined) return undefined;
      const size = sizeIn(region, vmSize);
      const isSupported = size?.supportedComputeTypes.some((type) => type.toLowerCase() === computeType.toLowerCase());
      if (size === undefined || isSupported !== true)
        return armError(
          400,
          "BadRequest",
          `VM size ${String(vmSize).toUpperCase()} is not supported for region ${region}.`,
        );
      const vCpus = machines * size.vCPUs;
      // Words, spelling, codes and the missing plural are the service's, as public reports and recordings have them.
      const family = usageIn(region, ({ name }) => name.value === usageName(size.family));
      if (!isLowPriority && isTooMuch(vCpus, family))
        return armError(
          400,
          "ClusterMinNodesExceedCoreQuota",
          `The specified subscription has a ${familyName(size.family)} vCPU quota of ${family.limit} and cannot accomodate for at least ${machines} requested managed compute nodes which maps to ${vCpus} vCPUs.`,
        );
      const total = isLowPriority ? "/totalLowPriorityCores/" : "/totalDedicatedCores/";
      const whole = usageIn(region, ({ type }) => type.includes(total));
      return isTooMuch(vCpus, whole)
        ? armError(
            400,
            "BadRequest",
            `The specified subscription has a total vCPU quota of ${whole.limit} and cannot accomodate for at least ${machines} requested managed compute node which maps to ${vCpus} vCPUs.`,
          )
        : undefined;
    },
  };
}
