import * as z from "zod";
import { exactly, shape, text } from "../../yaml/shape.ts";
import { mismatch, quoted } from "../../yaml/wording.ts";

/** Written without quotes: the official client takes nothing else. */
export const whole = () =>
  z.int({ error: ({ input }) => `${quoted(input)} is not a whole number. Write one without quotes.` });

export const flag = () =>
  z.boolean({
    error: ({ input }) => `${quoted(input)} is neither true nor false. Write true or false without quotes.`,
  });

const word = () =>
  z.union([z.string(), z.number(), z.boolean()], { error: ({ input }) => mismatch(input, "a text or a number") });

/** Names and values of text, numbers and words. */
export const words = () => z.record(z.string(), word(), { error: ({ input }) => mismatch(input, "a mapping") });

export const texts = () => z.array(text(), { error: ({ input }) => mismatch(input, "a list") });

const inputMode = () => exactly(["mount", "download"]).optional();
const outputMode = () => exactly(["mount", "upload"]).optional();

const inputSchema = () =>
  z.strictObject({
    source: text(),
    bind_mode: inputMode(),
    type: inputMode(),
    path_on_compute: text().optional(),
    overwrite: flag().optional(),
  });

const outputSchema = () =>
  z.strictObject({
    destination: text(),
    datastore: text().optional(),
    bind_mode: outputMode(),
    type: outputMode(),
    path_on_compute: text().optional(),
    overwrite: flag().optional(),
    as_dataset: flag().optional(),
  });

/** A value, or that of a parameter of the pipeline. */
const parameterValue = () => z.union([word(), z.strictObject({ source: text() })]);

/** The keys that steps of every type have. */
export const stepKeys = <Type extends string>(type: Type) => ({
  type: z.literal(type),
  compute: text().optional(),
  inputs: z.record(z.string(), inputSchema()).optional(),
  outputs: z.record(z.string(), outputSchema()).optional(),
  parameters: z.record(z.string(), parameterValue()).optional(),
  arguments: texts().optional(),
  allow_reuse: flag().optional(),
  version: text().optional(),
  source_directory: text().optional(),
  hash_paths: z.array(text()).optional(),
});

export type CommonKeys = z.infer<z.ZodObject<ReturnType<typeof stepKeys<string>>>>;

const parameterTypes = ["string", "int", "float", "bool", "datapath"] as const;

const pipelineParameterSchema = () =>
  z.strictObject({
    type: exactly(parameterTypes),
    default: z
      .union([word(), z.strictObject({ datastore: text(), path_on_datastore: text(), name: text().optional() })])
      .optional(),
  });

const dataReferenceSchema = () =>
  z.strictObject({
    datastore: text().optional(),
    path_on_datastore: text().optional(),
    dataset_name: text().optional(),
    dataset_id: text().optional(),
    sql_table: text().optional(),
    sql_query: text().optional(),
    sql_stored_procedure: text().optional(),
    sql_stored_procedure_params: z.unknown().optional(),
  });

/** What stands under `pipeline`; each step is checked by the shape of its own type. */
export const pipelineSchema = shape(() =>
  z.strictObject({
    name: text().optional(),
    description: text().optional(),
    parameters: z.record(z.string(), pipelineParameterSchema()).nullish(),
    data_references: z.record(z.string(), dataReferenceSchema()).optional(),
    default_compute: text().optional(),
    steps: z.record(z.string(), z.looseObject({}), { error: ({ input }) => mismatch(input, "a mapping") }),
  }),
);
export type PipelineKeys = z.infer<ReturnType<typeof pipelineSchema>>;
