import type { Clock } from "../../src/clock.ts";

/** A clock whose sleepers wake at once: time passes by sleeping alone. */
export function sleepingClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (seconds, signal) => {
      signal?.throwIfAborted();
      now += seconds * 1000;
    },
  };
}
