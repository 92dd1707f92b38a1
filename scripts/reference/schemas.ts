import { fileKinds } from "../../src/json-schema/az-ml.ts";
import { cell, table } from "./markdown.ts";

/** Which file has which schema. */
export function schemasTable(): string {
  const kinds = [{ path: "azureml", title: "declaration file of this action, `azureml.yml`" }, ...fileKinds];
  const rows = kinds.map(({ path, title }) => [
    cell(title),
    `[\`${path}.schema.json\`](../schema/${path}.schema.json)`,
  ]);
  return table(["File", "Schema"], rows);
}
