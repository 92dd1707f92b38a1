import { createHash } from "node:crypto";
import type { Assets } from "../azure/assets.ts";
import { defaultDatastore } from "../azure/datastores.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import type { EnvironmentDefinition } from "../asset/environment/definition.ts";
import { anonymousVersion } from "../asset/environment/version.ts";
import { ensureUploaded, type LocalUpload, type UploadDeps } from "../asset/upload/local-upload.ts";
import type { Snapshot } from "../asset/upload/snapshot.ts";
import type { CommandJob, JobCode } from "./definition.ts";
import { inputUri, type LocalParts } from "./local-parts.ts";

export type DependencyDeps = UploadDeps & {
  readonly assets: Assets;
  readonly workspaceId: string;
};

/** The official client's hash version. */
const hashVersion = 202208;

/** A GUID made of the content, so that a registration whose reply was lost is repeated on itself. */
function contentGuid(hash: string): string {
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
async function ensureCode(snapshot: Snapshot, deps: DependencyDeps): Promise<Outcome<string>> {
  const { assets, blobs } = deps;
  const name = contentGuid(snapshot.hash);
  const found = await assets.findCode(name, snapshot.hash);
  if (!found.ok) return found;
  if (found.value !== undefined) {
    deps.onProgress(`The workspace has this code already (${snapshot.files.length} files); nothing is uploaded.`);
    return succeeded(found.value);
  }
  deps.onProgress(`Uploading ${snapshot.files.length} files of code, ${snapshot.bytes} bytes.`);
  const place = await assets.startCodeUpload(name, "1");
  if (!place.ok) return place;
  const files = snapshot.files.map(({ name: file, path }) => ({
    name: snapshot.isFile ? file : `${snapshot.folder}/${file}`,
    path,
  }));
  const uploaded = await blobs.upload(place.value, files, { signal: deps.signal });
  if (!uploaded.ok) return uploaded;
  // The official client marks the first file so that it can tell whole uploads from broken ones.
  const marked = await blobs.setMetadata(place.value, files[0]?.name ?? "", {
    name,
    version: "1",
    upload_status: "completed",
  });
  if (!marked.ok) return marked;
  return assets.putCode(name, "1", {
    properties: {
      codeUri: `${place.value.url}/${snapshot.folder}`,
      isAnonymous: true,
      properties: { hash_sha256: snapshot.hash, hash_version: hashVersion },
    },
  });
}

/** The id of a code reference or of the snapshot of a local folder. */
export async function resolveCode(
  code: JobCode,
  snapshot: Snapshot | undefined,
  deps: DependencyDeps,
): Promise<Outcome<string>> {
  if (snapshot !== undefined) return ensureCode(snapshot, deps);
  if (code.from === "local") throw new Error(`The code ${code.path} was not taken.`);
  if (!/^https?:/i.test(code.id)) return assetId(code.id, "codes", deps);
  // Code at an address is registered as it is; the service fetches it.
  return deps.assets.putCode(contentGuid(code.id), "1", {
    properties: { codeUri: code.id, isAnonymous: true, properties: {} },
  });
}

/** The id of the environment: of the one referred to, or of the version that an inline one becomes. */
export async function ensureEnvironment(
  { environment }: CommandJob,
  { context }: LocalParts,
  deps: DependencyDeps,
): Promise<Outcome<string>> {
  if (environment.from === "reference") return assetId(environment.id, "environments", deps);
  const contextUri = await ensureContext(environment.definition, context, deps);
  if (!contextUri.ok) return contextUri;
  const { name, version, body } = anonymousVersion(environment.definition, contextUri.value);
  const made = await deps.assets.putEnvironment(name, version, body);
  return made.ok ? succeeded(made.value.id) : made;
}

/** Address of an environment's build context, uploaded where it is local; `undefined` for one that has none. */
export async function ensureContext(
  { build, datastore = defaultDatastore }: EnvironmentDefinition,
  context: LocalUpload | undefined,
  deps: UploadDeps,
): Promise<Outcome<string | undefined>> {
  if (build === undefined) return succeeded(undefined);
  if (build.context.from === "address") return succeeded(build.context.url);
  if (context === undefined) throw new Error(`The build context ${build.context.path} was not taken.`);
  const uploaded = await ensureUploaded(context, datastore, `the build context ${build.context.path}`, deps);
  return uploaded.ok ? succeeded(`${uploaded.value.url}/${context.blobPath}/`) : uploaded;
}

/** Ids in place of the `azureml:` references of the inputs, and addresses in place of local paths, uploaded. */
export async function resolveInputs(
  job: CommandJob,
  { inputs: local }: LocalParts,
  deps: DependencyDeps,
): Promise<Outcome<Readonly<Record<string, string>>>> {
  const uris: Record<string, string> = {};
  for (const [name, input] of Object.entries(job.inputs)) {
    if (input.kind === "literal") continue;
    const upload = local[name];
    if (upload !== undefined) {
      const uploaded = await ensureUploaded(upload, input.datastore ?? defaultDatastore, `the input ${name}`, deps);
      if (!uploaded.ok) return uploaded;
      uris[name] = inputUri(input, upload);
      continue;
    }
    const kind = input.type.endsWith("_model") ? "models" : "data";
    const id = await assetId(input.path, kind, deps);
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
  { assets, workspaceId }: DependencyDeps,
): Promise<Outcome<string>> {
  const body = /^azureml:(?!\/\/)(.+)$/i.exec(reference)?.[1];
  if (body === undefined) return succeeded(reference);
  if (body.startsWith("/")) return succeeded(body);
  if (kind === "environments" && /^azureml-/i.test(body)) return succeeded(reference);
  const [, labelled, label] = /^([^:@]+)@(.+)$/.exec(body) ?? [];
  if (labelled !== undefined && label !== undefined && kind !== "codes") {
    const versions = label === "latest" ? await assets.versions(kind, labelled) : succeeded(undefined);
    if (!versions.ok) return versions;
    const latest = versions.value?.latest;
    return latest === undefined
      ? notFound(reference, kind)
      : succeeded(`${workspaceId}/${kind}/${labelled}/versions/${latest}`);
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
