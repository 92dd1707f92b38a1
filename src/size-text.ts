const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** `850 B`, `1.2 kB`, `500 MB`: in powers of a thousand, with two digits where there would be one. */
export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
