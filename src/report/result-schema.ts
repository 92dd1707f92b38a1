import { z } from "zod";
import type { Result } from "./result.ts";

/** The published form of {@link Result}: what `result-path` holds. The compiler holds the two together. */

const text = z.string();

type ServiceErrorShape = {
  code: string;
  message: string;
  target?: string;
  details: ServiceErrorShape[];
  advice?: string;
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
  advice: text.exactOptional(),
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
const allowedBy = z
  .array(z.array(z.strictObject({ input: z.enum(["on-drift", "on-conflict", "allow-delete", "force"]), value: text })))
  .describe("Ways to allow what was refused; each is all the inputs that have to be set together.");
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
const hourly = z
  .strictObject({ minimum: z.number(), maximum: z.number(), unpriced: z.array(text) })
  .describe("Difference of what an hour costs, with all computes at minimum size and at maximum size.");
const means = z.enum(["in-place", "reattach", "recreate"]);
const step = z.strictObject({
  target: text,
  type: text,
  action,
  means: means.exactOptional(),
  reason: text,
  changes: z.array(z.strictObject({ field: text, from: text, to: text, means })),
  where: position
    .exactOptional()
    .describe("Where it is declared: of a refused step the field that the refusal is about, else the name."),
  findings: z.array(
    z.strictObject({
      severity: z.enum(["error", "warning", "not-checked", "note"]),
      code: text,
      message: text,
      advice: text,
      field: text.exactOptional().describe("The declared field that it is about."),
    }),
  ),
  allowedBy: allowedBy.exactOptional(),
  resourceId: text.exactOptional(),
  hourly: hourly.exactOptional(),
});
const target = z.strictObject({
  name: text,
  type: text,
  where: position
    .exactOptional()
    .describe("Where it is declared: of one that failed the field that the failure is about, else the name."),
  resourceId: text.exactOptional(),
  action,
  outcome: z.enum(["succeeded", "failed", "skipped", "in-progress"]),
  provisioningState: text.exactOptional(),
  provisioningErrors: z.array(serviceError),
  note: text.exactOptional(),
  allowedBy: allowedBy.exactOptional(),
  changed: z.boolean().exactOptional().describe("A write was accepted, or may have been carried out."),
  guarantee: z.enum(["serialised", "verified"]).exactOptional(),
  startedAt: text.exactOptional().describe("Absent where nothing was done."),
  durationSeconds: z.number(),
});
const goal = z.enum(["minimize", "maximize"]);
const parameters = z.record(text, z.unknown()).describe("A trial's own values of the search space.");

const child = z.strictObject({
  name: text,
  trial: z.number().exactOptional().describe("A trial's number, from 0 on."),
  step: text.exactOptional().describe("A step's name in its pipeline."),
  status: text,
  conclusion: z.enum(["success", "failure", "cancelled", "in-progress"]),
  parameters,
  metrics: z.record(text, z.number().nullable()).describe("Last value of each."),
  startedAt: text.exactOptional(),
  durationSeconds: z.number().exactOptional(),
  url: text.exactOptional(),
  error: serviceError.exactOptional().describe("Why a step failed."),
});

const points = z.array(z.strictObject({ step: z.number(), value: z.number().nullable() }));
const series = {
  name: text,
  last: z.number().nullable().describe("null for what JSON has no number for: NaN and the infinities."),
  points,
};
const bound = z.number().exactOptional();

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
  phases: z
    .array(
      z.strictObject({
        phase: z.enum(["queued", "preparing", "running"]),
        startedAt: text,
        durationSeconds: z.number(),
      }),
    )
    .exactOptional()
    .describe("What it was doing from its submission on. The last one lasts until its end, or until now."),
  metrics: z.array(z.strictObject(series)),
  stepMetrics: z
    .array(z.strictObject({ step: text, ...series }))
    .exactOptional()
    .describe("What the steps of a pipeline have logged."),
  baselines: z
    .array(z.strictObject({ run: text, name: text, points }))
    .exactOptional()
    .describe("Of the runs that gates compare with, the metrics that they compare."),
  images: z
    .array(
      z.strictObject({
        path: text,
        step: text.exactOptional(),
        url: text.exactOptional(),
        content: z
          .strictObject({ type: z.enum(["image/png", "image/jpeg", "image/gif", "image/webp"]), base64: text })
          .exactOptional()
          .describe("Of the first few small ones: the file itself."),
      }),
    )
    .exactOptional()
    .describe("Images among the artifacts of the run and of its steps; url is the studio's page of their run."),
  gates: z.array(
    z.strictObject({
      metric: text,
      step: text.exactOptional(),
      condition: text,
      bounds: z
        .strictObject({ low: bound, high: bound })
        .exactOptional()
        .describe("What the condition comes to in numbers."),
      value: z.number().nullable().exactOptional(),
      baseline: z.strictObject({ run: text, value: z.number(), url: text.exactOptional() }).exactOptional(),
      passed: z.boolean(),
      note: text.exactOptional(),
    }),
  ),
  children: z
    .array(child)
    .exactOptional()
    .describe("The runs that it has started: trials of a sweep, steps of a pipeline."),
  steps: z
    .array(z.strictObject({ name: text, after: z.array(text).describe("The steps that it starts after.") }))
    .exactOptional()
    .describe("The steps of a declared pipeline, whether or not they have started."),
  best: z
    .strictObject({ name: text, metric: text, goal, value: z.number().nullable().exactOptional(), parameters })
    .exactOptional()
    .describe("A sweep's best trial."),
  error: serviceError.exactOptional(),
  logTail: text.exactOptional(),
  artifactsPath: text.exactOptional(),
});

