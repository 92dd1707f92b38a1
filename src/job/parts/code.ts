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
  | { readonly from: "local"; readonly path: string; readonly folder: string; readonly root: string }
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
