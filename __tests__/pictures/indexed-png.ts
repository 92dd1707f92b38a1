import { crc32, deflateSync } from "node:zlib";
import type { PNG } from "pngjs";

const [mostColours, mostFrequent] = [256, 160];

/**
 * A picture with a palette: a third of the bytes of the browser's own, and it is kept in the repository for ever. Of more
 * colours than a palette has room for, the rare ones, at the edges of letters, become the nearest of the others.
 */
export function indexedPng({ width, height, data }: PNG): Buffer {
  const colours = new Uint32Array(width * height);
  const counts = new Map<number, number>();
  for (const index of colours.keys()) {
    const at = index * 4;
    const colour = ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    colours[index] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = paletteOf(counts);
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(colour, palette)]));
  // Each row begins with its filter: none.
  const rows = Buffer.alloc((width + 1) * height);
  for (const [index, colour] of colours.entries())
    rows[Math.floor(index / width) * (width + 1) + 1 + (index % width)] = places.get(colour) ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits for each pixel, which are places in the palette.
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The most frequent, and of the others those that are least like them: a small sign in a colour of its own keeps it. */
function paletteOf(counts: ReadonlyMap<number, number>): readonly number[] {
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const palette = byCount.slice(0, mostFrequent);
  const rest = new Map(byCount.slice(mostFrequent).map((colour) => [colour, Infinity]));
  const bringNearer = (added: readonly number[]) => {
    for (const [colour, distance] of rest)
      rest.set(colour, Math.min(distance, ...added.map((other) => distanceOf(colour, other))));
  };
  bringNearer(palette);
  while (palette.length < mostColours && rest.size > 0) {
    const [farthest] = [...rest].reduce((one, other) => (other[1] > one[1] ? other : one));
    palette.push(farthest);
    rest.delete(farthest);
    bringNearer([farthest]);
  }
  return palette;
}

function nearest(colour: number, palette: readonly number[]): number {
  return palette.reduce(
    (best, other, index) => (distanceOf(colour, other) < distanceOf(colour, palette[best] ?? 0) ? index : best),
    0,
  );
}

function distanceOf(a: number, b: number): number {
  return ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
