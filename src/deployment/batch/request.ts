import { defined } from "../../azure/defined.ts";
import { toVariables } from "../../job/parts/variables.ts";
import type { ResolvedDeployment } from "../resolved.ts";
import type { BatchDefinition, BatchEndpoint, BatchOfModel } from "./definition.ts";

/**
 * Body of `PUT …/batchEndpoints/{name}`, member for member what the official client sends, and what we add.
 *
 * @param defaultDeployment the deployment that is invoked where a caller names none.
 */
export function toBatchEndpointRequest(
  endpoint: BatchEndpoint,
  { location, provenance }: Pick<ResolvedDeployment, "location" | "provenance">,
  defaultDeployment: string | undefined,
) {
  const { authMode, description, tags, properties } = endpoint;
  return {
    location,
    tags: { ...tags, ...provenance.tags },
    properties: defined({
      authMode,
      description,
      properties: { ...properties, ...provenance.properties },
      defaults: defaultDeployment === undefined ? undefined : { deploymentName: defaultDeployment },
    }),
  };
}

/** Body of `PUT …/batchEndpoints/{endpoint}/deployments/{name}`, likewise. */
export function toBatchDeploymentRequest(
  definition: BatchDefinition,
  resolved: Pick<ResolvedDeployment, "location" | "idOf" | "computeIdOf" | "valueOf" | "provenance">,
) {
  const { location, provenance, idOf } = resolved;
  const { description, tags, properties, members } = definition;
  const ours = { ...properties, ...provenance.properties };
  return {
    location,
    tags: { ...tags, ...provenance.tags },
    properties: defined({
      ...members,
      description,
      ...(definition.of === "model"
        ? { ...ofModel(definition, definition.compute, resolved), properties: ours }
        : {
            deploymentConfiguration: {
              deploymentConfigurationType: "PipelineComponent",
              ...definition.configuration,
              componentId: { referenceType: "Id", assetId: idOf("component") },
            },
            // The client sends none for a pipeline.
            properties: Object.keys(ours).length === 0 ? undefined : ours,
          }),
    }),
  };
}

function ofModel(
  { code, scoringScript, environment, model, isPromoted, environmentVariables, literalVariables }: BatchOfModel,
  compute: string | undefined,
  resolved: Pick<ResolvedDeployment, "idOf" | "computeIdOf" | "valueOf">,
) {
  const { idOf, computeIdOf } = resolved;
  const hasModel = model !== undefined || isPromoted === true;
  return {
    codeConfiguration: code && { codeId: idOf("code"), ...defined({ scoringScript }) },
    environmentId: environment && idOf("environment"),
    model: hasModel ? { referenceType: "Id", assetId: idOf("model") } : undefined,
    compute: compute === undefined ? undefined : computeIdOf(compute),
    environmentVariables: literalVariables && { ...toVariables(environmentVariables, resolved), ...literalVariables },
  };
}
