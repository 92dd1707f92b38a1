/** A section as text. */
export type RankedText = {
  /** 0 is never left out. */
  readonly rank: number;
  readonly text: string;
  /** True when it can be cut behind any row of its first table. */
  readonly hasRows: boolean;
};

/** GitHub drops a step's whole summary at 1 MiB; two bytes below still fit. Counted in bytes of UTF-8. */
export const summaryBytes = 1024 * 1024 - 2;

export function bytesOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/**
 * The sections that fit, in their order. The highest ranks go first; what is left out is named, with where the whole
 * report is. A section of rank 0 that alone is too large is cut at the end of a line.
 */
export function truncate(sections: readonly RankedText[], limit: number, pointer: string): string {
  const whole = sections.map(({ text }) => text).join("\n");
  if (bytesOf(whole) <= limit) return whole;
  const note = `\n> This report was cut to fit GitHub's limit. ${pointer}\n`;
  let kept = [...sections];
  while (kept.some(({ rank }) => rank > 0) && bytesOf(kept.map(({ text }) => text).join("\n") + note) > limit) {
    const highest = Math.max(...kept.map(({ rank }) => rank));
    const last = kept.findLastIndex(({ rank }) => rank === highest);
    const section = kept[last];
    const others = kept.filter((_, index) => index !== last);
    const room = limit - bytesOf(others.map(({ text }) => text).join("\n") + note) - 2;
    const part = section?.hasRows === true ? cutRows(section.text, room) : "";
    kept =
      part === "" ? others : kept.map((one, index) => (index === last ? { rank: 0, text: part, hasRows: false } : one));
    if (part !== "") break;
  }
  const text = kept.map(({ text: part }) => part).join("\n");
  const room = limit - bytesOf(note);
  return (bytesOf(text) <= room ? text : cutLines(text, room)) + note;
}

/** The rows of a table that fit below its head; nothing where not even one does. */
function cutRows(text: string, room: number): string {
  const lines = text.split("\n");
  const head = lines.findIndex((line) => line.startsWith("| ---")) + 1;
  if (head === 0 || room <= 0) return "";
  const end = lines.findIndex((line, index) => index >= head && !line.startsWith("|"));
  const rows = lines.slice(0, end < 0 ? lines.length : end);
  const cut = cutLines(rows.join("\n"), room);
  return cut.split("\n").length > head + 1 ? cut : "";
}

/** Whole lines up to a number of bytes, so that no character and no row is cut in two. */
function cutLines(text: string, room: number): string {
  const kept: string[] = [];
  let used = 0;
  for (const line of text.split("\n")) {
    used += bytesOf(line) + 1;
    if (used > room) break;
    kept.push(line);
  }
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}
