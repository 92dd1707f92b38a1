import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { canonicalJson } from "../../canonical-json.ts";
import type { AddProblem } from "../../compute/kind.ts";
import { defined } from "../../azure/defined.ts";
import { oneOf, readOnly, shape, text, version } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { readDocuments } from "../../yaml/yaml.ts";
import type { AssetRequest, PartIds } from "../kind.ts";
import type { LocalUpload } from "../upload/local-upload.ts";
import { contentGuid } from "../version.ts";
import { readAssetFile, type ReadAsset } from "./asset-file.ts";
import { addressOf } from "./bytes.ts";
import { differing } from "./differing.ts";
import { isSamePlace, type Location } from "./location.ts";

export { addressIn, contentOf, upload, uploadOf } from "./bytes.ts";

/** A data asset of a file of its own. */
export type DataFile = {
  readonly type: "uri_file" | "uri_folder" | "mltable";
  readonly location: Location;
  readonly description?: string;
  /** Values of any kind, sent as they are. */
  readonly tags: Readonly<Record<string, unknown>>;
  /** What the MLTable beside the data refers to, as it is written there. */
  readonly referencedUris?: readonly string[];
  /** In ARM's own shape. */
  readonly autoDelete?: object;
};

export const label = "data asset";
export const collection = "data";
export const localField = "path";
/** A version's bytes are where they are. */
export const fixedMembers = ["dataUri", "dataType"] as const;
export const isAlwaysNext = true as const;

const conditions = {
  created_greater_than: "createdGreaterThan",
  last_accessed_greater_than: "lastAccessedGreaterThan",
} as const;

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      name: text().optional(),
      version: version().optional(),
      description: text().optional(),
      tags: z.record(z.string(), z.unknown()).optional(),
      type: z.enum(["uri_file", "uri_folder", "mltable"]).default("uri_folder"),
      path: text(),
      datastore: text().optional().describe("Datastore that a local path is uploaded to."),
      auto_delete_setting: z
        .strictObject({
          condition: oneOf(["created_greater_than", "last_accessed_greater_than"], { camelCase: true }),
          value: text(),
        })
        .optional(),
      properties: readOnly(),
      id: readOnly(),
      latest_version: readOnly(),
      creation_context: readOnly(),
    })
    .describe("An Azure Machine Learning data asset."),
);

/** An az ml data file. One without a name is kept under its content, as one that the official client gives a random name. */
export function read(node: SourceNode): ReadAsset<DataFile> {
  return readAssetFile(schema, node, { label, mayBeUnnamed: true }, (value, location, add) => {
    const { type, path, auto_delete_setting: autoDelete } = value;
    if (location.from === "local" && type !== "mltable" && location.isFile !== (type === "uri_file")) {
      add(
        "wrong-type",
        ["path"],
        `${JSON.stringify(path)} is a ${location.isFile ? "file" : "folder"}, but the data asset is of type ${type}.`,
        location.isFile ? "Use type: uri_file." : "Use type: uri_folder.",
      );
    }
    const referencedUris =
      location.from === "local" && type === "mltable"
        ? readTable(join(location.local, "MLTable"), path, add)
        : undefined;
    return {
      type,
      location,
      tags: value.tags ?? {},
      ...defined({
        description: value.description,
        referencedUris,
        autoDelete: autoDelete && { condition: conditions[autoDelete.condition], value: autoDelete.value },
      }),
    };
  });
}

/** What an MLTable refers to. It is read as YAML, and has to have paths. */
function readTable(file: string, path: string, add: AddProblem): readonly string[] | undefined {
  if (!existsSync(file)) {
    const message = `${JSON.stringify(path)} has no MLTable file.`;
    add("missing-file", ["path"], message, "Name a folder that has one, or use type: uri_folder.");
    return undefined;
  }
  const { documents, problems } = readDocuments(readFileSync(file, "utf8"), { file: "MLTable", folder: dirname(file) });
  const table = documents[0]?.value;
  const paths = isMapping(table) ? table["paths"] : undefined;
  if (problems.length > 0 || !Array.isArray(paths)) {
    const message = `The MLTable of ${JSON.stringify(path)} is not YAML with paths.`;
    add("wrong-file", ["path"], message, problems[0]?.message ?? "Write paths: a list of file, folder or pattern.");
    return undefined;
  }
  return paths.flatMap((entry: unknown) =>
    isMapping(entry) ? Object.values(entry).filter((one) => typeof one === "string") : [],
  );
}

export function identityOf(definition: DataFile, content: LocalUpload | undefined): string {
  return canonicalJson(toProperties(definition, addressOf(definition, content), false));
}

export function unnamed(definition: DataFile, content: LocalUpload | undefined) {
  return { name: contentGuid(identityOf(definition, content)), version: "1" };
}

export function toRequest(
  definition: DataFile,
  content: LocalUpload | undefined,
  address: string | undefined,
  _: PartIds,
  named?: { readonly name: string; readonly version: string },
): AssetRequest {
  return {
    ...(named ?? unnamed(definition, content)),
    body: { properties: toProperties(definition, address, named === undefined) },
  };
}

/** Member for member what the official client sends. */
function toProperties(definition: DataFile, address: string | undefined, isAnonymous: boolean) {
  const { type, description, tags, referencedUris, autoDelete } = definition;
  return defined({
    dataType: type,
    dataUri: address,
    description,
    tags,
    properties: {},
    isAnonymous,
    isArchived: false,
    referencedUris,
    autoDeleteSetting: autoDelete,
  });
}

/** What of it the live version has otherwise: where its bytes are, what they are, and what is said of them. */
export function differencesFrom(
  definition: DataFile,
  content: LocalUpload | undefined,
  live: Readonly<Record<string, unknown>>,
): readonly string[] {
  const { type, description, tags, autoDelete } = definition;
  return [
    ...(isSamePlace(addressOf(definition, content), live["dataUri"]) ? [] : ["dataUri"]),
    ...differing(live, { dataType: type, description: description ?? "", tags, autoDeleteSetting: autoDelete }),
  ];
}
