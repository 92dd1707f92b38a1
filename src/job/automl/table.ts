import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { pythonList } from "../../yaml/python-text.ts";
import { boolean, integer, number, oneOf, text } from "../../yaml/shape.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { PartReader } from "../parts/read-part.ts";
import { dataSchema } from "./data.ts";
import { checkLimits, checkShare, toDuration } from "./limits.ts";
import { once } from "./once.ts";
import { commonKeys, type Task } from "./task.ts";
import { wordOf, type Words } from "./words.ts";

/** How a task on tables differs from the others. */
type TableTask<Own extends z.ZodRawShape> = {
  readonly task: string;
  readonly taskType: string;
  readonly metrics: Words;
  readonly defaultMetric: string;
  /** The official client has another default for a step of a pipeline. */
  readonly stepMetric?: string;
  readonly algorithms: Words;
  readonly ownKeys?: () => Own;
  readonly toOwnDetails?: (value: z.infer<z.ZodObject<Own>>, reader: PartReader) => Readonly<Record<string, unknown>>;
};

const limitsSchema = () =>
  z.strictObject({
    enable_early_termination: boolean().optional(),
    exit_score: number().optional(),
    max_concurrent_trials: integer().optional(),
    max_cores_per_trial: integer().optional().describe("-1: all cores."),
    max_nodes: integer().optional(),
    max_trials: integer().optional(),
    timeout_minutes: integer().optional(),
    trial_timeout_minutes: integer().optional(),
  });

const blockedTransformers: Words = {
  text_target_encoder: "TextTargetEncoder",
  one_hot_encoder: "OneHotEncoder",
  cat_target_encoder: "CatTargetEncoder",
  tf_idf: "TfIdf",
  wo_e_target_encoder: "WoETargetEncoder",
  label_encoder: "LabelEncoder",
  word_embedding: "WordEmbedding",
  naive_bayes: "NaiveBayes",
  count_vectorizer: "CountVectorizer",
  hash_one_hot_encoder: "HashOneHotEncoder",
};

const transformers: Words = { imputer: "Imputer", tf_idf: "TfIdf", hash_one_hot_encoder: "HashOneHotEncoder" };

const columnTransformer = () =>
  z.strictObject({
    fields: z.array(text()).optional(),
    parameters: z.record(z.string(), z.union([number(), text(), z.null()])).optional(),
  });

const featurizationSchema = () =>
  z.strictObject({
    mode: oneOf(["auto", "off", "custom"]).default("auto"),
    dataset_language: text().optional(),
    enable_dnn_featurization: boolean().optional(),
    blocked_transformers: z.array(wordOf(blockedTransformers)).optional(),
    column_name_and_types: z.record(z.string(), text()).optional(),
    transformer_params: z.record(wordOf(transformers), z.array(columnTransformer())).optional(),
  });

const learners: Words = {
  none: "None",
  logistic_regression: "LogisticRegression",
  logistic_regression_cv: "LogisticRegressionCV",
  light_gbm_classifier: "LightGBMClassifier",
  elastic_net: "ElasticNet",
  elastic_net_cv: "ElasticNetCV",
  light_gbm_regressor: "LightGBMRegressor",
  linear_regression: "LinearRegression",
};

const trainingModes: Words = { auto: "Auto", distributed: "Distributed", non_distributed: "NonDistributed" };

const trainingSchema = (algorithms: Words) =>
  z.strictObject({
    enable_dnn_training: boolean().optional(),
    enable_model_explainability: boolean().optional(),
    enable_onnx_compatible_models: boolean().optional(),
    enable_stack_ensemble: boolean().optional(),
    enable_vote_ensemble: boolean().optional(),
    ensemble_model_download_timeout_minutes: integer().optional(),
    stack_ensemble_settings: z
      .strictObject({
        stack_meta_learner_type: wordOf(learners),
        stack_meta_learner_train_percentage: number().default(0.2),
        stack_meta_learner_kwargs: z.record(z.string(), z.unknown()).optional(),
      })
      .optional(),
    training_mode: wordOf(trainingModes).optional(),
    allowed_training_algorithms: z.array(wordOf(algorithms)).optional(),
    blocked_training_algorithms: z.array(wordOf(algorithms)).optional(),
  });

const tableKeys = ({
  metrics,
  defaultMetric,
  algorithms,
}: Omit<TableTask<never>, "ownKeys" | "toOwnDetails" | "stepMetric">) => ({
  ...commonKeys(),
  primary_metric: wordOf(metrics).default(defaultMetric),
  target_column_name: text(),
  weight_column_name: text().optional(),
  validation_data_size: number().optional(),
  test_data: once("data", dataSchema).optional(),
  test_data_size: number().optional(),
  cv_split_column_names: z.array(text()).optional(),
  n_cross_validations: z.union([oneOf(["auto"]), integer()]).optional(),
  limits: once("table-limits", limitsSchema).optional(),
  featurization: once("featurization", featurizationSchema).optional(),
  training: trainingSchema(algorithms).optional(),
});

type TableKeys = z.infer<z.ZodObject<ReturnType<typeof tableKeys>>>;

