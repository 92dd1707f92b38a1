import type { PlanAction, Result } from "../report/result.ts";
import type { Problem } from "../yaml/problem.ts";
import { count } from "../report/format.ts";

/** The last line of a command: how it ended, and how much of what there is. */
export function summaryLine(result: Result): string {
  const said = [
    ...problemsOf(result),
    ...(result.command === "plan" ? planOf(result) : []),
    ...(result.skipped.length === 0 ? [] : [`${count(result.skipped.length, "file")} skipped`]),
  ];
  const ending = result.conclusion === "success" ? "" : ` did not succeed (${result.failureReason ?? ""})`;
  return `${result.command}${ending}${said.length === 0 ? "" : `: ${said.join(", ")}`}.`;
}

function problemsOf({ problems, files, command, failures }: Result): readonly string[] {
  const countOf = (wanted: Problem["severity"]) => problems.filter(({ severity }) => severity === wanted).length;
  const counts = [
    ...some(countOf("error"), "error"),
    ...some(countOf("warning"), "warning"),
    ...some(countOf("notice"), "note"),
  ];
  if (counts.length === 0 && (command === "plan" || (files.length === 0 && failures.length > 0))) return [];
  const where = files.length === 0 && counts.length > 0 ? "" : ` in ${count(files.length, "file")}`;
  return [`${counts.length === 0 ? "no problems" : counts.join(" and ")}${where}`];
}

/** Of the actions of a plan, in words behind a number: `2 to create`. */
const planWords: Readonly<Record<PlanAction, string>> = {
  create: "to create",
  attach: "to attach",
  update: "to update",
  reattach: "to re-attach",
  recreate: "to re-create",
  replace: "to replace",
  adopt: "to adopt",
  detach: "to detach",
  delete: "to delete",
  join: "to wait for",
  wait: "to wait for",
  refuse: "refused",
  none: "unchanged",
};

function planOf({ plan, assets }: Result): readonly string[] {
  if (plan === undefined) return [];
  const stepsOf = (action: PlanAction) => plan.steps.filter((step) => step.action === action).length;
  const registered = assets.filter(({ action }) => action !== "none").length;
  const deployed = (plan.deployments ?? []).filter(({ steps }) => steps.some(({ action }) => action !== "none")).length;
  const counts = (Object.keys(planWords) as PlanAction[]).flatMap((action) =>
    stepsOf(action) === 0 ? [] : [`${stepsOf(action)} ${planWords[action]}`],
  );
  const all = [
    ...counts,
    ...(registered === 0 ? [] : [`${count(registered, "asset")} to register`]),
    ...(deployed === 0 ? [] : [`${count(deployed, "deployment")} to release`]),
  ];
  const isAsDeclared = !plan.hasChanges && registered === 0 && deployed === 0;
  return [...(isAsDeclared ? ["no changes"] : []), ...all];
}

function some(number: number, what: string): readonly string[] {
  return number === 0 ? [] : [count(number, what)];
}
