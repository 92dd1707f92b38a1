import pLimit from "p-limit";
import type { Plan, Step } from "../plan/step.ts";
import { resultOfThrown, resultOfLease, failedWith, type StepResult, type StepOutcome } from "./step-result.ts";
import { trackChanges } from "./changes.ts";
import { groupsOf, keysOf } from "./step-group.ts";
import { withLeases } from "./lease.ts";
import { resultWithoutWrite, mayWrite, reconcile, type ApplyOptions, type ReconcileWork } from "./reconcile.ts";
import type { AttachDeps } from "./dependencies.ts";
import { sharedRead } from "../azure/shared-read.ts";
import { summarizeStep } from "./target-report.ts";

/**
 * Carries a plan out: every declared target is attached or created exactly once.
 *
 * Steps that touch something in common form a group. Each group is reconciled under the leases of everything it touches:
 * the live state is read again, so a step that has become a no-op is skipped and one that would now destroy more than
 * planned is refused; predecessors are removed; the intent is recorded; then the compute is written, read back, and
 * verified by a list. No write is repeated blindly: after an unknown outcome the compute is read until its state is
 * terminal. A plan without writes sends no request.
 */
export async function apply(planned: Plan, options: ApplyOptions, deps: AttachDeps): Promise<readonly StepOutcome[]> {
  const startedAt = deps.clock.now();
  const elapsed = () => (deps.clock.now() - startedAt) / 1000;
  const limit = pLimit(options.parallel);
  const changes = trackChanges(deps.computes);
  const shared = { ...deps, list: sharedRead(deps.computes.list) };
  const work: ReconcileWork = {
    options,
    elapsed,
    deps: shared,
    depsOf: (target) => ({ ...shared, computes: changes.of(target) }),
  };
  const groups = groupsOf(planned.steps.filter(mayWrite), deps.workspace);
  const done = await Promise.all(
    groups.map((group) =>
      limit(async () => {
        const reconciled = await applyGroup(group, work);
        const ended = reconciled.map((outcome) => ({ ...outcome, changed: changes.has(outcome.step.target.name) }));
        for (const outcome of ended) deps.onEnd(summarizeStep(outcome, deps.workspace.location).report);
        return ended;
      }),
    ),
  );
  const outcomes = new Map(done.flat().map((outcome) => [outcome.step.target.name, outcome]));
  return planned.steps.map(
    (step) => outcomes.get(step.target.name) ?? { step, end: resultWithoutWrite(step), seconds: 0 },
  );
}

/** How often the leases are taken again because the live state touches more than the plan did. */
const mostWidenings = 3;

async function applyGroup(group: readonly Step[], work: ReconcileWork): Promise<readonly StepOutcome[]> {
  const { deps, elapsed } = work;
  const all = (end: StepResult): readonly StepOutcome[] => group.map((step) => ({ step, end, seconds: elapsed() }));
  let keys = group.flatMap((step) => keysOf(step, deps.workspace));
  try {
    for (let attempt = 0; attempt <= mostWidenings; attempt += 1) {
      const result = await withLeases(
        keys,
        {
          ...deps,
          onProgress: (message) => deps.onProgress(group.map(({ target }) => target.name).join(", "), message),
        },
        (held) => reconcile(group, held, work),
      );
      if ("outcomes" in result) return result.outcomes;
      if ("state" in result) return all(resultOfLease(result));
      keys = [...keys, ...result.widenBy];
    }
  } catch (error) {
    // What one group throws must not hide the results of the others.
    return all(resultOfThrown(error));
  }
  return all(
    failedWith("drift", "WorkspaceChanged", "The workspace kept changing during the work. Run the command again."),
  );
}
