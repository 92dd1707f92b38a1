import { randomUUID } from "node:crypto";
import type { Assets } from "../arm/assets.ts";
import { ok, page, type Incoming, type Reply } from "../server/reply.ts";
import { workspacePath } from "../settings.ts";
import type { Store } from "../store.ts";
import { serviceCollections, type Json } from "./v1-services-document.ts";
import { mmsError } from "./v1-services-error.ts";
import { isDetail, patchedMembers } from "./v1-services-patch.ts";

export const modelCollections = {
  /** What models are made of: artifacts, by the id that a model's address names. */
  assets: "v1-assets",
  /** What the first SDK says of a version, and the second one has no member for. */
  models: "v1-models",
} as const;

type Version = ReturnType<Assets["all"]>[number];

/**
 * Models of the first SDK, in the registry of the second: `name:version` is the same version, whoever registered it.
 *
 * `/modelmanagement/v1.0{workspace}/assets[/{id}]` and `…/models[/{name:version}]`
 */
export function v1Models(request: Incoming, store: Store, assets: Assets): Reply | undefined {
  const { method, path } = request;
  const [, collection = "", id] =
    new RegExp(`^/modelmanagement/v1\\.0${workspacePath}/(assets|models)(?:/(.+))?$`, "i").exec(path) ?? [];
  switch (`${method} ${collection.toLowerCase()}${id === undefined ? "" : "/"}`) {
    case "POST assets":
      return createAsset(request, store);
    case "GET assets":
      return page(
        store.list(modelCollections.assets).map(({ value }) => value),
        request,
        mostOnAPage,
        request.endpoints.api,
      );
    case "GET assets/": {
      const found = store.get(modelCollections.assets, id ?? "");
      return found === undefined ? notFound("AssetNotFound", `Asset with Id: ${id} was not found.`) : ok(found);
    }
    case "POST models":
      return register(request, store, assets);
    case "GET models":
      return list(request, store, assets);
    case "GET models/": {
      const found = shownModel(decodeURIComponent(id ?? ""), store, assets);
      return found === undefined ? noModel(id ?? "") : ok(found);
    }
    case "PATCH models/":
      return update(request, decodeURIComponent(id ?? ""), store, assets);
    case "DELETE models/":
      return remove(decodeURIComponent(id ?? ""), store, assets);
    default:
      return undefined;
  }
}

const mostOnAPage = 255;

function notFound(code: string, message: string): Reply {
  return mmsError(404, { code, message });
}

function noModel(id: string): Reply {
  return notFound("ModelNotFound", `Model with Id: ${id} was not found.`);
}

function createAsset({ body }: Incoming, store: Store): Reply {
  const asked = (body ?? {}) as Json;
  if (!Array.isArray(asked["artifacts"]) || asked["artifacts"].length === 0)
    return mmsError(400, { code: "InvalidRequest", message: "An asset has at least one artifact." });
  const asset = { ...asked, id: randomUUID(), createdTime: new Date().toISOString() };
  store.put(modelCollections.assets, asset.id, asset);
  return ok(asset);
}

/** Members that the registry has under names of its own. */
const shared = ["name", "description", "kvTags", "properties", "runId", "id", "version"];

function register({ body }: Incoming, store: Store, assets: Assets): Reply {
  const asked = (body ?? {}) as Json;
  const { name, url, description, kvTags, properties, runId } = asked;
  if (typeof name !== "string" || !/^[a-zA-Z0-9][\w.-]{0,254}$/.test(name))
    return mmsError(400, { code: "InvalidModelName", message: `The model name '${String(name)}' is invalid.` });
  const [, assetId] = /^aml:\/\/asset\/(.+)$/.exec(String(url)) ?? [];
  const asset = store.get<{ readonly artifacts: readonly Json[] }>(modelCollections.assets, assetId ?? "");
  if (asset === undefined)
    return mmsError(400, { code: "AssetNotFound", message: `The asset of the address ${String(url)} was not found.` });
  const version = String(nextVersion(name, assets));
  const [artifact = {}] = asset.artifacts;
  const place = String(artifact["prefix"] ?? artifact["id"]);
  assets.put("models", name, version, {
    modelType: "custom_model",
    modelUri: `azureml://datastores/workspaceartifactstore/paths/${place}`,
    description: description ?? null,
    tags: kvTags ?? {},
    properties: properties ?? {},
    ...(typeof runId === "string" ? { jobName: runId } : {}),
  });
  const rest = Object.fromEntries(Object.entries(asked).filter(([member]) => !shared.includes(member)));
  store.put(modelCollections.models, keyOf(name, version), rest);
  return ok(shownModel(`${name}:${version}`, store, assets));
}

function keyOf(name: string, version: string): string {
  return `${name}:${version}`.toLowerCase();
}

function partsOf(id: string): { readonly name: string; readonly version: string } {
  const [, name = "", version = ""] = /^(.+):([^:]+)$/.exec(id) ?? [];
  return { name, version };
}

