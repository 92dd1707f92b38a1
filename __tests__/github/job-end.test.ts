import { describe, expect, it } from "@jest/globals";
import { lastMomentOfJob } from "../../src/github/job-end.ts";

const minute = 60_000;
const jobStart = Date.UTC(2026, 0, 1);
const token = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
/** GitHub's own lives for six hours and ten minutes. */
const ofJob = token({ exp: (jobStart + 370 * minute) / 1000 });
const minuteOfJob = (requestToken: string | undefined, stepMinute: number) =>
  (lastMomentOfJob({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken }, jobStart + stepMinute * minute) - jobStart) /
  minute;

describe("the last moment of a job", () => {
  it.each<[string, string | undefined, number, number]>([
    ["is before minute 360 of the job", ofJob, 0, 355],
    ["is the same however late the step begins", ofJob, 200, 355],
    ["counts from the step where the job's begin is not known", undefined, 0, 355],
    ["counts from the step where the token is none of the known form", "opaque", 0, 355],
    ["is put off by no token that says it lives longer", token({ exp: (jobStart + 999 * minute) / 1000 }), 0, 355],
    ["counts from the step where the token has run out", token({ exp: jobStart / 1000 }), 0, 355],
    ["counts from the step where the claim is no number", token({ exp: "soon" }), 3, 358],
    ["counts from the step where the claims are no object", token(null), 3, 358],
  ])("%s", (_, requestToken, stepMinute, expected) => {
    expect(minuteOfJob(requestToken, stepMinute)).toBe(expected);
  });
});
