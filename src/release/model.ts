import { createHash } from "node:crypto";
import { findMissing, resolveReference } from "../asset/reference.ts";
import * as modelFile from "../asset/files/model-file.ts";
import type { ModelFile } from "../asset/files/model-file.ts";
import { inWorkspace, isSamePlace } from "../asset/files/location.ts";
import type { AssetDeps } from "../asset/kind.ts";
import { registerAsset } from "../asset/register.ts";
import { snapshotRefusal } from "../asset/upload/refusal.ts";
import type { LocalUpload } from "../asset/upload/local-upload.ts";
import type { AssetVersion } from "../azure/assets.ts";
import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import { membersOf, textOf } from "../azure/members.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import { workspaceId as idOfWorkspace } from "../azure/workspace.ts";
import { namesRun, withRuns, type DeployedModel, type PromotedModel } from "../deployment/parts/model.ts";
import type { WorkflowRun } from "../run/provenance.ts";
import type { DeploymentStep } from "../report/result.ts";
import type { ReleasedRun } from "./kind.ts";

/** What tells the bytes of a model from all others; on every version that we register. */
export const contentProperty = "azureml-targets.content";

/** Tags of a version that we register. */
export const modelTags = {
  commit: "azureml-targets.commit",
  run: "azureml-targets.run",
  gates: "azureml-targets.gates",
  promotedFrom: "azureml-targets.promoted-from",
} as const;

export type ModelDeps = {
  readonly azure: Pick<Azure, "assets" | "assetsOf" | "workspace" | "lookups">;
  readonly github: Pick<WorkflowRun, "commit">;
  readonly run?: ReleasedRun;
  /** True where a run is declared that has not been submitted: what it will bring is not known. */
  readonly isRunToCome?: boolean;
};

/** A model, looked for in the workspace: nothing has been sent. */
export type PlannedModel = {
  /** What tells it from every other by its content. */
  readonly identity: string;
  /** ARM id, or address in a registry, where it is there already. */
  readonly id?: string;
  readonly steps: readonly DeploymentStep[];
  /** @returns the id. */
  readonly ensure: (deps: AssetDeps) => Promise<Outcome<string>>;
};

/** Looks for the model of a deployment, and for what would be registered. */
export async function planModel(
  model: DeployedModel | undefined,
  promoted: PromotedModel | undefined,
  deps: ModelDeps,
): Promise<Outcome<PlannedModel | undefined>> {
  if (promoted !== undefined) return planPromotion(promoted, deps);
  if (model === undefined) return succeeded(undefined);
  if (model.from === "reference") return planReference(model.reference, deps);
  const file = withRun(model.file, deps);
  if (!file.ok) return file;
  if (file.value === undefined) return succeeded(ofRunToCome(model));
  return planDeclared({ ...model, file: file.value }, deps);
}

/** There already. What it is told by is its content, where we or somebody like us registered it: a version is only a name. */
async function planReference(reference: string, { azure }: ModelDeps): Promise<Outcome<PlannedModel>> {
  const { assets, workspace } = azure;
  const found = await resolveReference(reference, modelFile, { assets, workspaceId: workspace.id });
  if (!found.ok) return found;
  const id = found.value;
  const there = (identity: string) =>
    succeeded({ identity, id, steps: [], ensure: () => Promise.resolve(succeeded(id)) });
  const [, name, version] = /\/workspaces\/[^/]+\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  const isHere = id.toLowerCase().startsWith(`${workspace.id.toLowerCase()}/`);
  if (!isHere || name === undefined || version === undefined) return there(id);
  const live = await assets.get("models", name, version);
  if (!live.ok) return live;
  if (live.value !== undefined) return there(contentOf(live.value) ?? id);
  const missing = await findMissing(reference, modelFile, { assets, lookups: azure.lookups });
  if (!missing.ok) return missing;
  const { message, fix } = missing.value ?? {
    message: `There is no model ${name}:${version}.`,
    fix: "Fix the reference.",
  };
  return failed({ reason: "not-found", error: { code: "ModelNotFound", message: `${message} ${fix}`, details: [] } });
}

/** The content that a version says it has. */
function contentOf(properties: AssetVersion["properties"]): string | undefined {
  return textOf(membersOf(properties["properties"])[contentProperty]);
}

