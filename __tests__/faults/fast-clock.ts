import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../src/clock.ts";

/** How many seconds of a fast clock pass while somebody waits for a real one. */
const speed = 25;

/**
 * A clock by which every wait is `speed` times shorter. Time is only jumped over by waiting: while requests are under way
 * it passes as it does for everybody, so a busy machine makes no lease run out.
 */
export function fastClock(): Clock {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  return {
    now,
    sleep: async (seconds, signal) => {
      const due = now() + seconds * 1000;
      await delay((seconds * 1000) / speed, undefined, signal === undefined ? {} : { signal });
      ahead = Math.max(ahead, due - Date.now());
    },
  };
}
