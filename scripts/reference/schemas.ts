import { fileKinds } from "../../src/json-schema/az-ml.ts";

/** Which file has which schema. */
export function schemasTable(): string {
  const kinds = [{ path: "azureml", title: "declaration file of this action, `azureml.yml`" }, ...fileKinds];
  const rows = kinds.map(({ path, title }) => {
    const cell = title.replaceAll("|", "\\|").replaceAll("\n", " ");
    return `| ${cell} | [\`${path}.schema.json\`](../schema/${path}.schema.json) |`;
  });
  return ["| File | Schema |", "| --- | --- |", ...rows].join("\n");
}