/** Name and version of every model, in the order in which they were registered. */
function versionsOf(assets: Pick<Assets, "all">): readonly { readonly id: string; readonly version: Version }[] {
  return assets.all().flatMap((version) => {
    const [, name, number] = /\/models\/([^/]+)\/versions\/([^/]+)$/.exec(version.id) ?? [];
    return name === undefined || number === undefined ? [] : [{ id: `${name}:${number}`, version }];
  });
}

function nextVersion(name: string, assets: Assets): number {
  const numbers = versionsOf(assets).flatMap(({ id }) => {
    const parts = partsOf(id);
    return parts.name.toLowerCase() === name.toLowerCase() && /^\d+$/.test(parts.version)
      ? [Number(parts.version)]
      : [];
  });
  return Math.max(0, ...numbers) + 1;
}

/** A version as the first SDK is shown it, whoever has registered it. */
export function shownModel(id: string, store: Store, assets: Pick<Assets, "find">): Json | undefined {
  const { name, version } = partsOf(id);
  const found = assets.find("models", name, version);
  if (found === undefined) return undefined;
  const { description, tags, properties, jobName, modelUri } = found.properties;
  const { createdAt } = (found.systemData ?? {}) as { readonly createdAt?: string };
  return {
    framework: null,
    frameworkVersion: null,
    experimentName: null,
    sampleInputData: null,
    sampleOutputData: null,
    resourceRequirements: null,
    unpack: false,
    parentModelId: null,
    derivedModelIds: null,
    datasets: [],
    url: modelUri,
    mimeType: "application/json",
    ...store.get<Json>(modelCollections.models, keyOf(name, version)),
    id: `${name}:${version}`,
    name,
    version: /^\d+$/.test(version) ? Number(version) : version,
    description: description ?? null,
    kvTags: tags ?? {},
    properties: properties ?? {},
    runId: jobName ?? null,
    tags: null,
    createdTime: createdAt,
    modifiedTime: createdAt,
    createdBy: { userName: "emulator" },
  };
}

function list(request: Incoming, store: Store, assets: Assets): Reply {
  const { query } = request;
  const is = (member: unknown, wanted: string | null) => wanted === null || member === wanted;
  const found = versionsOf(assets)
    .filter(({ version }) => version.properties["isArchived"] !== true)
    .flatMap(({ id }): readonly Json[] => {
      const model = shownModel(id, store, assets);
      return model === undefined ? [] : [model];
    })
    .filter(
      (model) =>
        is(model["name"], query.get("name")) &&
        is(model["runId"], query.get("runId")) &&
        is(model["framework"], query.get("framework")) &&
        hasMembers(model["kvTags"], query.get("tags")) &&
        hasMembers(model["properties"], query.get("properties")),
    )
    // The newest first: whoever asks for one by its name alone gets that.
    .toReversed();
  const isLatest = ({ name }: Json, index: number) => found.findIndex((other) => other["name"] === name) === index;
  const wanted = query.get("latestVersionOnly")?.toLowerCase() === "true" ? found.filter(isLatest) : found;
  return page(wanted, request, Number(query.get("count")) || mostOnAPage, request.endpoints.api);
}

/** @param query `key,key=value`: each of them. */
export function hasMembers(members: unknown, query: string | null): boolean {
  const has = (members ?? {}) as Json;
  return (query ?? "")
    .split(",")
    .filter((part) => part !== "")
    .every((part) => {
      const [key = "", value] = part.split("=");
      return Object.hasOwn(has, key) && (value === undefined || has[key] === value);
    });
}

function update({ body }: Incoming, id: string, store: Store, assets: Assets): Reply {
  const known = shownModel(id, store, assets);
  const { name, version } = partsOf(id);
  const found = assets.find("models", name, version);
  if (known === undefined || found === undefined) return noModel(id);
  const changed = patchedMembers(known, body, ["kvTags", "description", "properties"]);
  if (isDetail(changed)) return mmsError(400, changed);
  const { kvTags: tags, description, properties } = changed;
  assets.put("models", name, version, { ...found.properties, tags, description, properties });
  return ok(shownModel(id, store, assets));
}

/** A model that a service has stays. */
function remove(id: string, store: Store, assets: Assets): Reply {
  const { name, version } = partsOf(id);
  if (assets.find("models", name, version) === undefined) return { status: 204 };
  const user = store
    .list<Json>(serviceCollections.services)
    .find(({ value }) =>
      ((value["environmentImageRequest"] as Json | undefined)?.["modelIds"] as readonly string[] | undefined)?.includes(
        id,
      ),
    );
  if (user !== undefined)
    return mmsError(412, { code: "DeletionRequired", message: `The model ${id} is used by the service ${user.key}.` });
  store.remove("assets", `models/${name}/${version}`.toLowerCase());
  store.remove(modelCollections.models, keyOf(name, version));
  return ok(undefined);
}
