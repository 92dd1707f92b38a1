import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { defined } from "../../azure/defined.ts";
import { checkUpload } from "../../asset/upload/check.ts";
import { listData } from "../../asset/upload/local-upload.ts";
import { keepInside, leadsOutside, namedPath, rootOf } from "../../yaml/named-path.ts";
import { pythonText } from "../../yaml/python-text.ts";
import { oneOf, text } from "../../yaml/shape.ts";
import type { NodePath } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import type { Resolved } from "../resolved.ts";
import { checkBindingName } from "./bindings.ts";
import type { PartReader } from "./read-part.ts";

export const dataTypes = ["uri_file", "uri_folder", "mltable", "custom_model", "mlflow_model", "triton_model"] as const;

/** az ml's words for the modes of an input, and ARM's. */
export const modes = {
  ro_mount: "ReadOnlyMount",
  download: "Download",
  direct: "Direct",
  eval_mount: "EvalMount",
  eval_download: "EvalDownload",
} as const;
export const dataModes = [
  "ro_mount",
  "download",
  "direct",
  "eval_mount",
  "eval_download",
] as const satisfies readonly (keyof typeof modes)[];

export const scalar = () => z.union([z.string(), z.number(), z.boolean()]);

export const dataSchema = () =>
  z.strictObject({
    type: oneOf(dataTypes).default("uri_folder"),
    path: text().describe("azureml:NAME:VERSION, azureml://datastores/…, an address, or a path beside this file."),
    mode: oneOf(dataModes).optional(),
    datastore: text().optional().describe("Datastore that a local path is uploaded to."),
  });

const literalTypes = ["number", "integer", "string", "boolean"];

/** What is written like an input of a component or of the first previews, and how a job writes it. */
function formOfJobs(name: string, input: unknown): string | undefined {
  if (!isMapping(input)) return undefined;
  const { type, data } = input;
  if (typeof type === "string" && literalTypes.includes(type.toLowerCase())) {
    const literal = input["default"] ?? input["value"];
    const written = ["string", "number", "boolean"].includes(typeof literal) ? JSON.stringify(literal) : "VALUE";
    return `An input of type ${type} is one of a component; a job gives the value itself. Write ${name}: ${written}.`;
  }
  if (typeof data === "string" && input["path"] === undefined)
    return `The key data is of the oldest form of az ml. Write path: ${data}.`;
  return undefined;
}

/** In place of an input that is written in another dialect: what its own reader says of it. */
const otherForm = Symbol("other form");

const inputSchema = () =>
  z.preprocess(
    (input, context) => {
      const message: unknown = isMapping(input) ? (input as { [otherForm]?: unknown })[otherForm] : undefined;
      if (typeof message === "string") context.addIssue({ code: "custom", message, input });
      return input;
    },
    z.union([scalar(), dataSchema(), z.strictObject({ value: scalar() })]),
  );

export const inputsSchema = () =>
  z.preprocess(
    (declared) =>
      isMapping(declared)
        ? Object.fromEntries(
            Object.entries(declared).map(([name, input]) => {
              const message = formOfJobs(name, input);
              return [name, message === undefined ? input : { [otherForm]: message }];
            }),
          )
        : declared,
    z.record(z.string(), inputSchema()),
  );

export type JobInput =
  /** The text that the service gets: numbers and booleans as Python writes them. */
  | { readonly kind: "literal"; readonly value: string }
  | {
      readonly kind: "data";
      /** az ml's `type`: `uri_file`, `uri_folder`, `mltable`, `custom_model`, `mlflow_model`, `triton_model`. */
      readonly type: string;
      /** `azureml://…`, `https://…`, `wasbs://…`, `azureml:name:version`, a full id, or a path on this machine, as written. */
      readonly path: string;
      /** What a path on this machine leads to, absolute; absent for everything that is in Azure already. */
      readonly local?: string;
      /** Absolute folder of the checkout, for a path on this machine: nothing outside it is taken. */
      readonly root?: string;
      /** Name of the datastore that a local path is uploaded to; the workspace's own blob store when absent. */
      readonly datastore?: string;
      /** ARM's word: `ReadOnlyMount`, … */
      readonly mode?: string;
    };
export type DataInput = Extract<JobInput, { readonly kind: "data" }>;
export type JobInputs = Readonly<Record<string, JobInput>>;

type DeclaredInputs = z.infer<ReturnType<typeof inputsSchema>>;
type DeclaredData = z.infer<ReturnType<typeof dataSchema>>;

export function readInputs(
  declared: DeclaredInputs,
  reader: PartReader,
  checkName: typeof checkBindingName = checkBindingName,
): JobInputs {
  return Object.fromEntries(
    Object.entries(declared).map(([name, input]): [string, JobInput] => {
      const path = ["inputs", name];
      checkName(name, path, reader);
      if (typeof input !== "object") return [name, readLiteral(name, input, path, reader)];
      if ("value" in input) return [name, readLiteral(name, input.value, [...path, "value"], reader)];
      // A binding to what is around the job is resolved there.
      if (/^\$\{\{.+\}\}$/.test(input.path)) return [name, { kind: "literal", value: input.path }];
      return [name, readData(name, input, reader)];
    }),
  );
}

function readLiteral(
  name: string,
  value: string | number | boolean,
  at: NodePath,
  { node, add }: PartReader,
): JobInput {
  if (typeof value === "number" && !Number.isFinite(value))
    add("wrong-value", at, `The input ${JSON.stringify(name)} is not a number that can be sent.`, "Write a number.");
  return { kind: "literal", value: pythonText(value, node.document.textAt?.([...node.path, ...at])) };
}

