/** As exact as a picture needs its places. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
