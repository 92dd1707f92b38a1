import { isMapping } from "../yaml/wording.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** By what the files of one type of job are told. It stands apart from the types: every file is asked, and few are jobs. */
type JobFile = {
  /** az ml's name of the schema that files of this type name in `$schema`. */
  readonly schemaName: string;
  /** True for a mapping that has the keys of this type; many files name neither `$schema` nor `type`. */
  readonly hasKeysOf: (mapping: Mapping) => boolean;
};

const has = (mapping: Mapping, ...keys: readonly string[]) => keys.some((key) => Object.hasOwn(mapping, key));
const isNamed = ({ type }: Mapping, name: string) => typeof type === "string" && type.toLowerCase() === name;

/** The first one whose keys a mapping has is its type. */
export const jobFiles = {
  command: { schemaName: "commandJob", hasKeysOf: (mapping) => has(mapping, "command") },
  sweep: {
    schemaName: "sweepJob",
    hasKeysOf: (mapping) => isNamed(mapping, "sweep") || has(mapping, "trial", "search_space"),
  },
  pipeline: { schemaName: "pipelineJob", hasKeysOf: hasKeysOfPipeline },
  spark: { schemaName: "sparkJob", hasKeysOf: (mapping) => isNamed(mapping, "spark") },
  automl: { schemaName: "autoMLJob", hasKeysOf: (mapping) => isNamed(mapping, "automl") },
  // No file names it: the form is older than `$schema`.
  v1_pipeline: { schemaName: "firstSdkPipelineJob", hasKeysOf: hasKeysOfV1Pipeline },
  // Made of a run configuration, which has no `$schema`.
  v1_run: { schemaName: "firstSdkRunJob", hasKeysOf: (mapping) => isMapping(mapping["runconfig"]) },
} satisfies Readonly<Record<string, JobFile>>;

/** az ml's `type`. */
export type JobTypeName = keyof typeof jobFiles;

const files: Readonly<Record<JobTypeName, JobFile>> = jobFiles;
export const jobTypeNames = Object.keys(jobFiles) as readonly JobTypeName[];

/** The type whose files name this schema in `$schema`. */
export function jobTypeOfSchema(schemaName: string): JobTypeName | undefined {
  return jobTypeNames.find((name) => files[name].schemaName === schemaName);
}

/** The type that a mapping without `$schema` is of: the one it names, if it has its keys, else the one whose keys it has. */
export function jobTypeOfKeys(mapping: Mapping): JobTypeName | undefined {
  const { type } = mapping;
  const named = typeof type === "string" ? type.toLowerCase() : undefined;
  return jobTypeNames.find((name) => (named === undefined || named === name) && files[name].hasKeysOf(mapping));
}

/** The jobs of a GitHub workflow are no steps: those have a component, or what its type runs. */
function hasKeysOfPipeline(mapping: Mapping): boolean {
  const { jobs, type } = mapping;
  if (typeof type === "string") return Object.hasOwn(mapping, "component") || Object.hasOwn(mapping, "jobs");
  const steps = isMapping(jobs) ? Object.values(jobs) : [];
  const isStep = (step: unknown) =>
    isMapping(step) && ["component", "command", "task", "trial", "type"].some((key) => Object.hasOwn(step, key));
  return steps.length > 0 && steps.every(isStep);
}

/** Other programs have a key of this name as well, with other keys below. */
function hasKeysOfV1Pipeline({ pipeline }: Mapping): boolean {
  if (!isMapping(pipeline)) return false;
  const { steps = {} } = pipeline;
  const written = typeof steps === "object" && steps !== null ? Object.values(steps) : [];
  const isStep = (step: unknown) => isMapping(step) && Object.hasOwn(step, "type");
  return (
    ["parameters", "data_references", "default_compute"].some((key) => Object.hasOwn(pipeline, key)) ||
    (written.length > 0 && written.every(isStep))
  );
}
