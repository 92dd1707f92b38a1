import * as z from "zod";
import { defined } from "../azure/defined.ts";
import { readOnly, text } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import type { JobBase } from "./kind.ts";
import type { Resolved } from "./resolved.ts";

/** Text members that may be null, as az ml's job tags and properties. */
const nullableTexts = () => z.record(z.string(), z.union([text(), z.null()]));

/** The keys that az ml has for jobs of every type. */
export const baseKeys = () => ({
  name: text().optional().describe("Prefix of the run's name."),
  display_name: text().optional(),
  experiment_name: text().optional(),
  description: text().optional(),
  tags: nullableTexts().optional(),
  properties: nullableTexts().optional(),
});

/** What `az ml job show` prints beside the declared keys, and what places a job below another. */
export const shownKeys = () => ({
  parent_job_name: text().optional(),
  id: readOnly(),
  status: readOnly(),
  creation_context: readOnly(),
  log_files: readOnly(),
  parameters: readOnly(),
});

type DeclaredBase = z.infer<z.ZodObject<ReturnType<typeof baseKeys> & ReturnType<typeof shownKeys>>>;

/** The part that jobs of all types share. */
export function readBase(declared: DeclaredBase, source: SourceNode): JobBase {
  return {
    source,
    tags: texts(declared.tags),
    properties: texts(declared.properties),
    ...defined({
      // As the official client does: names of jobs know no case.
      name: declared.name?.toLowerCase(),
      displayName: declared.display_name,
      experimentName: declared.experiment_name,
      description: declared.description,
      parentJobName: declared.parent_job_name,
    }),
  };
}

function texts(declared: Readonly<Record<string, string | null>> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(declared ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}

/** The members of the request that jobs of all types share. */
export function toBase(
  job: JobBase,
  { runName, fallbackExperiment, provenance }: Pick<Resolved, "runName" | "fallbackExperiment" | "provenance">,
): Readonly<Record<string, unknown>> {
  return defined({
    displayName: job.displayName ?? job.name ?? runName,
    experimentName: job.experimentName ?? fallbackExperiment,
    description: job.description,
    parentJobName: job.parentJobName,
    tags: { ...job.tags, ...provenance.tags },
    properties: { ...job.properties, ...provenance.properties },
    isArchived: false,
  });
}
