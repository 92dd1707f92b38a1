import type * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { defined } from "../../azure/defined.ts";
import type { Problem } from "../../yaml/problem.ts";
import { text } from "../../yaml/shape.ts";
import { checkBindings, withTodaysPlaceholders } from "./bindings.ts";
import { assetsOfCode, codeSchema, readCode, toCodeId, type JobCode } from "./code.ts";
import { distributionSchema, toDistribution } from "./distribution.ts";
import {
  assetOfEnvironment,
  jobEnvironmentSchema,
  readEnvironment,
  shortCutKeys,
  toEnvironmentId,
  type JobEnvironment,
} from "./environment.ts";
import type { PartReader } from "./read-part.ts";
import { resourcesSchema, toResources } from "./resources.ts";
import { readVariables, toVariables, variablesSchema, type Variables } from "./variables.ts";
import type { Resolved } from "../resolved.ts";

/** What a command needs to run, of a job of its own and of each trial of a sweep. */
export type Work = {
  readonly command: string;
  readonly code?: JobCode;
  readonly environment: JobEnvironment;
  readonly environmentVariables: Variables;
  /** In ARM's own shape, as the part below: nothing but the request needs them. */
  readonly distribution?: object;
  readonly resources?: object;
};

/** @param command what its text means, for whoever writes it. */
export const workKeys = (command: string) => ({
  command: text().describe(command),
  code: codeSchema(),
  environment: jobEnvironmentSchema().optional(),
  environment_variables: variablesSchema().optional(),
  distribution: distributionSchema().optional(),
  resources: resourcesSchema().optional(),
  ...shortCutKeys(),
});

type Declared = z.infer<z.ZodObject<ReturnType<typeof workKeys>>>;

/** What a command may name. */
type Names = {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Of a search space around it. */
  readonly parameters?: readonly string[];
};

/** @returns nothing where its environment cannot be read; the problems of the environment itself stand apart. */
export function readWork(
  value: Declared,
  { inputs, outputs, parameters = [] }: Names,
  reader: PartReader,
): { readonly work?: Work; readonly problems: readonly Problem[] } {
  const { environment, problems } = readEnvironment(value, reader);
  const code = value.code === undefined ? undefined : readCode(value.code, reader);
  const command = withTodaysPlaceholders(value.command, reader);
  checkBindings(command, inputs, outputs, reader, parameters);
  const environmentVariables = readVariables(value.environment_variables ?? {}, reader);
  if (environment === undefined) return { problems };
  const { distribution, resources } = value;
  const work: Work = {
    command,
    environment,
    environmentVariables,
    ...defined({
      code,
      distribution: distribution && toDistribution(distribution),
      resources: resources && toResources(resources),
    }),
  };
  return { work, problems };
}

export function assetsOfWork({ code, environment }: Work): readonly AssetUse[] {
  return [...assetsOfCode(code), assetOfEnvironment(environment)];
}

/** Its members of a request; those of a job and of a trial are the same. */
export function toWorkMembers(work: Work, resolved: Resolved): Readonly<Record<string, unknown>> {
  return defined({
    command: work.command,
    codeId: toCodeId(work.code, resolved),
    environmentId: toEnvironmentId(resolved),
    environmentVariables: toVariables(work.environmentVariables, resolved),
    distribution: work.distribution,
    resources: work.resources,
  });
}
