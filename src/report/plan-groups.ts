import type { AssetReport, PlanAction, PlannedDeployment, PlannedStep, PlanReport } from "./result.ts";

/** A group of what is planned: everything that is done in the same way. */
export type PlanGroupName =
  | "refuse"
  | "delete"
  | "recreate"
  | "detach"
  | "reattach"
  | "replace"
  | "update"
  | "create"
  | "attach"
  | "adopt"
  | "wait"
  | "left"
  | "unchanged";

type PlanGroup = {
  /** In front of the count, as plans of other tools have it; the words say the same. */
  readonly sign: string;
  /** Behind the count. */
  readonly words: string;
  /** What it does to each of them; absent where the words say it all. */
  readonly means?: string;
};

/** In the order in which they are read: first what does not come about, then what destroys most. */
export const planGroups: Readonly<Record<PlanGroupName, PlanGroup>> = {
  refuse: { sign: "!", words: "refused", means: "Nothing is written for what is refused." },
  delete: { sign: "-", words: "to delete" },
  recreate: {
    sign: "-/+",
    words: "to delete and create again",
    means: "Each is deleted, with everything on it, and created again.",
  },
  detach: { sign: "-", words: "to detach", means: "The resource behind it stays." },
  reattach: {
    sign: "±",
    words: "to re-attach",
    means: "To re-attach means to detach, then attach again. The resource behind it stays.",
  },
  replace: {
    sign: "±",
    words: "to replace another attachment",
    means: "The other attachment of the same resource is detached, then this one is attached.",
  },
  update: { sign: "~", words: "to update" },
  create: { sign: "+", words: "to create" },
  attach: { sign: "+", words: "to attach" },
  adopt: { sign: "=", words: "to adopt", means: "The attachment that exists under another name is used as it is." },
  wait: {
    sign: "…",
    words: "in flight",
    means: "An operation on it is in flight; it is decided again when that is over.",
  },
  left: { sign: "≠", words: "left with differences", means: "It differs from its declaration and is left as it is." },
  unchanged: { sign: "", words: "unchanged" },
};

export const groupNames = Object.keys(planGroups) as readonly PlanGroupName[];

const groupOfAction: Readonly<Record<Exclude<PlanAction, "none">, PlanGroupName>> = {
  create: "create",
  attach: "attach",
  update: "update",
  reattach: "reattach",
  recreate: "recreate",
  replace: "replace",
  adopt: "adopt",
  detach: "detach",
  delete: "delete",
  join: "wait",
  wait: "wait",
  refuse: "refuse",
};

export function groupOfStep({ action, changes }: Pick<PlannedStep, "action" | "changes">): PlanGroupName {
  if (action === "none") return changes.length > 0 ? "left" : "unchanged";
  return groupOfAction[action];
}

export function groupOfAsset({ action }: Pick<AssetReport, "action">): PlanGroupName {
  return action === "none" ? "unchanged" : action;
}

/** A release is of the kind of what it makes; one that only deletes, or only moves traffic, of that. */
export function groupOfDeployment({ steps }: Pick<PlannedDeployment, "steps">): PlanGroupName {
  const actions = new Set(steps.map(({ action }) => action));
  if (actions.has("create")) return "create";
  const others = [...actions].filter((action) => action !== "none" && action !== "test");
  if (others.length === 0) return "unchanged";
  return others.every((action) => action === "delete") ? "delete" : "update";
}

/** How many there are in each group, in the order of the groups; groups without any are left out. */
export type PlanCounts = readonly { readonly group: PlanGroupName; readonly count: number }[];

export function planCounts(
  { steps, deployments = [] }: Pick<PlanReport, "steps" | "deployments">,
  assets: readonly Pick<AssetReport, "action">[] = [],
): PlanCounts {
  const groups = [...steps.map(groupOfStep), ...assets.map(groupOfAsset), ...deployments.map(groupOfDeployment)];
  return groupNames
    .map((group) => ({ group, count: groups.filter((one) => one === group).length }))
    .filter(({ count }) => count > 0);
}

/** `+2 to create, ~1 to update, 57 unchanged` */
export function countsWithSigns(counts: PlanCounts): string {
  return counts.map(({ group, count }) => `${planGroups[group].sign}${count} ${planGroups[group].words}`).join(", ");
}

/** `2 to create, 1 to update, 57 unchanged` */
export function countsInWords(counts: PlanCounts): string {
  return counts.map(({ group, count }) => `${count} ${planGroups[group].words}`).join(", ");
}
