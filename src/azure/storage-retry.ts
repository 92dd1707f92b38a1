import { pauseSeconds } from "../retry-after.ts";
import type { RetryDeps } from "./retry.ts";

/** How often a request to a storage that says it is busy is sent. With pauses of its own choosing: about 15 s. */
const mostTries = 5;

/** In seconds. A server that asks for a longer pause counts as unusable. */
const longestPause = 60;

/**
 * Waits for a storage that says it is busy. The library for blobs sends again after 500 and 503 by pauses of its own, reads
 * no `Retry-After`, and takes 429 for the last word.
 *
 * @throws what `work` throws, once waiting does not help.
 */
export async function withStorageRetry<Value>(
  work: () => Promise<Value>,
  { clock, random, signal }: Pick<RetryDeps, "clock" | "random" | "signal">,
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const { statusCode = 0, response } = error as Refusal;
      if (![429, 500, 503].includes(statusCode) || attempt >= mostTries) throw error;
      const pause = pauseSeconds(attempt, response?.headers?.toJSON() ?? {}, clock, random);
      if (pause > longestPause) throw error;
      try {
        await clock.sleep(pause, signal);
      } catch {
        // Cancelled: the storage's error stays the reason.
        throw error;
      }
    }
  }
}

/** What the library throws for an unsuccessful answer. */
type Refusal = {
  readonly statusCode?: number;
  readonly response?: { readonly headers?: { readonly toJSON: () => Readonly<Record<string, string>> } };
};
