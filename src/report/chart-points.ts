/** The points of a metric that a chart shows, with the range of its axis. */
export type Charted = {
  readonly points: readonly { readonly step: number; readonly value: number }[];
  readonly low: number;
  readonly high: number;
};

/** More points than a small chart has room for tell nothing more. */
const mostPoints = 40;

/**
 * Thins a course to what reads well: first and last point stay, between them every n-th. Values that are no numbers
 * have no place on an axis. @returns `undefined` for fewer than two points.
 */
export function charted(points: readonly { readonly step: number; readonly value: number }[]): Charted | undefined {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  if (finite.length < 2) return undefined;
  const stride = Math.max(1, Math.ceil((finite.length - 1) / (mostPoints - 1)));
  const thinned = finite.filter((_, index) => index % stride === 0 || index === finite.length - 1);
  const values = thinned.map(({ value }) => value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  // A flat course gets an axis with some air, and not one of no height.
  const air = high === low ? Math.max(Math.abs(high) * 0.1, 1) : (high - low) * 0.05;
  return { points: thinned, low: low - air, high: high + air };
}
