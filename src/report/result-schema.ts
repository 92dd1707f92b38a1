import { z } from "zod";
import type { Result } from "./result.ts";

/** The published form of {@link Result}: what `result-path` holds. The compiler holds the two together. */

const text = z.string();

type ServiceErrorShape = {
  code: string;
  message: string;
  target?: string;
  details: ServiceErrorShape[];
  correlationId?: string;
  requestId?: string;
};
const serviceError: z.ZodType<ServiceErrorShape> = z.strictObject({
  code: text,
  message: text,
  target: text.exactOptional(),
  get details() {
    return z.array(serviceError);
  },
  correlationId: text.exactOptional(),
  requestId: text.exactOptional(),
});

const position = z.strictObject({ file: text, line: z.int(), column: z.int() });
const problem = z.strictObject({
  code: text,
  severity: z.enum(["error", "warning", "notice"]),
  where: position.exactOptional(),
  related: position.exactOptional(),
  message: text,
  fix: text,
});
const action = z.enum([
  "none",
  "create",
  "attach",
  "update",
  "reattach",
  "recreate",
  "replace",
  "adopt",
  "detach",
  "delete",
  "join",
  "wait",
  "refuse",
]);
const means = z.enum(["in-place", "reattach", "recreate"]);
const step = z.strictObject({
  target: text,
  type: text,
  action,
  means: means.exactOptional(),
  reason: text,
  changes: z.array(z.strictObject({ field: text, from: text, to: text, means })),
  findings: z.array(
    z.strictObject({
      severity: z.enum(["error", "warning", "not-checked"]),
      code: text,
      message: text,
      advice: text,
    }),
  ),
  resourceId: text.exactOptional(),
});
const target = z.strictObject({
  name: text,
  type: text,
  resourceId: text.exactOptional(),
  action,
  outcome: z.enum(["succeeded", "failed", "skipped", "in-progress"]),
  provisioningState: text.exactOptional(),
  provisioningErrors: z.array(serviceError),
  note: text.exactOptional(),
  guarantee: z.enum(["serialised", "verified"]).exactOptional(),
  durationSeconds: z.number(),
});
const run = z.strictObject({
  name: text,
  id: text.exactOptional(),
  displayName: text.exactOptional(),
  url: text.exactOptional(),
  status: text,
  conclusion: z.enum(["success", "failure", "cancelled", "in-progress"]),
  reused: z.boolean(),
  compute: text,
  environment: text.exactOptional(),
  experiment: text.exactOptional(),
  commit: text.exactOptional(),
  startedAt: text.exactOptional(),
  durationSeconds: z.number().exactOptional(),
  metrics: z.array(
    z.strictObject({
      name: text,
      last: z.number().nullable().describe("null stands for what JSON has no number for: NaN and the infinities."),
      points: z.array(z.strictObject({ step: z.number(), value: z.number().nullable() })),
    }),
  ),
  gates: z.array(
    z.strictObject({
      metric: text,
      condition: text,
      value: z.number().nullable().exactOptional(),
      passed: z.boolean(),
    }),
  ),
  error: serviceError.exactOptional(),
  logTail: text.exactOptional(),
  artifactsPath: text.exactOptional(),
});

const environment = z.strictObject({
  name: text,
  version: text,
  action: z.enum(["none", "create", "update"]),
  reason: text,
  id: text.exactOptional(),
});

export const resultSchema = z.strictObject({
  schemaVersion: z.literal(1),
  command: z.enum(["validate", "plan", "apply", "train", "deploy", "up", "detach", "doctor"]),
  conclusion: z.enum(["success", "failure", "cancelled"]),
  failureReason: text.exactOptional().describe("Stable code; new ones may be added."),
  failures: z.array(text),
  workspace: z
    .strictObject({
      subscriptionId: text,
      resourceGroup: text,
      name: text,
      location: text.exactOptional(),
      url: text.exactOptional(),
    })
    .exactOptional(),
  files: z.array(text),
  skipped: z.array(z.strictObject({ file: text, reason: text })),
  problems: z.array(problem),
  plan: z.strictObject({ hasChanges: z.boolean(), steps: z.array(step) }).exactOptional(),
  targets: z.array(target),
  environments: z.array(environment),
  run: run.exactOptional(),
  leftGoing: z.array(z.strictObject({ what: text, next: text })),
  startedAt: text,
  durationSeconds: z.number(),
});

type Readonlies<Value> = Value extends readonly (infer Item)[]
  ? readonly Readonlies<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Readonlies<Value[Key]> }
    : Value;

/** Fails to compile when the type has what the schema has not. */
type Published = Readonlies<z.infer<typeof resultSchema>>;
export type ResultIsPublished = Result extends Published ? true : never;
export const resultIsPublished: ResultIsPublished = true;

export function resultJsonSchema(): unknown {
  return {
    $id: "result.schema.json",
    title: "azureml-targets result",
    ...z.toJSONSchema(resultSchema, { target: "draft-7" }),
  };
}
