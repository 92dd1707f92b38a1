import * as z from "zod";
import { baseKeys } from "../../job/base.ts";
import { identitySchema } from "../../job/parts/identity.ts";
import { outputsSchema, readOutputs } from "../../job/parts/outputs.ts";
import { queueSchema } from "../../job/parts/queue.ts";
import { servicesSchema } from "../../job/parts/services.ts";
import { boolean, checkShape, integer, number, oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import { inlineConnection } from "./connection.ts";
import { keepInside, leadsOutside, namedPath } from "../../yaml/named-path.ts";
import { valueAt } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { CheckedPart, Mapping } from "./kind.ts";
import { anyFile, anyMapping, dataInput, modelInput, nullableTexts, texts } from "./parts.ts";

const job = () => ({
  ...anyFile(),
  ...baseKeys(),
  services: servicesSchema().optional(),
  compute: text().optional(),
  identity: identitySchema().optional(),
  outputs: outputsSchema().optional(),
  id: readOnly(),
  creation_context: readOnly(),
  status: readOnly(),
  log_files: readOnly(),
});

const data = () => z.union([text(), dataInput()]);

const tasks = [
  ...["chat_completion", "text_completion", "text_classification", "question_answering", "text_summarization"],
  ...["token_classification", "text_translation", "image_classification", "image_instance_segmentation"],
  ...["image_object_detection", "video_multi_object_tracking"],
] as unknown as readonly [string, ...string[]];

const tuning = () => ({
  ...job(),
  type: oneOf(["finetuning"]),
  task: oneOf(tasks, { camelCase: true }),
  model: modelInput(),
  training_data: data().optional(),
  validation_data: data().optional(),
  queue_settings: queueSchema().optional(),
  resources: z.strictObject({ instance_types: texts() }).optional(),
});

const providers = {
  custom: shape(() =>
    z.strictObject({ ...tuning(), model_provider: oneOf(["custom"]), hyperparameters: nullableTexts() }),
  ),
  azure_open_ai: shape(() =>
    z.strictObject({
      ...tuning(),
      model_provider: oneOf(["azure_open_ai"]),
      hyperparameters: z
        .strictObject({
          n_epochs: integer().optional(),
          learning_rate_multiplier: number().optional(),
          batch_size: integer().optional(),
        })
        .optional(),
    }),
  ),
};
const someProvider = shape(() =>
  z.strictObject({
    ...tuning(),
    model_provider: oneOf(["custom", "azure_open_ai"]),
    hyperparameters: anyMapping(),
  }),
);

export function fineTuning({ model_provider: provider }: Mapping): () => z.ZodType {
  return provider === "custom" || provider === "azure_open_ai" ? providers[provider] : someProvider;
}

export const distillation = shape(() =>
  z.strictObject({
    ...job(),
    type: oneOf(["distillation"]),
    data_generation_type: oneOf(["label_generation", "data_generation"]),
    data_generation_task_type: oneOf(["nli", "nlu_qa", "conversation", "math", "summarization"]),
    teacher_model_endpoint_connection: inlineConnection(),
    student_model: z.union([text(), modelInput()]),
    training_data: data().optional(),
    validation_data: data().optional(),
    teacher_model_settings: z
      .strictObject({
        inference_parameters: anyMapping(),
        endpoint_request_settings: z
          .strictObject({ request_batch_size: integer().optional(), min_endpoint_success_ratio: number().optional() })
          .optional(),
      })
      .optional(),
    prompt_settings: z
      .strictObject({
        enable_chain_of_thought: boolean().optional(),
        enable_chain_of_density: boolean().optional(),
        max_len_summary: integer().optional(),
      })
      .optional(),
    hyperparameters: nullableTexts(),
    resources: z
      .strictObject({
        instance_count: integer().optional(),
        instance_type: text().optional(),
        properties: anyMapping(),
      })
      .optional(),
  }),
);

const withOutputs = shape(() => z.looseObject({ outputs: outputsSchema().optional() }));

/** Data on this machine is uploaded with the job, so az ml looks for it when the file is read. */
export function checkTuning({ node, add }: CheckedPart): void {
  const { value: job } = checkShape(withOutputs, node);
  readOutputs(job?.outputs ?? {}, { node, add });
  for (const key of ["training_data", "validation_data"]) {
    const declared = valueAt(node, [key]);
    const path = isMapping(declared) ? [key, "path"] : [key];
    const written = valueAt(node, path);
    if (typeof written !== "string" || /^[a-z][a-z0-9+.-]+:/i.test(written)) continue;
    const named = namedPath(written, node.document);
    if (named.is === "outside") add("outside", path, `${key} ${leadsOutside}.`, keepInside);
    else if (named.is === "missing")
      add(
        "missing-file",
        path,
        `${key} names ${JSON.stringify(written)}, which does not exist.`,
        "Fix the path, which is relative to this file; or refer to data in the workspace: azureml:NAME:VERSION.",
      );
  }
}
