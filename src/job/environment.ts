import { createHash } from "node:crypto";
import { stringify } from "yaml";
import type { JobEnvironment } from "./definition.ts";
import { withoutUndefined } from "./wire-parts.ts";

type InlineEnvironment = Extract<JobEnvironment, { from: "inline" }>;

/** The environment that an inline definition becomes: `PUT …/environments/{name}/versions/{version}`. */
export type EnvironmentVersion = { readonly name: string; readonly version: string; readonly body: unknown };

/** The official client's name for environments that have none. */
const anonymousName = "CliV2AnonymousEnvironment";

/** An environment without a name is one version of a shared anonymous one, told by its content: putting it again changes nothing. */
export function environmentVersion(environment: InlineEnvironment): EnvironmentVersion {
  const anonymous = environment.name === undefined;
  const condaFile = environment.conda === undefined ? undefined : condaText(environment.conda);
  const content = {
    image: environment.image,
    condaFile,
    osType: environment.osType,
    inferenceConfig: environment.inferenceConfig,
  };
  const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  return {
    name: environment.name ?? anonymousName,
    version: anonymous ? hash : (environment.version ?? hash.slice(0, 16)),
    body: {
      properties: withoutUndefined({
        ...content,
        description: environment.description,
        tags: orUndefined(environment.tags),
        properties: orUndefined(environment.properties),
        isAnonymous: anonymous,
        isArchived: false,
      }),
    },
  };
}

function orUndefined(members: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  return Object.keys(members).length === 0 ? undefined : members;
}

/** The conda specification as PyYAML dumps it: keys sorted, lists not indented below their key, long lines kept. */
export function condaText(specification: Readonly<Record<string, unknown>>): string {
  return stringify(specification, {
    version: "1.1",
    sortMapEntries: true,
    indentSeq: false,
    lineWidth: 0,
    singleQuote: true,
    aliasDuplicateObjects: false,
  });
}
