import { isAbsolute, relative, sep } from "node:path";

/** True when `path` is neither `folder` nor below it. */
export function isOutside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way);
}
