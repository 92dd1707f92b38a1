import pLimit from "p-limit";
import type { Plan, Step } from "../plan/step.ts";
import { resultOfThrown, resultOfLease, failedWith, type StepResult, type StepOutcome } from "./step-result.ts";
import { groupsOf, keysOf } from "./step-group.ts";
import { withLeases } from "./lease.ts";
import { resultWithoutWrite, mayWrite, reconcile, type ApplyOptions, type ReconcileWork } from "./reconcile.ts";
import type { AttachDeps } from "./dependencies.ts";
import { sharedRead } from "../azure/shared-read.ts";
import { summarizeStep } from "./target-report.ts";

/**
 * Carries a plan out: every declared target is attached or created exactly once.
 *
 * Steps that touch something in common are one piece of work. Each piece is done under the leases of everything it
 * touches: what is live is read again, so a step that has become a no-op is skipped and one that would now be graver
 * than planned is not taken; what has to go is removed; what is about to be written is noted down; then it is written,
 * read back, and verified by a list. No write is repeated blindly: after an unknown outcome the compute is read until it
 * is settled. A plan without writes costs no request.
 */
export async function apply(planned: Plan, options: ApplyOptions, deps: AttachDeps): Promise<readonly StepOutcome[]> {
  const startedAt = deps.clock.now();
  const elapsed = () => (deps.clock.now() - startedAt) / 1000;
  const limit = pLimit(options.parallel);
  const work: ReconcileWork = { options, elapsed, deps: { ...deps, list: sharedRead(deps.computes.list) } };
  const pieces = groupsOf(planned.steps.filter(mayWrite), deps.workspace);
  const done = await Promise.all(
    pieces.map((piece) =>
      limit(async () => {
        const ended = await carryOut(piece, work);
        for (const outcome of ended) deps.onEnd(summarizeStep(outcome).report);
        return ended;
      }),
    ),
  );
  const outcomes = new Map(done.flat().map((outcome) => [outcome.step.target.name, outcome]));
  return planned.steps.map(
    (step) => outcomes.get(step.target.name) ?? { step, end: resultWithoutWrite(step), seconds: 0 },
  );
}

/** How often the leases are taken anew because what is live touches more than was thought. */
const mostWidenings = 3;

async function carryOut(piece: readonly Step[], work: ReconcileWork): Promise<readonly StepOutcome[]> {
  const { deps, elapsed } = work;
  const all = (end: StepResult): readonly StepOutcome[] => piece.map((step) => ({ step, end, seconds: elapsed() }));
  let keys = piece.flatMap((step) => keysOf(step, deps.workspace));
  try {
    for (let attempt = 0; attempt <= mostWidenings; attempt += 1) {
      const came = await withLeases(
        keys,
        {
          ...deps,
          onProgress: (message) => deps.onProgress(piece.map(({ target }) => target.name).join(", "), message),
        },
        (held) => reconcile(piece, held, work),
      );
      if ("outcomes" in came) return came.outcomes;
      if ("state" in came) return all(resultOfLease(came));
      keys = [...keys, ...came.widenBy];
    }
  } catch (error) {
    // One piece's accident must not hide what came of the others.
    return all(resultOfThrown(error));
  }
  return all(
    failedWith("drift", "WorkspaceChanged", "The workspace changes while it is worked on. Run the command again."),
  );
}
