import { expect, it } from "@jest/globals";
import { classify } from "../../src/job/states.ts";

it.each([
  ["Completed", "over", "success"],
  ["completed", "over", "success"],
  ["Failed", "over", "failure"],
  ["Canceled", "over", "cancelled"],
  ["Cancelled", "over", "cancelled"],
  ["Running", "in-progress", "in-progress"],
  ["Finalizing", "in-progress", "in-progress"],
  ["CancelRequested", "in-progress", "in-progress"],
  ["NotResponding", "stalled", "failure"],
  ["Paused", "stalled", "failure"],
  ["SomethingNew", "stalled", "failure"],
  ["", "stalled", "failure"],
  ["constructor", "stalled", "failure"],
])("%s is %s and, once over, %s", (status, phase, conclusion) => {
  expect(classify(status)).toMatchObject({ phase, conclusion });
});
