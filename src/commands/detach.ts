import { detach as carryOut } from "../attach/detach.ts";
import { isWorkedOn, planDetach } from "../attach/detachment.ts";
import { startedAtOf, summarizeDetach } from "../attach/target-report.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { isError, type Problem } from "../yaml/problem.ts";
import type { Failure } from "../report/result.ts";
import { suggestionFor } from "../yaml/suggestion.ts";
import { failureOf } from "../report/failure.ts";
import { join, type CommandContext, type CommandResult } from "./context.ts";
import { withProgress } from "./with-progress.ts";
import { connect, MissingInput, workspaceReport } from "./workspace.ts";
import { checked } from "./check-declaration.ts";

/**
 * Detaches the computes named in `only`, whether they are still declared or not: naming them is the consent. What is
 * managed is deleted, and only with `allow-delete`.
 */
export async function detach(context: CommandContext): Promise<CommandResult> {
  const { inputs } = context;
  if (inputs.only.length === 0) {
    throw new MissingInput(
      "detach needs the names of the targets in the input 'only'; it never detaches everything that is declared.",
    );
  }
  const declaration = withoutRefusals(await context.declare());
  const base = checked(declaration);
  if (declaration.problems.some(isError)) return base;
  const azure = await connect(context, declaration);
  const reported = join(base, { workspace: workspaceReport(azure), failures: [] });
  const live = await azure.computes.list();
  if (!live.ok)
    return join(reported, { failures: [failureOf(live.failure, "The computes of the workspace could not be listed")] });
  const unknown = unknownNames(
    inputs.only,
    live.value.map(({ name }) => name),
    declaration.targets.map(({ name }) => name),
  );
  if (unknown.length > 0) return join(reported, { failures: unknown });
  const steps = planDetach(inputs.only, live.value, { allowDelete: inputs.allowDelete });
  const names = steps.filter(isWorkedOn).map(({ name }) => name);
  const startedAt = new Date(context.clock.now()).toISOString();
  const outcomes = await withProgress(names, context, azure, (deps) => carryOut(steps, inputs, deps));
  const sources = new Map(declaration.targets.map(({ name, source }) => [name.toLowerCase(), source]));
  const summaries = outcomes.map((outcome) =>
    startedAtOf(summarizeDetach(outcome, sources.get(outcome.step.name.toLowerCase())), startedAt),
  );
  return join(reported, {
    targets: summaries.map(({ report }) => report),
    failures: summaries.flatMap(({ failure }) => failure ?? []),
    leftGoing: summaries.flatMap(({ leftGoing }) => leftGoing ?? []),
  });
}

/**
 * Names that match nothing, found before anything is detached. A declared target that is not attached any more is what a
 * second run of the same command meets, and is in order.
 */
export function unknownNames(
  names: readonly string[],
  live: readonly string[],
  declared: readonly string[],
): readonly Failure[] {
  const known = [...live, ...declared];
  const isKnown = (name: string) => known.some((one) => one.toLowerCase() === name.toLowerCase());
  return names
    .filter((name) => !isKnown(name))
    .map((name) => ({
      reason: "invalid-input",
      message: `The input only names '${name}', which is neither in the workspace nor declared.${suggestionFor(name, known)} Nothing was detached.`,
    }));
}

/** What must not be attached may be detached all the same. */
const refusals = new Set(["retired", "other-subscription"]);

function withoutRefusals(declaration: Declaration): Declaration {
  const problems = declaration.problems.map((problem): Problem =>
    refusals.has(problem.code) ? { ...problem, severity: "warning" } : problem,
  );
  return { ...declaration, problems };
}
