import * as z from "zod";
import { kinds } from "../../src/compute/target.ts";
import { declarationSchema } from "../../src/declaration/declaration-shape.ts";
import { deploymentTypes } from "../../src/deployment/deployment.ts";
import { jobFiles, jobTypeNames } from "../../src/job/job-files.ts";
import { jobTypes } from "../../src/job/job.ts";
import { described } from "../../src/json-schema/describe.ts";
import { requiredOf } from "../../src/json-schema/from-shape.ts";
import type { Definitions, Schema } from "./schema-rows.ts";

/** Makes schemas of shapes; what one has once and refers to is found in `definitions`. */
export type ShapeReader = {
  /**
   * @param name by which `src/json-schema/hover` knows the shape.
   * @param type what its `type` says, where the shape leaves that to its reader.
   */
  readonly ofShape: (shape: z.ZodType, name: string, type?: string) => Schema;
  readonly definitions: Definitions;
};

/**
 * Shapes that validate, as plain JSON Schema with the texts that editors show: `schema/azureml.schema.json` has what editors
 * need besides (other spellings, conditions), which a page for people has not.
 */
export function createShapeReader(): ShapeReader {
  const known: Record<string, Schema> = {};
  return {
    definitions: known,
    ofShape: (shape, name, type) => {
      const { definitions = {}, ...made } = z.toJSONSchema(shape, {
        target: "draft-7",
        // What comes out of the readings is what is to be written; `integer()` and its like take more than that.
        io: "output",
        unrepresentable: "any",
        override: ({ zodSchema, jsonSchema }) => {
          if (!(zodSchema instanceof z.ZodObject)) return;
          const required = requiredOf(zodSchema);
          if (required.length > 0) jsonSchema.required = [...required];
          else delete jsonSchema.required;
        },
      });
      Object.assign(known, definitions);
      const { properties } = made;
      const whole = type === undefined ? made : { ...made, properties: { ...properties, type: { const: type } } };
      return described(whole as object, name);
    },
  };
}

/** The members of a declaration file, with a mapping for each type of what they declare. */
export function declarationMembers({ ofShape }: ShapeReader): Readonly<Record<string, Schema>> {
  const targets = Object.entries(kinds).map(([type, { schema }]) => ofShape(schema(), type, type));
  const jobs = jobTypeNames.map((type) => ofShape(jobTypes[type].schema(), jobFiles[type].schemaName));
  const deployments = Object.entries(deploymentTypes).map(([type, { schema }]) =>
    ofShape(schema(), `${type}Deploy`, type),
  );
  return {
    ...ofShape(declarationSchema(), "azureml").properties,
    targets: { type: "array", items: { anyOf: targets } },
    run: { anyOf: jobs },
    deploy: { anyOf: deployments },
  };
}