const environment = z.strictObject({
  name: text,
  version: text,
  where: position.exactOptional().describe("Where it is declared."),
  action: z.enum(["none", "create", "update"]),
  reason: text,
  id: text.exactOptional().describe("ARM ID of the version, once it is registered."),
});
const asset = environment.extend({ kind: z.enum(["environment", "component", "data", "model"]) });

const traffic = z.record(text, z.number()).describe("Percentages by the names of deployments.");
const latency = z.strictObject({ median: z.number(), p95: z.number(), max: z.number() });

const deployment = z.strictObject({
  endpoint: text.describe("The endpoint, or the web service."),
  deployment: text.exactOptional().describe("The name that the release has."),
  type: text,
  where: position.exactOptional().describe("Where it is declared."),
  strategy: text.exactOptional(),
  state: text.describe("As the service spells it."),
  action: z.enum(["created", "updated", "unchanged", "rolled-back", "submitted", "failed"]),
  changed: z.boolean().exactOptional(),
  traffic: z.number().exactOptional().describe("Percentage of the release now."),
  trafficBefore: traffic.exactOptional(),
  trafficAfter: traffic.exactOptional(),
  modelId: text.exactOptional(),
  tests: z.array(
    z.strictObject({
      name: text,
      passed: z.boolean(),
      calls: z.number(),
      status: text.exactOptional().describe("HTTP status of the last answer, or the status of the batch job."),
      latency: latency.exactOptional().describe("Milliseconds over all calls."),
      message: text.exactOptional(),
      url: text.exactOptional(),
    }),
  ),
  scoringUri: text.exactOptional(),
  swaggerUri: text.exactOptional(),
  url: text.exactOptional(),
  notes: z.array(text),
  error: serviceError.exactOptional(),
  logTail: text.exactOptional(),
  startedAt: text.exactOptional(),
  durationSeconds: z.number(),
});

const plannedDeployment = z.strictObject({
  endpoint: text,
  deployment: text.exactOptional().describe("The name that the release would get."),
  type: text,
  where: position.exactOptional(),
  strategy: text.exactOptional(),
  steps: z.array(
    z.strictObject({
      action: z.enum([
        "register",
        "create",
        "update",
        "test",
        "move-traffic",
        "mirror",
        "set-default",
        "delete",
        "none",
      ]),
      what: text,
      reason: text,
    }),
  ),
  trafficBefore: traffic.exactOptional(),
  trafficAfter: traffic.exactOptional(),
});

