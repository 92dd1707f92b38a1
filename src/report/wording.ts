import type { ChangeMeans } from "../compute/kind.ts";
import { isKind, kinds } from "../compute/target.ts";
import type { Tone } from "./document.ts";
import { errorSentence } from "./error-text.ts";
import { duration } from "./format.ts";
import type { AssetReport, DeploymentReport, PlanAction, RunReport, TargetReport } from "./result.ts";

/** The words that more than one part of a report uses. Meaning is never told by colour or sign alone. */

export const actionWords: Readonly<Record<PlanAction, string>> = {
  none: "no change",
  create: "create",
  attach: "attach",
  update: "update in place",
  reattach: "detach, then attach again",
  recreate: "delete, then create again",
  replace: "detach the other, then attach",
  adopt: "use the existing attachment",
  detach: "detach",
  delete: "delete",
  join: "join",
  wait: "wait for what is in flight",
  refuse: "refused",
};

export const meansWords: Readonly<Record<ChangeMeans, string>> = {
  "in-place": "in place",
  reattach: "by detaching and attaching again",
  recreate: "by deleting and creating again",
};

export const assetWords: Readonly<Record<AssetReport["kind"], string>> = {
  environment: "environment",
  component: "component",
  data: "data asset",
  model: "model",
};

const outcomeWords: Readonly<Record<TargetReport["outcome"], string>> = {
  succeeded: "succeeded",
  failed: "failed",
  skipped: "skipped",
  "in-progress": "in progress",
};

/** The service's word; where that alone does not say how the work ended, ours beside it. */
export function stateOf({
  action,
  provisioningState,
  outcome,
}: Pick<TargetReport, "action" | "provisioningState" | "outcome">): string {
  // Nothing was sent, so nothing failed: the state is the one from before.
  if (action === "refuse") return provisioningState ?? "nothing written";
  if (provisioningState === undefined) return outcomeWords[outcome];
  const says = outcomeWords[outcome] === provisioningState.toLowerCase();
  return says ? provisioningState : `${provisioningState}, ${outcomeWords[outcome]}`;
}

/** How long the work on a target took; nothing for one that was refused before it. */
export function timeOf({ action, durationSeconds }: Pick<TargetReport, "action" | "durationSeconds">): string {
  return action === "refuse" ? "" : duration(durationSeconds);
}

/** How a release ended. */
export const releaseEndings: Readonly<
  Record<DeploymentReport["action"], { readonly text: string; readonly tone: Tone }>
> = {
  created: { text: "created", tone: "good" },
  updated: { text: "updated", tone: "good" },
  unchanged: { text: "unchanged", tone: "neutral" },
  "rolled-back": { text: "rolled back", tone: "bad" },
  submitted: { text: "submitted", tone: "waiting" },
  failed: { text: "failed", tone: "bad" },
};

/** A deployment by its endpoint and its own name, where it has another one: `clf / blue`. */
export function releaseName({ endpoint, deployment }: Pick<DeploymentReport, "endpoint" | "deployment">): string {
  return deployment === undefined || deployment === endpoint ? endpoint : `${endpoint} / ${deployment}`;
}

/** How the work on a target ended, in one line. */
export function endText(target: TargetReport): string {
  const errors = target.outcome === "failed" ? target.provisioningErrors.map(errorSentence) : [];
  const why = errors.length > 0 ? errors : [target.note ?? ""];
  return [`${stateOf(target)} after ${duration(target.durationSeconds)}.`, ...why].join(" ").trim();
}

/** The label of a kind; any other text stays as it is. */
export function kindWord(type: string): string {
  return isKind(type) ? kinds[type].label : type;
}

export const tones = {
  success: "good",
  failure: "bad",
  cancelled: "waiting",
  "in-progress": "waiting",
} as const satisfies Readonly<Record<RunReport["conclusion"], Tone>>;
