import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { deployDocumentNames } from "../../src/json-schema/deployments.ts";
import { fileKinds } from "../../src/json-schema/az-ml.ts";
import { componentTypes } from "../../src/json-schema/jobs.ts";
import { jobFiles, jobTypeOfKeys, jobTypeOfSchema, type JobTypeName } from "../../src/job/job-files.ts";
import { kindOf } from "../../src/declaration/document-kind.ts";
import { schemaNameOf } from "../../src/yaml/schema-name.ts";

/** Keywords for editors alone, which JSON Schema lets anybody add. */
export const editorKeywords = ["enumDescriptions", "defaultSnippets", "errorMessage"];

const folder = join(import.meta.dirname, "..", "..", "schema");

/** Every published schema by its path below `schema/`, without `.schema.json`. `npm run schema:check` says that they are up to date. */
export const schemas: ReadonlyMap<string, object> = new Map(
  ["azureml", ...fileKinds.map(({ path }) => path)].map((path) => [
    path,
    JSON.parse(readFileSync(join(folder, `${path}.schema.json`), "utf8")) as object,
  ]),
);

const ajv = new Ajv({ strict: true, allErrors: true });
ajv.addVocabulary(editorKeywords);
const compiled = new Map<string, ValidateFunction>();

/** What a schema finds wrong with a value: each fault at its place. Strict: what ajv does not know is an error. */
export function faultsOf(path: string, value: unknown): readonly string[] {
  const schema = schemas.get(path);
  if (schema === undefined) throw new Error(`There is no schema ${path}.`);
  let validate = compiled.get(path);
  if (validate === undefined) compiled.set(path, (validate = ajv.compile(schema)));
  return validate(value) ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== "if").map(textOf);
}

function textOf({ instancePath, message = "", params }: ErrorObject): string {
  return `${instancePath === "" ? "/" : instancePath} ${message} ${JSON.stringify(params)}`;
}

type Document = { readonly value: unknown; readonly file?: string };

/** The schema for a file, as the action tells its kind; nothing for what has none. */
export function schemaFor(document: Document): string | undefined {
  const kind = kindOf(document);
  const mapping = (document.value ?? {}) as Readonly<Record<string, unknown>>;
  const schema = schemaNameOf(mapping["$schema"]);
  switch (kind.is) {
    case "declaration":
      return "azureml";
    case "target":
      return "az-ml/compute";
    case "job":
      return schemaForJob(mapping, schema);
    case "asset":
      return kind.kind === "component" ? schemaForComponent(mapping, schema) : `az-ml/${kind.kind}`;
    case "deploy-document": {
      const { part, type = "managed" } = kind.declares;
      const named = deployDocumentNames.find((name) => name === schema);
      const online = part === "endpoint" ? "onlineEndpoint" : "onlineDeployment";
      const batch = part === "endpoint" ? "batchEndpoint" : "batchDeployment";
      return `az-ml/${named ?? (type === "batch" ? batch : online)}`;
    }
    case "aml-run":
      return "aml-run";
    case "deploy-json":
      return "aml-deploy";
    case "run-configuration":
      return "runconfig";
    case "deploy-mapping":
    case "compute-json":
    case "checked-only":
    case "not-supported-yet":
    case "unknown":
      return undefined;
  }
}

function schemaForJob(mapping: Readonly<Record<string, unknown>>, schema: string | undefined): string | undefined {
  const named = Object.keys(jobFiles).find((name): name is JobTypeName => name === mapping["type"]);
  const type = named ?? (schema === undefined ? jobTypeOfKeys(mapping) : jobTypeOfSchema(schema)) ?? "command";
  return type.startsWith("v1_") ? undefined : `az-ml/${jobFiles[type].schemaName}`;
}

function schemaForComponent(
  mapping: Readonly<Record<string, unknown>>,
  schema: string | undefined,
): string | undefined {
  const type = (typeof mapping["type"] === "string" ? mapping["type"] : "command").toLowerCase();
  const named = mapping["type"] === undefined && schema !== undefined ? schema : undefined;
  const name = named ?? [...componentTypes].find(([, { name: word }]) => word === type)?.[0];
  return name === undefined || !componentTypes.has(name) ? undefined : `az-ml/${name}`;
}
