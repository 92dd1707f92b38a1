import { createHash } from "node:crypto";
import type { Assets } from "../azure/assets.ts";
import type { Blobs } from "../azure/blobs.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import type { CommandJob, JobCode, JobEnvironment } from "./definition.ts";
import { environmentVersion } from "./environment.ts";
import { takeSnapshot, type Snapshot } from "./snapshot.ts";

export type DependencyPorts = {
  readonly assets: Assets;
  readonly blobs: Blobs;
  readonly workspaceId: string;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
};

/** The official client's hash version. */
const hashVersion = 202208;

/** A GUID made of the content, so that a registration whose reply was lost is repeated on itself. */
export function contentGuid(hash: string): string {
  const digest = createHash("sha256").update(hash).digest("hex");
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `4${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}

/** The id of the job's code: what the service has is found by its content, the rest is uploaded and registered. */
export async function ensureCode(snapshot: Snapshot, ports: DependencyPorts): Promise<Outcome<string>> {
  const { assets, blobs } = ports;
  const name = contentGuid(snapshot.hash);
  const found = await assets.findCode(name, snapshot.hash);
  if (!found.ok) return found;
  if (found.value !== undefined) {
    ports.onProgress(`The workspace has this code already (${snapshot.files.length} files); nothing is uploaded.`);
    return succeeded(found.value);
  }
  ports.onProgress(`Uploading ${snapshot.files.length} files of code, ${snapshot.bytes} bytes.`);
  const place = await assets.startCodeUpload(name, "1");
  if (!place.ok) return place;
  const files = snapshot.files.map(({ name: file, path }) => ({ name: `${snapshot.folder}/${file}`, path }));
  const uploaded = await blobs.upload(place.value.sasUri, files, ports.signal);
  if (!uploaded.ok) return uploaded;
  // The official client marks the first file so that it can tell whole uploads from broken ones.
  const marked = await blobs.setMetadata(place.value.sasUri, files[0]?.name ?? "", {
    name,
    version: "1",
    upload_status: "completed",
  });
  if (!marked.ok) return marked;
  return assets.putCode(name, "1", {
    properties: {
      codeUri: `${place.value.blobUri}/${snapshot.folder}`,
      isAnonymous: true,
      properties: { hash_sha256: snapshot.hash, hash_version: hashVersion },
    },
  });
}

/** The id of a code reference or of the snapshot of a local folder. */
export async function resolveCode(
  code: JobCode,
  snapshot: Snapshot | undefined,
  ports: DependencyPorts,
): Promise<Outcome<string>> {
  if (code.from === "reference") {
    return /^(git\+|https?:)/i.test(code.id) ? succeeded(code.id) : assetId(code.id, "codes", ports);
  }
  return ensureCode(snapshot ?? (await takeSnapshot(code.folder)), ports);
}

/** The id of the environment: of the one referred to, or of the version that an inline one becomes. */
export async function ensureEnvironment(environment: JobEnvironment, ports: DependencyPorts): Promise<Outcome<string>> {
  if (environment.from === "reference") return assetId(environment.id, "environments", ports);
  const { name, version, body } = environmentVersion(environment);
  return ports.assets.putEnvironment(name, version, body);
}

/** Ids in place of the `azureml:` references of the inputs. */
export async function resolveInputs(
  job: CommandJob,
  ports: DependencyPorts,
): Promise<Outcome<Readonly<Record<string, string>>>> {
  const uris: Record<string, string> = {};
  for (const [name, input] of Object.entries(job.inputs)) {
    if (input.kind === "literal") continue;
    const kind = input.type.endsWith("_model") ? "models" : "data";
    const id = await assetId(input.path, kind, ports);
    if (!id.ok) return id;
    uris[name] = id.value;
  }
  return succeeded(uris);
}

/**
 * The ARM id of `azureml:NAME:VERSION` or `azureml:NAME@latest`. Everything else (full ids, registries, datastores,
 * addresses) goes through as it is; so do curated environments of the form `azureml:AzureML-…@latest`, which the
 * service resolves by itself.
 */
async function assetId(
  reference: string,
  kind: "codes" | "environments" | "data" | "models",
  { assets, workspaceId }: DependencyPorts,
): Promise<Outcome<string>> {
  const body = /^azureml:(?!\/\/)(.+)$/i.exec(reference)?.[1];
  if (body === undefined) return succeeded(reference);
  if (body.startsWith("/")) return succeeded(body);
  if (kind === "environments" && /^azureml-/i.test(body)) return succeeded(reference);
  const [, labelled, label] = /^([^:@]+)@(.+)$/.exec(body) ?? [];
  if (labelled !== undefined && label !== undefined && kind !== "codes") {
    const latest = await assets.latestVersion(kind, labelled);
    if (!latest.ok) return latest;
    if (latest.value !== undefined) return succeeded(`${workspaceId}/${kind}/${labelled}/versions/${latest.value}`);
    return notFound(reference, kind);
  }
  const [, name, version] = /^([^:]+):(.+)$/.exec(body) ?? [];
  if (name !== undefined && version !== undefined)
    return succeeded(`${workspaceId}/${kind}/${name}/versions/${version}`);
  return notFound(reference, kind);
}

function notFound(reference: string, kind: string) {
  return failed({
    reason: "not-found",
    error: {
      code: "AssetNotFound",
      message: `The workspace has nothing that ${JSON.stringify(reference)} refers to among its ${kind}. Write azureml:NAME:VERSION or azureml:NAME@latest of one that exists.`,
      details: [],
    },
  });
}
