import type { DeclaredKindName } from "../asset/declared.ts";
import type { KindFacts } from "../compute/kind.ts";
import { isKind, kinds, notTargets } from "../compute/target.ts";
import { isDeployJson } from "../deployment/deploy-json/keys.ts";
import {
  deployDocumentOfKeys,
  deployDocumentOfSchema,
  isDeployMapping,
  type DeployDocument,
} from "../deployment/document.ts";
import { hasKeysOfComponent, isComponentSchema } from "../job/component-keys.ts";
import { jobTypeOfKeys, jobTypeOfSchema } from "../job/job-files.ts";
import { refusedSchema, refusedType, type Refusal } from "../job/refused-types.ts";
import { isRunConfiguration } from "../job/runconfig/keys.ts";
import { schemaNameOf } from "../yaml/schema-name.ts";
import { isAmlRun } from "./aml-run-shape.ts";
import type { SourceDocument } from "../yaml/source.ts";
import { isComputeJson } from "./compute-json-keys.ts";
import type { CheckedOnly } from "./checked-only/kind.ts";
import { checkedOnlyOf } from "./checked-only/kinds.ts";

/** What a document declares. */
export type DocumentKind =
  /** A declaration file of this action. */
  | { readonly is: "declaration" }
  /** An az ml compute file. */
  | { readonly is: "target" }
  /** A `compute.json` of the action `Azure/aml-compute`. */
  | { readonly is: "compute-json" }
  /** An az ml job file. */
  | { readonly is: "job" }
  /** A `run.json` of the action `Azure/aml-run`. */
  | { readonly is: "aml-run" }
  /** A run configuration of the first SDK. */
  | { readonly is: "run-configuration" }
  /** An az ml file of an asset that is registered by itself. */
  | { readonly is: "asset"; readonly kind: DeclaredKindName }
  /** A part of what is to be deployed: an az ml file, */
  | { readonly is: "deploy-document"; readonly declares: DeployDocument }
  /** an entry of `deploy` in a file of its own, */
  | { readonly is: "deploy-mapping" }
  /** or a `deploy.json` of the action `Azure/aml-deploy`. */
  | { readonly is: "deploy-json" }
  /** A file of a kind that no command creates or submits. */
  | { readonly is: "checked-only"; readonly kind: CheckedOnly }
  /** A known kind of file that this version does nothing with; with a refusal, that no service does anything with. */
  | { readonly is: "not-supported-yet"; readonly what: string; readonly refusal?: Refusal }
  | { readonly is: "unknown" };

/** True for what `deploy` names. */
export function isDeploy({ is }: DocumentKind): boolean {
  return is === "deploy-document" || is === "deploy-mapping" || is === "deploy-json";
}

export const declarationKeys = ["workspace", "targets", "run", "deploy", "gates", "prices"];

/** az ml's schema names, by family. */
const computeSchemas = [...Object.values<KindFacts>(kinds).flatMap(({ azmlSchemas }) => azmlSchemas ?? []), "compute"];

/** Tells by `$schema`, else by shape. `$schema` may end in a space, or be of the older form, as real files have it. */
export function kindOf({ value, file }: Pick<SourceDocument, "value"> & { readonly file?: string }): DocumentKind {
  if (isAmlRun(value, file)) return { is: "aml-run" };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { is: "unknown" };
  const mapping = value as Readonly<Record<string, unknown>>;
  const schema = schemaNameOf(mapping["$schema"]);
  if (schema === "azureml") return { is: "declaration" };
  if (schema !== undefined && computeSchemas.includes(schema)) return { is: "target" };
  if (schema !== undefined && jobTypeOfSchema(schema) !== undefined) return { is: "job" };
  const refusal = schema === undefined ? undefined : refusedSchema(schema);
  if (refusal !== undefined) return { is: "not-supported-yet", what: `an az ml ${String(schema)} file`, refusal };
  const asset = schema === undefined ? undefined : assetOfSchema(schema);
  if (asset !== undefined) return { is: "asset", kind: asset };
  const deployed = schema === undefined ? undefined : deployDocumentOfSchema(schema);
  if (deployed !== undefined) return { is: "deploy-document", declares: deployed };
  const onlyChecked = checkedOnlyOf(mapping, schema, file);
  if (onlyChecked !== undefined) return { is: "checked-only", kind: onlyChecked };
  if (schema !== undefined) return { is: "not-supported-yet", what: `an az ml ${schema} file` };
  return byShape(mapping, file);
}

