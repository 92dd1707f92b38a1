import type { LiveCompute } from "../azure/computes.ts";
import type { OtherWorkspaces } from "../azure/other-workspaces.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { Finding } from "../compute/kind.ts";
import { region } from "../compute/region.ts";
import { attachmentOf, isAttachedBy, kindOf, type ComputeTarget } from "../compute/target.ts";
import { isLeaving } from "../compute/state.ts";
import type { Step } from "./step.ts";
import { joinFindings, type Findings } from "./preflight.ts";

/**
 * What other workspaces of the subscription mean for these steps: they attach the same resource, or have a compute with
 * the name of one to be created. They are read once, and only where one of the two is possible.
 */
export async function elsewhere(
  steps: readonly Step[],
  workspace: Pick<Workspace, "location">,
  read: () => Promise<OtherWorkspaces>,
): Promise<Findings> {
  const targets = attachable(steps.map(({ target }) => target));
  const named = namedByRegion(steps);
  if (targets.length === 0 && named.length === 0) return new Map();
  const others = await read();
  return joinFindings(attachedElsewhere(targets, others), namedElsewhere(named, workspace, others));
}

/** Targets to be created under a name that has to be unique in its region. */
function namedByRegion(steps: readonly Step[]): readonly ComputeTarget[] {
  return steps
    .filter((step) => step.do === "create" && kindOf(step.target).isNamedByRegion === true)
    .map(({ target }) => target);
}

/**
 * An error for each name that a workspace of the region already uses: the service would refuse it. No request lists the free
 * names, so a name that is used where the identity may not read is found out only by the service's refusal.
 */
function namedElsewhere(
  targets: readonly ComputeTarget[],
  { location }: Pick<Workspace, "location">,
  { read, unanswered }: OtherWorkspaces,
): Findings {
  const own = region(location ?? "");
  const isThere = (target: ComputeTarget, { name, computeType, ...live }: LiveCompute) =>
    name.toLowerCase() === target.name.toLowerCase() &&
    computeType.toLowerCase() === kindOf(target).computeType?.toLowerCase() &&
    region(live.computeLocation ?? live.location ?? "") === own;
  return new Map(
    targets.map((target) => {
      const [taken] = read.flatMap(({ workspace, computes }) =>
        computes.some((live) => isThere(target, live) && !isLeaving(live)) ? [workspace] : [],
      );
      if (taken !== undefined) {
        const finding: Finding = {
          severity: "error",
          code: "name-taken",
          field: "name",
          message: `The name '${target.name}' is already used in ${own}: the workspace '${taken.name}' (resource group '${taken.resourceGroup}') has a ${kindOf(target).label} with that name.`,
          advice: `Names of this kind (${kindOf(target).label}) are unique in a region, over all workspaces. Choose another name.`,
        };
        return [target.name, [finding]] as const;
      }
      return [target.name, silent("Whether its name is used in other workspaces", unanswered)] as const;
    }),
  );
}

function silent(what: string, unanswered: number): readonly Finding[] {
  if (unanswered === 0) return [];
  return [
    {
      severity: "not-checked",
      code: "elsewhere-not-checked",
      message: `${what} is not known: ${unanswered === 1 ? "a request" : `${unanswered} requests`} to read them got no answer.`,
      advice: "Run plan again.",
    },
  ];
}

/** Targets whose resource another workspace may hold as well. */
function attachable(targets: readonly ComputeTarget[]): readonly ComputeTarget[] {
  return targets.filter((target) => attachmentOf(target) !== undefined);
}

/** A warning for each attachment of a declared resource in another workspace, whether ours exists already or not. */
function attachedElsewhere(targets: readonly ComputeTarget[], { read, unanswered }: OtherWorkspaces): Findings {
  return new Map(
    targets
      .map((target) => {
        const found = read.flatMap(({ workspace, computes }) =>
          computes
            .filter((compute) => isAttachedBy(target, compute) && !isLeaving(compute))
            .map(({ name }): Finding => ({
              severity: "warning",
              code: "attached-elsewhere",
              message: `Its resource is attached in the workspace '${workspace.name}' (resource group '${workspace.resourceGroup}') as well, as '${name}'.`,
              advice: "Attachments of one resource can break each other, even in different workspaces. Keep only one.",
            })),
        );
        return [
          target.name,
          [...found, ...silent("Whether its resource is attached in other workspaces too", unanswered)],
        ] as const;
      })
      .filter(([, findings]) => findings.length > 0),
  );
}
