import type { Clock } from "./clock.ts";

/** Until when somebody waits. */
export type Patience = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds since the Unix epoch after which nobody waits any longer. */
  readonly deadline: number;
};

/**
 * Seconds between reads where the service names none: short at first, for what ends within seconds, then a fifth longer each
 * time, so that the delay in seeing the end stays small against the time it took. Our choice.
 */
const firstPause = 1;
const growth = 1.2;
const longestPause = 15;

/** @param look how many there were before. */
export function secondsAfter(look: number): number {
  return Math.min(firstPause * growth ** look, longestPause);
}

/** Waits, at most until the deadline. @returns why nobody waits any longer, if so. */
export async function pause(
  seconds: number,
  { clock, signal, deadline }: Patience,
): Promise<"timeout" | "cancelled" | undefined> {
  if (signal.aborted) return "cancelled";
  const left = (deadline - clock.now()) / 1000;
  if (left <= 0) return "timeout";
  try {
    await clock.sleep(Math.min(seconds, left), signal);
  } catch {
    return "cancelled";
  }
  return undefined;
}

/** The earlier of a deadline and the end of what something may take by itself. */
export function deadlineWithin(seconds: number, { clock, deadline }: Pick<Patience, "clock" | "deadline">): number {
  return Math.min(deadline, clock.now() + seconds * 1000);
}
