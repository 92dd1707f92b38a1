import { textTask } from "./text.ts";

export const textClassificationMultilabel = textTask({
  task: "text_classification_multilabel",
  taskType: "TextClassificationMultilabel",
  metrics: { accuracy: "Accuracy" },
  hasFixedMetric: true,
});
