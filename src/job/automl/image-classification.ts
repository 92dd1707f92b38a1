import { classificationParameters, imageTask } from "./image.ts";
import { classificationMetrics } from "./words.ts";

export const imageClassification = imageTask({
  task: "image_classification",
  taskType: "ImageClassification",
  metrics: classificationMetrics,
  defaultMetric: "accuracy",
  family: "image-classification",
  parameters: classificationParameters,
});
