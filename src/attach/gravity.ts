import type { Step } from "../plan/plan.ts";

/** How much a step can destroy: nothing, nothing that was there, settings, an attachment, a compute. */
const gravity: Readonly<Record<Step["do"], number>> = {
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
export function isNoGraverThan(decided: Step, planned: Step): boolean {
  return planned.do === "wait" || gravity[decided.do] <= gravity[planned.do];
}
