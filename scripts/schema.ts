import { declarationJsonSchema } from "../src/declaration/json-schema.ts";
import { planFileJsonSchema } from "../src/plan/plan-file.ts";
import { resultJsonSchema } from "../src/report/result-schema.ts";
import { generated } from "./generated.ts";

const text = (schema: unknown) => `${JSON.stringify(schema, undefined, 2)}\n`;
generated("schema/azureml.schema.json", text(declarationJsonSchema()), "npm run schema");
generated("schema/plan.schema.json", text(planFileJsonSchema()), "npm run schema");
generated("schema/result.schema.json", text(resultJsonSchema()), "npm run schema");
