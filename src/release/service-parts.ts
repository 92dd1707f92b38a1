import { createHash } from "node:crypto";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assetKinds } from "../asset/asset.ts";
import { resolveReference } from "../asset/reference.ts";
import { snapshotRefusal } from "../asset/upload/refusal.ts";
import { takeSnapshot, type Snapshot } from "../asset/upload/snapshot.ts";
import { defined } from "../azure/defined.ts";
import { refused, succeeded, type Outcome } from "../azure/outcome.ts";
import { packFiles } from "../deployment/service/archive.ts";
import { isRegistered } from "../deployment/service/assets.ts";
import type { AciService, AksService } from "../deployment/service/definition.ts";
import { driverProgram } from "../deployment/service/driver.ts";
import { registeredEnvironment, type ServiceEnvironment } from "../deployment/service/environment.ts";
import { codeFolder, toServiceRequest, type ServiceCode, type ServiceRequest } from "../deployment/service/request.ts";
import { candidateSuffix } from "../deployment/service/rules.ts";
import { gitProperties } from "../run/provenance.ts";
import type { SecretReference } from "../secret/secret.ts";
import { digestOf } from "./digest.ts";
import type { ReleaseDeps, TakenParts } from "./kind.ts";
import { secretValues } from "./secret-values.ts";
import { serviceProperties } from "./service-decision.ts";

export type AnyService = AciService | AksService;

/** A service with what of it is on this machine: nothing has been sent. */
export type TakenService = {
  readonly service: AnyService;
  readonly parts: TakenParts;
  readonly snapshot: Snapshot;
  readonly driver: string;
  readonly digest: string;
  /** The request by which it is told from others: by content, without secrets. */
  readonly identity: ServiceRequest;
};

/** Reads the code, and makes the digest of everything that the request will hold. */
export async function takeService(
  service: AnyService,
  parts: TakenParts,
  { azure }: Pick<ReleaseDeps, "azure">,
): Promise<Outcome<TakenService>> {
  const { code, scoringScript } = service;
  const environment = await environmentByContent(service, parts, azure);
  if (!environment.ok) return environment;
  try {
    const snapshot = await takeSnapshot(code.folder, code.root, code.includes);
    const driver = driverProgram(codeFolder(service), scoringScript);
    const content = createHash("sha256").update(`${driver}\n${snapshot.hash}`).digest("hex");
    const identity = toServiceRequest(
      service,
      {
        idOf: parts.identityOf,
        computeIdOf: (compute) => compute,
        valueOf: () => undefined,
        provenance: { properties: {}, tags: {} },
      },
      { code: { driverProgram: content, assets: [] }, environment: environment.value },
    );
    return succeeded({ service, parts, snapshot, driver, digest: digestOf(identity), identity });
  } catch (error) {
    return snapshotRefusal(error, "code_configuration.code");
  }
}

/** A version is what it is; where the newest one is asked for, it is another environment once there is another version. */
async function environmentByContent(
  service: AnyService,
  parts: TakenParts,
  { assets, workspace }: ReleaseDeps["azure"],
): Promise<Outcome<ServiceEnvironment>> {
  const { environment } = service;
  if (!isRegistered(environment)) return succeeded(inlineEnvironment(service));
  const byContent = (identity: string) => succeeded({ name: identity, version: null, image: "" });
  if (environment.from !== "reference" || !environment.id.includes("@"))
    return byContent(parts.identityOf("environment"));
  const found = await resolveReference(environment.id, assetKinds.environment, { assets, workspaceId: workspace.id });
  return found.ok ? byContent(found.value) : found;
}

function inlineEnvironment({ environment, environmentName, name }: AnyService): ServiceEnvironment {
  const own = { name: environmentName ?? `${name}-env`, version: null };
  if (environment.from === "reference") return own;
  const { image, conda, build, osType } = environment.definition;
  return {
    ...own,
    ...defined({
      image,
      conda,
      build:
        build?.context.from === "address"
          ? { url: build.context.url, ...defined({ dockerfilePath: build.dockerfilePath }) }
          : undefined,
      os: osType === "windows" ? "Windows" : undefined,
    }),
  };
}

/** Everything of a service, in the workspace. */
export type BroughtService = {
  /** ARM id of the model. */
  readonly modelId?: string;
  /** The request of the service itself, where it is made, and what an update makes it. */
  readonly created: ServiceRequest;
  readonly updated: ServiceRequest;
  /** That of its candidate: without address, certificate and keys, which are the service's own. */
  readonly candidate: ServiceRequest;
  readonly keys: { readonly primary?: string; readonly secondary?: string };
};

/**
 * Brings model, environment and code into the workspace. Secrets are read before anything is written.
 *
 * @throws SecretUnavailable
 */
