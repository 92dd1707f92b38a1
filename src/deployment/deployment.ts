import type { AssetUse } from "../asset/asset.ts";
import * as batch from "./batch/batch.ts";
import type { BatchDeployment } from "./batch/definition.ts";
import type { DeployEntry, DeploymentCompute, DeploymentType, ReadDeployment } from "./kind.ts";
import * as local from "./local/local.ts";
import type { LocalDeployment } from "./local/definition.ts";
import type { OnlineDeployment } from "./online/definition.ts";
import * as kubernetes from "./online/kubernetes.ts";
import * as managed from "./online/managed.ts";
import type { DeployedModel } from "./parts/model.ts";
import type { DeploymentSecret } from "./resolved.ts";
import * as aci from "./service/aci.ts";
import * as aks from "./service/aks.ts";
import type { AciService, AksService } from "./service/definition.ts";

type Deployments = {
  local: LocalDeployment;
  aci: AciService;
  aks: AksService;
  managed: OnlineDeployment;
  kubernetes: OnlineDeployment;
  batch: BatchDeployment;
};

export type DeploymentTypeName = keyof Deployments;

/** A declared deployment, of whatever type. */
export type Deployment = Deployments[DeploymentTypeName];

/** A new type is one file, and one line in each of these two lists; the compiler names what is missing. */
export const deploymentTypes: { readonly [T in DeploymentTypeName]: DeploymentType<Deployments[T]> } = {
  local,
  aci,
  aks,
  managed,
  kubernetes,
  batch,
};

/** Reads a declared deployment of a type that is known by then. */
export function readDeployment(type: DeploymentTypeName, entry: DeployEntry): ReadDeployment<Deployment> {
  return deploymentTypes[type].read(entry);
}

/** Of the type, for messages: each module takes its own deployments alone, which TypeScript does not follow through a union. */
function typeOf({ type }: Deployment): DeploymentType<Deployment> {
  return deploymentTypes[type] as DeploymentType<Deployment>;
}

export function assetsOf(deployment: Deployment): readonly AssetUse[] {
  return typeOf(deployment).assetsOf(deployment);
}

export function modelOf(deployment: Deployment): DeployedModel | undefined {
  return typeOf(deployment).modelOf(deployment);
}

export function computesOf(deployment: Deployment): readonly DeploymentCompute[] {
  return typeOf(deployment).computesOf(deployment);
}

export function secretsOf(deployment: Deployment): readonly DeploymentSecret[] {
  return typeOf(deployment).secretsOf(deployment);
}
