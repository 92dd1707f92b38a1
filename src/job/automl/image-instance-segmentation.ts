import { detectionFixed, detectionParameters, imageTask } from "./image.ts";
import { detectionMetrics } from "./words.ts";

export const imageInstanceSegmentation = imageTask({
  task: "image_instance_segmentation",
  taskType: "ImageInstanceSegmentation",
  metrics: detectionMetrics,
  defaultMetric: "mean_average_precision",
  family: "detection",
  parameters: detectionParameters,
  fixedParameters: detectionFixed,
});
