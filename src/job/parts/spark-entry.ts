import { posix } from "node:path";
import * as z from "zod";
import { namedPath } from "../../yaml/named-path.ts";
import { text } from "../../yaml/shape.ts";
import { mismatch } from "../../yaml/wording.ts";
import type { JobCode } from "./code.ts";
import type { PartReader } from "./read-part.ts";

export const entrySchema = () =>
  z.strictObject(
    { file: text().optional().describe("Python file inside the code."), class_name: text().optional() },
    {
      error: ({ input }) =>
        typeof input === "string" ? `Write entry: { file: ${input} }.` : mismatch(input, "a mapping"),
    },
  );

/** The Python file that Spark starts, relative to the code. */
export function readEntry(
  { file, class_name: className }: z.infer<ReturnType<typeof entrySchema>>,
  code: JobCode | undefined,
  { node, add }: PartReader,
): string | undefined {
  if (className !== undefined) {
    const message = "Azure ML does not start a class: the entry of a Spark job is a Python file.";
    add("wrong-key", ["entry", "class_name"], message, "Use file; a Python file can call what is in the jars.");
    if (file === undefined) return undefined;
  }
  if (file === undefined || file === "") {
    add("missing-key", ["entry"], "The entry names no file.", "Add file: the Python file that Spark starts.");
    return undefined;
  }
  if (code?.from === "reference") return file;
  const path = code === undefined ? file : posix.join(code.path.replaceAll("\\", "/"), file);
  const { is } = namedPath(path, node.document);
  if (is !== "file") {
    const where = code === undefined ? "beside this file" : `in ${JSON.stringify(code.path)}`;
    const message = `The entry ${JSON.stringify(file)} is not a file ${where}.`;
    add("missing-file", ["entry", "file"], message, "Fix the path; it is relative to the folder of the code.");
  }
  return file;
}
