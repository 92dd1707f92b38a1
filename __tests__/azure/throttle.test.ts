import { describe, expect, it } from "@jest/globals";
import { createThrottle } from "../../src/azure/throttle.ts";
import type { Clock } from "../../src/clock.ts";

/** A clock that stands still unless somebody sleeps; `waits` has the seconds. */
function standingClock() {
  let milliseconds = 0;
  const waits: number[] = [];
  const clock: Clock = {
    now: () => milliseconds,
    sleep: async (seconds, signal) => {
      signal?.throwIfAborted();
      waits.push(Math.round(seconds * 1000) / 1000);
      await Promise.resolve();
    },
  };
  return { clock, waits, pass: (seconds: number) => (milliseconds += seconds * 1000) };
}

describe("requests to ARM", () => {
  it.each([
    { when: "nothing is known yet", note: undefined, expected: [] },
    {
      when: "plenty are left",
      note: { status: 200, headers: { "x-ms-ratelimit-remaining-subscription-writes": "199" } },
      expected: [],
    },
    {
      when: "few are left: no faster than the bucket refills",
      note: { status: 201, headers: { "x-ms-ratelimit-remaining-subscription-writes": "3" } },
      expected: [0.1, 0.2],
    },
    {
      when: "few of the whole subscription are left",
      note: {
        status: 201,
        headers: {
          "x-ms-ratelimit-remaining-subscription-writes": "150",
          "x-ms-ratelimit-remaining-subscription-global-writes": "2",
        },
      },
      expected: [0.1, 0.2],
    },
    {
      when: "one got a 429: all wait",
      note: { status: 429, headers: { "retry-after": "7" } },
      expected: [7, 7.1, 7.2],
    },
    {
      when: "one got a 429 for longer than anybody waits: none is held up",
      note: { status: 429, headers: { "retry-after": "3600" } },
      expected: [0.1, 0.2],
    },
    {
      when: "only reads are short",
      note: { status: 200, method: "GET", headers: { "x-ms-ratelimit-remaining-subscription-reads": "0" } },
      expected: [],
    },
  ])("wait $expected s each when $when", async ({ note, expected }) => {
    const { clock, waits } = standingClock();
    const throttle = createThrottle(clock);
    if (note !== undefined) {
      const { method = "PUT", status, headers } = note as typeof note & { readonly method?: string };
      throttle.note(method, status, headers);
    }
    for (let count = 0; count < 3; count += 1) await throttle.admit("PUT");
    expect(waits).toEqual(expected);
  });

  it("are sent at once again when the service reports plenty left", async () => {
    const { clock, waits, pass } = standingClock();
    const throttle = createThrottle(clock);
    throttle.note("PUT", 429, { "retry-after": "2" });
    pass(3);
    throttle.note("PUT", 201, { "x-ms-ratelimit-remaining-subscription-writes": "150" });
    await throttle.admit("PUT");
    await throttle.admit("PUT");
    expect(waits).toEqual([]);
  });

  it("stop waiting on a cancellation", async () => {
    const { clock } = standingClock();
    const throttle = createThrottle(clock);
    throttle.note("PUT", 429, { "retry-after": "60" });
    await expect(throttle.admit("PUT", AbortSignal.abort(new Error("cancelled")))).rejects.toThrow("cancelled");
  });
});
