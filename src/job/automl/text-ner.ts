import { textTask } from "./text.ts";

/** Named entities in text, marked word by word (CoNLL). */
export const textNer = textTask({
  task: "text_ner",
  taskType: "TextNER",
  metrics: { accuracy: "Accuracy" },
  hasFixedMetric: true,
  hasNoTarget: true,
});
