import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { integer, number, text } from "../../yaml/shape.ts";
import type { PartReader } from "../parts/read-part.ts";
import { dataSchema } from "./data.ts";
import { checkLimits, checkShare, toDuration } from "./limits.ts";
import { fixedSchema, spacesSchema, toFixed, toSpaces, type Parameters } from "./parameters.ts";
import { sweepSchema, toStepSweep, toSweepSettings } from "./sweep.ts";
import { once } from "./once.ts";
import { commonKeys, type Task } from "./task.ts";
import { wordOf, type Words } from "./words.ts";

/** How a task on images differs from the others. */
type ImageTask = {
  readonly task: string;
  readonly taskType: string;
  readonly metrics: Words;
  readonly defaultMetric: string;
  /** Tasks of one family have the same parameters. */
  readonly family: "image-classification" | "detection";
  /** Parameters of the models beside those of all image models. */
  readonly parameters: Parameters;
  /** Parameters that can be fixed, and not be searched for. */
  readonly fixedParameters?: Parameters;
};

const optimizers: Words = { none: "None", sgd: "Sgd", adam: "Adam", adamw: "Adamw" };
const schedulers: Words = { none: "None", warmup_cosine: "WarmupCosine", step: "Step" };

const modelParameters: Parameters = {
  ams_gradient: "boolean",
  beta1: "number",
  beta2: "number",
  distributed: "boolean",
  early_stopping: "boolean",
  early_stopping_delay: "integer",
  early_stopping_patience: "integer",
  enable_onnx_normalization: "boolean",
  evaluation_frequency: "integer",
  gradient_accumulation_step: "integer",
  layers_to_freeze: "integer",
  learning_rate: "number",
  learning_rate_scheduler: schedulers,
  model_name: "text",
  momentum: "number",
  nesterov: "boolean",
  number_of_epochs: "integer",
  number_of_workers: "integer",
  optimizer: optimizers,
  random_seed: "integer",
  step_lr_gamma: "number",
  step_lr_step_size: "integer",
  training_batch_size: "integer",
  validation_batch_size: "integer",
  warmup_cosine_lr_cycles: "number",
  warmup_cosine_lr_warmup_epochs: "integer",
  weight_decay: "number",
};

const onlyFixed: Parameters = { advanced_settings: "text", checkpoint_frequency: "integer", checkpoint_run_id: "text" };

/** Parameters of models that tell what an image is of. */
export const classificationParameters: Parameters = {
  training_crop_size: "integer",
  validation_crop_size: "integer",
  validation_resize_size: "integer",
  weighted_loss: "integer",
};

/** Parameters of models that find things in an image. */
export const detectionParameters: Parameters = {
  box_detections_per_image: "integer",
  box_score_threshold: "number",
  image_size: "integer",
  max_size: "integer",
  min_size: "integer",
  model_size: { none: "None", small: "Small", medium: "Medium", large: "Large", extra_large: "ExtraLarge" },
  multi_scale: "boolean",
  nms_iou_threshold: "number",
  tile_grid_size: "text",
  tile_overlap_ratio: "number",
  tile_predictions_nms_threshold: "number",
  validation_iou_threshold: "number",
  validation_metric_type: { none: "None", coco: "Coco", voc: "Voc", coco_voc: "CocoVoc" },
};

const switches: Words = { enable: "Enable", disable: "Disable" };
export const detectionFixed: Parameters = { log_training_metrics: switches, log_validation_loss: switches };

const limitsSchema = () =>
  z.strictObject({
    max_concurrent_trials: integer().optional(),
    max_trials: integer().optional(),
    timeout_minutes: integer().optional(),
  });

const keysOf = ({ metrics, defaultMetric, family, parameters, fixedParameters }: ImageTask) => ({
  ...commonKeys(),
  primary_metric: wordOf(metrics).default(defaultMetric),
  target_column_name: text(),
  validation_data_size: number().optional(),
  test_data: once("data", dataSchema).optional(),
  limits: once("image-limits", limitsSchema).optional(),
  sweep: once("sweep", sweepSchema).optional(),
  training_parameters: once(`${family}-parameters`, () =>
    fixedSchema({ ...modelParameters, ...onlyFixed, ...parameters, ...fixedParameters }),
  ).optional(),
  search_space: once(`${family}-spaces`, () =>
    spacesSchema({ ...modelParameters, ...parameters }, { takesQuantized: true }),
  ).optional(),
});

type ImageKeys = z.infer<z.ZodObject<ReturnType<typeof keysOf>>>;

/** A task of AutoML on images. */
export function imageTask(own: ImageTask): Task {
  const { task, taskType, metrics, parameters, fixedParameters } = own;
  return {
    task,
    taskType,
    schema: () => z.strictObject({ task: z.literal(task), ...keysOf(own) }),
    toDetails: (value: unknown, reader: PartReader) => {
      const image = value as ImageKeys;
      const { limits = {}, sweep, training_parameters: fixed, search_space: spaces } = image;
      checkLimits(limits, reader);
      checkShare("validation_data_size", image.validation_data_size, reader);
      if (image.test_data !== undefined)
        reader.add(
          "not-sent",
          ["test_data"],
          "AutoML tests no image models: test_data is not sent.",
          "Remove it.",
          "warning",
        );
      return defined({
        primaryMetric: metrics[image.primary_metric],
        targetColumnName: image.target_column_name,
        validationDataSize: image.validation_data_size,
        limitSettings: defined({
          maxConcurrentTrials: limits.max_concurrent_trials,
          maxTrials: limits.max_trials,
          timeout: toDuration(limits.timeout_minutes),
        }),
        sweepSettings: sweep && toSweepSettings(sweep),
        modelSettings: fixed && toFixed(fixed, { ...modelParameters, ...onlyFixed, ...parameters, ...fixedParameters }),
        searchSpace: spaces && toSpaces(spaces, { ...modelParameters, ...parameters }, reader),
      });
    },
    toStepMembers: (value, _, reader) => {
      // What is wrong with the space has been said.
      const silent = { ...reader, add: () => undefined };
      const spaces = value["search_space"] as ImageKeys["search_space"];
      return {
        limits: {},
        ...value,
        ...defined({ sweep: toStepSweep(value["sweep"]) }),
        ...(Array.isArray(spaces)
          ? { search_space: toSpaces(spaces, { ...modelParameters, ...parameters }, silent, (key) => key) }
          : {}),
      };
    },
  };
}
