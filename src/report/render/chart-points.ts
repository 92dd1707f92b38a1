/** The points that a chart shows, with the range of its axis. */
export type ChartPoints = {
  readonly points: readonly { readonly step: number; readonly value: number }[];
  readonly low: number;
  readonly high: number;
};

/** More points than a small chart has room for tell nothing more. */
const mostPoints = 40;

/** Thins a line to what reads well: first and last point stay, between them every n-th. */
export function chartPoints(points: readonly { readonly step: number; readonly value: number }[]): ChartPoints {
  const stride = Math.max(1, Math.ceil((points.length - 1) / (mostPoints - 1)));
  const thinned = points.filter((_, index) => index % stride === 0 || index === points.length - 1);
  const values = thinned.map(({ value }) => value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  // A flat line gets an axis with some air, and not one of no height.
  const air = high === low ? Math.max(Math.abs(high) * 0.1, 1) : (high - low) * 0.05;
  return { points: thinned, low: low - air, high: high + air };
}
