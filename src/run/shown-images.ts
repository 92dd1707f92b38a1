import type { LoggedImage } from "../report/result.ts";
import { imageType } from "./image-type.ts";

/** What of images themselves goes into a report, which is one file that is sent around. Our choice. */
export const mostShown = { images: 8, bytes: 2 * 1024 * 1024 };

/** An image that a run has logged. */
export type FoundImage = {
  readonly image: LoggedImage;
  /** Its bytes; nothing where there are more than so many, or where they cannot be read. */
  readonly read: (mostBytes: number) => Promise<Uint8Array | undefined>;
};

/** By the names that browsers and the studio show as pictures. */
export const isImage = (path: string) => /\.(png|jpe?g|gif|svg|webp|bmp)$/i.test(path);

/** An SVG is a document that may hold programs, and a BMP is large. */
const mayBeShown = (path: string) => !/\.(svg|bmp)$/i.test(path);

/**
 * The first few images, as long as they are small, come with their content; of the others, and of those that cannot be read,
 * what is known stays.
 */
export async function withContents(all: readonly FoundImage[]): Promise<readonly LoggedImage[]> {
  const wanted = all.filter(({ image }) => mayBeShown(image.path)).slice(0, mostShown.images);
  const contents = await Promise.all(wanted.map(({ read }) => read(mostShown.bytes)));
  const shown = new Map<FoundImage, NonNullable<LoggedImage["content"]>>();
  let bytes = 0;
  for (const [index, one] of wanted.entries()) {
    const content = contents[index];
    if (content === undefined || bytes + content.length > mostShown.bytes) continue;
    const type = imageType(content);
    if (type === undefined) continue;
    bytes += content.length;
    shown.set(one, { type, base64: Buffer.from(content).toString("base64") });
  }
  return all.map((one) => {
    const content = shown.get(one);
    return content === undefined ? one.image : { ...one.image, content };
  });
}
