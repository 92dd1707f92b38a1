import type { DeclaredAsset } from "../asset/declared.ts";
import type { Deployment } from "./deployment.ts";
import { collectedData } from "./online/data-collector.ts";

/** An asset that is registered under a name for a deployment. */
export type NamedPart = {
  /** The place by which the deployment's request asks for its id. */
  readonly where: string;
  readonly asset: DeclaredAsset<"environment" | "data">;
};

/**
 * The assets of a deployment that az ml registers under names before it: an environment that is written with one, and the
 * data assets that a data collector writes to. A collector's have the declared name of the deployment, whatever the release
 * calls it: monitoring goes on with the same data then.
 */
export function namedAssetsOf(deployment: Deployment): readonly NamedPart[] {
  if (deployment.type !== "managed" && deployment.type !== "kubernetes" && deployment.type !== "batch") return [];
  const { deployment: definition, endpointName } = deployment;
  if (definition === undefined) return [];
  const environment = "namedEnvironment" in definition ? definition.namedEnvironment : undefined;
  const collector = "dataCollector" in definition ? definition.dataCollector : undefined;
  return [
    ...(environment === undefined ? [] : [{ where: "environment", asset: environment }]),
    ...collectedData(collector, endpointName, definition.name),
  ];
}
