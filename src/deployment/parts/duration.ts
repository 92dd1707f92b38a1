import { toIsoDuration } from "../../azure/iso-duration.ts";

/** As the official client sends seconds; 0 says nothing. */
export function secondsMember(seconds: number | undefined): string | undefined {
  return seconds === undefined || seconds === 0 ? undefined : toIsoDuration(seconds);
}

/** The same for milliseconds, which ARM has as fractions of seconds: `PT0.6S`. */
export function millisecondsMember(milliseconds: number | undefined): string | undefined {
  if (milliseconds === undefined || milliseconds === 0) return undefined;
  const rest = milliseconds % 1000;
  if (rest === 0) return toIsoDuration(milliseconds / 1000);
  // Put together as text: a fraction that is added to seconds is not the same one any more.
  const fraction = String(rest / 1000).slice(1);
  const whole = toIsoDuration((milliseconds - rest) / 1000);
  if (whole.endsWith("S")) return `${whole.slice(0, -1)}${fraction}S`;
  return `${whole}${whole.includes("T") ? "" : "T"}0${fraction}S`;
}
