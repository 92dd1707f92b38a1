import * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import { defined } from "../../azure/defined.ts";
import { text } from "../../yaml/shape.ts";
import { checkBindings } from "./bindings.ts";
import { assetsOfCode, codeSchema, readCodeWith, type JobCode } from "./code.ts";
import { assetOfEnvironment, jobEnvironmentSchema, readEnvironment, type JobEnvironment } from "./environment.ts";
import type { PartReader } from "./read-part.ts";
import { entrySchema, readEntry } from "./spark-entry.ts";

/** What Spark runs: the part that jobs, steps and components share. */
export type SparkWork = {
  readonly code?: JobCode;
  /** Path of the Python file that is started, relative to the code. */
  readonly entry: string;
  /** Paths and addresses, as written, by az ml's keys. */
  readonly lists: SparkLists;
  readonly args?: string;
  readonly environment?: JobEnvironment;
};

export type SparkLists = Readonly<Partial<Record<SparkList, readonly string[]>>>;
export type SparkList = (typeof sparkLists)[number];
export const sparkLists = ["py_files", "jars", "files", "archives"] as const;

/** The image that the official client gives an environment of packages alone. */
const imageOfPackages = "conda/miniconda3";

const listSchema = () => z.array(text()).optional();

export const sparkListKeys = () => ({
  py_files: listSchema().describe("Files .zip, .egg and .py for the Python path."),
  jars: listSchema().describe("JAR files for driver and executors."),
  files: listSchema().describe("Files for the folder in which an executor works."),
  archives: listSchema().describe("Archives to be unpacked there."),
});

export const argsSchema = () =>
  text().optional().describe("Arguments of the entry; ${{inputs.NAME}} and ${{outputs.NAME}} stand for paths.");

export const sparkWorkKeys = () => ({
  code: codeSchema(),
  entry: entrySchema(),
  args: argsSchema(),
  ...sparkListKeys(),
  environment: z.union([jobEnvironmentSchema(), z.null()]).optional(),
});

type Declared = z.infer<z.ZodObject<ReturnType<typeof sparkWorkKeys>>>;

/** @returns nothing where the entry cannot be told. */
export function readSparkWork(
  value: Declared,
  names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] },
  reader: PartReader,
  includes: readonly string[] = [],
): { readonly work?: SparkWork; readonly problems: ReturnType<typeof readEnvironment>["problems"] } {
  const { environment, problems } =
    value.environment === undefined || value.environment === null
      ? { problems: [] }
      : readEnvironment({ environment: value.environment }, reader, imageOfPackages);
  const code = readCodeWith(value.code, includes, reader);
  // What is wrong with the code is said there.
  const entry =
    value.code !== undefined && code === undefined ? value.entry.file : readEntry(value.entry, code, reader);
  checkBindings(value.args ?? "", names.inputs, names.outputs, reader, [], "args");
  const lists = readSparkLists(value, reader);
  if (entry === undefined) return { problems };
  return { work: { entry, lists, ...defined({ code, environment, args: value.args }) }, problems };
}

export function readSparkLists(
  value: Readonly<Partial<Record<SparkList, readonly string[] | undefined>>>,
  { add }: PartReader,
): SparkLists {
  const lists = sparkLists.flatMap((key) => {
    const list = value[key];
    if (list === undefined) return [];
    for (const [index, entry] of list.entries()) {
      if (list.indexOf(entry) === index) continue;
      add("said-twice", [key, index], `${JSON.stringify(entry)} is in the list already.`, "Remove one of the two.");
    }
    return [[key, list] as const];
  });
  return Object.fromEntries(lists);
}

export function assetsOfSparkWork({ code, environment }: SparkWork): readonly AssetUse[] {
  return [...assetsOfCode(code), ...(environment === undefined ? [] : [assetOfEnvironment(environment)])];
}
