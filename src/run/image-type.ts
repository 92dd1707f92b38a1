import type { ImageType } from "../report/document.ts";

/** By what a file begins with, and not by its name, which may say anything. */
const beginnings: readonly (readonly [ImageType, RegExp])[] = [
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF[^]{4}WEBP/],
];

/** Which image the bytes are; `undefined` for whatever else. */
export function imageType(bytes: Uint8Array): ImageType | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  return beginnings.find(([, pattern]) => pattern.test(start))?.[0];
}
