import * as z from "zod";
import { text } from "../../yaml/shape.ts";
import { baseKeys, shownKeys } from "../base.ts";
import { computeSchema } from "../parts/compute.ts";
import { identitySchema } from "../parts/identity.ts";
import { outputsSchema } from "../parts/outputs.ts";
import { queueSchema } from "../parts/queue.ts";
import type { PartReader } from "../parts/read-part.ts";
import { resourcesSchema } from "../parts/resources.ts";
import { servicesSchema } from "../parts/services.ts";
import { variablesSchema } from "../parts/variables.ts";
import { dataSchema } from "./data.ts";
import { once } from "./once.ts";
import { logVerbosities, wordOf } from "./words.ts";

/** Keys that AutoML jobs of every task have. */
export const commonKeys = () => ({
  $schema: text().optional(),
  type: z.literal("automl"),
  ...baseKeys(),
  log_verbosity: wordOf(logVerbosities).default("info"),
  training_data: once("data", dataSchema),
  validation_data: once("data", dataSchema).optional(),
  compute: computeSchema(),
  resources: once("resources", resourcesSchema).optional(),
  identity: once("identity", identitySchema).optional(),
  queue_settings: once("queue", queueSchema).optional(),
  environment_id: text().optional(),
  environment_variables: once("variables", variablesSchema).optional(),
  outputs: once("outputs", outputsSchema).optional(),
  services: once("services", servicesSchema).optional(),
  ...shownKeys(),
});

export type CommonKeys = z.infer<z.ZodObject<ReturnType<typeof commonKeys>>>;

/** One task of AutoML: its keys, and what of these the service is sent. */
export type Task = {
  /** az ml's word. */
  readonly task: string;
  /** ARM's discriminator. */
  readonly taskType: string;
  /** For a task whose best model is tested in the end. */
  readonly hasTestData?: true;
  readonly schema: () => z.ZodObject;
  /**
   * Members of `taskDetails` beside the data, with every problem that the shape cannot tell.
   *
   * @param value what the shape has made of the declaration.
   */
  readonly toDetails: (value: unknown, reader: PartReader) => Readonly<Record<string, unknown>>;
  /**
   * Members of a step of a pipeline, in az ml's own words, beside those that all steps have.
   *
   * @param value what the shape has made of the step; any part of it may be bound to an input of the pipeline.
   */
  readonly toStepMembers: (
    value: Readonly<Record<string, unknown>>,
    declared: DeclaredStep,
    reader: PartReader,
  ) => Readonly<Record<string, unknown>>;
};

/** Of a default a step may say otherwise than a job. */
export type DeclaredStep = { readonly isWritten: (key: string) => boolean };
