import { canonicalId } from "../azure/resource-id.ts";
import { workspaceId, type WorkspaceRef } from "../azure/workspace.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { PlanFile, PlanFileStep } from "./plan-file.ts";

/** What a plan in a file and the current plan have to agree in. */
type Comparable = Pick<PlanFile, "steps" | "assets">;

/** A change of one target or asset, as a sentence; `asset` is its key. */
type Change = { readonly target?: string; readonly asset?: string; readonly sentence: string };

/**
 * What has changed since a plan was made, one change for each target and asset. A step that has become a no-op is
 * not a change, as long as the target is declared as it was: the plan's goal is reached. Nor is an operation in flight:
 * the command waits for it and decides then.
 */
export function changesSince(plan: Comparable, now: Comparable): readonly Change[] {
  const key = ({ target }: PlanFileStep) => target.toLowerCase();
  const current = new Map(now.steps.map((step) => [key(step), step]));
  const planned = new Set(plan.steps.map(key));
  const changeOfTarget = ({ target }: PlanFileStep, change: string): Change => ({
    target,
    sentence: `${target}: ${change}`,
  });
  return [
    ...plan.steps.flatMap((step) => {
      const found = current.get(key(step));
      if (found === undefined) return [changeOfTarget(step, "it is in the plan, but no longer declared.")];
      const change = changeOf(step, found);
      return change === undefined ? [] : [changeOfTarget(step, change)];
    }),
    ...now.steps
      .filter((step) => !planned.has(key(step)))
      .map((step) => changeOfTarget(step, "it is declared, but not in the plan.")),
    ...assetChanges(plan, now),
  ];
}

function changeOf(plan: PlanFileStep, now: PlanFileStep): string | undefined {
  if (now.action === "refuse") return `the plan says '${plan.action}'; now it is refused. ${now.reason}`;
  const declared = differencesIn(plan.declared, now.declared);
  if (plan.type !== now.type) return `it is declared as ${now.type}; in the plan it is ${plan.type}.`;
  if (declared.length > 0) return `its declaration has changed: ${listed(declared)}.`;
  if (isNothing(now)) {
    return now.adopts === plan.adopts || !isNothing(plan)
      ? undefined
      : `it now uses the attachment '${now.adopts ?? now.target}', in the plan it is '${plan.adopts ?? plan.target}'.`;
  }
  if (now.action === "wait") return undefined;
  if (plan.action !== now.action) {
    return `the plan says '${plan.action}'; now it is '${now.action}'. ${now.reason}`;
  }
  const changes = differencesIn(changesByField(plan), changesByField(now));
  if (changes.length > 0) return `what differs has changed: ${listed(changes)}.`;
  const requests = differencesIn(plan.requests, now.requests);
  return requests.length === 0 ? undefined : `its requests have changed: ${listed(requests)}.`;
}

function isNothing({ action }: PlanFileStep): boolean {
  return action === "none" || action === "adopt";
}

function changesByField({ changes }: PlanFileStep): Readonly<Record<string, string>> {
  return Object.fromEntries(changes.map(({ field, from, to }) => [field, `${from} → ${to}`]));
}

type PlannedAsset = PlanFile["assets"][number];

/** Each kind has names of its own, and a file may declare several versions of one. */
export function assetKey({ kind, name }: Pick<PlannedAsset, "kind" | "name">): string {
  return `${kind} ${name.toLowerCase()}`;
}

function assetChanges(plan: Comparable, now: Comparable): readonly Change[] {
  const changeOfAsset = (asset: PlannedAsset, change: string): Change => ({
    asset: assetKey(asset),
    sentence: `${asset.kind} ${asset.name}: ${change}`,
  });
  const text = ({ action, version }: PlannedAsset) => `'${action}' of version ${version}`;
  // Of several versions of one asset the same one is meant; of one asset its next version may have become another.
  const sameAs = (asset: PlannedAsset, among: readonly PlannedAsset[]) => {
    const own = among.filter((one) => assetKey(one) === assetKey(asset));
    return own.find(({ version }) => version === asset.version) ?? (own.length === 1 ? own[0] : undefined);
  };
  return [
    ...plan.assets.flatMap((planned) => {
      const found = sameAs(planned, now.assets);
      if (found === undefined) return [changeOfAsset(planned, "it is in the plan, but no longer declared.")];
      // Registered in the meantime, as planned.
      if (found.action === "none" && found.version === planned.version) return [];
      return text(found) === text(planned)
        ? []
        : [changeOfAsset(planned, `the plan says ${text(planned)}; now it is ${text(found)}.`)];
    }),
    ...now.assets
      .filter((asset) => sameAs(asset, plan.assets) === undefined)
      .map((asset) => changeOfAsset(asset, "it is declared, but not in the plan.")),
  ];
}

/** Inputs that differ from those of the plan, a sentence for each. */
export function optionChanges(plan: PlanFile["options"], now: PlanFile["options"]): readonly string[] {
  const names = {
    onDrift: "on-drift",
    onConflict: "on-conflict",
    allowDelete: "allow-delete",
    force: "force",
    only: "only",
    set: "set",
  } as const;
  const comparable = (options: PlanFile["options"]) => ({
    ...options,
    only: [...options.only].map((name) => name.toLowerCase()).sort(),
  });
  const [then, given] = [comparable(plan), comparable(now)];
  return (Object.keys(names) as (keyof typeof names)[])
    .filter((key) => canonicalJson(then[key]) !== canonicalJson(given[key]))
    .map((key) => `The plan was made with ${names[key]}: ${word(plan[key])}; now it is ${word(now[key])}.`);
}

function word(value: string | boolean | readonly string[]): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

export function isSameWorkspace(a: WorkspaceRef, b: WorkspaceRef): boolean {
  return canonicalId(workspaceId(a)) === canonicalId(workspaceId(b));
}

type Difference = { readonly path: string; readonly from: string; readonly to: string };

/** Any beyond these are counted, not named. Our choice. */
const mostNamed = 5;

function listed(differences: readonly Difference[]): string {
  const named = differences.slice(0, mostNamed).map(({ path, from, to }) => `${path} was ${from} and is ${to}`);
  const rest = differences.length - named.length;
  return `${named.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}

/** Leaves in which two JSON values differ. */
export function differencesIn(from: unknown, to: unknown, path: readonly string[] = []): readonly Difference[] {
  if (isObject(from) && isObject(to) && Array.isArray(from) === Array.isArray(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) => differencesIn(own(from, key), own(to, key), [...path, key]));
  }
  if (canonicalJson(from) === canonicalJson(to)) return [];
  return [{ path: path.join(".") || "all of it", from: shown(from), to: shown(to) }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** What every object inherits, as `__proto__`, is not a member of a plan. */
function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function shown(value: unknown): string {
  if (value === undefined) return "not set";
  const json = typeof value === "string" ? value : JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 79)}…` : json;
}
