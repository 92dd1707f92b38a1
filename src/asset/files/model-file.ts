import * as z from "zod";
import { canonicalJson } from "../../canonical-json.ts";
import { defined } from "../../azure/defined.ts";
import { membersOf } from "../../azure/members.ts";
import { succeeded, type Outcome } from "../../azure/outcome.ts";
import { pythonText } from "../../yaml/python-text.ts";
import { oneOf, readOnly, shape, text, version } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import type { AssetDeps, AssetRequest, PartIds } from "../kind.ts";
import type { LocalUpload } from "../upload/local-upload.ts";
import { contentGuid } from "../version.ts";
import { readAssetFile, type ReadAsset } from "./asset-file.ts";
import * as bytes from "./bytes.ts";
import { differing } from "./differing.ts";
import { inWorkspace, isSamePlace, type Location } from "./location.ts";

export { addressIn, contentOf, uploadOf } from "./bytes.ts";

/** A model of a file of its own. */
export type ModelFile = {
  readonly type: "custom_model" | "mlflow_model" | "triton_model";
  readonly location: Location;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly stage?: string;
  /** In ARM's own shape. */
  readonly flavors?: object;
  /** Members that name templates of registries, by which the model may be deployed. */
  readonly templates?: Readonly<Record<string, unknown>>;
};

export const label = "model";
export const collection = "models";
export const localField = "path";
export const fixedMembers = ["modelUri", "modelType"] as const;
export const isAlwaysNext = true as const;

/** az ml makes text of whatever stands here, and nothing of null. */
const texts = () => z.record(z.string(), z.union([text(), z.number(), z.boolean(), z.null()]));

const template = () => z.strictObject({ asset_id: text() });

export const schema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      name: text().optional(),
      version: version().optional(),
      description: text().optional(),
      tags: texts().optional(),
      properties: texts().optional(),
      stage: text().optional(),
      type: oneOf(["custom_model", "mlflow_model", "triton_model"]).default("custom_model"),
      path: text(),
      flavors: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
      datastore: text().optional().describe("Datastore that a local path is uploaded to."),
      default_deployment_template: template().optional(),
      allowed_deployment_templates: z.array(template()).optional(),
      system_metadata: readOnly(),
      id: readOnly(),
      job_name: readOnly(),
      latest_version: readOnly(),
      creation_context: readOnly(),
      intellectual_property: readOnly(),
      utc_time_created: readOnly(),
    })
    .describe("An Azure Machine Learning model."),
);

/** An az ml model file. */
export function read(node: SourceNode): ReadAsset<ModelFile> {
  return readModel(node, { label, takesRuns: true });
}

/** A model that something declares for itself, as a deployment: the content may be all the name it has. */
export function readInline(node: SourceNode): ReadAsset<ModelFile> {
  return readModel(node, { label, takesRuns: true, mayBeUnnamed: true });
}

function readModel(node: SourceNode, rules: Parameters<typeof readAssetFile>[2]): ReadAsset<ModelFile> {
  return readAssetFile(schema, node, rules, (value, location, add) => {
    if (value.type === "mlflow_model" && location.from === "local" && location.isFile) {
      const message = `${JSON.stringify(value.path)} is a file, but a model of type mlflow_model is a folder.`;
      const fix = "Name the folder that has the file MLmodel, or use type: custom_model.";
      add("wrong-type", ["path"], message, fix, "warning");
    }
    const textsOf = (key: "tags" | "properties") =>
      Object.fromEntries(
        Object.entries(value[key] ?? {}).flatMap(([name, one]) =>
          one === null ? [] : [[name, pythonText(one, node.document.textAt?.([...node.path, key, name]))]],
        ),
      );
    const flavors = Object.entries(value.flavors ?? {}).map(([name, data]) => [name, { data }] as const);
    return {
      type: value.type,
      location,
      tags: textsOf("tags"),
      properties: textsOf("properties"),
      ...defined({
        description: value.description,
        ...stageOrTemplates(value),
        flavors: flavors.length === 0 ? undefined : Object.fromEntries(flavors),
      }),
    };
  });
}

type Templated = Pick<
  z.infer<ReturnType<typeof schema>>,
  "stage" | "default_deployment_template" | "allowed_deployment_templates"
>;

/** The official client sends no stage for a model that has templates. */
function stageOrTemplates(value: Templated): Pick<ModelFile, "stage" | "templates"> {
  const { default_deployment_template: one, allowed_deployment_templates: all = [] } = value;
  if (one === undefined && all.length === 0) return defined({ stage: value.stage });
  return {
    templates: defined({
      defaultDeploymentTemplate: one && { assetId: one.asset_id },
      allowedDeploymentTemplates: all.length === 0 ? undefined : all.map(({ asset_id: assetId }) => ({ assetId })),
    }),
  };
}

export function identityOf(definition: ModelFile, content: LocalUpload | undefined): string {
  return canonicalJson(toProperties(definition, bytes.addressOf(definition, content)));
}

/** @returns the address in the long form: models alone are put with it by the official client. */
export async function upload(
  definition: ModelFile,
  content: LocalUpload | undefined,
  what: string,
  deps: AssetDeps,
): Promise<Outcome<string>> {
  const address = await bytes.upload(definition, content, what, deps);
  return address.ok ? succeeded(inWorkspace(address.value, deps.workspaceId)) : address;
}

export function toRequest(
  definition: ModelFile,
  content: LocalUpload | undefined,
  address: string | undefined,
  _: PartIds,
  named?: { readonly name: string; readonly version: string },
): AssetRequest {
  return {
    ...(named ?? unnamed(definition, content)),
    body: { properties: toProperties(definition, address, named === undefined) },
  };
}

/** An anonymous model is kept under its content, as the official client keeps it. */
export function unnamed(definition: ModelFile, content: LocalUpload | undefined) {
  const hash = contentGuid(identityOf(definition, content));
  return { name: hash, version: hash };
}

/** Member for member what the official client sends. */
function toProperties(definition: ModelFile, address: string | undefined, isAnonymous = false) {
  const { type, description, tags, properties, stage, flavors, templates } = definition;
  return defined({
    ...templates,
    modelType: type,
    modelUri: address,
    description,
    tags,
    properties,
    stage,
    flavors,
    isAnonymous,
    isArchived: false,
  });
}

/** What of it the live version has otherwise. The service adds properties of its own. */
export function differencesFrom(
  definition: ModelFile,
  content: LocalUpload | undefined,
  live: Readonly<Record<string, unknown>>,
): readonly string[] {
  const { type, description, tags, stage, properties, flavors, templates } = definition;
  const own = membersOf(live["properties"]);
  return [
    ...(isSamePlace(bytes.addressOf(definition, content), live["modelUri"]) ? [] : ["modelUri"]),
    ...differing(live, { modelType: type, description: description ?? "", tags, stage, flavors, ...templates }),
    ...(Object.entries(properties).every(([key, value]) => Object.hasOwn(own, key) && own[key] === value)
      ? []
      : ["properties"]),
  ];
}