async function planDeclared(
  model: Extract<DeployedModel, { from: "declared" }>,
  deps: ModelDeps,
): Promise<Outcome<PlannedModel>> {
  const { file, name, version } = model;
  const taken = await take(file);
  if (!taken.ok) return taken;
  const { upload, content } = taken.value;
  const tagged: ModelFile = {
    ...file,
    tags: { ...file.tags, ...tagsOf(deps, file) },
    properties: { ...file.properties, [contentProperty]: content },
  };
  if (name === undefined) return succeeded(anonymous(file, tagged, upload, content));
  const { assets } = deps.azure;
  const known = await (version === undefined
    ? assets.list("models", name)
    : oneVersion(name, version, placeOf(deps.azure)));
  if (!known.ok) return known;
  const there = known.value.find((one) => hasContent(one, file, upload, content));
  if (there !== undefined)
    return succeeded({
      identity: content,
      id: there.id,
      steps: [],
      ensure: () => Promise.resolve(succeeded(there.id)),
    });
  if (version !== undefined && known.value.length > 0) return otherBytes(name, version);
  const next = version ?? nextOf(known.value);
  return succeeded({
    identity: content,
    steps: [
      {
        action: "register",
        what: `the model ${name}, version ${next}`,
        reason:
          version === undefined && known.value.length > 0
            ? "None of its versions has these bytes."
            : `There is no version ${next} of it yet.`,
      },
    ],
    ensure: (bringing) =>
      register({ name, ...defined({ version }), next, file: tagged, upload }, model.source, bringing),
  });
}

/** The bytes of this machine, or the address in Azure that stands for them. */
async function take(
  file: ModelFile,
): Promise<Outcome<{ readonly upload: LocalUpload | undefined; readonly content: string }>> {
  try {
    const upload = await modelFile.contentOf(file);
    const address =
      upload?.blobPath ?? (file.location.from === "address" ? file.location.address.replace(/\/+$/, "") : "");
    return succeeded({ upload, content: createHash("sha256").update(address).digest("hex") });
  } catch (error) {
    return snapshotRefusal(error, "model.path");
  }
}

/** Where the workspace's own versions are. */
function placeOf({
  assets,
  workspace,
}: Pick<Azure, "assets" | "workspace">): Pick<AssetDeps, "assets" | "workspaceId"> {
  return { assets, workspaceId: workspace.id };
}

async function oneVersion(
  name: string,
  version: string,
  { assets, workspaceId }: Pick<AssetDeps, "assets" | "workspaceId">,
): Promise<Outcome<readonly AssetVersion[]>> {
  const live = await assets.get("models", name, version);
  if (!live.ok) return live;
  const id = `${workspaceId}/models/${name}/versions/${version}`;
  return succeeded(live.value === undefined ? [] : [{ version, id, properties: live.value }]);
}

