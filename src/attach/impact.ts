import { canonicalId } from "../azure/resource-id.ts";
import type { Step } from "../plan/step.ts";

/** How much a step can destroy: nothing, nothing that was there, settings, an attachment, a compute. */
const impact: Readonly<Record<Step["do"], number>> = {
  keep: 0,
  adopt: 0,
  refuse: 0,
  wait: 0,
  create: 1,
  attach: 1,
  update: 2,
  reattach: 3,
  replace: 3,
  recreate: 4,
};

/**
 * True when `decided` destroys no more than `planned` allowed. A planned `wait` allows what the user's options allow,
 * because what it waited for decides.
 */
export function isNoMoreDestructive(decided: Step, planned: Step): boolean {
  return planned.do === "wait" || impact[decided.do] <= impact[planned.do];
}

/** True when `decided` is exactly what was planned: the same action on the same computes for the same reasons. */
export function isExactly(decided: Step, planned: Step): boolean {
  const work = (step: Step) =>
    JSON.stringify({
      do: step.do,
      differences: step.differences.map(({ field, from, to }) => [field, from, to]),
      removed: ("remove" in step ? step.remove : [])
        .map(({ name, resourceId, computeType, by = "" }) =>
          [name, canonicalId(resourceId ?? ""), computeType, by].join(" "),
        )
        .sort(),
    });
  return work(decided) === work(planned);
}
