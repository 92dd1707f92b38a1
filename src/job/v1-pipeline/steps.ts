import * as azureBatch from "./azure-batch-step.ts";
import * as databricks from "./databricks-step.ts";
import * as pythonScript from "./python-script-step.ts";
import type { StepType } from "./step.ts";

const types: Readonly<Record<string, StepType>> = { databricks, azureBatch, pythonScript };

/** A new type is one file and one entry here. */
export const stepTypes = Object.values(types);

/** Types that the first SDK knows and that are not submitted, each with why, and what to write. */
export const refusedTypes: Readonly<Record<string, { readonly why: string; readonly fix: string }>> = {
  AdlaStep: {
    why: "Azure Data Lake Analytics has closed, so nothing runs U-SQL anymore",
    fix: "Write what the script does for Spark: an az ml job of type spark.",
  },
  ParallelRunStep: {
    why: "az ml has its own form of it",
    fix: "Write an az ml pipeline with a step of type parallel.",
  },
  DataTransferStep: {
    why: "it runs in Azure Data Factory, which is not a compute target of this action",
    fix: "Copy with a command step of an az ml pipeline that has the one datastore as input and the other as output.",
  },
  ModuleStep: {
    why: "az ml has its own form of it",
    fix: "Write an az ml pipeline whose step names a component: component: azureml:NAME:VERSION.",
  },
};
