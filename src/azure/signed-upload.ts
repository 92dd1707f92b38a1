import type { Blobs } from "./blobs.ts";
import type { Outcome } from "./outcome.ts";
import type { UploadedFile } from "./upload.ts";

/**
 * Uploads a file to an address of its own, with access to that alone, as the services of the first SDK give them.
 *
 * @param mask hides the access before it is used.
 */
export async function uploadTo(
  { origin, pathname, search }: URL,
  file: UploadedFile,
  blobs: Blobs,
  mask: (secret: string) => void,
): Promise<Outcome<void>> {
  const token = search.replace(/^\?/, "");
  mask(token);
  const end = pathname.lastIndexOf("/");
  const name = decodeURIComponent(pathname.slice(end + 1));
  return blobs.upload({ url: `${origin}${pathname.slice(0, end)}`, access: { by: "sas", token } }, [{ ...file, name }]);
}
