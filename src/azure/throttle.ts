import type { Clock } from "../clock.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import { longestWait } from "./retry.ts";

/**
 * ARM's token buckets, one for each class of requests: how many per second are refilled.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
const refillPerSecond = { reads: 25, writes: 10, deletes: 10 } as const;

type RequestClass = keyof typeof refillPerSecond;

/** With fewer requests left than this, requests go out no faster than the bucket refills. Our choice: one round of `parallel`. */
const reserve = 16;

/** Keeps all requests of a process within what the service still grants, so that it need not say no. */
export type Throttle = {
  /** Waits until a request of this method may go out. Rejects with the signal's reason when that aborts. */
  readonly admit: (method: string, signal?: AbortSignal) => Promise<void>;
  /** What an answer says about the next requests. */
  readonly note: (method: string, status: number, headers: Readonly<Record<string, string>>) => void;
};

export function createThrottle(clock: Clock): Throttle {
  const now = () => clock.now() / 1000;
  const states: Record<RequestClass, { remaining: number; nextAt: number }> = {
    reads: { remaining: Infinity, nextAt: 0 },
    writes: { remaining: Infinity, nextAt: 0 },
    deletes: { remaining: Infinity, nextAt: 0 },
  };
  return {
    admit: async (method, signal) => {
      const kind = classOf(method);
      const state = states[kind];
      const at = Math.max(now(), state.nextAt);
      // The next request queues behind this one, whoever sends it.
      state.nextAt = state.remaining < reserve ? at + 1 / refillPerSecond[kind] : state.nextAt;
      const wait = at - now();
      if (wait > 0) await clock.sleep(wait, signal);
    },
    note: (method, status, headers) => {
      const state = states[classOf(method)];
      const left = remainingIn(headers, classOf(method));
      if (left !== undefined) state.remaining = left;
      if (status === 429) {
        state.remaining = 0;
        // One 429 holds for all requests of the class until the time is over. Where the time is longer than anybody waits,
        // nothing is held up: each request gets its own 429 at once, and the command ends.
        const pause = retryAfterSeconds(headers, clock) ?? 1;
        if (pause <= longestWait) state.nextAt = Math.max(state.nextAt, now() + pause);
      }
    },
  };
}

function classOf(method: string): RequestClass {
  if (method === "DELETE") return "deletes";
  return method === "GET" || method === "HEAD" ? "reads" : "writes";
}

/** The least of what the headers say is left, of this principal's and of the whole subscription's bucket. */
function remainingIn(headers: Readonly<Record<string, string>>, kind: RequestClass): number | undefined {
  const numbers = [`subscription-${kind}`, `subscription-global-${kind}`, `tenant-${kind}`]
    .map((name) => Number(headers[`x-ms-ratelimit-remaining-${name}`] ?? NaN))
    .filter(Number.isFinite);
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}
