import type { LiveCompute } from "../azure/computes.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { ComputeTarget } from "../compute/target.ts";
import type { AllowedBy, InputSetting } from "../report/result.ts";
import { plan } from "./plan.ts";
import type { Plan, PlanOptions } from "./step.ts";

type Change = { readonly options: Partial<PlanOptions>; readonly settings: readonly InputSetting[] };

/** Values that let more happen than the default, the one that destroys less first. To ignore a difference is to keep it. */
const onDrift = ["update", "reattach"] as const satisfies readonly PlanOptions["onDrift"][];
const onConflict = ["adopt", "replace"] as const satisfies readonly PlanOptions["onConflict"][];

/**
 * The inputs that would allow each refused step, by the name of its target. They are found by planning again with other
 * inputs, so what is named here is what does it: all the inputs that are needed together, and none that is not.
 *
 * @param planned the plan that was decided with `options`, with what findings have refused of it.
 * @returns nothing for what no input allows: a failed preflight, a name that another kind of compute has.
 */
export function allowances(
  { steps }: Plan,
  declared: readonly ComputeTarget[],
  live: readonly LiveCompute[],
  workspace: Workspace,
  options: PlanOptions,
): ReadonlyMap<string, AllowedBy> {
  const found = new Map<string, AllowedBy>();
  const open = new Set<string>();
  for (const step of steps) {
    if (step.do !== "refuse" || step.because === "preflight-failed") continue;
    if (step.because === "in-use") found.set(step.target.name, [[{ input: "force", value: "true" }]]);
    else open.add(step.target.name);
  }
  if (open.size === 0) return found;
  for (const change of changesOf(options)) {
    for (const step of plan(declared, live, workspace, { ...options, ...change.options }).steps) {
      const { name } = step.target;
      const others = found.get(name) ?? [];
      if (step.do === "refuse" || !open.has(name) || others.some((other) => isEnough(other, change.settings))) continue;
      found.set(name, [...others, change.settings]);
    }
  }
  return found;
}

/** Every change of the inputs, those of one input before those of two and three. */
function changesOf(options: PlanOptions): readonly Change[] {
  const none: Change = { options: {}, settings: [] };
  const drifts = onDrift
    .filter((value) => value !== options.onDrift)
    .map((value): Change => ({ options: { onDrift: value }, settings: [{ input: "on-drift", value }] }));
  const conflicts = onConflict
    .filter((value) => value !== options.onConflict)
    .map((value): Change => ({ options: { onConflict: value }, settings: [{ input: "on-conflict", value }] }));
  const deletes: readonly Change[] = options.allowDelete
    ? []
    : [{ options: { allowDelete: true }, settings: [{ input: "allow-delete", value: "true" }] }];
  return [none, ...drifts]
    .flatMap((drift) =>
      [none, ...conflicts].flatMap((conflict) =>
        [none, ...deletes].map((consent): Change => ({
          options: { ...drift.options, ...conflict.options, ...consent.options },
          settings: [...drift.settings, ...conflict.settings, ...consent.settings],
        })),
      ),
    )
    .filter(({ settings }) => settings.length > 0)
    .sort((a, b) => a.settings.length - b.settings.length);
}

/** With `on-drift: update` it is allowed, so nobody needs `reattach`; to adopt and to replace are two answers. */
function isEnough(fewer: readonly InputSetting[], settings: readonly InputSetting[]): boolean {
  return fewer.every(({ input, value }) =>
    settings.some((other) => other.input === input && (input === "on-drift" || other.value === value)),
  );
}