/** A task of AutoML on tables. */
export function tableTask<Own extends z.ZodRawShape = Record<never, never>>(own: TableTask<Own>): Task {
  const { task, taskType, ownKeys, toOwnDetails, stepMetric } = own;
  return {
    task,
    taskType,
    hasTestData: true,
    schema: () => z.strictObject({ task: z.literal(task), ...tableKeys(own), ...ownKeys?.() }),
    toDetails: (value: unknown, reader: PartReader) => {
      const table = value as TableKeys;
      checkTable(table, reader);
      return {
        ...toTableDetails(table, own),
        ...toOwnDetails?.(value as z.infer<z.ZodObject<Own>>, reader),
      };
    },
    toStepMembers: (value, { isWritten }) => {
      const { featurization, forecasting } = value;
      return {
        training: {},
        ...value,
        ...(isWritten("primary_metric") ? {} : { primary_metric: stepMetric ?? own.defaultMetric }),
        ...(isMapping(featurization)
          ? { featurization: toStepFeaturization(featurization, isWritten("featurization.mode")) }
          : {}),
        ...(isMapping(forecasting) ? { forecasting: toStepForecasting(forecasting) } : {}),
      };
    },
  };
}

function checkTable(value: TableKeys, reader: PartReader): void {
  const { n_cross_validations: folds } = value;
  checkLimits(value.limits, reader, "max_cores_per_trial");
  checkShare("validation_data_size", value.validation_data_size, reader);
  checkShare("test_data_size", value.test_data_size, reader);
  if (typeof folds === "number" && folds < 2) {
    const message = `n_cross_validations is ${folds}.`;
    reader.add("out-of-range", ["n_cross_validations"], message, "Use 2 or more, auto, or leave it out.");
  }
}

function toTableDetails(value: TableKeys, { metrics, algorithms }: Pick<TableTask<never>, "metrics" | "algorithms">) {
  const { n_cross_validations: folds, limits, featurization, training } = value;
  return defined({
    primaryMetric: metrics[value.primary_metric],
    targetColumnName: value.target_column_name,
    weightColumnName: value.weight_column_name,
    validationDataSize: value.validation_data_size,
    testDataSize: value.test_data_size,
    cvSplitColumnNames: value.cv_split_column_names,
    nCrossValidations:
      folds === undefined ? undefined : typeof folds === "number" ? { mode: "Custom", value: folds } : { mode: "Auto" },
    limitSettings: limits && toLimitSettings(limits),
    featurizationSettings: featurization && toFeaturization(featurization),
    trainingSettings: training && toTraining(training, algorithms),
  });
}

function toLimitSettings(limits: z.infer<ReturnType<typeof limitsSchema>>): object {
  return defined({
    enableEarlyTermination: limits.enable_early_termination,
    exitScore: limits.exit_score,
    maxConcurrentTrials: limits.max_concurrent_trials,
    maxCoresPerTrial: limits.max_cores_per_trial,
    maxNodes: limits.max_nodes,
    maxTrials: limits.max_trials,
    timeout: toDuration(limits.timeout_minutes),
    trialTimeout: toDuration(limits.trial_timeout_minutes),
    sweepConcurrentTrials: 0,
    sweepTrials: 0,
  });
}

function toFeaturization(featurization: z.infer<ReturnType<typeof featurizationSchema>>): object {
  return defined({
    mode: featurization.mode,
    datasetLanguage: featurization.dataset_language,
    enableDnnFeaturization: featurization.enable_dnn_featurization,
    blockedTransformers: featurization.blocked_transformers?.map((word) => blockedTransformers[word]),
    columnNameAndTypes: featurization.column_name_and_types,
    transformerParams: Object.fromEntries(
      Object.entries(featurization.transformer_params ?? {}).map(([key, columns]): [string, object] => [
        transformers[key] ?? key,
        columns,
      ]),
    ),
  });
}

function toStepFeaturization(
  { mode, transformer_params: params, ...rest }: Readonly<Record<string, unknown>>,
  hasMode: boolean,
): object {
  const isEmpty = isMapping(params) && Object.keys(params).length === 0;
  return {
    ...rest,
    ...defined({ mode: hasMode ? mode : undefined, transformer_params: isEmpty ? undefined : params }),
  };
}

/** Nothing for 0 and for no lags, and a list of names as Python writes it: so the official client has it in a step. */
function toStepForecasting(settings: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]): [string, unknown][] => {
      const isOptional = ["forecast_horizon", "target_lags", "target_rolling_window_size", "seasonality"].includes(key);
      if (isOptional && (value === 0 || (Array.isArray(value) && value.length === 0))) return [];
      return [[key, Array.isArray(value) && !isOptional ? pythonList(value.map(String)) : value]];
    }),
  );
}

function toTraining(training: z.infer<ReturnType<typeof trainingSchema>>, algorithms: Words): object {
  const { stack_ensemble_settings: stack, training_mode: mode } = training;
  return defined({
    enableDnnTraining: training.enable_dnn_training,
    enableModelExplainability: training.enable_model_explainability,
    enableOnnxCompatibleModels: training.enable_onnx_compatible_models,
    enableStackEnsemble: training.enable_stack_ensemble,
    enableVoteEnsemble: training.enable_vote_ensemble,
    ensembleModelDownloadTimeout: toDuration(training.ensemble_model_download_timeout_minutes),
    stackEnsembleSettings:
      stack &&
      defined({
        stackMetaLearnerType: learners[stack.stack_meta_learner_type],
        stackMetaLearnerTrainPercentage: stack.stack_meta_learner_train_percentage,
        stackMetaLearnerKWargs: stack.stack_meta_learner_kwargs,
      }),
    trainingMode: mode && trainingModes[mode],
    allowedTrainingAlgorithms: training.allowed_training_algorithms?.map((word) => algorithms[word]),
    blockedTrainingAlgorithms: training.blocked_training_algorithms?.map((word) => algorithms[word]),
  });
}
