import * as z from "zod";
import { oneOf } from "../../yaml/shape.ts";

/** az ml's words, and the service's. */
export type Words = Readonly<Record<string, string>>;

/** `AUCWeighted` becomes `auc_weighted`, as the official client reads its words. */
export function toSnake(word: string): string {
  return word
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** One of az ml's words, or the same as the service spells it. */
export function wordOf(words: Words) {
  const [first = "", ...rest] = Object.keys(words);
  return z.preprocess((value) => (typeof value === "string" ? toSnake(value) : value), oneOf([first, ...rest]));
}

/** The same word in every case, and in no other spelling. */
export const plainWordOf = (words: readonly [string, ...string[]]) => oneOf(words);

export const logVerbosities: Words = {
  not_set: "NotSet",
  debug: "Debug",
  info: "Info",
  warning: "Warning",
  error: "Error",
  critical: "Critical",
};

export const classificationMetrics: Words = {
  auc_weighted: "AUCWeighted",
  accuracy: "Accuracy",
  norm_macro_recall: "NormMacroRecall",
  average_precision_score_weighted: "AveragePrecisionScoreWeighted",
  precision_score_weighted: "PrecisionScoreWeighted",
};

export const regressionMetrics: Words = {
  spearman_correlation: "SpearmanCorrelation",
  normalized_root_mean_squared_error: "NormalizedRootMeanSquaredError",
  r2_score: "R2Score",
  normalized_mean_absolute_error: "NormalizedMeanAbsoluteError",
};

export const detectionMetrics: Words = { mean_average_precision: "MeanAveragePrecision" };

/** Algorithms that regression and forecasting share. */
export const regressionAlgorithms: Words = {
  elastic_net: "ElasticNet",
  gradient_boosting: "GradientBoosting",
  decision_tree: "DecisionTree",
  knn: "KNN",
  lasso_lars: "LassoLars",
  sgd: "SGD",
  random_forest: "RandomForest",
  extreme_random_trees: "ExtremeRandomTrees",
  light_gbm: "LightGBM",
  xg_boost_regressor: "XGBoostRegressor",
};
