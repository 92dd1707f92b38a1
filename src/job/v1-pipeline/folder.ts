import { checkCode, checkUpload } from "../../asset/upload/check.ts";
import { largestOf } from "../../asset/upload/content-text.ts";
import type { Listed } from "../../asset/upload/list-files.ts";
import { listCode } from "../../asset/upload/snapshot.ts";
import { sizeText } from "../../size-text.ts";
import { keepInside, leadsOutside, namedPath, rootOf } from "../../yaml/named-path.ts";
import type { StepParts, StepReader } from "./step.ts";

/** The folder that a step takes along; the file's own where the step names none. */
export function readFolder(
  declared: string | undefined,
  { node, add }: Pick<StepReader<unknown>, "node" | "add">,
): StepParts["folder"] {
  const { document } = node;
  const written = declared ?? ".";
  const at = declared === undefined ? [] : ["source_directory"];
  const { path: folder, is } = namedPath(written, document);
  const what = `The source directory ${JSON.stringify(written)}`;
  if (is === "outside") add("outside", at, `${what} ${leadsOutside}.`, keepInside);
  else if (is === "missing")
    add("missing-file", at, `${what} does not exist.`, "Fix the path; it is relative to this file.");
  else if (is === "file") add("wrong-file", at, `${what} is a file.`, "Name the folder that the file is in.");
  else {
    const root = rootOf(document);
    const addHere: Parameters<typeof checkUpload>[2] = (problem, message, fix, severity) =>
      add(problem, at, message, fix, severity);
    const listed = checkUpload(what, () => listCode(folder, root), addHere);
    if (listed !== undefined) {
      checkCode(what, listed, addHere);
      checkSize(what, listed.files, addHere);
    }
    return { from: "local", path: written, folder, root };
  }
  return undefined;
}

/** More is refused by the official client, whose limits these are. */
const mostBytes = 300 * 1024 * 1024;
const mostFiles = 2000;

function checkSize(what: string, files: Listed["files"], add: Parameters<typeof checkUpload>[2]): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= mostBytes && files.length <= mostFiles) return;
  const largest = largestOf(files, 3).map(({ name, bytes: size }) => `${name} (${sizeText(size)})`);
  add(
    "upload-refused",
    `${what} has ${files.length} files and ${sizeText(bytes)}; the first SDK takes ${mostFiles} files and ${sizeText(mostBytes)}. The largest: ${largest.join(", ")}.`,
    "Give the step a folder of its own with what it needs, or name what it does not need in .amlignore.",
    "error",
  );
}

/** The script has to be in the folder, under the name by which the step calls it. */
export function checkScript(
  key: string,
  script: string,
  folder: StepParts["folder"],
  { node, add }: Pick<StepReader<unknown>, "node" | "add">,
): void {
  if (folder === undefined) return;
  const { is } = namedPath(script, { ...node.document, folder: folder.folder });
  if (is === "file") return;
  const what = `The script ${JSON.stringify(script)}`;
  if (is === "outside") add("outside", [key], `${what} ${leadsOutside}.`, keepInside);
  else
    add(
      "missing-file",
      [key],
      `${what} is not a file of the source directory ${JSON.stringify(folder.path)}.`,
      "Fix the path; it is relative to source_directory, which is this file's folder where it is not given.",
    );
}
