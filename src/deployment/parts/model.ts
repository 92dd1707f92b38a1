import * as z from "zod";
import * as modelFile from "../../asset/files/model-file.ts";
import type { ModelFile } from "../../asset/files/model-file.ts";
import { versionText } from "../../asset/version.ts";
import { defined } from "../../azure/defined.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import { readerWithin } from "../../job/parts/within.ts";
import type { Problem } from "../../yaml/problem.ts";
import { pythonText } from "../../yaml/python-text.ts";
import { text } from "../../yaml/shape.ts";
import { valueAt, type SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";

/**
 * The model that a deployment serves. `${{run.name}}`, `${{run.best}}` and `${{run.steps.NAME}}` may stand in the address of a
 * declared one: only the release knows them.
 */
export type DeployedModel =
  /** `azureml:NAME:VERSION`, `azureml:NAME@latest`, `azureml://registries/…` or a full id. */
  | { readonly from: "reference"; readonly reference: string; readonly source: SourceNode }
  | {
      readonly from: "declared";
      /** The mapping, for messages. */
      readonly source: SourceNode;
      /** Absent for an anonymous one, as in az ml. */
      readonly name?: string;
      readonly version?: string;
      readonly file: ModelFile;
    };

/** `promote_from`. */
export type PromotedModel = {
  readonly source: SourceNode;
  /** Name and version to register under, where `model` has them. */
  readonly name?: string;
  readonly version?: string;
  readonly tags: Readonly<Record<string, string>>;
} & (
  | { readonly from: "registry"; readonly reference: string }
  | {
      readonly from: "workspace";
      readonly workspace: string;
      readonly subscriptionId?: string;
      readonly resourceGroup?: string;
      /** `azureml:NAME:VERSION` or `azureml:NAME@latest` there. */
      readonly reference: string;
    }
);

export const deployedModelSchema = () =>
  z
    .union([text(), modelFile.schema().partial({ path: true })])
    .describe("azureml:NAME:VERSION, azureml:NAME@latest, azureml://registries/…, or a model with its path.");

export const promotedSchema = () =>
  z
    .union([
      text(),
      z.strictObject({
        workspace: text(),
        resource_group: text().optional().describe("Default: that of the workspace deployed to."),
        subscription_id: text().optional().describe("Default: that of the workspace deployed to."),
        model: text().describe("azureml:NAME:VERSION or azureml:NAME@latest in that workspace."),
      }),
    ])
    .describe("A registry's model, or one of another workspace, that is deployed here as it is.");

type DeclaredModel = z.infer<ReturnType<typeof deployedModelSchema>>;
type DeclaredPromotion = z.infer<ReturnType<typeof promotedSchema>>;

export type ServedModel = {
  readonly model?: DeployedModel;
  readonly promoteFrom?: PromotedModel;
  /** Of the model itself; the others go to the readers. */
  readonly problems: readonly Problem[];
};

/**
 * What a deployment serves: `model`, or what `promote_from` names.
 *
 * @param reader of the mapping that has `model`. @param settings of the one that has `promote_from`, which may be the same.
 */
export function readServedModel(
  declared: { readonly model?: DeclaredModel | undefined; readonly promoteFrom?: DeclaredPromotion | undefined },
  reader: PartReader,
  settings: PartReader = reader,
): ServedModel {
  const { model, promoteFrom } = declared;
  if (promoteFrom !== undefined) {
    const promoted = readPromotion(promoteFrom, model, reader, settings);
    return { ...(promoted === undefined ? {} : { promoteFrom: promoted }), problems: [] };
  }
  return model === undefined ? { problems: [] } : readModel(model, reader);
}

const forms =
  "Write azureml:NAME:VERSION, azureml:NAME@latest, azureml://registries/REGISTRY/models/NAME/versions/VERSION, or model: { path: … }.";

/** @param reader of the mapping that has `model`. */
function readModel(declared: DeclaredModel, reader: PartReader): Omit<ServedModel, "promoteFrom"> {
  const source = { document: reader.node.document, path: [...reader.node.path, "model"] };
  if (typeof declared === "string") {
    const isReference = checkReference(declared, reader);
    return { ...(isReference ? { model: { from: "reference", reference: declared, source } } : {}), problems: [] };
  }
  const inside = readerWithin(reader, ["model"]);
  const { name, version, path } = declared;
  if (path === undefined) {
    const known = name !== undefined && version !== undefined;
    const fix = known
      ? `Write model: azureml:${name}:${String(version)}, or add path.`
      : "Add path: a file, a folder or an address.";
    inside.add("missing-key", [], 'The key "path" is missing.', fix);
    return { problems: [] };
  }
  if (!checkRuns(declared, inside)) return { problems: [] };
  const { asset, problems } = modelFile.readInline(source);
  if (asset === undefined) return { problems };
  const { definition: file, ...identity } = asset;
  return {
    model: { from: "declared", file, ...identity },
    problems,
  };
}

/** In az ml's own documents: its client makes the name of an anonymous model out of the bytes, and sees none at an address. */
export function checkNamed(model: DeployedModel | undefined, { add }: PartReader): void {
  if (model?.from !== "declared" || model.name !== undefined || model.file.location.from !== "address") return;
  const message = "A model at an address needs a name.";
  add("missing-key", ["model"], message, "Add name: it is registered under it.");
}

/** The forms that az ml takes: a name with version or label, an ARM id, a registry's. */
function checkReference(reference: string, { add }: PartReader): boolean {
  const at = ["model"];
  if (/^azureml:\/\/registries\/[^/]+\/models\/[^/]+\/(?:versions|labels)\/[^/]+$/i.test(reference)) return true;
  if (/^azureml:\/subscriptions\/./i.test(reference)) return true;
  if (/^azureml:[^/:@]+(?::[^/:@]+|@latest)$/i.test(reference)) return true;
  const written = JSON.stringify(reference);
  const [, labelled] = /^(azureml:[^/:@]+)@[^/:@]+$/i.exec(reference) ?? [];
  if (reference.startsWith("/subscriptions/"))
    add("wrong-reference", at, `${written} is not a reference to a model.`, `Write azureml:${reference}.`);
  else if (labelled !== undefined)
    add(
      "wrong-reference",
      at,
      `${written} names a label, but a workspace knows only latest.`,
      `Write ${labelled}@latest, or ${labelled}:VERSION.`,
    );
  else if (/^azureml:[^/:@]+$/i.test(reference))
    add("missing-version", at, `${written} names no version.`, `Write ${reference}:VERSION or ${reference}@latest.`);
  else if (/^azureml:\/\/registries\//i.test(reference))
    add(
      "wrong-reference",
      at,
      `${written} is not the address of a registry's model.`,
      "Write azureml://registries/REGISTRY/models/NAME/versions/VERSION.",
    );
  else if (/^(?:[a-z][a-z0-9+.-]*:\/|\.{0,2}\/)/i.test(reference) || reference.startsWith("file:"))
    add(
      "wrong-reference",
      at,
      `${written} is a path, not a reference to a model.`,
      `Write model: { path: ${JSON.stringify(reference.replace(/^file:/, ""))} }.`,
    );
  else add("wrong-reference", at, `${written} is not a reference to a model.`, forms);
  return false;
}

/** Stands for a run that only the release knows. */
const placeholder = /\$\{\{\s*run\.(name|best|steps\.([A-Za-z0-9_-]+))\s*\}\}/g;

/** The address with the runs that it names in place of their placeholders. @param nameOf `name`, `best` or a step's. */
export function withRuns(
  address: string,
  nameOf: (run: { readonly is: "run" | "best" } | { readonly is: "step"; readonly step: string }) => string,
): string {
  return address.replaceAll(placeholder, (_, which: string, step: string | undefined) =>
    nameOf(step !== undefined ? { is: "step", step } : { is: which === "best" ? "best" : "run" }),
  );
}

/** True where an address names a run that only the release knows. */
export function namesRun(address: string): boolean {
  return withRuns(address, () => "") !== address;
}

/** Runs may be named in the path alone, and there only in an address. */
function checkRuns(declared: Exclude<DeclaredModel, string>, { add }: PartReader): boolean {
  let isSound = true;
  const look = (value: unknown, path: readonly string[]): void => {
    if (typeof value === "object" && value !== null)
      for (const [key, member] of Object.entries(value)) look(member, [...path, key]);
    if (typeof value !== "string" || !value.includes("${{")) return;
    const rest = withRuns(value, () => "");
    const isAddress = /^(?:[a-z][a-z0-9+.-]*:\/\/|runs:\/)/i.test(value);
    if (!/\$\{\{/.test(rest) && path[0] === "path" && isAddress) return;
    isSound = false;
    const fix =
      "Write path: azureml://jobs/${{run.name}}/outputs/artifacts/paths/model/; ${{run.best}} and ${{run.steps.NAME}} are known as well.";
    const message = /\$\{\{/.test(rest)
      ? `${JSON.stringify(value)} is not known here.`
      : `${JSON.stringify(value)} names a run, which is allowed only in the address of a model's path.`;
    add("unknown-run", path, message, fix);
  };
  look(declared, []);
  return isSound;
}

function readPromotion(
  declared: DeclaredPromotion,
  model: DeclaredModel | undefined,
  reader: PartReader,
  settings: PartReader,
): PromotedModel | undefined {
  const source = { document: settings.node.document, path: [...settings.node.path, "promote_from"] };
  const identity = readIdentity(model, reader);
  if (typeof declared === "string") {
    if (!/^azureml:\/\/registries\/[^/]+\/models\/[^/]+\/(?:versions|labels)\/[^/]+$/i.test(declared)) {
      const fix =
        "Write azureml://registries/REGISTRY/models/NAME/versions/VERSION, or { workspace: NAME, model: azureml:NAME:VERSION }.";
      settings.add(
        "wrong-reference",
        ["promote_from"],
        `${JSON.stringify(declared)} is not the address of a registry's model.`,
        fix,
      );
      return undefined;
    }
    if (model !== undefined)
      reader.add(
        "unused-key",
        ["model"],
        "A registry's model is used where it is: nothing is registered under this name.",
        "Remove model.",
        "warning",
      );
    return { source, from: "registry", reference: declared, ...identity };
  }
  const { workspace, resource_group: resourceGroup, subscription_id: subscriptionId, model: reference } = declared;
  if (!/^azureml:[^/:@]+(?::[^/:@]+|@latest)$/i.test(reference)) {
    const fix = "Write azureml:NAME:VERSION or azureml:NAME@latest.";
    settings.add(
      "wrong-reference",
      ["promote_from", "model"],
      `${JSON.stringify(reference)} is not a model of a workspace.`,
      fix,
    );
  }
  return {
    source,
    from: "workspace",
    workspace,
    reference,
    ...identity,
    ...defined({ resourceGroup, subscriptionId }),
  };
}

/** Name, version and tags to register under: all that may stand beside `promote_from`. */
function readIdentity(
  model: DeclaredModel | undefined,
  reader: PartReader,
): Pick<PromotedModel, "name" | "version" | "tags"> {
  if (typeof model === "string") {
    const fix = "Write model: { name: … }, or remove one of the two.";
    reader.add("two-models", ["model"], `promote_from names the model, and so does ${JSON.stringify(model)}.`, fix);
  }
  if (model === undefined || typeof model === "string") return { tags: {} };
  const { node } = reader;
  // As it is written: the shape has added defaults.
  const written = valueAt(node, ["model"]);
  for (const key of isMapping(written) ? Object.keys(written) : []) {
    if (["name", "version", "tags"].includes(key)) continue;
    const fix = "Keep name, version and tags alone, or remove promote_from.";
    reader.add("two-models", ["model", key], `promote_from names the model: ${key} cannot be given beside it.`, fix);
  }
  const at = { document: node.document, path: [...node.path, "model"] };
  const tags = Object.fromEntries(
    Object.entries(model.tags ?? {}).flatMap(([key, value]) =>
      value === null ? [] : [[key, pythonText(value, node.document.textAt?.([...at.path, "tags", key]))]],
    ),
  );
  return { tags, ...defined({ name: model.name, version: versionText(model.version, at) }) };
}
