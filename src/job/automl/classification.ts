import { defined } from "../../azure/defined.ts";
import { text } from "../../yaml/shape.ts";
import { tableTask } from "./table.ts";
import { classificationMetrics } from "./words.ts";

export const classification = tableTask({
  task: "classification",
  taskType: "Classification",
  metrics: classificationMetrics,
  defaultMetric: "auc_weighted",
  stepMetric: "accuracy",
  algorithms: {
    logistic_regression: "LogisticRegression",
    sgd: "SGD",
    multinomial_naive_bayes: "MultinomialNaiveBayes",
    bernoulli_naive_bayes: "BernoulliNaiveBayes",
    svm: "SVM",
    linear_svm: "LinearSVM",
    knn: "KNN",
    decision_tree: "DecisionTree",
    random_forest: "RandomForest",
    extreme_random_trees: "ExtremeRandomTrees",
    light_gbm: "LightGBM",
    gradient_boosting: "GradientBoosting",
    xg_boost_classifier: "XGBoostClassifier",
  },
  ownKeys: () => ({ positive_label: text().optional() }),
  toOwnDetails: ({ positive_label: positiveLabel }) => defined({ positiveLabel }),
});
