import { fileJsonSchema, fileKinds } from "../src/json-schema/az-ml.ts";
import { declarationJsonSchema } from "../src/json-schema/declaration.ts";
import { planFileJsonSchema } from "../src/plan/plan-file.ts";
import { resultJsonSchema } from "../src/report/result-schema.ts";
import { generated } from "./generated.ts";

const write = (path: string, schema: unknown, indent: number) =>
  generated(`schema/${path}.schema.json`, `${JSON.stringify(schema, undefined, indent)}\n`, "npm run schema");

// These are deep: one space for each level makes them a third smaller than two.
write("azureml", declarationJsonSchema(), 1);
for (const kind of fileKinds) write(kind.path, fileJsonSchema(kind), 1);
write("plan", planFileJsonSchema(), 2);
write("result", resultJsonSchema(), 2);
