import type * as z from "zod";
import { environmentSchema } from "../asset/environment/shape.ts";
import { schema as dataSchema } from "../asset/files/data-file.ts";
import { schema as modelSchema } from "../asset/files/model-file.ts";
import type { KindFacts } from "../compute/kind.ts";
import { kinds, type Kind } from "../compute/target.ts";
import { amlRunSchema } from "../declaration/aml-run-shape.ts";
import { jobFiles, jobTypeNames } from "../job/job-files.ts";
import { runConfigurationSchema } from "../job/runconfig/shape.ts";
import { ofShape, openBook, type Book } from "./book.ts";
import { deployDocumentNames, deployDocumentSchema, deployJsonSchema } from "./deployments.ts";
import { fromShape } from "./from-shape.ts";
import { componentSchema, componentTypes, jobSchema } from "./jobs.ts";
import type { Json } from "./json.ts";
import { published } from "./published.ts";
import { anyTargetSchema, targetSchema } from "./targets.ts";

/** A kind of file that has a schema of its own. */
export type FileKind = {
  /** Path of the schema in the repository, without `.schema.json`. */
  readonly path: string;
  /** For people, without an article: `az ml command job`. */
  readonly title: string;
  readonly schema: (book: Book) => Json;
};

const azMl = (name: string, title: string, schema: FileKind["schema"]): FileKind => ({
  path: `az-ml/${name}`,
  title: `az ml ${title}`,
  schema,
});

const assets: Readonly<Record<string, () => z.ZodType>> = {
  environment: environmentSchema,
  data: dataSchema,
  model: modelSchema,
};

const spaced = (name: string) => name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Every kind of file but the declaration: those of az ml by its own names of their schemas, then those of older actions. */
export const fileKinds: readonly FileKind[] = [
  azMl("compute", "compute of any type", anyTargetSchema),
  ...(Object.keys(kinds) as readonly Kind[]).flatMap((kind) => {
    const { azmlSchemas = [], label }: KindFacts = kinds[kind];
    return azmlSchemas.map((name) => azMl(name, `compute (${label})`, (book) => targetSchema(book, kind)));
  }),
  ...jobTypeNames
    // Pipelines and runs of the first SDK are no files of az ml.
    .filter((type) => !type.startsWith("v1_"))
    .map((type) => azMl(jobFiles[type].schemaName, `${type} job`, (book) => jobSchema(book, type))),
  ...[...componentTypes].map(([name, type]) =>
    azMl(name, `${type.name} component`, (book) => componentSchema(book, type)),
  ),
  ...Object.entries(assets).map(([name, shape]) =>
    azMl(name, name === "data" ? "data asset" : name, (book) => ofShape(book, name, shape)),
  ),
  ...deployDocumentNames.map((name) => azMl(name, spaced(name), (book) => deployDocumentSchema(book, name))),
  {
    path: "runconfig",
    title: "run configuration of the first SDK (.runconfig)",
    schema: (book) => ofShape(book, "runConfiguration", runConfigurationSchema),
  },
  { path: "aml-run", title: "run.json of Azure/aml-run", schema: amlRun },
  {
    path: "aml-deploy",
    title: "deploy.json of Azure/aml-deploy",
    schema: (book) => book.refer("amlDeploy", deployJsonSchema),
  },
];

/** The action takes a mapping, or a list of them. */
function amlRun(book: Book): Json {
  const one = book.refer("amlRun", () => fromShape(amlRunSchema()));
  return { if: { type: "array" }, then: { type: "array", items: one }, else: one };
}

/** The JSON Schema of a kind of file. */
export function fileJsonSchema({ path, title, schema }: FileKind): Json {
  const book = openBook();
  const name = path.split("/").at(-1) ?? path;
  return published(schema(book), book, { name, description: `This file declares one ${title}.` });
}
