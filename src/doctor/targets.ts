import type { LiveCompute } from "../azure/computes.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
import type { Finding } from "../compute/kind.ts";
import { kindOf, originOf, type ComputeTarget } from "../compute/target.ts";
import { plan } from "../plan/plan.ts";
import type { PlanOptions, Step } from "../plan/step.ts";
import { actionOf } from "../plan/plan-report.ts";
import { capacityOfAll, isStoppable, preflightAll } from "../plan/preflight.ts";
import { groupFindings, type FindingGroup } from "../report/group-findings.ts";
import { actionWords } from "../report/wording.ts";
import { error, fine, notChecked, warning, type Check } from "./check.ts";

/** More to say of targets, by name: what other workspaces hold, for example. */
export type FindMore = (steps: readonly Step[]) => Promise<ReadonlyMap<string, readonly Finding[]>>;

export type TargetFindings = { readonly checks: readonly Check[]; readonly steps: readonly Step[] };

/** What `apply` would refuse, and what is behind every declared target, attached already or not. */
export async function targetFindings(
  targets: readonly ComputeTarget[],
  live: readonly LiveCompute[],
  reads: ResourceReads,
  options: PlanOptions & { readonly parallel: number; readonly more: readonly FindMore[] },
): Promise<TargetFindings> {
  const sent = targets.filter((target) => originOf(target) !== "none");
  const { steps } = plan(sent, live, reads.workspace, options);
  const found = await Promise.all([
    capacityOfAll(steps, reads),
    preflightAll(sent, reads, options.parallel),
    ...options.more.map((find) => find(steps)),
  ]);
  const findingsOf = (step: Step) => found.flatMap((one) => one.get(step.target.name) ?? []);
  const shared = groupFindings(steps.map((step) => ({ of: step, findings: findingsOf(step) })));
  const checks = steps.flatMap((step) => [
    stepCheck(step),
    ...shared.filter(({ of: [first] }) => first === step).flatMap(findingChecks),
  ]);
  const created = steps
    .filter((step) => step.do === "create" && kindOf(step.target).isNamedByRegion === true)
    .map(({ target }) => `'${target.name}'`);
  return {
    steps,
    checks: [
      ...checks,
      ...(created.length === 0
        ? []
        : [
            notChecked(
              "name-in-region",
              `Only the service knows whether a workspace that this identity cannot read uses the name ${created.join(" or ")} in the region.`,
              "If creating it fails because of the name, choose another: names are unique in a region.",
            ),
          ]),
    ],
  };
}

function stepCheck(step: Step): Check {
  const { name } = step.target;
  if (step.do !== "refuse") return fine("target", `${name}: ${actionWords[actionOf(step)]}. ${step.reason}`);
  const message = `${name}: apply would refuse it. ${step.reason}`;
  const advice = "Run plan to see the differences field by field.";
  return step.because === "drift"
    ? warning("drift", message, advice)
    : error(step.because, step.because, message, advice);
}

/** What is attached already is not attached again, so nothing behind it stops a command. */
function findingChecks({ of: steps, finding }: FindingGroup<Step>): readonly Check[] {
  const { severity, code, message, advice } = finding;
  const stops = (step: Step) => severity === "error" && (isStoppable(step) || step.do === "refuse");
  const check = (some: readonly Step[], make: (text: string) => Check) =>
    some.length === 0 ? [] : [make(`${some.map(({ target }) => target.name).join(", ")}: ${message}`)];
  if (severity === "not-checked") return check(steps, (text) => notChecked(code, text, advice));
  if (severity === "note") return check(steps, (text) => fine(code, `${text} ${advice}`));
  return [
    ...check(steps.filter(stops), (text) => error("preflight-failed", code, text, advice)),
    ...check(
      steps.filter((step) => !stops(step)),
      (text) => warning(code, text, advice),
    ),
  ];
}
