import { createHash } from "node:crypto";
import { defined } from "../../azure/defined.ts";
import type { AssetRequest } from "../kind.ts";
import type { EnvironmentDefinition } from "./definition.ts";

/** The official client's name for environments that have none. */
const anonymousName = "CliV2AnonymousEnvironment";

/**
 * An environment without a name is one version of a shared anonymous one, told by its content: putting it again changes
 * nothing.
 *
 * @param contextUri address of the build context, where there is one.
 */
export function anonymousVersion(definition: EnvironmentDefinition, contextUri: string | undefined): AssetRequest {
  const body = environmentBody(definition, contextUri, true);
  const { image, condaFile, osType, inferenceConfig, build } = body.properties;
  const hash = createHash("sha256")
    .update(JSON.stringify({ image, condaFile, osType, inferenceConfig, build }))
    .digest("hex");
  return { name: anonymousName, version: hash, body };
}

/** The body, member for member what the official client sends for the same definition. */
export function environmentBody(
  definition: EnvironmentDefinition,
  contextUri: string | undefined,
  isAnonymous: boolean,
): AssetRequest["body"] {
  const { image, condaFile, osType, inferenceConfig, description, tags, build } = definition;
  const properties: Readonly<Record<string, unknown>> = defined({
    image,
    condaFile,
    build: build === undefined ? undefined : defined({ contextUri, dockerfilePath: build.dockerfilePath }),
    osType,
    inferenceConfig,
    description,
    tags: Object.keys(tags).length === 0 ? undefined : tags,
    isAnonymous,
    isArchived: false,
  });
  return { properties };
}
