import pLimit from "p-limit";
import type { LiveCompute } from "../azure/computes.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
import type { Finding } from "../compute/kind.ts";
import { capacityFindings, type Demand, type Held } from "../compute/managed/quota.ts";
import { kindOf, kindOfLive, meansFor, originOf, type ComputeTarget } from "../compute/target.ts";
import type { Plan, Step } from "./step.ts";

/** Findings by the name of the target. */
export type Findings = ReadonlyMap<string, readonly Finding[]>;

/** Steps that create or attach something, and so need a preflight: a compute that is live has had its own. */
export function createsOrAttaches({ do: action }: Step): boolean {
  return ["create", "attach", "reattach", "recreate", "replace"].includes(action);
}

/** Steps that findings can stop. */
export function isStoppable(step: Step): boolean {
  return createsOrAttaches(step) || step.do === "update";
}

/**
 * Checks the resource behind every target that is about to be created or attached, and the quota for those and for what
 * is to grow in place. Only reads; sends no request where nothing is created, attached or grows.
 */
export async function runPreflights({ steps }: Plan, reads: ResourceReads, parallel: number): Promise<Findings> {
  const starting = steps.filter(createsOrAttaches);
  const targets = starting.map(({ target }) => target);
  const [capacity, behind] = await Promise.all([
    capacityFindings(
      steps.flatMap((step) =>
        createsOrAttaches(step) ? demandOf(step) : step.do === "update" ? growth(step, step.live) : [],
      ),
      reads,
    ),
    preflightAll(targets, reads, parallel),
  ]);
  return joinFindings(new Map(starting.map((step) => [step.target.name, staysBehind(step)])), capacity, behind);
}

/** Sizes and quotas for these steps, also for live computes that may still grow. */
export function capacityOfAll(steps: readonly Step[], reads: ResourceReads): Promise<Findings> {
  const demands = steps.flatMap((step) => {
    const live = "live" in step ? step.live : undefined;
    const inPlace = step.do === "update" || meansFor(step.differences) === "in-place";
    if (createsOrAttaches(step) || live === undefined || (step.do === "refuse" && !inPlace)) return demandOf(step);
    const grows = inPlace ? growth(step, live) : [];
    return grows.length > 0 ? grows : asLive(step);
  });
  return capacityFindings(demands, reads);
}

/** The machines that a step asks for. Its predecessors give back what they hold. */
function demandOf(step: Step): readonly Demand[] {
  const capacity = kindOf(step.target).capacityOf?.(step.target);
  if (capacity === undefined) return [];
  return [{ ...capacity, name: step.target.name, holds: predecessorsOf(step).map(held), isMade: true }];
}

function held(live: LiveCompute): Held {
  return { live, machines: kindOfLive(live)?.machinesHeld?.(live) ?? 0 };
}

function predecessorsOf(step: Step): readonly LiveCompute[] {
  if ("remove" in step) return step.remove;
  if ("afterRemovalOf" in step) return step.afterRemovalOf;
  return "live" in step && step.live !== undefined ? [step.live] : [];
}

/** What an update in place asks for beyond what the compute may use already. */
function growth(step: Step, live: LiveCompute): readonly Demand[] {
  const [after, before] = [kindOf(step.target).nodesOf?.(step.target), kindOfLive(live)?.liveNodesOf?.(live)];
  if (after === undefined || before === undefined) return [];
  const minimum = after.minimum > before.minimum ? after.minimum : 0;
  const maximum = after.maximum > before.maximum ? after.maximum : minimum;
  if (maximum === 0) return [];
  return demandOf(step).map((demand) => ({ ...demand, minimum, maximum, isMade: false }));
}

/** A live compute asks for nothing at once. */
function asLive(step: Step): readonly Demand[] {
  return demandOf(step).map((demand) => ({ ...demand, minimum: 0, isMade: false }));
}

/** The preflights of these targets, whatever their steps. What is found out about an attached resource is about its id. */
export async function preflightAll(
  targets: readonly ComputeTarget[],
  reads: ResourceReads,
  parallel: number,
): Promise<Findings> {
  const limit = pLimit(parallel);
  const found = await Promise.all(
    targets.map((target) =>
      limit(async () => {
        const findings = (await kindOf(target).preflight?.(target, reads)) ?? [];
        const about = originOf(target) === "attached" ? { field: "resource_id" } : {};
        return [target.name, findings.map((finding): Finding => ({ ...about, ...finding }))] as const;
      }),
    ),
  );
  return new Map(found.filter(([, findings]) => findings.length > 0));
}

/** What a removed attachment leaves behind in the resource that is attached next. */
function staysBehind(step: Step): readonly Finding[] {
  const removed = "remove" in step ? step.remove : [];
  return [...new Set(removed.map((live) => kindOfLive(live)?.leftBehind))].filter((finding) => finding !== undefined);
}

/** All findings about each target. */
export function joinFindings(...all: readonly Findings[]): Findings {
  const names = new Set(all.flatMap((findings) => [...findings.keys()]));
  return new Map(
    [...names]
      .map((name) => [name, all.flatMap((findings) => findings.get(name) ?? [])] as const)
      .filter(([, findings]) => findings.length > 0),
  );
}

/** Findings that refuse a step because somebody uses what it removes. */
const inUse = new Set(["in-use", "use-unknown"]);

/** The plan with those steps refused that are bound to fail, or that remove what is in use. */
export function withFindings({ steps }: Plan, findings: Findings): Plan {
  return {
    steps: steps.map((step): Step => {
      const errors = (findings.get(step.target.name) ?? []).filter(({ severity }) => severity === "error");
      if (errors.length === 0 || !isStoppable(step)) return step;
      return {
        do: "refuse",
        ...(step.do === "update" ? { live: step.live } : {}),
        because: errors.every(({ code }) => inUse.has(code)) ? "in-use" : "preflight-failed",
        target: step.target,
        differences: step.differences,
        ...fieldOf(errors),
        reason: errors.map(({ message, advice }) => `${message} ${advice}`).join(" "),
      };
    }),
  };
}

/** The field that all of them are about. */
function fieldOf(errors: readonly Finding[]): { readonly field?: string } {
  const fields = new Set(errors.map(({ field }) => field));
  const [only] = fields;
  return only === undefined || fields.size > 1 ? {} : { field: only };
}
