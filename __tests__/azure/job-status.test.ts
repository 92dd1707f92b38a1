import { expect, it } from "@jest/globals";
import { interpretStatus } from "../../src/azure/job-status.ts";

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
  expect(interpretStatus(status)).toMatchObject({ phase, conclusion });
});
