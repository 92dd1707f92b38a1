import { seeded } from "../settings.ts";
import type { ResourceDocument } from "./resource.ts";

type Size = {
  readonly name: string;
  readonly family: string;
  readonly vCPUs: number;
  readonly gpus: number;
  readonly memoryGB: number;
  readonly lowPriorityCapable: boolean;
  readonly supportedComputeTypes: readonly string[];
};

const everything = ["AmlCompute", "ComputeInstance", "MIR"];

function size(name: string, family: string, vCPUs: number, memoryGB: number, rest: Partial<Size> = {}): Size {
  return {
    name,
    family,
    vCPUs,
    gpus: 0,
    memoryGB,
    lowPriorityCapable: true,
    supportedComputeTypes: everything,
    ...rest,
  };
}

const gpu = (gpus: number): Partial<Size> => ({ gpus });

/** Sizes that most regions offer. */
const common: readonly Size[] = [
  size("Standard_DS1_v2", "standardDSv2Family", 1, 3.5),
  size("Standard_DS2_v2", "standardDSv2Family", 2, 7),
  size("Standard_DS3_v2", "standardDSv2Family", 4, 14),
  size("Standard_DS4_v2", "standardDSv2Family", 8, 28),
  size("Standard_DS5_v2", "standardDSv2Family", 16, 56),
  size("Standard_DS12_v2", "standardDSv2Family", 4, 28),
  size("Standard_D2_v2", "standardDv2Family", 2, 7),
  size("Standard_D3_v2", "standardDv2Family", 4, 14),
  size("Standard_D4_v3", "standardDv3Family", 4, 16),
  size("Standard_E4s_v3", "standardESv3Family", 4, 32),
  size("Standard_E4ds_v4", "standardEDSv4Family", 4, 32),
  size("Standard_F4s_v2", "standardFSv2Family", 4, 8),
  size("Standard_NC4as_T4_v3", "Standard NCASv3_T4 Family", 4, 28, gpu(1)),
  size("Standard_NC6s_v3", "standardNCSv3Family", 6, 112, gpu(1)),
  size("Standard_NC24ads_A100_v4", "StandardNCADSA100v4Family", 24, 220, gpu(1)),
  size("Standard_ND40rs_v2", "standardNDSv2Family", 40, 672, { ...gpu(8), supportedComputeTypes: ["AmlCompute"] }),
];

/** What each region offers; a region that is not here has no list. */
const regions: Readonly<Record<string, readonly Size[]>> = {
  eastus: common,
  eastus2: common,
  westus: common.filter(({ gpus }) => gpus === 0),
  westus2: common,
  westeurope: common,
  northeurope: common.filter(({ name }) => name !== "Standard_ND40rs_v2"),
};

/** vCPUs of a new subscription; -1 shares the region's. */
const limits: Readonly<Record<string, number>> = {
  standardDSv2Family: 400,
  standardDv2Family: 100,
  standardDv3Family: 100,
  standardESv3Family: 100,
  standardEDSv4Family: -1,
  standardFSv2Family: 100,
  "Standard NCASv3_T4 Family": 16,
  standardNCSv3Family: 6,
  StandardNCADSA100v4Family: 0,
  standardNDSv2Family: 0,
};

export function locationPath(region: string): string {
  return `/subscriptions/${seeded.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${region}`;
}

/** `Standard DSv2 Family Cluster Dedicated vCPUs` for `standardDSv2Family`, as the service words it. */
export function usageName(family: string): string {
  return `${wordsOf(family)} Cluster Dedicated vCPUs`;
}

/** `Standard DSv2 family`, as a refusal names it. */
export function familyName(family: string): string {
  return wordsOf(family).replace(/ Family$/, " family");
}

function wordsOf(family: string): string {
  return family.includes(" ") ? family : family.replace(/^standard/i, "Standard ").replace(/Family$/, " Family");
}

function sizesDocument(region: string, sizes: readonly Size[]): ResourceDocument {
  return {
    id: `${locationPath(region)}/vmSizes`,
    value: sizes.map((one) => ({
      ...one,
      osVhdSizeMB: 1_047_552,
      maxResourceVolumeMB: 28_672,
      premiumIO: true,
      estimatedVMPrices: null,
    })),
  };
}

function usagesDocument(region: string, sizes: readonly Size[]): ResourceDocument {
  const entry = (kind: string, name: string, limit: number) => ({
    id: `${locationPath(region)}/${kind}/usages`,
    type: `Microsoft.MachineLearningServices/${kind}/usages`,
    amlWorkspaceLocation: region,
    unit: "Count",
    currentValue: 0,
    limit,
    name: { value: name, localizedValue: name },
  });
  const families = [...new Set(sizes.map(({ family }) => family))];
  return {
    id: `${locationPath(region)}/usages`,
    value: [
      ...families.map((family) => entry("vmFamily/dedicatedCores", usageName(family), limits[family] ?? 0)),
      entry("totalDedicatedCores", "Total Cluster Dedicated Regional vCPUs", 500),
      entry("totalLowPriorityCores", "Total Cluster Low-priority Regional vCPUs", 100),
    ],
  };
}

/** Sizes and usages of every region, as the two lists that the service has for each. */
export const capacityDocuments: readonly ResourceDocument[] = Object.entries(regions).flatMap(([region, sizes]) => [
  sizesDocument(region, sizes),
  usagesDocument(region, sizes),
]);
