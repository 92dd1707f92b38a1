import { defaultDatastore } from "../../azure/datastores.ts";
import { succeeded, type Outcome } from "../../azure/outcome.ts";
import type { AssetDeps, AssetRequest, DatastoreUpload, PartIds } from "../kind.ts";
import { ensureUploaded, takeUpload, type LocalUpload } from "../upload/local-upload.ts";
import type { EnvironmentDefinition } from "./definition.ts";
import { readEnvironmentAsset } from "./read.ts";
import { anonymousVersion, environmentBody } from "./request.ts";

export const label = "environment";
export const collection = "environments";
export const localField = "build";
export const read = readEnvironmentAsset;

/** What an environment is made of; only what describes it may change. */
export const fixedMembers = ["image", "condaFile", "build", "osType", "inferenceConfig"] as const;

/** Of a curated environment the service finds the newest version itself: `azureml:AzureML-…`. */
export function isResolvedByService(reference: string): boolean {
  return /^azureml:azureml-/i.test(reference);
}

/** What a reader of a report knows the environment by. */
export function wordFor({ image, build }: EnvironmentDefinition): string {
  const context = build?.context.from === "local" ? build.context.path : build?.context.url;
  return image ?? `built from ${context ?? ""}`;
}

export function uploadOf({ build, datastore }: EnvironmentDefinition): DatastoreUpload | undefined {
  return build?.context.from === "local"
    ? { local: build.context.folder, root: build.context.root, ...(datastore === undefined ? {} : { datastore }) }
    : undefined;
}

/** The Docker build context, where it is local. */
export async function contentOf(definition: EnvironmentDefinition): Promise<LocalUpload | undefined> {
  const context = uploadOf(definition);
  return context === undefined ? undefined : takeUpload(context.local, context.root);
}

export function identityOf(definition: EnvironmentDefinition, context: LocalUpload | undefined): string {
  return JSON.stringify(anonymousVersion(definition, context?.blobPath));
}

/** In quotes, so that a reference is never taken for a definition. */
export function identityOfReference(reference: string): string {
  return JSON.stringify(reference);
}

/** One without a name has its content for one, so that whatever has it is the same; a local context has to be uploaded first. */
export async function find(
  definition: EnvironmentDefinition,
  _: LocalUpload | undefined,
  { assets }: AssetDeps,
): Promise<Outcome<string | undefined>> {
  if (uploadOf(definition) !== undefined) return succeeded(undefined);
  const { name, version } = anonymousVersion(
    definition,
    definition.build?.context.from === "address" ? definition.build.context.url : undefined,
  );
  const found = await assets.idOf(collection, name, version);
  // Who may not read it may still put it.
  return found.ok || found.failure.reason === "cancelled" ? found : succeeded(undefined);
}

/** Address of the build context, uploaded where it is local; `undefined` for an environment that has none. */
export async function upload(
  { build, datastore = defaultDatastore }: EnvironmentDefinition,
  context: LocalUpload | undefined,
  _: string,
  deps: AssetDeps,
): Promise<Outcome<string | undefined>> {
  if (build === undefined) return succeeded(undefined);
  if (build.context.from === "address") return succeeded(build.context.url);
  if (context === undefined) throw new Error(`The build context ${build.context.path} was not read.`);
  const uploaded = await ensureUploaded(context, datastore, `the build context ${build.context.path}`, deps);
  return uploaded.ok ? succeeded(`${uploaded.value.url}/${context.blobPath}/`) : uploaded;
}

export function toRequest(
  definition: EnvironmentDefinition,
  _: LocalUpload | undefined,
  contextUri: string | undefined,
  __: PartIds,
  named?: { readonly name: string; readonly version: string },
): AssetRequest {
  return named === undefined
    ? anonymousVersion(definition, contextUri)
    : { ...named, body: environmentBody(definition, contextUri, false) };
}

/** Compared by the body as far as it is known before an upload: a local context is recognised by its place in the datastore. */
export function differencesFrom(
  definition: EnvironmentDefinition,
  context: LocalUpload | undefined,
  live: Readonly<Record<string, unknown>>,
): readonly string[] {
  const build = definition.build?.context;
  const { properties } = environmentBody(definition, build?.from === "address" ? build.url : context?.blobPath, false);
  const { build: declaredBuild, ...plain } = properties;
  const names = Object.entries(plain)
    .filter(([name, value]) => text(value) !== text(live[name]) && !(value === false && live[name] === null))
    .map(([name]) => name);
  const declared = declaredBuild as { contextUri?: string; dockerfilePath?: string } | undefined;
  if (declared === undefined) return names;
  const there = live["build"] as { contextUri?: string; dockerfilePath?: string } | null | undefined;
  const sameContext = there?.contextUri?.replace(/\/+$/, "").endsWith(declared.contextUri?.replace(/\/+$/, "") ?? "");
  const sameDockerfile = (declared.dockerfilePath ?? "Dockerfile") === (there?.dockerfilePath ?? "Dockerfile");
  return sameContext === true && sameDockerfile ? names : [...names, "build"];
}

/** A value as a text that tells no difference by case, or by the order of members. */
function text(value: unknown): string {
  return JSON.stringify(sorted(value)).toLowerCase();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value ?? "";
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
