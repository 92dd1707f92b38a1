import { artifactContainer } from "../arm/jobs/document.ts";
import { ok, page, type Incoming, type Reply } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Storage } from "../storage.ts";
import { v1Error } from "./v1-error.ts";

/**
 * The artifact service of the first SDK for what comes of a machine (`LocalUpload`): what a model or a web service is made of.
 * Artifacts of runs belong to the run history.
 */
export async function v1Artifacts(request: Incoming, storage: Storage): Promise<Reply | undefined> {
  const [, verb, origin = "", container = "", path] =
    new RegExp(
      `^/artifact/v2\\.0${workspacePath}/artifacts/(batch/metadata|contentinfo|prefix/contentinfo)/([^/]+)/([^/]+)(?:/(.*))?$`,
      "i",
    ).exec(request.path) ?? [];
  if (verb === undefined || origin === "ExperimentRun") return undefined;
  const folder = `${origin}/${decodeURIComponent(container)}`;
  const address = (blob: string, permissions: string) => {
    const encoded = blob.split("/").map(encodeURIComponent).join("/");
    return `${request.endpoints.blob(seeded.storageAccount)}/${artifactContainer}/${encoded}?${storage.sign(artifactContainer, blob, permissions, 8)}`;
  };
  const content = (name: string, permissions: string) => ({
    contentUri: address(`${folder}/${name}`, permissions),
    origin,
    container: decodeURIComponent(container),
    path: name,
  });
  if (verb.toLowerCase() === "batch/metadata") {
    if (request.method !== "POST") return undefined;
    const { paths } = (request.body ?? {}) as { readonly paths?: readonly { readonly path?: string }[] };
    const names = (paths ?? []).map((one) => one.path ?? "");
    if (names.length === 0 || names.some((name) => name === "" || name.split("/").includes("..")))
      return v1Error(400, "UserError", "The request names no paths, or one that is none.");
    const artifacts = names.map(
      (name) => [name, artifact(folder, name, origin, decodeURIComponent(container))] as const,
    );
    return ok({
      artifacts: Object.fromEntries(artifacts),
      artifactContentInformation: Object.fromEntries(names.map((name) => [name, content(name, "rcw")])),
      errors: {},
    });
  }
  if (request.method !== "GET") return undefined;
  const below = decodeURIComponent(path ?? "");
  const blobs = (await storage.service()).getContainerClient(artifactContainer);
  const names: string[] = [];
  for await (const { name } of blobs.listBlobsFlat({ prefix: `${folder}/${below}` })) names.push(name);
  if (verb.toLowerCase() === "contentinfo")
    return names.includes(`${folder}/${below}`)
      ? ok(content(below, "r"))
      : v1Error(404, "UserError", `The artifact ${folder}/${below} was not found.`);
  const found = names
    .map((name) => name.slice(folder.length + 1))
    // Below a folder, and not what begins with the same letters.
    .filter((name) => below === "" || name === below || name.startsWith(below.endsWith("/") ? below : `${below}/`));
  return page(
    found.map((name) => content(name, "r")),
    request,
    mostArtifacts,
    request.endpoints.api,
  );
}

const mostArtifacts = 500;

function artifact(folder: string, path: string, origin: string, container: string) {
  return {
    artifactId: `${folder}/${path}`,
    origin,
    container,
    path,
    etag: null,
    createdTime: new Date().toISOString(),
    dataPath: null,
  };
}
