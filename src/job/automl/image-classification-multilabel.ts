import { classificationParameters, imageTask } from "./image.ts";
import { classificationMetrics } from "./words.ts";

export const imageClassificationMultilabel = imageTask({
  task: "image_classification_multilabel",
  taskType: "ImageClassificationMultilabel",
  metrics: { ...classificationMetrics, iou: "IOU" },
  defaultMetric: "iou",
  family: "image-classification",
  parameters: classificationParameters,
});
