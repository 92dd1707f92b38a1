import { checkUpload } from "../upload/check.ts";
import { listData } from "../upload/local-upload.ts";
import { keepInside, leadsOutside, namedPath, rootOf } from "../../yaml/named-path.ts";
import type { SourceNode } from "../../yaml/source.ts";
import type { DatastoreUpload } from "../kind.ts";
import type { AddProblem } from "../../compute/kind.ts";

/** Where the bytes of an asset are: at an address already, or on this machine. */
export type Location =
  | { readonly from: "address"; readonly address: string }
  | ({ readonly from: "local"; readonly isFile: boolean } & DatastoreUpload);

type Declared = {
  readonly path: string;
  readonly datastore?: string | undefined;
  /** True for an asset that MLflow's `runs:/ID/path` may name. */
  readonly takesRuns?: boolean;
};

/** The `path` of an asset file: an address with a scheme goes through as it is, everything else is beside the file. */
export function readLocation(
  { path, datastore, takesRuns = false }: Declared,
  label: string,
  node: SourceNode,
  add: AddProblem,
): Location | undefined {
  const at = ["path"];
  const forms =
    "Write a path beside this file, azureml://datastores/NAME/paths/…, azureml://jobs/NAME/outputs/…, or an address.";
  if (path.trim() === "") {
    add("wrong-value", at, "The path is empty.", forms);
    return undefined;
  }
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(path) || (takesRuns && /^runs:\/./i.test(path)))
    return { from: "address", address: path };
  const { path: local, is } = namedPath(path, node.document);
  const what = `The ${label} ${JSON.stringify(path)}`;
  if (is === "outside") {
    add("outside", at, `${what} ${leadsOutside}.`, keepInside);
    return undefined;
  }
  if (is === "missing") {
    if (/^azureml:/i.test(path)) {
      const message = `${JSON.stringify(path)} refers to an asset, but a ${label} needs files.`;
      add("wrong-reference", at, message, forms);
    } else add("missing-file", at, `${what} does not exist.`, "Fix the path; it is relative to this file.");
    return undefined;
  }
  const root = rootOf(node.document);
  checkUpload(
    what,
    () => listData(local, root),
    (code, message, fix, severity) => add(code, at, message, fix, severity),
  );
  return {
    from: "local",
    isFile: is === "file",
    local,
    root,
    ...(datastore === undefined ? {} : { datastore: datastore.replace(/^azureml:/, "") }),
  };
}

const workspacePart = /^azureml:\/\/(subscriptions\/[^/]+\/resourcegroups\/[^/]+\/workspaces\/[^/]+\/)/i;

/** True for two addresses of one place: the service writes them in the long form, which names the workspace. */
export function isSamePlace(declared: string, live: unknown): boolean {
  if (typeof live !== "string") return false;
  const [one, other] = [declared, live].map((address) => ({
    in: workspacePart.exec(address)?.[1]?.toLowerCase(),
    below: address.replace(workspacePart, "azureml://").replace(/\/+$/, ""),
  })) as [Place, Place];
  return one.below === other.below && (one.in === undefined || other.in === undefined || one.in === other.in);
}

type Place = { readonly in: string | undefined; readonly below: string };

/** The long form of an address in a datastore: one of this workspace, as the official client has it, whatever another file said. */
export function inWorkspace(address: string, workspaceId: string): string {
  const [, subscription = "", group = ""] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\//i.exec(workspaceId) ?? [];
  const workspace = workspaceId.split("/").at(-1) ?? "";
  return address.replace(
    /^azureml:\/\/(?:subscriptions\/[^/]+\/resourcegroups\/[^/]+\/workspaces\/[^/]+\/)?(?=datastores\/)/i,
    `azureml://subscriptions/${subscription}/resourcegroups/${group}/workspaces/${workspace}/`,
  );
}
