import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { integer, text } from "../../yaml/shape.ts";
import type { PartReader } from "../parts/read-part.ts";
import { checkLimits, toDuration } from "./limits.ts";
import { fixedSchema, spacesSchema, toFixed, toSpaces, type Parameters } from "./parameters.ts";
import { sweepSchema, toStepSweep, toSweepSettings } from "./sweep.ts";
import { once } from "./once.ts";
import { commonKeys, type Task } from "./task.ts";
import { wordOf, type Words } from "./words.ts";

/** How a task on text differs from the others. */
type TextTask = {
  readonly task: string;
  readonly taskType: string;
  readonly metrics: Words;
  /** For a task with one metric: the service knows it, and is not told. */
  readonly hasFixedMetric?: true;
  /** For a task whose data have no column of labels. */
  readonly hasNoTarget?: true;
};

const parameters: Parameters = {
  gradient_accumulation_steps: "integer",
  learning_rate: "number",
  learning_rate_scheduler: {
    none: "None",
    linear: "Linear",
    cosine: "Cosine",
    cosine_with_restarts: "CosineWithRestarts",
    polynomial: "Polynomial",
    constant: "Constant",
    constant_with_warmup: "ConstantWithWarmup",
  },
  model_name: "text",
  number_of_epochs: "integer",
  training_batch_size: "integer",
  validation_batch_size: "integer",
  warmup_ratio: "number",
  weight_decay: "number",
};

const limitsSchema = () =>
  z.strictObject({
    max_concurrent_trials: integer().optional(),
    max_trials: integer().default(1),
    max_nodes: integer().default(1),
    timeout_minutes: integer().optional(),
    trial_timeout_minutes: integer().optional(),
  });

const keysOf = ({ metrics, hasNoTarget }: TextTask) => ({
  ...commonKeys(),
  primary_metric: wordOf(metrics).default("accuracy"),
  target_column_name: hasNoTarget === true ? text().optional() : text(),
  limits: once("text-limits", limitsSchema).optional(),
  sweep: once("sweep", sweepSchema).optional(),
  training_parameters: once("text-parameters", () => fixedSchema(parameters)).optional(),
  search_space: once("text-spaces", () => spacesSchema(parameters, { takesQuantized: false })).optional(),
  featurization: z.strictObject({ dataset_language: text().optional() }).optional(),
});

type TextKeys = z.infer<z.ZodObject<ReturnType<typeof keysOf>>>;

/** A task of AutoML on text. */
export function textTask(own: TextTask): Task {
  const { task, taskType, metrics, hasFixedMetric, hasNoTarget } = own;
  return {
    task,
    taskType,
    schema: () => z.strictObject({ task: z.literal(task), ...keysOf(own) }),
    toDetails: (value: unknown, reader: PartReader) => {
      const declared = value as TextKeys;
      const { limits = { max_trials: 1, max_nodes: 1 }, sweep, featurization } = declared;
      checkLimits(limits, reader);
      if (hasNoTarget === true && declared.target_column_name !== undefined) {
        const message = "The data of this task have no column of labels: target_column_name is not sent.";
        reader.add("not-sent", ["target_column_name"], message, "Remove it.", "warning");
      }
      return defined({
        primaryMetric: hasFixedMetric === true ? undefined : metrics[declared.primary_metric],
        targetColumnName: hasNoTarget === true ? undefined : declared.target_column_name,
        limitSettings: toLimitSettings(limits),
        sweepSettings: sweep && toSweepSettings(sweep),
        featurizationSettings: featurization && defined({ datasetLanguage: featurization.dataset_language }),
        fixedParameters: declared.training_parameters && toFixed(declared.training_parameters, parameters),
        searchSpace: declared.search_space && toSpaces(declared.search_space, parameters, reader),
      });
    },
    // The official client leaves the space of such a step as it is written, and has no verbosity of its own for it.
    toStepMembers: ({ log_verbosity: verbosity, ...value }, { isWritten }) => ({
      limits: { max_trials: 1, max_nodes: 1 },
      ...value,
      ...defined({ sweep: toStepSweep(value["sweep"]) }),
      ...(isWritten("log_verbosity") ? { log_verbosity: verbosity } : {}),
    }),
  };
}

function toLimitSettings(limits: z.infer<ReturnType<typeof limitsSchema>>): object {
  return defined({
    maxConcurrentTrials: limits.max_concurrent_trials,
    maxTrials: limits.max_trials,
    maxNodes: limits.max_nodes,
    timeout: toDuration(limits.timeout_minutes),
    trialTimeout: toDuration(limits.trial_timeout_minutes),
  });
}
