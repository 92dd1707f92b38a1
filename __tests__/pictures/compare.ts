import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { indexedPng } from "./indexed-png.ts";
import { approvedFolder, differingFolder, readmePicture } from "./folders.ts";

/**
 * How much of a picture may differ. Another version of Chromium or of the font draws the edges of letters a little
 * differently: fewer pixels than a word of another colour has.
 */
const tolerance = { shade: 0.2, pixels: 150, rows: 2 };

export const readmeName = "report";

/**
 * Compares a picture with the approved one.
 *
 * @returns what differs and where both can be looked at; `undefined` where they are the same.
 */
export function differenceFrom(name: string, actual: Buffer): string | undefined {
  const approvedPath = pathOf(name);
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
  const [before, now] = [decoded(readFileSync(approvedPath)), decoded(actual)];
  if (before.width !== now.width || Math.abs(before.height - now.height) > tolerance.rows) {
    keep();
    return `${name} is ${now.width} × ${now.height}, the approved picture ${before.width} × ${before.height}. Look at ${place.actual}`;
  }
  const height = Math.min(before.height, now.height);
  const diff = new PNG({ width: now.width, height });
  const cut = ({ data }: PNG) => data.subarray(0, now.width * height * 4);
  const options = { threshold: tolerance.shade };
  const pixels = pixelmatch(cut(before), cut(now), diff.data, now.width, height, options);
  if (pixels <= tolerance.pixels) return undefined;
  keep();
  writeFileSync(place.diff, encoded(diff));
  return `${name} differs from the approved picture in ${pixels} pixels. Look at ${place.actual} and ${place.diff}; where it is meant to be so: npm run pictures -- --approve`;
}

export function decoded(picture: Buffer): PNG {
  return PNG.sync.read(picture);
}

export function encoded(picture: PNG, as: "palette" | "colours" = "colours"): Buffer {
  return as === "palette" ? indexedPng(picture) : PNG.sync.write(picture);
}

/** The picture of the README is one of them. */
function pathOf(name: string): string {
  return name === readmeName ? readmePicture : join(approvedFolder, `${name}.png`);
}

export function approve(name: string, actual: Buffer): void {
  mkdirSync(approvedFolder, { recursive: true });
  writeFileSync(pathOf(name), encoded(decoded(actual), "palette"));
}
