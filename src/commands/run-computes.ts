import type { Azure } from "../azure/azure.ts";
import { isRunner, kindOfLive } from "../compute/target.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { computesOf, placementsOf } from "../job/job.ts";
import { misplaced } from "../run/misplaced.ts";
import { notRead } from "../run/missing-references.ts";
import type { Problem } from "../yaml/problem.ts";
import { positionOf } from "../yaml/source.ts";
import { suggestionFor } from "../yaml/suggestion.ts";

/** The run's computes that are neither targets of this call nor in the workspace, and those that cannot run it. */
export async function missingComputes(
  { run, targets }: Pick<Declaration, "run" | "targets">,
  { computes, workspace }: Pick<Azure, "computes" | "workspace">,
): Promise<readonly Problem[]> {
  if (run === undefined) return [];
  const declared = targets.map(({ name }) => name);
  const isDeclared = (name: string) => declared.some((one) => one.toLowerCase() === name.toLowerCase());
  const names = computesOf(run)
    .map((compute) => nameIn(compute, workspace.id))
    .filter((name) => name !== undefined)
    .filter((name) => !isDeclared(name) && !isRunner(name, targets) && !/^serverless$/i.test(name));
  const problems = await Promise.all(
    names.map(async (name): Promise<readonly Problem[]> => {
      const placed = placementsOf(run).find(({ compute }) => nameIn(compute, workspace.id) === name);
      const where = positionOf(run.source, placed?.path ?? ["compute"]);
      const found = await computes.get(name);
      if (!found.ok) return [notRead(`the compute '${name}'`, found.failure, where)];
      const { value: there } = found;
      if (there !== undefined) {
        const isIt = (compute: string) => nameIn(compute, workspace.id)?.toLowerCase() === name.toLowerCase();
        return misplaced(run, (compute) => (isIt(compute) ? kindOfLive(there) : undefined));
      }
      const live = await computes.list();
      const known = [...declared, ...(live.ok ? live.value.map((compute) => compute.name) : [])];
      return [
        {
          code: "missing-compute",
          severity: "error",
          where,
          message: `The run's compute '${name}' is neither declared nor in the workspace.${suggestionFor(name, known)}`,
          fix: "Fix the name, or declare the target.",
        },
      ];
    }),
  );
  return problems.flat();
}

/** The name of a compute of this workspace, by name or by full id; nothing for virtual clusters and other workspaces. */
function nameIn(compute: string, workspaceId: string): string | undefined {
  const inside = `${workspaceId}/computes/`;
  const name = compute.toLowerCase().startsWith(inside.toLowerCase()) ? compute.slice(inside.length) : compute;
  return /^[\w-]+$/.test(name) ? name : undefined;
}
