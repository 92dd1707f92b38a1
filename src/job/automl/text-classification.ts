import { textTask } from "./text.ts";
import { classificationMetrics } from "./words.ts";

export const textClassification = textTask({
  task: "text_classification",
  taskType: "TextClassification",
  metrics: classificationMetrics,
});
