import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { shape } from "../../yaml/shape.ts";
import type { DeploymentCompute, ReadDeployment } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";
import type { DeploymentSecret } from "../resolved.ts";
import type { BatchDeployment } from "./definition.ts";

export const label = "batch deployment";

export const schema = shape(() => z.strictObject({}));

export function read(): ReadDeployment<BatchDeployment> {
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
