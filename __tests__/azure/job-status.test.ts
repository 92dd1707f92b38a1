import { expect, it } from "@jest/globals";
import { interpretStatus } from "../../src/azure/job-status.ts";

/** Every status of the service, those of its contract (`JobStatus`) and those that only run history spells so, and others. */
it.each([
  ["NotStarted", "in-progress", "in-progress"],
  ["Starting", "in-progress", "in-progress"],
  ["Provisioning", "in-progress", "in-progress"],
  ["Preparing", "in-progress", "in-progress"],
  ["Queued", "in-progress", "in-progress"],
  ["Unknown", "stalled", "failure"],
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
