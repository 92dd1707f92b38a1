import { textOnceMapping } from "../../yaml/shape.ts";

export const computeSchema = () =>
  textOnceMapping(({ target, instance_count: count }) => {
    const resources = typeof count === "number" ? `resources: { instance_count: ${count} }` : "";
    if (typeof target === "string") return `Write compute: ${target}${resources === "" ? "" : `, and ${resources}`}.`;
    return resources === "" ? undefined : `Write ${resources} in its place.`;
  })
    .optional()
    .describe("azureml:NAME of a target, or local. Without it: serverless compute.");

/** Name of a compute target of the workspace (`azureml:` removed), a full id, or `local`. */
export function readCompute(declared: string): string {
  return declared.replace(/^azureml:(?!\/\/)/, "");
}

/** ARM id of a compute, by the name under which it is live. */
export function computeId(workspaceId: string, compute: string): string {
  if (compute.startsWith("/")) return compute;
  // A virtual cluster is beside the workspaces of a resource group, not in one.
  const [, cluster] = /^virtualclusters\/(.+)$/i.exec(compute) ?? [];
  return cluster === undefined
    ? `${workspaceId}/computes/${compute}`
    : workspaceId.replace(/workspaces\/[^/]+$/, `virtualclusters/${cluster}`);
}

/** ARM ids of computes by the names that are declared. @param liveNames lower-case declared name → the name of the live one. */
export function computeIds(workspaceId: string, liveNames: ReadonlyMap<string, string>): (compute: string) => string {
  return (compute) => computeId(workspaceId, liveNames.get(compute.toLowerCase()) ?? compute);
}

/** ARM id of a datastore, by its name or its id. */
export function datastoreId(workspaceId: string, datastore: string): string {
  return datastore.startsWith("/") ? datastore : `${workspaceId}/datastores/${datastore}`;
}
