import * as z from "zod";
import { kinds } from "../../src/compute/target.ts";
import { deploymentTypes } from "../../src/deployment/deployment.ts";
import { jobFiles, jobTypeNames } from "../../src/job/job-files.ts";
import { jobTypes } from "../../src/job/job.ts";
import { described } from "../../src/json-schema/describe.ts";
import type { Definitions, Schema } from "./schema-rows.ts";
import { declarationSchema } from "../../src/declaration/declaration-shape.ts";

/** The texts of a shape's keys, as editors show them. @param name by which `src/json-schema/hover` knows the shape. */
export function withTexts(schema: object, name: string): Schema {
  return described(schema, name);
}

/**
 * Shapes that validate, as plain JSON Schema with a mapping for each type: `schema/azureml.schema.json` has what editors need
 * besides (other spellings, conditions), which a page for people has not.
 */
export function shapesSchema(): Schema & { readonly definitions?: Definitions } {
  const options = {
    target: "draft-7",
    // What comes out of the readings is what an editor should propose; `integer()` and its like take more than that.
    io: "output",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: { required?: string[] } }) => {
      if (!(zodSchema instanceof z.ZodObject)) return;
      const shape = zodSchema.shape as Readonly<Record<string, z.ZodType>>;
      // A key with a default need not be written.
      const required = Object.keys(shape).filter((key) => shape[key]?.safeParse(undefined).success === false);
      if (required.length > 0) jsonSchema.required = required;
      else delete jsonSchema.required;
    },
  } as const;
  const schema = withTexts(z.toJSONSchema(declarationSchema(), options), "azureml") as {
    properties: Record<string, unknown>;
  };
  const targets = Object.entries(kinds).map(([type, { schema: shape }]) => {
    const target = z.toJSONSchema(shape(), options) as { properties: Record<string, unknown> };
    target.properties["type"] = { const: type };
    return withTexts(withoutDialect(target), type);
  });
  const path = { type: "string", description: "Path or glob of az ml files, relative to this file." };
  schema.properties["targets"] = { type: "array", items: { anyOf: [...targets, path] } };
  const definitions: Record<string, unknown> = {};
  const jobs = jobTypeNames.map((type) => {
    const { schema: shape } = jobTypes[type];
    // What a job's schema has once and refers to is found from the root of the whole.
    const { $defs = {}, definitions: older = {}, ...job } = z.toJSONSchema(shape(), options);
    Object.assign(definitions, $defs, older);
    return withTexts(withoutDialect(job), jobFiles[type].schemaName);
  });
  schema.properties["run"] = { anyOf: [path, ...jobs] };
  const deployments = Object.entries(deploymentTypes).map(([type, { schema: shape }]) => {
    const { $defs = {}, definitions: older = {}, ...deployment } = z.toJSONSchema(shape(), options);
    Object.assign(definitions, $defs, older);
    const properties = (deployment.properties ?? {}) as Record<string, unknown>;
    const whole = withoutDialect({ ...deployment, properties: { ...properties, type: { const: type } } });
    return withTexts(whole, `${type}Deploy`);
  });
  const deployed = { anyOf: [pathOfDeployment, ...deployments] };
  schema.properties["deploy"] = { anyOf: [...deployed.anyOf, { type: "array", items: deployed }] };
  const shared = Object.keys(definitions).length === 0 ? {} : { definitions };
  return { ...schema, ...shared } as Schema & { readonly definitions?: Definitions };
}

const pathOfDeployment = {
  type: "string",
  description: "Path or glob of az ml endpoint and deployment files, of a deploy.json, or of a file with this mapping.",
};

function withoutDialect(schema: object): object {
  const { $schema: _, ...rest } = schema as { readonly $schema?: string };
  return rest;
}
