import { toIsoDuration } from "../azure/iso-duration.ts";
import type { CommandJob, EnvironmentValue, JobInput, JobOutput } from "./definition.ts";
import { withoutUndefined } from "./wire-parts.ts";

/** What the job's own references have become. */
export type ResolvedJob = {
  readonly workspaceId: string;
  readonly runName: string;
  /** Name of the experiment when the job names none. */
  readonly fallbackExperiment: string;
  readonly codeId?: string;
  readonly environmentId: string;
  /** Name under which the compute is live; absent for serverless. */
  readonly compute?: string;
  /** Ids or addresses in place of `azureml:` references, by input name. */
  readonly inputUris: Readonly<Record<string, string>>;
  /** Values in place of secret references. */
  readonly environmentVariables: Readonly<Record<string, string | number | boolean>>;
  readonly provenance: Provenance;
};

/** Where a run comes from. Added to the job's properties and tags; the official client adds none of it. */
export type Provenance = {
  readonly properties: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
};

/** Body of `PUT …/jobs/{name}`, member for member what the official client sends for the same declaration. */
export function jobRequest(
  job: CommandJob,
  resolved: ResolvedJob,
): { readonly properties: Readonly<Record<string, unknown>> } {
  return {
    properties: withoutUndefined({
      jobType: "Command",
      displayName: job.displayName ?? job.name ?? resolved.runName,
      experimentName: job.experimentName ?? resolved.fallbackExperiment,
      description: job.description,
      command: job.command,
      codeId: resolved.codeId,
      environmentId: resolved.environmentId,
      computeId: resolved.compute === undefined ? undefined : computeId(resolved.workspaceId, resolved.compute),
      inputs: mapValues(job.inputs, (input, name) => toInput(input, resolved.inputUris[name])),
      outputs: mapValues(job.outputs, toOutput),
      environmentVariables: resolved.environmentVariables,
      distribution: job.distribution,
      resources: job.resources,
      limits:
        job.limits === undefined
          ? undefined
          : withoutUndefined({
              jobLimitsType: "Command",
              timeout: job.limits.timeout === undefined ? undefined : toIsoDuration(job.limits.timeout),
            }),
      services: job.services,
      identity: job.identity,
      queueSettings: job.queueSettings,
      parentJobName: job.parentJobName,
      tags: { ...job.tags, ...resolved.provenance.tags },
      properties: { ...job.properties, ...resolved.provenance.properties },
      isArchived: false,
    }),
  };
}

function computeId(workspaceId: string, compute: string): string {
  if (compute.startsWith("/")) return compute;
  // A virtual cluster stands beside the workspaces of a resource group, not in one.
  const [, cluster] = /^virtualclusters\/(.+)$/i.exec(compute) ?? [];
  return cluster === undefined
    ? `${workspaceId}/computes/${compute}`
    : workspaceId.replace(/workspaces\/[^/]+$/, `virtualclusters/${cluster}`);
}

function toInput(input: JobInput, uri: string | undefined): object {
  if (input.kind === "literal") return { jobInputType: "literal", value: input.value };
  return withoutUndefined({ jobInputType: input.type, uri: uri ?? input.path, mode: input.mode });
}

function toOutput(output: JobOutput): object {
  return withoutUndefined({
    jobOutputType: output.type,
    uri: output.path,
    mode: output.mode,
    assetName: output.name,
    assetVersion: output.version,
  });
}

function mapValues<From, To>(
  members: Readonly<Record<string, From>>,
  map: (value: From, name: string) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value, name)]));
}

/** Variables whose values stand in the declaration; references are left out, so that a secret is no part of a name or hash. */
export function plainVariables(
  variables: Readonly<Record<string, EnvironmentValue>>,
): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (typeof value === "object" ? [] : [[name, value]])),
  );
}
