import { code, sentence, type Section } from "../document.ts";
import { count } from "../format.ts";
import type { Result } from "../result.ts";

/** Which files were read as declarations, and which were not. */
export function filesSection({ files, skipped }: Pick<Result, "files" | "skipped">): readonly Section[] {
  if (files.length === 0 && skipped.length === 0) return [];
  const items = [
    ...files.map((file) => ({ content: code(file) })),
    ...skipped.map(({ file, reason }) => ({ content: [code(file), ", skipped: ", ...sentence(reason)] })),
  ];
  const summary = `${count(files.length, "declaration file")}, ${skipped.length} skipped`;
  return [{ rank: 7, reportOnly: true, blocks: [{ kind: "details", summary, blocks: [{ kind: "list", items }] }] }];
}
