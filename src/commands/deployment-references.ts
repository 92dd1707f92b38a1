import { withParts, type AssetUse } from "../asset/asset.ts";
import type { Azure } from "../azure/azure.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { assetsOf, computesOf, modelOf, secretsOf, type Deployment } from "../deployment/deployment.ts";
import type { DeploymentCompute } from "../deployment/kind.ts";
import { notRead, type PlacedUse } from "../run/missing-references.ts";
import type { SecretReference } from "../secret/secret.ts";
import type { Problem } from "../yaml/problem.ts";
import { positionOf } from "../yaml/source.ts";
import { suggestionFor } from "../yaml/suggestion.ts";

/** Everything that deployments refer to: the model with the rest. */
export function usesOfDeployments(deployments: readonly Deployment[]): readonly AssetUse[] {
  return deployments.flatMap((deployment) => placedUsesOf(deployment).map(({ use }) => use));
}

/** The same, each with its place. */
export function placedUsesOf(deployment: Deployment): readonly PlacedUse[] {
  const model = modelOf(deployment);
  const uses = withParts(assetsOf(deployment)).map((use): PlacedUse => ({
    use,
    at: () => use.at ?? positionOf(deployment.source, use.where.split(".")),
  }));
  if (model?.from !== "reference") return uses;
  const use = { kind: "model", where: "model", what: "the model", reference: model.reference } as const;
  return [...uses, { use, at: () => positionOf(model.source) }];
}

/** The secrets that deployments send, each with who sends it. */
export function secretsOfDeployments(
  deployments: readonly Deployment[],
): readonly { readonly usedBy: string; readonly reference: SecretReference }[] {
  return deployments.flatMap((deployment) =>
    secretsOf(deployment).map(({ name, reference }) => ({
      usedBy: `The ${name} of the deployment ${deployment.endpointName}`,
      reference,
    })),
  );
}

/** The declared targets that deployments name. */
export function targetsOfDeployments(
  deployments: readonly Deployment[],
  targets: Declaration["targets"],
): Declaration["targets"] {
  const names = deployments.flatMap(computesOf).map(({ compute }) => compute.toLowerCase());
  return targets.filter(({ name }) => names.includes(name.toLowerCase()));
}

/** Computes that are neither declared nor live, or cannot serve what names them: never another place in their stead. */
export async function missingComputesOfDeployments(
  { deployments, targets }: Pick<Declaration, "deployments" | "targets">,
  azure: Pick<Azure, "computes" | "workspace">,
): Promise<readonly Problem[]> {
  const isDeclared = (name: string) => targets.some((target) => target.name.toLowerCase() === name.toLowerCase());
  const sought = deployments.flatMap(computesOf).flatMap((named) => {
    const name = nameIn(named.compute, azure.workspace.id);
    return name === undefined || isDeclared(name) ? [] : [{ name, named }];
  });
  const problems = await Promise.all(sought.map(({ name, named }) => missingCompute(name, named, targets, azure)));
  return problems.flatMap((problem) => problem ?? []);
}

async function missingCompute(
  name: string,
  { types, where }: DeploymentCompute,
  targets: Declaration["targets"],
  { computes }: Pick<Azure, "computes">,
): Promise<Problem | undefined> {
  const place = positionOf(where.node, where.path);
  const found = await computes.get(name);
  if (!found.ok) return notRead(`the compute '${name}'`, found.failure, place);
  const words = types.join(" or ");
  if (found.value === undefined) {
    const live = await computes.list();
    const known = [...targets, ...(live.ok ? live.value : [])].map((one) => one.name);
    return {
      code: "unknown-compute",
      severity: "error",
      where: place,
      message: `The deployment's compute '${name}' is neither declared nor in the workspace.${suggestionFor(name, known)}`,
      fix: `Fix the name, or declare a target of the type ${words}.`,
    };
  }
  const { computeType } = found.value;
  if (types.some((type) => type.toLowerCase() === computeType.toLowerCase())) return undefined;
  return {
    code: "unknown-compute",
    severity: "error",
    where: place,
    message: `The compute '${name}' is of the type ${computeType}, which cannot serve this deployment.`,
    fix: `Name a compute of the type ${words}.`,
  };
}

/** The name of a compute of this workspace, by name or by full id. */
function nameIn(compute: string, workspaceId: string): string | undefined {
  const inside = `${workspaceId}/computes/`;
  const name = compute.toLowerCase().startsWith(inside.toLowerCase()) ? compute.slice(inside.length) : compute;
  return /^[\w-]+$/.test(name) ? name : undefined;
}
