import { declarationSchema } from "../declaration/declaration-shape.ts";
import { openBook, orPath, type Book } from "./book.ts";
import { deploySchema } from "./deployments.ts";
import { fromShape } from "./from-shape.ts";
import { anyJobSchema } from "./jobs.ts";
import type { Json } from "./json.ts";
import { published } from "./published.ts";
import { anyTargetSchema } from "./targets.ts";

/**
 * The JSON Schema of declaration files, made of the very shapes that validate them. Members that are read by modules of
 * their own (targets, run, deploy) are put in here.
 */
export function declarationJsonSchema(): Json {
  const book = openBook();
  const { properties = {}, ...schema } = fromShape(declarationSchema());
  const members: Record<string, Json> = {
    ...properties,
    targets: { type: "array", items: orPath(anyTargetSchema(book), pathOf("az ml compute files", "compute/*.yml")) },
    run: runSchema(book),
    deploy: deploySchema(book),
  };
  return published({ ...schema, properties: members }, book, {
    name: "azureml",
    description: "What a repository declares for Azure Machine Learning: targets, the run, its gates, and deployments.",
  });
}

function runSchema(book: Book): Json {
  return orPath(anyJobSchema(book), pathOf("an az ml job file, a .runconfig or a run.json", "jobs/train.yml"));
}

function pathOf(what: string, example: string): Json {
  return { type: "string", description: `Path of ${what}, relative to this file.`, examples: [example] };
}
