import { sizeText } from "../../size-text.ts";
import type { SnapshotFile } from "./list-files.ts";

/** Of so many files the names are worth a line of the log. */
const mostNamed = 5;

/** What is about to be uploaded, for people: how many files, how large, and which are the largest. */
export function contentText({
  files,
  bytes,
}: {
  readonly files: readonly Pick<SnapshotFile, "name" | "bytes">[];
  readonly bytes: number;
}): string {
  const all = `${files.length} ${files.length === 1 ? "file" : "files"}, ${sizeText(bytes)}`;
  if (files.length < 2) return `${all}.`;
  const largest = largestOf(files, Math.min(mostNamed, files.length - 1));
  return `${all}. The largest: ${largest.map((file) => `${file.name} (${sizeText(file.bytes)})`).join(", ")}.`;
}

/** The largest files, the largest first. */
export function largestOf<File extends Pick<SnapshotFile, "name" | "bytes">>(
  files: readonly File[],
  count: number,
): readonly File[] {
  return files.toSorted((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)).slice(0, count);
}
