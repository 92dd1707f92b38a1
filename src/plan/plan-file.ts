import * as z from "zod";
import { canonicalJson } from "../canonical-json.ts";
import type { Problem } from "../yaml/problem.ts";
import { checkShape, shape } from "../yaml/shape.ts";
import { positionOf, type SourceDocument, type SourceNode } from "../yaml/source.ts";

/**
 * The plan as a file: what `plan` writes and `apply` carries out exactly, with the requests in full. It holds references in
 * place of secrets.
 */

const planFileSchema = shape(() => {
  const text = z.string();
  const means = z.enum(["in-place", "reattach", "recreate"]);

  const request = z
    .strictObject({
      method: z.enum(["PUT", "PATCH", "POST", "DELETE"]),
      path: text.describe("Path below the endpoint of Azure Resource Manager."),
      apiVersion: text,
      query: z.record(text, text).exactOptional().describe("Parameters besides api-version."),
      body: z.unknown().optional().describe("As it is sent, with a reference in place of each secret."),
    })
    .describe("One request, in full.");

  const step = z.strictObject({
    target: text,
    type: text.describe("As in the declaration: amlcompute."),
    resourceId: text.exactOptional(),
    action: z.enum([
      "none",
      "create",
      "attach",
      "update",
      "reattach",
      "recreate",
      "replace",
      "adopt",
      "wait",
      "refuse",
    ]),
    means: means.exactOptional().describe("How the differences can be brought to what is declared."),
    reason: text.describe("Why, as a sentence."),
    refusal: text.exactOptional().describe("For a refused step: the failure reason. Such a plan is not applied."),
    adopts: text.exactOptional().describe("Name of the attachment that is used as it is."),
    changes: z.array(z.strictObject({ field: text, from: text, to: text, means })),
    declared: z
      .unknown()
      .optional()
      .describe("Body of a PUT of the whole target as it is declared, by which a change of the declaration is known."),
    requests: z.array(request).describe("What is sent, in this order; each removal is waited for."),
  });

  const environment = z.strictObject({
    name: text,
    version: text,
    action: z.enum(["none", "create", "update"]),
    reason: text,
  });

  return z.strictObject({
    schemaVersion: z.literal(1),
    madeAt: text.describe("ISO 8601, UTC."),
    madeBy: text.exactOptional().describe("Address of the workflow run."),
    commit: text.exactOptional(),
    workspace: z.strictObject({ subscriptionId: text, resourceGroup: text, name: text }),
    options: z
      .strictObject({
        onDrift: z.enum(["fail", "update", "reattach", "ignore"]),
        onConflict: z.enum(["fail", "adopt", "replace"]),
        allowDelete: z.boolean(),
        force: z.boolean(),
        only: z.array(text),
        set: z.array(text).describe("Overrides of declarations, except those of the run, because a plan has no run."),
      })
      .describe("The inputs that the plan was made with. It is applied with the same ones."),
    steps: z.array(step),
    assets: z
      .array(environment.extend({ kind: z.enum(["environment", "component", "data", "model"]) }))
      .describe("Assets that files of their own declare, to be registered."),
    environments: z.array(environment).describe("The environments among the assets."),
    digest: text.describe("SHA-256 of the rest: shows that the file was not edited by hand."),
  });
});

export type PlanFile = z.infer<ReturnType<typeof planFileSchema>>;
export type PlanFileStep = PlanFile["steps"][number];
export type PlannedRequest = PlanFileStep["requests"][number];

export function planFileJsonSchema(): unknown {
  return {
    $id: "plan.schema.json",
    title: "azureml-targets plan",
    ...z.toJSONSchema(planFileSchema(), { target: "draft-7" }),
  };
}

/** The digest of a text. */
export type Digest = (text: string) => string;

/** The file's text. */
export function writePlanFile(plan: Omit<PlanFile, "digest">, digest: Digest): string {
  return `${JSON.stringify({ ...plan, digest: digest(canonicalJson(plan)) }, undefined, 2)}\n`;
}

/** The plan in a file, or what is wrong with it, each problem at its place. */
export function readPlanFile(
  text: string,
  {
    file,
    documentOf,
    digest: digestOf,
  }: {
    /** Name to show. */
    readonly file: string;
    readonly documentOf: (text: string) => SourceDocument | undefined;
    readonly digest: Digest;
  },
): { readonly plan?: PlanFile; readonly problems: readonly Problem[] } {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    return { problems: [notJson(error, file)] };
  }
  // The places come from the reader of declarations, to which JSON is YAML; the values are those of JSON.
  const found = documentOf(text);
  const document: SourceDocument = {
    file,
    folder: found?.folder ?? "",
    at: found?.at ?? (() => ({ file, line: 1, column: 1 })),
    value,
  };
  const node: SourceNode = { document, path: [] };
  const version = (value as { readonly schemaVersion?: unknown } | null)?.schemaVersion;
  if (version !== 1) {
    return {
      problems: [
        {
          code: "plan-version",
          severity: "error",
          where: positionOf(node, ["schemaVersion"]),
          message:
            version === undefined
              ? "This is not a plan file of this action: it has no schemaVersion."
              : `The plan's schemaVersion is ${JSON.stringify(version)}; this version of the action reads 1.`,
          fix: "Make the plan with command: plan and the same version of the action.",
        },
      ],
    };
  }
  const { value: plan, problems } = checkShape(planFileSchema, node);
  if (plan === undefined) return { problems };
  const { digest, ...rest } = plan;
  if (digest !== digestOf(canonicalJson(rest))) {
    return {
      problems: [
        {
          code: "plan-edited",
          severity: "error",
          where: positionOf(node, ["digest"]),
          message: "The plan was changed after it was written: its digest does not match.",
          fix: "Change the declarations instead, and make a new plan with command: plan.",
        },
      ],
    };
  }
  return { plan, problems: [] };
}

function notJson(error: unknown, file: string): Problem {
  const text = error instanceof Error ? error.message : "";
  const [, line = "1", column = "1"] = /line (\d+) column (\d+)/.exec(text) ?? [];
  return {
    code: "plan-malformed",
    severity: "error",
    where: { file, line: Number(line), column: Number(column) },
    message: "The plan file is not JSON.",
    fix: "Make it with command: plan, and pass it on unchanged.",
  };
}
