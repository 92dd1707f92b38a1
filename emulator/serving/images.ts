import type { Store } from "../store.ts";

/** Images that cannot be pulled; everything else can, as long as nobody starts it. */
const collection = "unavailable-images";

export function setImageAvailable(store: Store, image: string, isAvailable: boolean): void {
  if (isAvailable) store.remove(collection, image.toLowerCase());
  else store.put(collection, image.toLowerCase(), true);
}

/** @param image `undefined` where the service chooses one. */
export function isImageAvailable(store: Store, image: string | undefined): boolean {
  return image === undefined || store.get(collection, image.toLowerCase()) === undefined;
}
