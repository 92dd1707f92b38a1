import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { AssetUse } from "../../asset/asset.ts";
import { textOnceMapping } from "../../yaml/shape.ts";
import type { Resolved } from "../resolved.ts";
import type { PartReader } from "./read-part.ts";

export const codeSchema = () =>
  textOnceMapping(({ local_path: path }) => (typeof path === "string" ? `Write code: ${path}.` : undefined))
    .optional()
    .describe("Folder of the code, or a registered code asset.");

export type JobCode =
  /** `path` as written, for tokens and messages; `folder` absolute. */
  | { readonly from: "local"; readonly path: string; readonly folder: string }
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
  if (/^[a-z][a-z0-9+.-]*:/i.test(code) && !existsSync(resolve(node.document.folder, code))) {
    add(
      "wrong-reference",
      ["code"],
      `${JSON.stringify(code)} is not code that a job can have: it is neither a folder of the checkout nor registered code.`,
      "Check the code out and name its folder, relative to this file.",
    );
    return undefined;
  }
  const folder = resolve(node.document.folder, code);
  if (!existsSync(folder)) {
    add(
      "missing-file",
      ["code"],
      `The code folder ${JSON.stringify(code)} does not exist.`,
      "Fix the path; it is relative to this file.",
    );
    return undefined;
  }
  return { from: "local", path: code, folder };
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
