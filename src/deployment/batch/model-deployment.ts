import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { readCompute } from "../../job/parts/compute.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import { resourcesSchema, toResources } from "../../job/parts/resources.ts";
import { variablesSchema } from "../../job/parts/variables.ts";
import { readerWithin } from "../../job/parts/within.ts";
import type { Problem } from "../../yaml/problem.ts";
import { integer, oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import { secondsMember } from "../parts/duration.ts";
import { warnOfLeftOut } from "../parts/left-out.ts";
import { checkNamed, deployedModelSchema, readServedModel, type ServedModel } from "../parts/model.ts";
import { namedEnvironment } from "../parts/named-environment.ts";
import { literalVariables, readScoring, scoringKeys } from "../parts/scoring.ts";
import { anyValues, shownText } from "../parts/words.ts";
import type { BatchDefinition } from "./definition.ts";

/** A deployment that scores files by a model, in az ml's form of today and in the one without `type`. */

const outputActions = { append_row: "AppendRow", summary_only: "SummaryOnly" } as const;

const retrySettings = () =>
  z.strictObject({ max_retries: integer().optional(), timeout: integer().optional().describe("Seconds.") });

/** What today stands below `settings`, and without `type` beside the other keys. */
const workKeys = () => ({
  error_threshold: integer().optional().describe("Failures that are tolerated; -1: any number."),
  retry_settings: retrySettings().optional(),
  mini_batch_size: integer().optional(),
  logging_level: text().optional().describe("warning, info or debug."),
  output_action: oneOf(["append_row", "summary_only"]).optional(),
  output_file_name: text().optional().describe("For append_row."),
  max_concurrency_per_instance: integer().optional(),
});

const sharedKeys = () => ({
  $schema: text().optional(),
  name: text().describe("3 to 32 characters."),
  endpoint_name: text().optional().describe("May be left out beside an endpoint."),
  description: text().optional(),
  tags: anyValues().optional(),
  properties: anyValues().optional(),
  model: deployedModelSchema().optional(),
  ...scoringKeys(),
  resources: resourcesSchema().optional(),
  id: shownText(),
});

export const modelDeploymentSchema = shape(() =>
  z
    .strictObject({
      ...sharedKeys(),
      type: z.preprocess((type) => (typeof type === "string" ? type.toLowerCase() : type), z.literal("model")),
      compute: text().describe("azureml:NAME of a cluster."),
      error_threshold: integer().optional().describe("Ignored beside settings."),
      settings: z
        .strictObject({
          ...workKeys(),
          mini_batch_size: integer().describe("Files, or bytes of a table, that one call is given."),
          instance_count: integer().optional().describe("As resources.instance_count."),
          environment_variables: variablesSchema().optional(),
        })
        .optional(),
    })
    .describe("An az ml batch deployment of a model."),
);

export const olderDeploymentSchema = shape(() =>
  z
    .strictObject({
      ...sharedKeys(),
      ...workKeys(),
      compute: text().optional().describe("azureml:NAME of a cluster."),
      provisioning_state: readOnly(),
      creation_context: readOnly(),
    })
    .describe("An az ml batch deployment of a model, in the form without type."),
);

type Older = z.infer<ReturnType<typeof olderDeploymentSchema>>;
type Today = z.infer<ReturnType<typeof modelDeploymentSchema>>;
type Work = z.infer<z.ZodObject<ReturnType<typeof workKeys>>>;

export type ReadBatchDefinition = Pick<ServedModel, "promoteFrom"> & {
  readonly definition?: BatchDefinition;
  readonly problems: readonly Problem[];
};

/** @param served what `promote_from` says, and the reader of the mapping that has it. */
export function readModelDeployment(
  value: Today | Older,
  reader: PartReader,
  served: {
    readonly promoteFrom?: Parameters<typeof readServedModel>[0]["promoteFrom"];
    readonly settings?: PartReader;
  },
): ReadBatchDefinition {
  const { node } = reader;
  const settings = "settings" in value ? value.settings : undefined;
  const inside = settings === undefined ? reader : readerWithin(reader, ["settings"]);
  const work: Work = settings ?? value;
  checkWork(work, inside);
  if (settings !== undefined) checkBeside(value, reader);
  const variables = settings === undefined ? value.environment_variables : settings.environment_variables;
  const { problems: ofScoring, ...scoring } = readScoring({ ...value, environment_variables: undefined }, reader);
  const { environmentVariables } = readScoring({ environment_variables: variables }, inside);
  const {
    model,
    promoteFrom,
    problems: ofModel,
  } = readServedModel({ model: value.model, promoteFrom: served.promoteFrom }, reader, served.settings);
  checkNamed(model, reader);
  warnOfLeftOut(model, scoring, reader);
  // The client sends variables that the older form does not have, and of today's only those that are there.
  const hasVariables = variables !== undefined || !("type" in value);
  const definition: BatchDefinition = {
    of: "model",
    source: node,
    name: value.name.toLowerCase(),
    tags: value.tags ?? {},
    properties: value.properties ?? {},
    members: membersOf(work, value, settings?.instance_count),
    ...scoring,
    environmentVariables,
    variablesAt: inside.node,
    ...defined({
      description: value.description,
      compute: (value.compute ?? "") === "" ? undefined : readCompute(value.compute ?? ""),
      model,
      isPromoted: promoteFrom === undefined ? undefined : (true as const),
      namedEnvironment: namedEnvironment(scoring.environment, reader),
      literalVariables: hasVariables ? literalVariables(variables) : undefined,
    }),
  };
  return { definition, problems: [...ofScoring, ...ofModel], ...defined({ promoteFrom }) };
}

function checkWork(work: Work, { add }: PartReader): void {
  const counts = {
    mini_batch_size: work.mini_batch_size,
    max_concurrency_per_instance: work.max_concurrency_per_instance,
  };
  for (const [key, count] of Object.entries(counts))
    if (count !== undefined && count < 1) add("out-of-range", [key], `${key} is ${count}.`, "Set it to 1 or more.");
  if (work.error_threshold !== undefined && work.error_threshold < -1)
    add(
      "out-of-range",
      ["error_threshold"],
      `error_threshold is ${work.error_threshold}.`,
      "Set it to 0 or more, or to -1 for any number.",
    );
  for (const [key, count] of Object.entries(work.retry_settings ?? {}))
    if (count !== undefined && count < 0)
      add("out-of-range", ["retry_settings", key], `${key} is ${count}.`, "Set it to 0 or more.");
  if (work.output_action === "summary_only" && (work.output_file_name ?? "") !== "")
    add(
      "wrong-key",
      ["output_file_name"],
      "With summary_only no file of predictions is written.",
      "Remove output_file_name, or use output_action: append_row.",
    );
}

/** Beside `settings` az ml passes over the keys of the older form, and takes one of the two counts. */
function checkBeside(value: Today | Older, { add }: PartReader): void {
  for (const key of ["error_threshold", "environment_variables"] as const)
    if (value[key] !== undefined)
      add(
        "unused-key",
        [key],
        `${key} is ignored beside settings, as with az ml.`,
        `Write it below settings.`,
        "warning",
      );
  const count = "settings" in value ? value.settings?.instance_count : undefined;
  if (value.resources !== undefined && count !== undefined && count !== 0)
    add(
      "said-twice",
      ["settings", "instance_count"],
      "The number of instances is given by settings.instance_count and by resources.",
      "Keep resources alone.",
    );
}

function membersOf(work: Work, { resources }: Today | Older, instanceCount = 0): BatchDefinition["members"] {
  const { retry_settings: retry, output_action: action } = work;
  const ofCount = instanceCount === 0 ? undefined : { instance_count: instanceCount };
  const declared = resources ?? ofCount;
  return defined({
    resources: declared && toResources(declared),
    outputFileName: work.output_file_name,
    outputAction: action && outputActions[action],
    errorThreshold: work.error_threshold,
    retrySettings: retry && defined({ maxRetries: retry.max_retries, timeout: secondsMember(retry.timeout) }),
    loggingLevel: work.logging_level,
    miniBatchSize: work.mini_batch_size,
    maxConcurrencyPerInstance: work.max_concurrency_per_instance,
  });
}
