import { describe, expect, it } from "@jest/globals";
import { deadlineWithin, pause, secondsAfter } from "../src/pause.ts";

/** A clock that only sleeping moves. @param deadline in seconds. */
function patience({ deadline = Number.POSITIVE_INFINITY, isCancelled = false }) {
  const sleeps: number[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    sleep: (seconds: number) => {
      sleeps.push(seconds);
      now += seconds * 1000;
      return isCancelled ? Promise.reject(new Error("cancelled")) : Promise.resolve();
    },
  };
  return { sleeps, until: { clock, signal: new AbortController().signal, deadline: deadline * 1000 } };
}

describe("a pause", () => {
  it("grows by a fifth from 1 s, up to 15 s", async () => {
    const { until, sleeps } = patience({});
    for (const look of [0, 1, 2, 50]) await pause(secondsAfter(look), until);
    expect(sleeps).toEqual([1, 1.2, 1.44, 15]);
  });

  it("ends at the deadline, and there is none after it", async () => {
    const { until, sleeps } = patience({ deadline: 3 });
    expect(await pause(60, until)).toBeUndefined();
    expect(await pause(60, until)).toBe("timeout");
    expect(sleeps).toEqual([3]);
  });

  it("ends with the workflow, and there is none after that", async () => {
    const { until, sleeps } = patience({ isCancelled: true });
    expect(await pause(1, until)).toBe("cancelled");
    expect(await pause(1, { ...until, signal: AbortSignal.abort() })).toBe("cancelled");
    expect(sleeps).toEqual([1]);
  });
});

it("what may take so long by itself ends no later than everything", () => {
  const { until } = patience({ deadline: 60 });
  expect(deadlineWithin(10, until)).toBe(10_000);
  expect(deadlineWithin(600, until)).toBe(60_000);
});
