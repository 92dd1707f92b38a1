import { armError } from "../../server/reply.ts";
import { checkCompute } from "./checks.ts";
import { JobFailed, type EmulatedJobType } from "./type.ts";

const taskTypes = [
  "Classification",
  "Regression",
  "Forecasting",
  "ImageClassification",
  "ImageClassificationMultilabel",
  "ImageObjectDetection",
  "ImageInstanceSegmentation",
  "TextClassification",
  "TextClassificationMultilabel",
  "TextNER",
];

/** An AutoML job is taken and checked. No model is made up for it: its run fails, and says why. */
export const autoMl: EmulatedJobType = {
  jobType: "AutoML",
  runType: "automl",
  check: (properties, store) => {
    const { taskType, trainingData } = (properties["taskDetails"] ?? {}) as Readonly<Record<string, unknown>>;
    if (!taskTypes.includes(String(taskType)))
      return armError(400, "UserError", `There is no AutoML task of the type ${String(taskType)}.`);
    const { jobInputType, uri } = (trainingData ?? {}) as Readonly<Record<string, unknown>>;
    if (jobInputType !== "mltable" || typeof uri !== "string")
      return armError(400, "UserError", "The training data of an AutoML job have to be an MLTable.");
    return checkCompute(properties, store);
  },
  run: () =>
    Promise.reject(
      new JobFailed("NotEmulated", "The emulator trains no models: AutoML is a part of Azure Machine Learning alone."),
    ),
};
