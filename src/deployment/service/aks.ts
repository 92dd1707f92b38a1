import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { shape } from "../../yaml/shape.ts";
import type { DeploymentCompute, ReadDeployment } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";
import type { DeploymentSecret } from "../resolved.ts";
import type { AksService } from "./definition.ts";

export const label = "web service on AKS";

export const schema = shape(() => z.strictObject({}));

export function read(): ReadDeployment<AksService> {
  return { problems: [] };
}

export function assetsOf(): readonly AssetUse[] {
  return [];
}

export function modelOf(): DeployedModel | undefined {
  return undefined;
}

export function computesOf(): readonly DeploymentCompute[] {
  return [];
}

export function secretsOf(): readonly DeploymentSecret[] {
  return [];
}
