import pLimit from "p-limit";
import type { Finding, ResourceReads } from "../compute/kind.ts";
import { leftBehind, preflight, type ComputeTarget } from "../compute/target.ts";
import type { Plan, Step } from "./plan.ts";

/** Findings by the name of the target. */
export type Findings = ReadonlyMap<string, readonly Finding[]>;

/** Steps that bring something into being; what stands already was looked at when it came. */
export function isPending({ do: action }: Step): boolean {
  return ["create", "attach", "reattach", "recreate", "replace"].includes(action);
}

/** Looks at what is behind every target that is about to be created or attached. Reads only. */
export async function runPreflights({ steps }: Plan, reads: ResourceReads, parallel: number): Promise<Findings> {
  const pending = steps.filter(isPending);
  const found = await preflightAll(
    pending.map(({ target }) => target),
    reads,
    parallel,
  );
  return new Map(
    pending
      .map((step) => [step.target.name, [...staysBehind(step), ...(found.get(step.target.name) ?? [])]] as const)
      .filter(([, findings]) => findings.length > 0),
  );
}

/** The same for these targets, whatever is to be done about them. */
export async function preflightAll(
  targets: readonly ComputeTarget[],
  reads: ResourceReads,
  parallel: number,
): Promise<Findings> {
  const limit = pLimit(parallel);
  const found = await Promise.all(
    targets.map((target) => limit(async () => [target.name, await preflight(target, reads)] as const)),
  );
  return new Map(found.filter(([, findings]) => findings.length > 0));
}

/** What an attachment that is removed first leaves in the resource that is attached next. */
function staysBehind(step: Step): readonly Finding[] {
  const removed = "remove" in step ? step.remove : [];
  return [...new Set(removed.map(leftBehind))].filter((finding) => finding !== undefined);
}

/** Everything that was found out about each target. */
export function joinFindings(...all: readonly Findings[]): Findings {
  const names = new Set(all.flatMap((findings) => [...findings.keys()]));
  return new Map([...names].map((name) => [name, all.flatMap((findings) => findings.get(name) ?? [])]));
}

/** Findings by which a step is refused because somebody needs what it takes away. */
const inUse = new Set(["in-use", "use-unknown"]);

/** The plan without the steps that are bound to fail, or that take away what is in use, by what was found out. */
export function withFindings({ steps }: Plan, findings: Findings): Plan {
  return {
    steps: steps.map((step): Step => {
      const errors = (findings.get(step.target.name) ?? []).filter(({ severity }) => severity === "error");
      if (errors.length === 0 || !isPending(step)) return step;
      return {
        do: "refuse",
        because: errors.every(({ code }) => inUse.has(code)) ? "in-use" : "preflight-failed",
        target: step.target,
        differences: step.differences,
        reason: errors.map(({ message, advice }) => `${message} ${advice}`).join(" "),
      };
    }),
  };
}
