import type { OtherWorkspaces } from "../azure/other-workspaces.ts";
import type { Finding } from "../compute/kind.ts";
import { holdingOf, isHeldBy, type ComputeTarget } from "../compute/target.ts";
import { isLeaving } from "./plan.ts";
import type { Findings } from "./preflight.ts";

/** Targets whose resource another workspace may hold as well. Without any, nobody need be asked. */
export function attachable(targets: readonly ComputeTarget[]): readonly ComputeTarget[] {
  return targets.filter((target) => holdingOf(target) !== undefined);
}

/** A warning for each attachment of a declared resource in another workspace, whether ours stands already or not. */
export function attachedElsewhere(targets: readonly ComputeTarget[], { read, unanswered }: OtherWorkspaces): Findings {
  const silent: readonly Finding[] =
    unanswered === 0
      ? []
      : [
          {
            severity: "not-checked",
            code: "elsewhere-not-checked",
            message: `Whether its resource is attached in other workspaces too: ${unanswered === 1 ? "a request" : `${unanswered} requests`} to read them got no answer.`,
            advice: "Run plan again.",
          },
        ];
  return new Map(
    attachable(targets)
      .map((target) => {
        const found = read.flatMap(({ workspace, computes }) =>
          computes
            .filter((compute) => isHeldBy(target, compute) && !isLeaving(compute))
            .map(({ name }): Finding => ({
              severity: "warning",
              code: "attached-elsewhere",
              message: `Its resource is attached in the workspace '${workspace.name}' (resource group '${workspace.resourceGroup}') as well, as '${name}'.`,
              advice: "Attachments of one resource can break each other, across workspaces too: keep one of the two.",
            })),
        );
        return [target.name, [...found, ...silent]] as const;
      })
      .filter(([, findings]) => findings.length > 0),
  );
}
