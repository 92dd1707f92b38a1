import { own } from "../yaml/own.ts";

/** Why a type of az ml is refused, and what to write instead. */
export type Refusal = { readonly message: string; readonly fix: string };

const importStep =
  "Use a step of type: data_transfer with task: import_data, a source (database or file_system, by a connection), and outputs: { sink: … }";

/** Types that az ml has or had, and that the service, or az ml itself, takes nowhere. */
const ofSteps: Readonly<Record<string, Refusal>> = {
  import: {
    message: "az ml itself refuses steps of type import: they never left their private preview.",
    fix: `${importStep}.`,
  },
};

const ofJobs: Readonly<Record<string, Refusal>> = {
  import: {
    message: "Azure ML takes no jobs of type import, and az ml refuses to submit one.",
    fix: `${importStep} of a pipeline job; or \`az ml data import\`.`,
  },
  data_transfer: {
    message: "Azure ML runs data transfers as steps of a pipeline alone.",
    fix: "Write a pipeline job with this as a step: type: pipeline, and jobs: { transfer: … }.",
  },
  parallel: {
    message: "Azure ML runs parallel jobs as steps of a pipeline alone.",
    fix: "Write a pipeline job with this as a step: type: pipeline, and jobs: { parallel: … }.",
  },
};

const ofComponents: Readonly<Record<string, Refusal>> = {
  import: {
    message: "Components of type import can be registered, and no step runs one: az ml refuses steps of type import.",
    fix: `${importStep}; it needs no component.`,
  },
};

const families = { step: ofSteps, job: ofJobs, component: ofComponents };

export function refusedType(what: keyof typeof families, type: unknown): Refusal | undefined {
  return typeof type === "string" ? own(families[what], type.toLowerCase()) : undefined;
}

/** az ml's schemas of files that are refused as a whole. */
const schemas: Readonly<Record<string, Refusal | undefined>> = {
  importJob: ofJobs["import"],
  parallelJob: ofJobs["parallel"],
  dataTransferJob: ofJobs["data_transfer"],
  importComponent: ofComponents["import"],
};

export function refusedSchema(schemaName: string): Refusal | undefined {
  return own(schemas, schemaName);
}
