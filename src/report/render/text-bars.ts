import type { Shares, Timeline } from "../document.ts";

/** Bars of signs, for where there are no pictures. Each part of a whole has a shade of its own, the first the darkest. */
const shades = ["█", "▒", "▓", "░"];
const cells = 20;

export type TextShare = { readonly shade: string; readonly name: string; readonly percent: number };

/** `█████████████████▒▒▒`, and which shade is whose. A share is never rounded to nothing. */
export function textShares({ parts }: Shares["bars"][number], names: readonly string[]) {
  const shadeOf = (name: string) => shades[names.indexOf(name) % shades.length] ?? "█";
  const shares = parts.map(({ name, percent }): TextShare => ({ shade: shadeOf(name), name, percent }));
  const widths = shares.map(({ percent }) => Math.max(1, Math.round((percent / 100) * cells)));
  const bar = shares.map(({ shade }, index) => shade.repeat(widths[index] ?? 1)).join("");
  return { shares, bar: [...bar].slice(0, cells).join("").padEnd(cells, "·") };
}

/** All that have a share in any of the bars, in their order: what is the same has one shade in all of them. */
export function namesIn({ bars }: Shares): readonly string[] {
  return [...new Set(bars.flatMap(({ parts }) => parts.map(({ name }) => name)))];
}

/** `····███·············`: where on the axis a bar is. */
export function textBar({ from, seconds }: Timeline["bars"][number], whole: number): string {
  const start = Math.min(cells - 1, Math.floor((from / whole) * cells));
  const length = Math.max(1, Math.min(cells - start, Math.round((seconds / whole) * cells)));
  return `${"·".repeat(start)}${"█".repeat(length)}`.padEnd(cells, "·");
}

/** Seconds that the axis of a timeline is long. */
export function lengthOf({ bars }: Timeline): number {
  return Math.max(1, ...bars.map(({ from, seconds }) => from + seconds));
}
