import type { Assets } from "../azure/assets.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import { takeUpload, type LocalUpload } from "./upload/local-upload.ts";
import type { EnvironmentAsset } from "./environment/definition.ts";
import { environmentBody, type EnvironmentBody } from "./environment/version.ts";

/** What registering an environment comes to. */
export type EnvironmentStep = {
  readonly asset: EnvironmentAsset;
  /** The build context, where it is local. */
  readonly context?: LocalUpload;
  readonly action: "none" | "create" | "update";
  readonly version: string;
  /** The version to make where the service does not let the planned one be changed. */
  readonly otherwise?: string;
  /** Why, as a sentence. */
  readonly reason: string;
};

/** Compares a declared environment with the workspace. @throws SnapshotRefused when a build context cannot be taken. */
export async function planEnvironment(asset: EnvironmentAsset, assets: Assets): Promise<Outcome<EnvironmentStep>> {
  const build = asset.definition.build?.context;
  const context = build?.from === "local" ? await takeUpload(build.folder) : undefined;
  const base = { asset, ...(context === undefined ? {} : { context }) };
  const known = asset.version === undefined ? await assets.versions("environments", asset.name) : succeeded(undefined);
  if (!known.ok) return known;
  const { latest, next } = known.value ?? {};
  const version = asset.version ?? latest ?? "1";
  const live = await assets.getEnvironment(asset.name, version);
  if (!live.ok) return live;
  if (live.value === undefined) {
    return succeeded({ ...base, action: "create", version, reason: `There is no version ${version} of it yet.` });
  }
  const differing = differingMembers(declaredBody(asset, context), live.value);
  if (differing.length === 0) {
    return succeeded({ ...base, action: "none", version, reason: `Version ${version} is as declared.` });
  }
  return succeeded({
    ...base,
    action: "update",
    version,
    ...(asset.version === undefined && next !== undefined ? { otherwise: next } : {}),
    reason: `Version ${version} differs in ${differing.join(", ")}.`,
  });
}

/** The body as far as it can be known before an upload: a local context is told by its place in the datastore. */
function declaredBody({ definition }: EnvironmentAsset, context: LocalUpload | undefined): EnvironmentBody {
  const build = definition.build?.context;
  return environmentBody(definition, build?.from === "address" ? build.url : context?.blobPath, false);
}

/** Members that the declaration sets and the live version has otherwise. What the service filled in is no difference. */
function differingMembers({ properties }: EnvironmentBody, live: Readonly<Record<string, unknown>>): readonly string[] {
  const { build, ...rest } = properties;
  const plain = Object.entries(rest).filter(
    ([name, value]) => JSON.stringify(sorted(value)).toLowerCase() !== JSON.stringify(sorted(live[name])).toLowerCase(),
  );
  const names = plain.map(([name]) => name).filter((name) => !(properties[name] === false && live[name] === null));
  const declared = build as { contextUri?: string; dockerfilePath?: string } | undefined;
  const there = live["build"] as { contextUri?: string; dockerfilePath?: string } | null | undefined;
  if (declared === undefined) return names;
  const sameContext = there?.contextUri?.replace(/\/+$/, "").endsWith(declared.contextUri?.replace(/\/+$/, "") ?? "");
  const sameDockerfile = (declared.dockerfilePath ?? "Dockerfile") === (there?.dockerfilePath ?? "Dockerfile");
  return sameContext === true && sameDockerfile ? names : [...names, "build"];
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

/** Carries a step out: the upload first, then one write. @returns the version that stands now, and its id. */
export async function registerEnvironment(
  { asset, version, otherwise }: EnvironmentStep,
  contextUri: string | undefined,
  assets: Assets,
): Promise<Outcome<{ readonly version: string; readonly id: string }>> {
  const body = environmentBody(asset.definition, contextUri, false);
  for (const number of [version, otherwise]) {
    if (number === undefined) break;
    const made = await assets.putEnvironment(asset.name, number, body);
    if (!made.ok) return made;
    if (!made.value.conflict) return succeeded({ version: number, id: made.value.id });
  }
  return failed({
    reason: "refused",
    status: 409,
    error: {
      code: "VersionExists",
      message: `Version ${version} of the environment '${asset.name}' exists with other content, and a version cannot be changed. Raise version in the file, or leave it out.`,
      details: [],
    },
  });
}
