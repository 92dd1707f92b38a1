import type { AssetUse } from "../../asset/asset.ts";
import { checkCode, checkUpload } from "../../asset/upload/check.ts";
import { listCode } from "../../asset/upload/snapshot.ts";
import { keepInside, leadsOutside, namedPath, rootOf } from "../../yaml/named-path.ts";
import { textOnceMapping } from "../../yaml/shape.ts";
import type { Resolved } from "../resolved.ts";
import type { PartReader } from "./read-part.ts";

export const codeSchema = () =>
  textOnceMapping(({ local_path: path }) => (typeof path === "string" ? `Write code: ${path}.` : undefined))
    .optional()
    .describe("Folder of the code, or a registered code asset.");

export type JobCode =
  /** `path` as written, for tokens and messages; `folder` absolute; nothing outside `root` is taken. */
  | {
      readonly from: "local";
      readonly path: string;
      readonly folder: string;
      readonly root: string;
      /** Absolute files and folders that are put beside what is in the folder. */
      readonly includes?: readonly string[];
    }
  /** `azureml:name:version` or a full id. */
  | { readonly from: "reference"; readonly id: string };

export function readCode(code: string, { node, add }: PartReader): JobCode | undefined {
  if (/^git(\+|:)/i.test(code)) {
    add(
      "git-code",
      ["code"],
      "Azure ML does not take a Git address as a command job's code.",
      "Check the repository out (actions/checkout has repository and path), and name the folder.",
    );
    return undefined;
  }
  if (code.trim() === "") {
    add(
      "wrong-value",
      ["code"],
      "The path of the code is empty.",
      "Write . for the folder of this file, or remove the key.",
    );
    return undefined;
  }
  if (isRegistered(code)) return { from: "reference", id: code };
  if (/^[a-z][a-z0-9+.-]*:/i.test(code) && namedPath(code, node.document).is === "missing") {
    add(
      "wrong-reference",
      ["code"],
      `${JSON.stringify(code)} is not code that a job can have: it is neither a folder of the checkout nor registered code.`,
      "Check the code out and name its folder, relative to this file.",
    );
    return undefined;
  }
  const { path: folder, is } = namedPath(code, node.document);
  const what = `The code folder ${JSON.stringify(code)}`;
  if (is === "outside") {
    add("outside", ["code"], `${what} ${leadsOutside}.`, keepInside);
    return undefined;
  }
  if (is === "missing") {
    add("missing-file", ["code"], `${what} does not exist.`, "Fix the path; it is relative to this file.");
    return undefined;
  }
  const root = rootOf(node.document);
  const addHere: Parameters<typeof checkUpload>[2] = (problem, message, fix, severity) =>
    add(problem, ["code"], message, fix, severity);
  const listed = checkUpload(what, () => listCode(folder, root), addHere);
  if (listed !== undefined) checkCode(what, listed, addHere);
  return { from: "local", path: code, folder, root };
}

/** The code of a component, with the files and folders that its file puts beside it. */
export function readCodeWith(
  declared: string | undefined,
  includes: readonly string[],
  reader: PartReader,
): JobCode | undefined {
  const code = declared === undefined ? undefined : readCode(declared, reader);
  const { node, add } = reader;
  if (includes.length === 0) return code;
  if (code?.from !== "local") {
    if (declared === undefined || code !== undefined)
      add(
        "missing-key",
        ["additional_includes"],
        "additional_includes are put beside the code of a folder, and the component names none.",
        "Add code: the folder that they are put into.",
      );
    return code;
  }
  const paths = includes.flatMap((written, index) => {
    const at = ["additional_includes", index];
    const { path, is } = namedPath(written, node.document);
    const what = `The additional include ${JSON.stringify(written)}`;
    if (is === "outside") add("outside", at, `${what} ${leadsOutside}.`, keepInside);
    else if (is === "missing")
      add(
        "missing-file",
        at,
        `${what} does not exist.`,
        /\.zip$/i.test(written)
          ? "Name the folder itself: this action packs no archives."
          : "Fix the path; it is relative to this file.",
      );
    else return [path];
    return [];
  });
  checkUpload(
    `The code folder ${JSON.stringify(code.path)} with additional_includes`,
    () => listCode(code.folder, code.root, paths),
    (problem, message, fix, severity) => add(problem, ["additional_includes"], message, fix, severity),
  );
  return { ...code, includes: paths };
}

/** `azureml:NAME:VERSION`, `azureml:NAME@LABEL`, an ARM id, or a version in a registry. */
function isRegistered(code: string): boolean {
  return (
    /^azureml:[^/:@]+[:@][^/:@]+$/i.test(code) ||
    /^(azureml:)?\/subscriptions\/./i.test(code) ||
    /^azureml:\/\/registries\/[^/]+\/codes\/./i.test(code)
  );
}

const where = "code";

export function assetsOfCode(code: JobCode | undefined): readonly AssetUse<"code">[] {
  if (code === undefined) return [];
  const use = { kind: "code", where, what: "the code" } as const;
  return [code.from === "reference" ? { ...use, reference: code.id } : { ...use, declared: code }];
}

export function toCodeId(code: JobCode | undefined, { idOf }: Pick<Resolved, "idOf">): string | undefined {
  return code === undefined ? undefined : idOf(where);
}
