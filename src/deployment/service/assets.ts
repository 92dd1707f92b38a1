import type { AssetUse } from "../../asset/asset.ts";
import { assetOfEnvironment } from "../../job/parts/environment.ts";
import { secretsOfVariables } from "../parts/scoring.ts";
import type { DeploymentSecret } from "../resolved.ts";
import type { AciService, AksService, Service } from "./definition.ts";

/**
 * What a service has of the workspace's assets, beside its model: an environment that is registered, or whose build context
 * has to be uploaded. The definition of any other goes with the request, and so does the code.
 */
export function assetsOfService({ environment }: Service): readonly AssetUse[] {
  return isRegistered(environment) ? [assetOfEnvironment(environment)] : [];
}

/** True for an environment whose definition is that of a version in the workspace. */
export function isRegistered(environment: Service["environment"]): boolean {
  return environment.from === "reference" || environment.definition.build?.context.from === "local";
}

/** The keys of callers, and variables that refer to secrets. */
export function secretsOfService(service: AciService | AksService): readonly DeploymentSecret[] {
  const { source, primaryKey, secondaryKey, environmentVariables } = service;
  const keys = [
    ["primary_key", primaryKey],
    ["secondary_key", secondaryKey],
  ] as const;
  return [
    ...keys.flatMap(([name, reference]): readonly DeploymentSecret[] =>
      reference === undefined ? [] : [{ name, reference, where: { node: source, path: [name] } }],
    ),
    ...secretsOfVariables(environmentVariables ?? {}, source),
  ];
}
