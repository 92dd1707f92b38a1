import { createHash } from "node:crypto";
import { findMissing, resolveReference } from "../asset/reference.ts";
import * as modelFile from "../asset/files/model-file.ts";
import type { ModelFile } from "../asset/files/model-file.ts";
import { isSamePlace } from "../asset/files/location.ts";
import type { AssetDeps } from "../asset/kind.ts";
import { registerAsset } from "../asset/register.ts";
import { snapshotRefusal } from "../asset/upload/refusal.ts";
import type { LocalUpload } from "../asset/upload/local-upload.ts";
import type { AssetVersion } from "../azure/assets.ts";
import { defined } from "../azure/defined.ts";
import { textOf } from "../azure/members.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import type { DeployedModel, PromotedModel } from "../deployment/parts/model.ts";
import { contentOf, contentProperty, modelTags, nextOf, oneVersion, otherBytes, placeOf } from "./model-versions.ts";
import type { ModelDeps, PlannedModel } from "./planned-model.ts";
import { planPromotion } from "./promotion.ts";
import { noRun, withRunNames } from "./run-names.ts";

/** Looks for the model of a deployment, and for what would be registered. */
export async function planModel(
  model: DeployedModel | undefined,
  promoted: PromotedModel | undefined,
  deps: ModelDeps,
): Promise<Outcome<PlannedModel | undefined>> {
  if (promoted?.from === "registry") return planReference(promoted.reference, deps);
  if (promoted !== undefined) return planPromotion(promoted, deps);
  if (model === undefined) return succeeded(undefined);
  if (model.from === "reference") return planReference(model.reference, deps);
  const { location } = model.file;
  if (location.from !== "address") return planDeclared(model, deps);
  const address = withRunNames(location.address, deps);
  if (!address.ok) return address;
  if (address.value === undefined) return succeeded(ofRunToCome(model));
  return planDeclared(
    { ...model, file: { ...model.file, location: { from: "address", address: address.value } } },
    deps,
  );
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
