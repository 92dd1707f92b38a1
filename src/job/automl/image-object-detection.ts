import { detectionFixed, detectionParameters, imageTask } from "./image.ts";
import { detectionMetrics } from "./words.ts";

export const imageObjectDetection = imageTask({
  task: "image_object_detection",
  taskType: "ImageObjectDetection",
  metrics: detectionMetrics,
  defaultMetric: "mean_average_precision",
  family: "detection",
  parameters: detectionParameters,
  fixedParameters: detectionFixed,
});