export async function bringService(
  taken: TakenService,
  secrets: readonly SecretReference[],
  deps: ReleaseDeps,
  mayWrite: ReleaseDeps["beforeWriting"],
): Promise<Outcome<BroughtService>> {
  const { service, parts, digest } = taken;
  const values = await secretValues(secrets, deps.resolveSecret);
  const may = await mayWrite();
  if (!may.ok) return may;
  const ids = await parts.ensure();
  if (!ids.ok) return ids;
  const hasModel = service.model !== undefined || service.promoteFrom !== undefined;
  const modelId = hasModel ? ids.value("model") : undefined;
  const ours = `${deps.azure.workspace.id}/models/`.toLowerCase();
  if (modelId !== undefined && !modelId.toLowerCase().startsWith(ours)) return foreignModel(modelId);
  const environment = await environmentOf(service, ids.value, deps);
  if (!environment.ok) return environment;
  const code = await uploadCode(taken, deps);
  if (!code.ok) return code;
  const valueOf = (reference: SecretReference) => values.get(reference);
  const certificate = certificateMark(service, valueOf);
  const kept = service.keepFailed ? { [serviceProperties.kept]: "if-failed" } : {};
  const made = (one: AnyService, properties: Readonly<Record<string, string>>) =>
    toServiceRequest(
      one,
      {
        idOf: ids.value,
        computeIdOf: (compute) => deps.liveNames.get(compute.toLowerCase()) ?? compute,
        valueOf,
        provenance: {
          properties: { ...gitProperties(deps.github), [serviceProperties.digest]: digest, ...properties },
          tags: {},
        },
      },
      { code: code.value, environment: environment.value },
    );
  const { primaryKey, secondaryKey } = service;
  return succeeded({
    created: made(service, { ...certificate, ...kept }),
    updated: made(service, certificate),
    candidate: made(candidateOf(service), { ...kept, [serviceProperties.candidateOf]: service.name }),
    keys: defined({
      primary: primaryKey && valueOf(primaryKey),
      secondary: secondaryKey && valueOf(secondaryKey),
    }),
    ...defined({ modelId }),
  });
}

/** By which the next run sees that the certificate has been renewed: no read shows it. A certificate is public, its key is not. */
export function certificateMark(
  service: AnyService,
  valueOf: (reference: SecretReference) => string | undefined,
): Readonly<Record<string, string>> {
  if (service.type !== "aci" || service.sslEnabled !== true || service.sslCertificate === undefined) return {};
  const hash = createHash("sha256")
    .update(valueOf(service.sslCertificate) ?? "")
    .digest("hex");
  return { [serviceProperties.certificate]: hash };
}

function foreignModel(id: string): Outcome<never> {
  const message = `Web services take models of their own workspace only, and this one is ${id}.`;
  return refused("ModelOfAnotherPlace", message, "model");
}

/** The name under which a new version is tried before a service is changed. */
export function candidateName(name: string): string {
  return `${name}${candidateSuffix}`;
}

/** What is the service's own: callers know it by these. */
const ofServiceAlone = [
  ...["primaryKey", "secondaryKey", "dnsNameLabel"],
  ...["sslEnabled", "sslCname", "sslCertificate", "sslKey"],
];

function candidateOf(service: AnyService): AnyService {
  const shared = Object.entries(service).filter(([key]) => !ofServiceAlone.includes(key));
  return { ...(Object.fromEntries(shared) as AnyService), name: candidateName(service.name) };
}

/** The definition of a registered environment is that of its version in the workspace. */
async function environmentOf(
  service: AnyService,
  idOf: (where: string) => string,
  { azure }: ReleaseDeps,
): Promise<Outcome<ServiceEnvironment>> {
  if (!isRegistered(service.environment)) return succeeded(inlineEnvironment(service));
  const id = idOf("environment");
  const [, name, version] = /\/environments\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  const ours = id.toLowerCase().startsWith(`${azure.workspace.id}/`.toLowerCase());
  if (name === undefined || version === undefined || !ours) return noEnvironment(id);
  const found = await azure.assets.get("environments", name, version);
  if (!found.ok) return found;
  if (found.value === undefined) return noEnvironment(id);
  const registered = registeredEnvironment(name, version, found.value);
  // One that is defined beside the service has its content for a name in the workspace.
  return succeeded(
    service.environment.from === "reference" ? registered : { ...registered, ...nameOf(inlineEnvironment(service)) },
  );
}

function nameOf({ name, version }: ServiceEnvironment): Pick<ServiceEnvironment, "name" | "version"> {
  return { name, version };
}

function noEnvironment(id: string): Outcome<never> {
  const message = `The definition of the environment ${id} cannot be read from the workspace.`;
  return refused("EnvironmentNotReadable", message, "environment");
}

/** Packs the code, and uploads it with the driver; each to a place that nobody has used before, as the official client does. */
async function uploadCode(
  { service, snapshot, driver }: TakenService,
  { azure, newId, onProgress }: ReleaseDeps,
): Promise<Outcome<ServiceCode>> {
  const folder = await mkdtemp(join(tmpdir(), "azureml-targets-"));
  try {
    const mark = snapshot.hash.slice(0, 8);
    const fileOf = async (name: string) => {
      const path = join(folder, name);
      return { name, path, bytes: (await stat(path)).size };
    };
    const program = `driver_${mark}.py`;
    const archive = `${mark}.tar.gz`;
    await writeFile(join(folder, program), driver);
    await packFiles(codeFolder(service), snapshot.files, join(folder, archive));
    onProgress(
      `${service.name}: uploading the code, ${snapshot.files.length} ${snapshot.files.length === 1 ? "file" : "files"}.`,
    );
    const place = () =>
      newId()
        .replaceAll(/[^\da-z]/gi, "")
        .slice(0, 16);
    return await azure.v1Artifacts.uploadCode(
      { place: place(), file: await fileOf(program) },
      { place: place(), file: await fileOf(archive) },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