const doctor = z.strictObject({
  sections: z.array(
    z.strictObject({
      title: text,
      checks: z.array(
        z.strictObject({
          state: z.enum(["ok", "warning", "error", "not-checked"]),
          code: text.describe("Stable code; new ones may be added."),
          message: text,
          advice: text.exactOptional(),
        }),
      ),
    }),
  ),
  claims: z
    .strictObject({ issuer: text, subject: text, audience: text })
    .exactOptional()
    .describe("Of the ID token that GitHub gives this job; never the token itself."),
  federatedCredential: z
    .strictObject({ name: text, issuer: text, subject: text, audiences: z.array(text), description: text })
    .exactOptional()
    .describe("As az ad app federated-credential create --parameters takes it."),
  principal: z
    .strictObject({
      objectId: text.exactOptional(),
      applicationId: text.exactOptional(),
      tenantId: text.exactOptional(),
    })
    .exactOptional()
    .describe("Who the action is signed in as."),
  permissions: z.array(
    z.strictObject({
      action: text,
      plane: z.enum(["control", "data"]),
      scope: text,
      level: z.enum(["required", "recommended"]),
      purpose: text,
      state: z.enum(["granted", "missing", "not-checked"]),
    }),
  ),
  missingActions: z.array(text),
  roles: z.array(
    z.strictObject({
      role: z
        .strictObject({
          Name: text,
          IsCustom: z.literal(true),
          Description: text,
          Actions: z.array(text),
          NotActions: z.array(text),
          DataActions: z.array(text),
          NotDataActions: z.array(text),
          AssignableScopes: z.array(text),
        })
        .describe("As az role definition create --role-definition takes it."),
      scopes: z.array(text),
    }),
  ),
});

const resultSchema = z.strictObject({
  schemaVersion: z.literal(1),
  command: z.enum(["validate", "plan", "apply", "train", "deploy", "up", "detach", "doctor"]),
  conclusion: z.enum(["success", "failure", "cancelled"]),
  failureReason: text.exactOptional().describe("Stable code; new ones may be added."),
  failures: z
    .array(text)
    .describe("What went wrong, with what to do next; FILE:LINE:COLUMN in front where it stems from a declaration."),
  failureDetails: z
    .array(
      z.strictObject({
        reason: text.describe("Stable code; new ones may be added."),
        message: text.describe("What happened and why, without the ids of the error."),
        where: position.exactOptional(),
        error: serviceError.exactOptional().describe("Azure's error behind it, with its ids."),
      }),
    )
    .exactOptional()
    .describe("The failures in their parts, in the same order."),
  links: z
    .strictObject({
      workflowRun: text.exactOptional(),
      commit: text.exactOptional(),
      pullRequest: text.exactOptional(),
    })
    .exactOptional()
    .describe("Pages on GitHub."),
  workspace: z
    .strictObject({
      subscriptionId: text,
      resourceGroup: text,
      name: text,
      location: text.exactOptional(),
      url: text.exactOptional().describe("In Azure ML studio."),
      portalUrl: text.exactOptional().describe("In the Azure portal of its cloud."),
    })
    .exactOptional(),
  files: z.array(text),
  skipped: z.array(z.strictObject({ file: text, reason: text })),
  problems: z.array(problem),
  plan: z
    .strictObject({
      hasChanges: z.boolean(),
      deployments: z.array(plannedDeployment).exactOptional(),
      hourly: hourly.exactOptional(),
      steps: z.array(step),
    })
    .exactOptional(),
  targets: z.array(target),
  assets: z.array(asset).describe("Assets that files of their own declare, in the order of the files."),
  environments: z.array(environment).describe("The environments among the assets."),
  run: run.exactOptional(),
  deployments: z.array(deployment).describe("What was deployed, in the order of the declaration."),
  doctor: doctor.exactOptional(),
  leftGoing: z.array(z.strictObject({ what: text, next: text, runName: text.exactOptional() })),
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
type ResultIsPublished = Result extends Published ? true : never;
const _resultIsPublished: ResultIsPublished = true;

export function resultJsonSchema(): unknown {
  return {
    $id: "result.schema.json",
    title: "azureml-targets result",
    ...z.toJSONSchema(resultSchema, { target: "draft-7" }),
  };
}