function assetOfSchema(schema: string): DeclaredKindName | undefined {
  if (isComponentSchema(schema)) return "component";
  return schema === "environment" || schema === "data" || schema === "model" ? schema : undefined;
}

/** The types of az ml by which a file of data or of a model is told without `$schema`. */
const kindsByType = new Map<string, DeclaredKindName>([
  ...["uri_file", "uri_folder", "mltable"].map((type) => [type, "data"] as const),
  ...["custom_model", "mlflow_model", "triton_model"].map((type) => [type, "model"] as const),
]);

/** True for what some command acts on. What is to be deployed is acted on where `deploy` names it. */
export function isOurs(kind: DocumentKind): boolean {
  return kind.is !== "unknown" && kind.is !== "not-supported-yet" && kind.is !== "checked-only" && !isDeploy(kind);
}

/** Tells what a text that is no YAML was meant to declare, by the keys that begin its lines. */
export function isMeantForUs(text: string, isWanted = isOurs): boolean {
  return text.split(/^---.*$/m).some((part) => {
    const lines = part.matchAll(/^["']?([\w$]+)["']?[ \t]*:[ \t]*["']?([^"'#\r\n]*)/gm);
    return isWanted(
      kindOf({ value: Object.fromEntries([...lines].map(([, key = "", value = ""]) => [key, value.trim()])) }),
    );
  });
}

function byShape(mapping: Readonly<Record<string, unknown>>, file?: string): DocumentKind {
  const has = (...keys: readonly string[]) => keys.every((key) => Object.hasOwn(mapping, key));
  if (isDeployMapping(mapping)) return { is: "deploy-mapping" };
  const type = typeof mapping["type"] === "string" ? mapping["type"].toLowerCase() : undefined;
  const deployed = deployDocumentOfKeys(mapping);
  if (deployed !== undefined) return { is: "deploy-document", declares: deployed };
  if (type !== undefined && (isKind(type) || Object.hasOwn(notTargets, type))) return { is: "target" };
  const isJob = jobTypeOfKeys(mapping) !== undefined;
  if (type === undefined && isRunConfiguration(mapping, file)) return { is: "run-configuration" };
  // A key of a declaration whose members stand beside it has lost its indentation.
  if (declarationKeys.some((key) => has(key) && (!isJob || mapping[key] === null))) return { is: "declaration" };
  if (isComputeJson(mapping, file)) return { is: "compute-json" };
  if (isDeployJson(mapping, file)) return { is: "deploy-json" };
  // A conda file has a name and no image; a deployment has an image inside its environment.
  if (has("name") && (has("image") || has("build")) && type === undefined) return { is: "asset", kind: "environment" };
  const kindOfFiles = type === undefined || !has("path") ? undefined : kindsByType.get(type);
  if (kindOfFiles !== undefined) return { is: "asset", kind: kindOfFiles };
  if (hasKeysOfComponent(mapping)) return { is: "asset", kind: "component" };
  if (isJob) return { is: "job" };
  const what = has("version") ? "component" : "job";
  const refusal = has("source") || has("task") ? refusedType(what, type) : undefined;
  if (refusal !== undefined) return { is: "not-supported-yet", what: `a ${what} of the type ${String(type)}`, refusal };
  if (type !== undefined && ["pipeline", "spark", "automl", "parallel", "command"].includes(type)) {
    return { is: "not-supported-yet", what: `a job of the type ${type}` };
  }
  return { is: "unknown" };
}
