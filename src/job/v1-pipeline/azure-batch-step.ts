import * as z from "zod";
import { parseResourceId, type ResourceId } from "../../azure/resource-id.ts";
import { defined } from "../../azure/defined.ts";
import { shape, text } from "../../yaml/shape.ts";
import { readFolder } from "./folder.ts";
import { readArguments } from "./io.ts";
import { flag, stepKeys } from "./shape.ts";
import type { StepParameter, StepParts, StepReader } from "./step.ts";

export const type = "AzureBatchStep";
export const executionType = "AzureBatchCloud";
export const workload = "batch-step";

export const schema = shape(() =>
  z.strictObject({
    ...stepKeys(type),
    name: text(),
    pool_id: text(),
    executable: text(),
    create_pool: flag().optional(),
    delete_batch_job_after_finish: flag().optional(),
    delete_batch_pool_after_finish: flag().optional(),
    is_positive_exit_code_failure: flag().optional(),
    run_task_as_admin: flag().optional(),
    // The official client takes nothing but a boolean, by a slip.
    target_compute_nodes: z
      .boolean({
        error:
          "The number of nodes never reaches the service, and the official client refuses every value but true and false. Remove the key, and create the pool beforehand.",
      })
      .optional(),
    vm_size: text().optional(),
    vm_image_urn: text().optional(),
  }),
);

const makePool = "Remove it, and create the pool beforehand.";
const byService = "Remove it; Azure Batch does as the service sets it.";

export const unsent = {
  create_pool: makePool,
  vm_size: makePool,
  vm_image_urn: makePool,
  target_compute_nodes: makePool,
  delete_batch_pool_after_finish: byService,
  delete_batch_job_after_finish: byService,
  is_positive_exit_code_failure: byService,
  run_task_as_admin: byService,
  parameters: "Remove it, and give the values as arguments.",
  version: "Remove it; a step of this type is identified by its files, names and arguments.",
  hash_paths: "Remove it; all files of source_directory count.",
} as const;

/** Declared by each of its modules, and never given a value. */
const optional = [
  "RunTaskAsAdmin",
  "IsPositiveExitCodeFailure",
  "DeleteBatchPoolAfterFinish",
  "DeleteBatchJobAfterFinish",
  "TargetComputeNodes",
  "CreatePool",
  "VmSize",
  "ImagePublisher",
  "ImageOffer",
  "ImageSkuKeyword",
];

type Keys = z.infer<ReturnType<typeof schema>>;

/** An executable that a pool of an Azure Batch account runs. */
export function read(reader: StepReader<Keys>): StepParts {
  const { value } = reader;
  const words = readArguments(value.arguments, reader);
  const needed = (name: string, given: string): StepParameter => ({ name, isOptional: false, value: given });
  const ofAccount = (name: string, part: (id: ResourceId) => string | undefined): StepParameter => ({
    name,
    isOptional: false,
    value: {
      of: ({ resourceId = "" }) => {
        const account = parseResourceId(resourceId);
        return account === undefined ? undefined : part(account);
      },
    },
  });
  return {
    name: value.name,
    parameters: [
      needed("PoolId", value.pool_id),
      needed("Executable", value.executable),
      ...(words.length === 0 ? [] : [needed("Arguments", "USE_STRUCTURED_ARGUMENTS")]),
      ...optional.map((name) => ({ name, isOptional: true })),
    ],
    metadata: [
      ofAccount("SubscriptionId", ({ subscriptionId }) => subscriptionId),
      ofAccount("ResourceGroup", ({ resourceGroup }) => resourceGroup),
      ofAccount("AccountName", ({ names }) => names.at(-1)),
    ],
    arguments: words,
    ...defined({
      folder: value.source_directory === undefined ? undefined : readFolder(value.source_directory, reader),
    }),
  };
}