/** By what we wrote about its content; else by the address of its bytes, or the run that they are of. */
function hasContent(
  { properties }: AssetVersion,
  file: ModelFile,
  upload: LocalUpload | undefined,
  content: string,
): boolean {
  const known = contentOf(properties);
  if (known !== undefined) return known === content;
  const { location } = file;
  const address =
    location.from === "address"
      ? location.address
      : `azureml://datastores/${location.datastore ?? "workspaceblobstore"}/paths/${upload?.blobPath ?? ""}`;
  if (isSamePlace(address, properties["modelUri"])) return true;
  const [, job, below] = /^azureml:\/\/jobs\/([^/]+)\/outputs\/artifacts\/(?:paths\/)?(.*?)\/*$/i.exec(address) ?? [];
  const uri = textOf(properties["modelUri"])?.replace(/\/+$/, "");
  return job !== undefined && textOf(properties["jobName"]) === job && uri?.endsWith(`/${below ?? ""}`) === true;
}

/** One above the greatest number; versions that are no number count for nothing. */
function nextOf(known: readonly AssetVersion[]): string {
  const numbers = known.map(({ version }) => Number(version)).filter((number) => Number.isSafeInteger(number));
  return String(Math.max(0, ...numbers) + 1);
}

function otherBytes(name: string, version: string): Outcome<never> {
  return failed({
    reason: "refused",
    status: 409,
    error: {
      code: "VersionExists",
      message: `Version ${version} of the model '${name}' exists with other bytes, and a version cannot be changed. Raise version, or leave it out.`,
      target: "model.version",
      details: [],
    },
  });
}

/** Its name is made of what is declared: what we add is another with each commit. @param tagged the same, with that. */
function anonymous(file: ModelFile, tagged: ModelFile, upload: LocalUpload | undefined, content: string): PlannedModel {
  const { name, version } = modelFile.unnamed(file, upload);
  return {
    identity: content,
    steps: [],
    ensure: async (deps) => {
      const there = await oneVersion(name, version, deps);
      if (!there.ok) return there;
      const [known] = there.value;
      if (known !== undefined) return succeeded(known.id);
      const may = await deps.beforeWriting?.();
      if (may?.ok === false) return may;
      const address = await modelFile.upload(file, upload, "the model", deps);
      if (!address.ok) return address;
      const { body } = modelFile.toRequest(tagged, upload, address.value, noParts(deps));
      const made = await deps.assets.put("models", name, version, body);
      return made.ok ? succeeded(made.value.id) : made;
    },
  };
}

type Registration = {
  readonly name: string;
  /** The declared one: it is this or none. */
  readonly version?: string;
  readonly next: string;
  readonly file: ModelFile;
  readonly upload: LocalUpload | undefined;
};

async function register(
  { name, version, next, file, upload }: Registration,
  source: DeployedModel["source"],
  deps: AssetDeps,
): Promise<Outcome<string>> {
  const may = await deps.beforeWriting?.();
  if (may?.ok === false) return may;
  const made = await registerAsset(
    {
      asset: { source, name, ...defined({ version }), definition: file },
      content: upload,
      action: "create",
      name,
      version: next,
      reason: "",
    },
    modelFile,
    deps,
    noParts(deps),
  );
  return made.ok ? succeeded(made.value.id) : made;
}

/** A model is made of no other assets. */
const noParts = ({ computeIdOf }: AssetDeps) => ({ idOf: (where: string) => where, computeIdOf, fingerprint: "" });

function tagsOf({ github, run }: ModelDeps, { location }: ModelFile): Readonly<Record<string, string>> {
  // Of the run that was trained here, where the bytes are its own, and where a file of this machine came with it.
  const [, ofJob] = location.from === "address" ? (/^azureml:\/\/jobs\/([^/]+)\//i.exec(location.address) ?? []) : [];
  return defined({
    [modelTags.commit]: github.commit === "" ? undefined : github.commit,
    [modelTags.run]: ofJob ?? run?.name,
    [modelTags.gates]:
      run === undefined || run.gates.length === 0
        ? undefined
        : JSON.stringify(
            run.gates.map(({ metric, condition, value, passed }) => ({
              metric,
              condition,
              ...defined({ value }),
              passed,
            })),
          ),
  });
}

/** The address with the run's name in it; `undefined` where the run is still to come. */
function withRun(file: ModelFile, { run, isRunToCome = false }: ModelDeps): Outcome<ModelFile | undefined> {
  const { location } = file;
  if (location.from !== "address" || !namesRun(location.address)) return succeeded(file);
  if (run === undefined)
    return isRunToCome
      ? succeeded(undefined)
      : noRun(`The model's path names a run (${location.address}), but this command has trained or joined none.`);
  const faults: string[] = [];
  const address = withRuns(location.address, (wanted) => {
    const name = "step" in wanted ? run.steps.get(wanted.step) : wanted.is === "best" ? run.bestTrial : run.name;
    if (name === undefined)
      faults.push(
        "step" in wanted
          ? `The run ${run.name} has no step ${JSON.stringify(wanted.step)}.`
          : `The run ${run.name} has no best trial: it is not a sweep, or none of its trials has logged the metric.`,
      );
    return name ?? "";
  });
  const [fault] = faults;
  return fault === undefined ? succeeded({ ...file, location: { from: "address", address } }) : noRun(fault);
}

function noRun(message: string): Outcome<never> {
  return failed({
    reason: "not-found",
    error: {
      code: "NoRun",
      message: `${message} Declare run and use the command up, or write the name of a run.`,
      target: "model.path",
      details: [],
    },
  });
}

function ofRunToCome({ name, file }: Extract<DeployedModel, { from: "declared" }>): PlannedModel {
  const address = file.location.from === "address" ? file.location.address : "";
  return {
    // Never that of a model which is live: what the run brings is new.
    identity: `run to come: ${address}`,
    steps: [
      {
        action: "register",
        what: name === undefined ? "the model of the run" : `the model ${name}, a new version`,
        reason: "It comes from the run that is submitted first.",
      },
    ],
    ensure: () => Promise.resolve(noRun("The model comes from a run that has not been submitted.")),
  };
}

/** A model of a registry is used where it is; one of another workspace is registered here, with the bytes where they are. */
async function planPromotion(promoted: PromotedModel, deps: ModelDeps): Promise<Outcome<PlannedModel>> {
  if (promoted.from === "registry") return planReference(promoted.reference, deps);
  const { azure } = deps;
  const source = {
    subscriptionId: promoted.subscriptionId ?? azure.workspace.subscriptionId,
    resourceGroup: promoted.resourceGroup ?? azure.workspace.resourceGroup,
    name: promoted.workspace,
  };
  const theirs = azure.assetsOf(source);
  const found = await resolveReference(promoted.reference, modelFile, {
    assets: theirs,
    workspaceId: idOfWorkspace(source),
  });
  if (!found.ok) return found;
  const [, sourceName = "", version = ""] = /\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(found.value) ?? [];
  const live = await theirs.get("models", sourceName, version);
  if (!live.ok) return live;
  if (live.value === undefined)
    return failed({
      reason: "not-found",
      error: {
        code: "ModelNotFound",
        message: `The workspace '${source.name}' has no model ${sourceName}:${version}, which promote_from names. Fix the reference, or the identity's right to read there.`,
        target: "promote_from",
        details: [],
      },
    });
  return planCopy(promoted, { id: found.value, name: sourceName, properties: live.value }, deps);
}

/** Numbers that are tried where others register at the same time. Our choice. */
const mostTries = 5;

async function planCopy(
  promoted: PromotedModel,
  source: { readonly id: string; readonly name: string; readonly properties: AssetVersion["properties"] },
  deps: ModelDeps,
  tries = 1,
): Promise<Outcome<PlannedModel>> {
  const { azure, github } = deps;
  const name = promoted.name ?? source.name;
  const { version } = promoted;
  const known = await (version === undefined
    ? azure.assets.list("models", name)
    : oneVersion(name, version, placeOf(azure)));
  if (!known.ok) return known;
  const isCopy = ({ properties }: AssetVersion) =>
    textOf(membersOf(properties["tags"])[modelTags.promotedFrom])?.toLowerCase() === source.id.toLowerCase();
  const there = known.value.find(isCopy);
  const identity = contentOf(source.properties) ?? source.id;
  if (there !== undefined)
    return succeeded({ identity, id: there.id, steps: [], ensure: () => Promise.resolve(succeeded(there.id)) });
  if (version !== undefined && known.value.length > 0) return otherBytes(name, version);
  const next = version ?? nextOf(known.value);
  const { modelUri, modelType, flavors, description } = source.properties;
  const uri = inWorkspace(textOf(modelUri) ?? "", source.id.replace(/\/models\/.*$/i, ""));
  return succeeded({
    identity,
    steps: [
      {
        action: "register",
        what: `the model ${name}, version ${next}`,
        reason: `It is promoted from ${source.id}: no bytes are copied.`,
      },
    ],
    ensure: async (bringing) => {
      const may = await bringing.beforeWriting?.();
      if (may?.ok === false) return may;
      const made = await bringing.assets.put("models", name, next, {
        properties: defined({
          modelUri: uri,
          modelType,
          flavors,
          description,
          isAnonymous: false,
          isArchived: false,
          properties: { [contentProperty]: identity },
          tags: {
            ...promoted.tags,
            ...defined({ [modelTags.commit]: github.commit === "" ? undefined : github.commit }),
            [modelTags.promotedFrom]: source.id,
          },
        }),
      });
      if (!made.ok) return made;
      if (!made.value.conflict) return succeeded(made.value.id);
      if (version !== undefined || tries >= mostTries) return otherBytes(name, next);
      // Somebody else has taken the number meanwhile, for this model or another one.
      const again = await planCopy(promoted, source, deps, tries + 1);
      return again.ok ? again.value.ensure(bringing) : again;
    },
  });
}
