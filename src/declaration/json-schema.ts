import * as z from "zod";
import { kinds } from "../compute/target.ts";
import { deploymentTypes } from "../deployment/deployment.ts";
import { jobTypes } from "../job/job.ts";
import { declarationSchema } from "./declaration-shape.ts";

/**
 * The JSON Schema of declaration files, made of the very shapes that validate them. Members that are read by modules of
 * their own (targets, run, deploy) are put in here.
 */
export function declarationJsonSchema(): unknown {
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
  const schema = z.toJSONSchema(declarationSchema(), options) as { properties: Record<string, unknown> };
  const targets = Object.entries(kinds).map(([type, { schema: shape }]) => {
    const target = z.toJSONSchema(shape(), options) as { properties: Record<string, unknown> };
    target.properties["type"] = { const: type };
    return withoutDialect(target);
  });
  const path = { type: "string", description: "Path or glob of az ml files, relative to this file." };
  schema.properties["targets"] = { type: "array", items: { anyOf: [...targets, path] } };
  const definitions: Record<string, unknown> = {};
  const jobs = Object.values(jobTypes).map(({ schema: shape }) => {
    // What a job's schema has once and refers to is found from the root of the whole.
    const { $defs = {}, definitions: older = {}, ...job } = z.toJSONSchema(shape(), options);
    Object.assign(definitions, $defs, older);
    return withoutDialect(job);
  });
  schema.properties["run"] = { anyOf: [path, ...jobs] };
  const deployments = Object.entries(deploymentTypes).map(([type, { schema: shape }]) => {
    const { $defs = {}, definitions: older = {}, ...deployment } = z.toJSONSchema(shape(), options);
    Object.assign(definitions, $defs, older);
    const properties = (deployment.properties ?? {}) as Record<string, unknown>;
    return withoutDialect({ ...deployment, properties: { ...properties, type: { const: type } } });
  });
  const deployed = { anyOf: [pathOfDeployment, ...deployments] };
  schema.properties["deploy"] = { anyOf: [...deployed.anyOf, { type: "array", items: deployed }] };
  const shared = Object.keys(definitions).length === 0 ? {} : { definitions };
  return { $id: "azureml.schema.json", title: "azureml-targets declaration", ...schema, ...shared };
}

const pathOfDeployment = {
  type: "string",
  description: "Path or glob of az ml endpoint and deployment files, of a deploy.json, or of a file with this mapping.",
};

function withoutDialect(schema: object): object {
  const { $schema: _, ...rest } = schema as { readonly $schema?: string };
  return rest;
}
