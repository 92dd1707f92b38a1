import { classification } from "./classification.ts";
import { forecasting } from "./forecasting.ts";
import { imageClassificationMultilabel } from "./image-classification-multilabel.ts";
import { imageClassification } from "./image-classification.ts";
import { imageInstanceSegmentation } from "./image-instance-segmentation.ts";
import { imageObjectDetection } from "./image-object-detection.ts";
import { regression } from "./regression.ts";
import type { Task } from "./task.ts";
import { textClassificationMultilabel } from "./text-classification-multilabel.ts";
import { textClassification } from "./text-classification.ts";
import { textNer } from "./text-ner.ts";
import { toSnake } from "./words.ts";

/** A new task is its file and its line here. */
export const tasks: readonly Task[] = [
  classification,
  regression,
  forecasting,
  imageClassification,
  imageClassificationMultilabel,
  imageObjectDetection,
  imageInstanceSegmentation,
  textClassification,
  textClassificationMultilabel,
  textNer,
];

/** By az ml's word, or the same as the service spells it. */
export function taskNamed(word: string): Task | undefined {
  return tasks.find(({ task }) => task === toSnake(word) || task === word.toLowerCase());
}
