import * as z from "zod";
import { problemsAt } from "../compute/problems-at.ts";
import { checkShape, shape, text } from "../yaml/shape.ts";
import { isError, type Problem } from "../yaml/problem.ts";
import type { SourceNode } from "../yaml/source.ts";
import { isMapping } from "../yaml/wording.ts";
import { baseKeys, readBase, shownKeys, toBase } from "./base.ts";
import type { JobBase, JobRequest, JobType, Placement, ReadJob } from "./kind.ts";
import type { Resolved } from "./resolved.ts";
import { runConfigurationSchema } from "./runconfig/shape.ts";
import { readV1Run, type V1Run } from "./runconfig/v1-wire.ts";

/** A run configuration of the first SDK that az ml has no job for. It goes to the service as it is. */
export type V1RunJob = JobBase & { readonly type: "v1_run"; readonly run: V1Run };

export const label = "v1 run job";
export const jobType = "V1Run";
/** The service's own, which stands in its addresses. */
export const apiVersion = "v1.0";

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      type: z.literal("v1_run"),
      ...baseKeys(),
      ...shownKeys(),
      runconfig: runConfigurationSchema(),
    })
    .describe("A run configuration of the first SDK, with the keys of a job around it."),
);

export function read(node: SourceNode): ReadJob<V1RunJob> {
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const at: SourceNode = { ...node, path: [...node.path, "runconfig"] };
  const { found, add } = problemsAt(at);
  const ofFiles: Problem[] = [];
  const run = readV1Run({ node: at, value: value.runconfig, add }, (problems) => ofFiles.push(...problems));
  const problems = [...found, ...ofFiles];
  if (run === undefined || problems.some(isError)) return { problems };
  return { problems, job: { type: "v1_run", ...readBase(value, node), run } };
}

/** What it takes along goes as a snapshot of the first SDK, and its environment is part of it. */
export function assetsOf(): readonly [] {
  return [];
}

export function addressesOf({ run }: V1RunJob): ReturnType<JobType<V1RunJob>["addressesOf"]> {
  const { dataReferences } = run.configuration;
  return Object.entries(isMapping(dataReferences) ? dataReferences : {}).flatMap(([name, reference]) =>
    isMapping(reference) && typeof reference["dataStoreName"] === "string"
      ? [
          {
            path: ["runconfig", "dataReferences", name, "dataStoreName"],
            address: `azureml://datastores/${reference["dataStoreName"]}/paths/`,
          },
        ]
      : [],
  );
}

export function computesOf({ run }: V1RunJob): readonly string[] {
  return [run.target];
}

export function placementsOf({ run }: V1RunJob): readonly Placement[] {
  const workload = run.configuration["framework"] === "PySpark" ? "pyspark" : "command";
  return [{ compute: run.target, workload, path: ["runconfig", "target"] }];
}

export function secretsOf(): readonly [] {
  return [];
}

/** What makes it what it is. The service is sent the run configuration: {@link v1RunOf}. */
export function toRequest(job: V1RunJob, resolved: Resolved): JobRequest {
  const { configuration, target } = job.run;
  return {
    properties: { jobType, ...toBase(job, resolved), configuration, computeId: resolved.computeIdOf(target) },
  };
}

export function v1RunOf({ run }: V1RunJob): V1Run {
  return run;
}
