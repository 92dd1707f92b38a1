import type { Clock } from "./clock.ts";

/** `Retry-After` in seconds or as a date; else growing pauses with jitter. */
export function pauseSeconds(
  attempt: number,
  headers: Readonly<Record<string, string>>,
  clock: Clock,
  random: () => number,
): number {
  const milliseconds = Number(headers["retry-after-ms"] ?? headers["x-ms-retry-after-ms"]);
  if (Number.isFinite(milliseconds) && milliseconds > 0) return milliseconds / 1000;
  return retryAfterSeconds(headers, clock) ?? Math.min(2 ** (attempt - 1), 30) * (0.5 + random() / 2);
}

/** `undefined` where the header is absent or names a time in the past: no retry goes without a pause. */
export function retryAfterSeconds(headers: Readonly<Record<string, string>>, clock: Clock): number | undefined {
  const text = headers["retry-after"];
  if (text === undefined) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : (Date.parse(text) - clock.now()) / 1000;
  return seconds > 0 ? seconds : undefined;
}
