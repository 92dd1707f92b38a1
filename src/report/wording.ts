import type { ChangeMeans } from "../compute/kind.ts";
import { isKind, kinds } from "../compute/target.ts";
import { duration, signed } from "./format.ts";
import { groupFindings, type FindingGroup } from "./group-findings.ts";
import type { HourlyReport, PlanAction, PlannedStep, Result, RunReport, TargetReport } from "./result.ts";

/** The words of reports, in one place. Meaning is never told by colour or sign alone. */

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

const meansWords: Readonly<Record<ChangeMeans, string>> = {
  "in-place": "in place",
  reattach: "by detaching and attaching again",
  recreate: "by deleting and creating again",
};

/** What is planned for a target; for a step that leaves a difference as it is also how that could be changed. */
export function planWords({ action, means }: Pick<PlannedStep, "action" | "means">): string {
  const left = (action === "refuse" || action === "none") && means !== undefined;
  return left ? `${actionWords[action]}; what differs can be changed ${meansWords[means]}` : actionWords[action];
}

const outcomeWords: Readonly<Record<TargetReport["outcome"], string>> = {
  succeeded: "succeeded",
  failed: "failed",
  skipped: "skipped",
  "in-progress": "in progress",
};

/** The service's word; where that alone does not say how the work ended, our own beside it. */
export function stateOf({
  action,
  provisioningState,
  outcome,
}: Pick<TargetReport, "action" | "provisioningState" | "outcome">): string {
  // Nothing was sent, so nothing failed: it stands as it stood.
  if (action === "refuse") return provisioningState ?? "nothing written";
  if (provisioningState === undefined) return outcomeWords[outcome];
  const says = outcomeWords[outcome] === provisioningState.toLowerCase();
  return says ? provisioningState : `${provisioningState}, ${outcomeWords[outcome]}`;
}

export const conclusionWords: Readonly<Record<RunReport["conclusion"], string>> = {
  success: "succeeded",
  failure: "failed",
  cancelled: "was cancelled",
  "in-progress": "goes on",
};

/** How long the work on a target took; nothing for one that was refused before it. */
export function timeOf({ action, durationSeconds }: Pick<TargetReport, "action" | "durationSeconds">): string {
  return action === "refuse" ? "" : duration(durationSeconds);
}

/** What was done so that nobody else wrote at the same time. */
const guaranteeWords = {
  serialised: "serialised with other runs by a lease in the workspace's storage, and verified afterwards.",
  verified:
    "read before and verified after the write, without a lease: the workspace's storage could not be used. A collision with another run would have been found out, not prevented.",
} as const;

/** `+0.229 to +0.916`, and what is left out of it. */
export function hourlyWords({ minimum, maximum, unpriced }: HourlyReport): string {
  const range = signed(minimum) === signed(maximum) ? signed(minimum) : `${signed(minimum)} to ${signed(maximum)}`;
  return unpriced.length === 0 ? range : `${range}, without ${unpriced.join(", ")} (no price is declared)`;
}

/** The difference over all targets, as a sentence. */
export function totalWords(hourly: HourlyReport): string {
  const { minimum, maximum, unpriced } = hourly;
  const without = unpriced.length === 0 ? "" : ` No price is declared for ${unpriced.join(", ")}.`;
  return `Costs per hour change by ${signed(minimum)} with every compute at its fewest machines, by ${signed(maximum)} at its most.${without}`;
}

/** How a finding of a preflight is introduced. */
export const severityWords = {
  error: "error",
  warning: "warning",
  "not-checked": "not checked",
  note: "note",
} as const;

/** How a check of `doctor` came out. */
export const checkWords = { ok: "ok", warning: "warning", error: "error", "not-checked": "not checked" } as const;

export const permissionWords = { granted: "granted", missing: "missing", "not-checked": "not checked" } as const;

/** How each text of `doctor` is used. */
export const pasteWords = {
  credential:
    "Federated credential of this job, for az ad app federated-credential create --parameters @credential.json",
  role: "Custom role, for az role definition create --role-definition @role.json",
} as const;

/** What is to be said of a step besides its reason: a refusal's reason is made of its errors. */
function furtherFindings({ action, findings }: PlannedStep): PlannedStep["findings"] {
  return action === "refuse" ? findings.filter(({ severity }) => severity !== "error") : findings;
}

/** The same of all steps: what several targets share is said once, at the first of them. */
export function sharedFindings(steps: readonly PlannedStep[]): readonly FindingGroup<PlannedStep>[] {
  return groupFindings(steps.map((step) => ({ of: step, findings: furtherFindings(step) })));
}

/** What a kind is called; a type that this version does not know is shown as it is. */
export function kindWord(type: string): string {
  return isKind(type) ? kinds[type].label : type;
}

/** One line that says how the command went: the heading of every report. */
export function headline({
  command,
  conclusion,
  workspace,
}: Pick<Result, "command" | "conclusion" | "workspace">): string {
  const verdict = conclusion === "success" ? "succeeded" : conclusion === "failure" ? "failed" : "was cancelled";
  return `Azure ML ${command} ${verdict}${workspace === undefined ? "" : `: ${workspace.name}`}`;
}

/** Which guarantee of "exactly once" held for what was written. */
export function guarantees(
  reports: readonly TargetReport[],
): readonly { readonly names: readonly string[]; readonly words: string }[] {
  return (["serialised", "verified"] as const).flatMap((guarantee) => {
    const names = reports.filter((report) => report.guarantee === guarantee).map(({ name }) => name);
    return names.length === 0 ? [] : [{ names, words: guaranteeWords[guarantee] }];
  });
}
