import { readTarget } from "../../src/compute/read.ts";
import { toRequest, type ComputeTarget } from "../../src/compute/target.ts";
import type { Problem } from "../../src/yaml/problem.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import type { Workspace } from "../../src/azure/workspace.ts";
import type { ReadContext } from "../../src/compute/kind.ts";

/** The workspace of the recordings of official clients. */
export const recordedWorkspace: Workspace = {
  id: "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/mlw-main",
  subscriptionId: "33333333-3333-4333-8333-333333333333",
  resourceGroup: "rg-ml",
  name: "mlw-main",
  location: "eastus",
  v1LegacyMode: false,
  provisioningState: "Succeeded",
};

/** ARM id of a resource in the group that the recordings attach from. */
export function dataId(type: string, name: string): string {
  return `/subscriptions/${recordedWorkspace.subscriptionId}/resourceGroups/rg-data/providers/${type}/${name}`;
}

/** One target, read from YAML as from a file `target.yml`. */
export function readYaml(
  yaml: string,
  context: Partial<ReadContext> = {},
): { readonly target?: ComputeTarget; readonly problems: readonly Problem[] } {
  const { documents, problems } = readDocuments(yaml, { file: "target.yml", folder: "/checkout" });
  const [document] = documents;
  if (document === undefined) return { problems };
  const read = readTarget(
    { document, path: [] },
    { checkout: "/checkout", subscriptionId: recordedWorkspace.subscriptionId, ...context },
  );
  return { ...read, problems: [...problems, ...read.problems] };
}

/** The target that a valid declaration declares. */
export function targetOf(yaml: string): ComputeTarget {
  const { target, problems } = readYaml(yaml);
  if (target === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  return target;
}

/** The body that a declaration leads to, with `***` for every secret, as the recordings have them. */
export function bodyOf(yaml: string): Promise<unknown> {
  return toRequest(targetOf(yaml), recordedWorkspace, () => Promise.resolve("***"));
}

/** `error retired 2:7`: severity, code, line and column of each problem. */
export function placesOf(problems: readonly Problem[]): readonly string[] {
  return problems.map(
    ({ severity, code, where }) => `${severity} ${code} ${where === undefined ? "" : `${where.line}:${where.column}`}`,
  );
}
