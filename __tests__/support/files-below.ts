import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The files of a folder and of all folders in it, with the folder in front. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