function readData(name: string, input: DeclaredData, reader: PartReader): JobInput {
  const { node, add } = reader;
  const path = ["inputs", name];
  const data = readDataInput(input, { path, what: `The input ${JSON.stringify(name)}` }, reader);
  const typeIsGiven =
    input.type !== "uri_folder" || node.document.textAt?.([...node.path, ...path, "type"]) !== undefined;
  if (/^eval_/.test(input.mode ?? "") && typeIsGiven && input.type !== "mltable") {
    add(
      "wrong-mode",
      [...path, "mode"],
      `The mode ${input.mode ?? ""} is for inputs of type mltable; this one is of type ${input.type}.`,
      "Use ro_mount, download or direct.",
    );
  }
  return { ...data, ...defined({ mode: input.mode && modes[input.mode] }) };
}

/** Where data are named, and what they are called in messages: `The input "table"`. */
type DataPlace = { readonly path: NodePath; readonly what: string };

/** Data that a job names, wherever in it that is. */
export function readDataInput(
  input: Pick<DeclaredData, "type" | "path" | "datastore">,
  place: DataPlace,
  reader: PartReader,
): DataInput {
  const location = readLocation(input.path, [...place.path, "path"], reader);
  const local = location.is === "here" ? readLocal(input, place, reader) : {};
  return { kind: "data", type: input.type, path: location.path, ...local };
}

/** A path on this machine: it has to be there, and to be what its type says. */
function readLocal(
  { path, type, datastore }: Pick<DeclaredData, "type" | "path" | "datastore">,
  place: DataPlace,
  { node, add }: PartReader,
): { readonly local?: string; readonly root?: string; readonly datastore?: string } {
  const { what } = place;
  const written = /^file:\/\//i.test(path) ? fileURLToPath(path) : path.replace(/^file:/i, "");
  const { path: local, is } = namedPath(written, node.document);
  const at = [...place.path, "path"];
  if (is === "outside") {
    add("outside", at, `${what}: ${JSON.stringify(path)} ${leadsOutside}.`, keepInside);
    return {};
  }
  if (is === "missing") {
    add(
      "missing-file",
      at,
      `${what} names ${JSON.stringify(path)}, which does not exist.`,
      "Fix the path, which is relative to this file; or refer to data in the workspace: azureml:NAME:VERSION, azureml://datastores/NAME/paths/…",
    );
    return {};
  }
  const isFile = is === "file";
  if ((type === "uri_folder" && isFile) || (type === "uri_file" && !isFile)) {
    add(
      "wrong-type",
      at,
      `${JSON.stringify(path)} is a ${isFile ? "file" : "folder"}, and ${what.replace(/^The/, "the")} is of type ${type}.`,
      isFile ? "Add type: uri_file." : "Use type: uri_folder.",
    );
  }
  const root = rootOf(node.document);
  checkUpload(
    `The folder ${JSON.stringify(path)}`,
    () => listData(local, root),
    (problem, message, fix, severity) => add(problem, at, message, fix, severity),
  );
  return { local, root, ...defined({ datastore: datastore?.replace(/^azureml:/, "") }) };
}

type Location = { readonly is: "here" | "in-azure" | "nowhere"; readonly path: string };

/**
 * What a path leads to, by the official client's rule: an ARM id and an address with scheme and host go through as they
 * are; whatever else holds `:` or `@` refers to an asset by name; the rest, and what is there beside the file, is a path.
 */
function readLocation(path: string, at: NodePath, { node, add }: PartReader): Location {
  if (path.trim() === "") {
    add("wrong-value", at, "The path is empty.", forms);
    return { is: "nowhere", path };
  }
  if (/^(azureml:)?\/subscriptions\/./i.test(path) || /^(?!file:)[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(path))
    return { is: "in-azure", path };
  const isPrefixed = /^azureml:/i.test(path);
  if (/^file:/i.test(path) || !/[:@]/.test(path)) return { is: "here", path };
  if (!isPrefixed && namedPath(path, node.document).is !== "missing") return { is: "here", path };
  const body = isPrefixed ? path.slice("azureml:".length) : path;
  if (/^[^/:@]+[:@][^/:@]+$/.test(body)) return { is: "in-azure", path: `azureml:${body}` };
  if (/^[^/:@]+$/.test(body)) {
    add("missing-version", at, `${JSON.stringify(path)} names no version.`, `Write ${path}:VERSION or ${path}@latest.`);
  } else add("wrong-reference", at, `${JSON.stringify(path)} is not a reference to data or a model.`, forms);
  return { is: "nowhere", path };
}

const forms =
  "Write azureml:NAME:VERSION, azureml:NAME@latest, azureml://datastores/NAME/paths/…, an address with a host, or a path beside this file.";

/** Data and models that the inputs name. */
export function assetsOfInputs(inputs: JobInputs): readonly AssetUse[] {
  return Object.entries(inputs).flatMap(([name, input]): readonly AssetUse[] =>
    input.kind === "literal" ? [] : [assetOfData(input, { where: whereOf(name), what: `the input ${name}` })],
  );
}

export function assetOfData(input: DataInput, use: Pick<AssetUse, "where" | "what">): AssetUse {
  const { type, path, local, root, datastore } = input;
  const from =
    local === undefined || root === undefined
      ? { reference: path }
      : { declared: { type, local, root, ...defined({ datastore }) } };
  return type.endsWith("_model") ? { kind: "model", ...use, ...from } : { kind: "data", ...use, ...from };
}

const whereOf = (name: string) => `inputs.${name}`;

export function toInputs(inputs: JobInputs, { idOf }: Pick<Resolved, "idOf">): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      input.kind === "literal"
        ? { jobInputType: "literal", value: input.value }
        : defined({ jobInputType: input.type, uri: idOf(whereOf(name)), mode: input.mode }),
    ]),
  );
}
