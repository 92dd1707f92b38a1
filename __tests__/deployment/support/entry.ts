import type { DeployEntry } from "../../../src/deployment/kind.ts";
import { formatProblem, type Problem } from "../../../src/yaml/problem.ts";
import type { SourceNode } from "../../../src/yaml/source.ts";
import { readDocuments } from "../../../src/yaml/yaml.ts";
import { checkoutOf } from "../../support/step.ts";

/** What the mappings of these tests name. */
const files = {
  "src/score.py": "def run(x): return x\n",
  "model/model.json": "{}",
  "mlflow/MLmodel": "flavors: {}\n",
  "one.json": "{}",
  "env.yml": "name: infer\nversion: 4\nimage: i.azurecr.io/i:1\n",
  "pipeline.yml": "type: pipeline\nname: p\njobs:\n  one: { type: command, command: echo, environment: azureml:e:1 }\n",
};

/** The entry of a mapping below `deploy` of azureml.yml, with az ml's keys in place. */
export function entryOf(mapping: string): DeployEntry {
  const folder = checkoutOf(files);
  const text = `deploy:\n${mapping.replaceAll(/^(?=.)/gm, "  ")}\n`;
  const { documents, problems } = readDocuments(text, { file: "azureml.yml", folder, root: folder });
  const [document] = documents;
  if (document === undefined || problems.length > 0) throw new Error(problems.map(formatProblem).join("\n"));
  const settings: SourceNode = { document, path: ["deploy"] };
  const written = (document.value as { readonly deploy: Readonly<Record<string, unknown>> }).deploy;
  const part = (key: "endpoint" | "deployment") =>
    written[key] === undefined ? {} : { [key]: { document, path: ["deploy", key] } };
  return { settings, ...part("endpoint"), ...part("deployment") };
}

export const shown = (problems: readonly Problem[]) => problems.map(formatProblem);
