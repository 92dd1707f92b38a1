import type { AssetUse } from "../../asset/asset.ts";
import type { DeploymentCompute } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";
import { assetsOfScoring, secretsOfVariables } from "../parts/scoring.ts";
import type { DeploymentSecret } from "../resolved.ts";
import type { OnlineDeployment } from "./definition.ts";

/** What an online deployment uses: the same for both types. */

export function assetsOf({ deployment }: OnlineDeployment): readonly AssetUse[] {
  return deployment === undefined ? [] : assetsOfScoring(deployment);
}

export function modelOf({ deployment }: OnlineDeployment): DeployedModel | undefined {
  return deployment?.model;
}

/** The cluster of a Kubernetes endpoint. */
export function computesOf({ endpoint }: OnlineDeployment): readonly DeploymentCompute[] {
  if (endpoint?.compute === undefined) return [];
  const { compute, source: node } = endpoint;
  return [{ compute, types: ["Kubernetes"], where: { node, path: ["compute"] } }];
}

export function secretsOf({ deployment }: OnlineDeployment): readonly DeploymentSecret[] {
  return deployment === undefined ? [] : secretsOfVariables(deployment.environmentVariables, deployment.source);
}
