import { relative } from "node:path";
import * as dataFile from "../../src/asset/files/data-file.ts";
import { inWorkspace, type Location } from "../../src/asset/files/location.ts";
import * as modelFile from "../../src/asset/files/model-file.ts";
import { environmentBody } from "../../src/asset/environment/request.ts";
import { assetsOf, readDeployment, type Deployment } from "../../src/deployment/deployment.ts";
import { deployDocumentOfSchema } from "../../src/deployment/document.ts";
import { toBatchDeploymentRequest, toBatchEndpointRequest } from "../../src/deployment/batch/request.ts";
import { namedAssetsOf, type NamedPart } from "../../src/deployment/named-assets.ts";
import { toDeploymentRequest, toEndpointRequest } from "../../src/deployment/online/request.ts";
import type { DeployedModel } from "../../src/deployment/parts/model.ts";
import type { ResolvedDeployment } from "../../src/deployment/resolved.ts";
import { computeId } from "../../src/job/parts/compute.ts";
import type { Problem } from "../../src/yaml/problem.ts";
import { schemaNameOf } from "../../src/yaml/schema-name.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import { workspace } from "../support/targets.ts";
import { contextOf, createTokens, id } from "./in-process.ts";

export type MadeDeployment = {
  readonly problems: readonly Problem[];
  readonly path?: string;
  readonly body?: unknown;
  /** What is made first, by token, or by path where it has a name. */
  readonly dependencies?: Readonly<Record<string, { readonly body: unknown }>>;
};

/** What the action makes of one file of an endpoint or deployment, as far as that needs no network. */
export function makeDeployment(yaml: string, folder: string, root?: string, file = "file.yml"): MadeDeployment {
  const { documents, problems } = readDocuments(yaml, { file, folder, root });
  const [document] = documents;
  if (document === undefined) return { problems };
  const schemaName = schemaNameOf((document.value as { readonly $schema?: unknown } | null)?.$schema);
  const { part, type } = deployDocumentOfSchema(schemaName ?? "") ?? {};
  if (part === undefined || type === undefined)
    throw new Error(`${file} has no $schema of an endpoint or a deployment.`);
  const { deployment, problems: found } = readDeployment(type, { [part]: { document, path: [] } });
  const all = [...problems, ...found];
  return deployment === undefined ? { problems: all } : { problems: all, ...request(deployment, folder) };
}

function request(deployment: Deployment, folder: string): Omit<MadeDeployment, "problems"> {
  const { dependencies, tokenOf, idOf } = createTokens(folder);
  const ids = new Map(assetsOf(deployment).map((use) => [use.where, idOf(use)]));
  const put = (collection: string, name: string, version: string, body: unknown) => {
    const path = `/${collection}/${name}/versions/${version}`;
    dependencies[path] = { body };
    return `${workspace.id}${path}`;
  };
  const resolved: ResolvedDeployment = {
    location: "eastus",
    idOf: (where) => {
      const known = ids.get(where);
      if (known === undefined) throw new Error(`${where} is asked for, and is not among what is used.`);
      return known;
    },
    computeIdOf: (compute) => computeId(workspace.id, compute),
    valueOf: () => undefined,
    provenance: { properties: {}, tags: {} },
  };
  if (deployment.type !== "managed" && deployment.type !== "kubernetes" && deployment.type !== "batch")
    throw new Error(`${deployment.type} has no document of az ml.`);
  const { deployment: definition, endpointName } = deployment;
  if (definition === undefined) {
    const collection = deployment.type === "batch" ? "batchEndpoints" : "onlineEndpoints";
    return { path: `/${collection}/${endpointName}`, body: endpointBody(deployment, resolved), dependencies };
  }
  if ("model" in definition && definition.model !== undefined)
    ids.set("model", modelId(definition.model, folder, { tokenOf, put }));
  for (const { where, asset } of namedAssetsOf(deployment)) {
    if (where === "environment")
      for (const token of Object.keys(dependencies)) if (token.startsWith("<environment:")) delete dependencies[token];
    ids.set(
      where,
      put(asset.kind === "data" ? "data" : "environments", asset.name ?? "", asset.version ?? "1", bodyOf(asset)),
    );
  }
  const collection = deployment.type === "batch" ? "batchEndpoints" : "onlineEndpoints";
  return {
    path: `/${collection}/${endpointName}/deployments/${definition.name}`,
    body:
      deployment.type === "batch"
        ? toBatchDeploymentRequest(deployment.deployment ?? never(), resolved)
        : toDeploymentRequest(deployment.deployment ?? never(), deployment.type, resolved),
    dependencies,
  };
}

/** Of an asset that is registered under a name. */
function bodyOf(asset: NamedPart["asset"]): unknown {
  if (asset.kind === "environment") return environmentBody(asset.definition, contextOf(asset.definition), false);
  const { definition, name = "", version = "1" } = asset;
  const address = definition.location.from === "address" ? definition.location.address : "";
  const ids = { idOf: () => "", computeIdOf: () => "", fingerprint: "" };
  return dataFile.toRequest(definition, undefined, address, ids, { name, version }).body;
}

function never(): never {
  throw new Error("There is a deployment.");
}

function endpointBody(deployment: Deployment, resolved: ResolvedDeployment): unknown {
  if (deployment.type === "batch" && deployment.endpoint !== undefined)
    return toBatchEndpointRequest(deployment.endpoint, resolved, deployment.endpoint.defaultDeployment);
  if ((deployment.type === "managed" || deployment.type === "kubernetes") && deployment.endpoint !== undefined) {
    const { traffic = {}, mirrorTraffic = {} } = deployment.endpoint;
    return toEndpointRequest(deployment.endpoint, resolved, { traffic, mirrorTraffic });
  }
  throw new Error("There is an endpoint.");
}

function modelId(
  model: DeployedModel,
  folder: string,
  make: {
    readonly tokenOf: (what: string, body: unknown) => string;
    readonly put: (collection: string, name: string, version: string, body: unknown) => string;
  },
): string {
  if (model.from === "reference") return id(model.reference, "models");
  const { name, version = "2", file } = model;
  const address = inWorkspace(addressOf(file.location, folder), workspace.id);
  const ids = { idOf: () => "", computeIdOf: () => "", fingerprint: "" };
  const named = { name: name ?? "", version };
  const { body } = modelFile.toRequest(file, undefined, address, ids, named);
  if (name !== undefined) return make.put("models", name, version, body);
  return make.tokenOf("model", { properties: { ...body.properties, isAnonymous: true } });
}

function addressOf(location: Location, folder: string): string {
  return location.from === "address"
    ? location.address
    : `azureml://datastores/${location.datastore ?? "workspaceblobstore"}/paths/<upload:${relative(folder, location.local) || "."}>`;
}
