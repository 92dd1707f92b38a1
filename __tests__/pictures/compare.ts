import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { indexedPng } from "./indexed-png.ts";
import { approvedFolder, differingFolder } from "./folders.ts";

/**
 * How much of a picture may differ. Another version of Chromium or of the font draws the edges of letters a little
 * differently: that is some of the pixels of each letter, and few where they differ by more than a shade.
 */
const tolerance = { shade: 0.2, share: 0.004, rows: 2 };

/**
 * Compares a picture with the approved one.
 *
 * @returns what differs and where both can be looked at; `undefined` where they are the same.
 */
export function differenceFrom(name: string, actual: Buffer): string | undefined {
  const approvedPath = join(approvedFolder, `${name}.png`);
  const place = { actual: join(differingFolder, `${name}.png`), diff: join(differingFolder, `${name}.diff.png`) };
  rmSync(place.actual, { force: true });
  rmSync(place.diff, { force: true });
  const keep = () => {
    mkdirSync(differingFolder, { recursive: true });
    writeFileSync(place.actual, actual);
  };
  if (!existsSync(approvedPath)) {
    keep();
    return `There is no approved picture ${name}. Look at ${place.actual}, and approve it: npm run pictures -- --approve`;
  }
  const [before, now] = [PNG.sync.read(readFileSync(approvedPath)), PNG.sync.read(actual)];
  if (before.width !== now.width || Math.abs(before.height - now.height) > tolerance.rows) {
    keep();
    return `${name} is ${now.width} × ${now.height}, the approved picture ${before.width} × ${before.height}. Look at ${place.actual}`;
  }
  const height = Math.min(before.height, now.height);
  const diff = new PNG({ width: now.width, height });
  const cut = ({ data }: PNG) => data.subarray(0, now.width * height * 4);
  const options = { threshold: tolerance.shade };
  const pixels = pixelmatch(cut(before), cut(now), diff.data, now.width, height, options);
  if (pixels <= tolerance.share * inkOf(before)) return undefined;
  keep();
  writeFileSync(place.diff, PNG.sync.write(diff));
  return `${name} differs from the approved picture in ${pixels} pixels. Look at ${place.actual} and ${place.diff}; where it is meant to be so: npm run pictures -- --approve`;
}

/** Pixels that are not the ground: a small thing on a large empty page counts as much as on a small one. */
function inkOf({ data, width, height }: PNG): number {
  const ground = data.readUInt32BE(0);
  let ink = 0;
  for (let index = 0; index < width * height; index += 1) if (data.readUInt32BE(index * 4) !== ground) ink += 1;
  return ink;
}

export function approve(name: string, actual: Buffer): void {
  mkdirSync(approvedFolder, { recursive: true });
  writeFileSync(join(approvedFolder, `${name}.png`), indexedPng(PNG.sync.read(actual)));
}
