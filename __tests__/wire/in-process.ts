import { relative } from "node:path";
import * as data from "../../src/asset/files/data-file.ts";
import * as model from "../../src/asset/files/model-file.ts";
import { inWorkspace, type Location } from "../../src/asset/files/location.ts";
import { readTarget } from "../../src/compute/read.ts";
import { toRequest } from "../../src/compute/target.ts";
import { kindOf } from "../../src/declaration/document-kind.ts";
import type { Problem } from "../../src/yaml/problem.ts";
import type { SourceNode } from "../../src/yaml/source.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import type { EnvironmentDefinition } from "../../src/asset/environment/definition.ts";
import { assetKinds, type AssetUse } from "../../src/asset/asset.ts";
import { readEnvironmentAsset } from "../../src/asset/environment/read.ts";
import { anonymousVersion, environmentBody } from "../../src/asset/environment/request.ts";
import { assetsOf, readJob, toRequest as toJobRequest } from "../../src/job/job.ts";
import { computeId, datastoreId } from "../../src/job/parts/compute.ts";
import { toRequest as componentRequest, type ComponentDefinition } from "../../src/asset/component.ts";
import type { AssetRequest, PartIds } from "../../src/asset/kind.ts";
import { readComponentAsset } from "../../src/job/component-file.ts";
import { toJob } from "../../src/job/runconfig/run-configuration.ts";
import { workspace } from "../support/targets.ts";

export type Made = {
  readonly problems: readonly Problem[];
  readonly path?: string;
  readonly body?: unknown;
  /** Body of the anonymous environment that is made first. */
  readonly environment?: unknown;
  /** What is made first, by the token that stands for it. */
  readonly dependencies?: Readonly<Record<string, { readonly body: unknown }>>;
};

/** What the action makes of one file, as far as that needs no network. @param file its name, in messages. */
export async function make(yaml: string, folder: string, root?: string, file = "file.yml"): Promise<Made> {
  const { documents, problems } = readDocuments(yaml, { file, folder, root });
  const { dependencies, idsOf, idOf } = createTokens(folder);
  const [document] = documents;
  if (document === undefined) return { problems };
  const node = { document, path: [] };
  const kind = kindOf(document);
  if (kind.is === "target") {
    const { target, problems: found } = readTarget(node, { checkout: "/elsewhere" });
    const all = [...problems, ...found];
    if (target === undefined) return { problems: all };
    const body = await toRequest(target, workspace, () => Promise.resolve("***"));
    return { problems: all, path: `/computes/${target.name}`, body };
  }
  const assetKind = kind.is === "asset" ? kind.kind : undefined;
  if (assetKind === "environment") {
    const { asset, problems: found } = readEnvironmentAsset(node);
    const all = [...problems, ...found];
    if (asset === undefined) return { problems: all };
    const { name = "", version = "1", definition } = asset;
    return {
      problems: all,
      path: `/environments/${name}/versions/${version}`,
      body: environmentBody(definition, contextOf(definition), false),
    };
  }
  if (assetKind === "component") {
    const { asset, problems: found } = readComponentAsset(node);
    const all = [...problems, ...found];
    if (asset === undefined) return { problems: all };
    const { name = "", version = "2", definition } = asset;
    const { body } = componentRequest(definition, undefined, undefined, idsOf(definition), { name, version });
    return { problems: all, path: `/components/${name}/versions/${version}`, body, dependencies };
  }
  if (assetKind !== undefined) {
    const made = makeOfFile(assetKind, node, (location) =>
      location.from === "address"
        ? location.address
        : `azureml://datastores/${location.datastore ?? "workspaceblobstore"}/paths/<upload:${relative(folder, location.local) || "."}>`,
    );
    return { ...made, problems: [...problems, ...made.problems] };
  }
  const translated = kind.is === "run-configuration" ? toJob(document) : { document, problems: [] };
  const { job, problems: found } = readJob({ document: translated.document, path: [] });
  const all = [...problems, ...translated.problems, ...found];
  if (job === undefined) return { problems: all };
  const uses = assetsOf(job);
  const ids = new Map(uses.map((use) => [use.where, idOf(use)]));
  const body = toJobRequest(job, {
    runName: job.name ?? "<job-name>",
    fallbackExperiment: "<experiment>",
    idOf: (where) => ids.get(where) ?? "",
    computeIdOf: (compute) => computeId(workspace.id, compute),
    datastoreIdOf: (datastore) => datastoreId(workspace.id, datastore),
    valueOf: () => undefined,
    provenance: { properties: {}, tags: {} },
  });
  const inline = uses.flatMap((use) => (use.kind === "environment" && "declared" in use ? [use.declared] : []));
  return {
    problems: all,
    path: `/jobs/${job.name ?? "<job-name>"}`,
    body,
    dependencies,
    ...(inline[0] === undefined ? {} : { environment: anonymousVersion(inline[0], contextOf(inline[0])).body }),
  };
}

/** What is made first, by the tokens that the goldens have in place of ids that are made of content. @param folder of the file. */
export function createTokens(folder: string) {
  const dependencies: Record<string, { readonly body: unknown }> = {};
  return { dependencies, tokenOf, idsOf, idOf };

  /** The token of what has this body; the first of each kind has the number 1. */
  function tokenOf(what: string, body: unknown): string {
    const known = Object.entries(dependencies).filter(([token]) => token.startsWith(`<${what}:`));
    const [same] = known.find(([, other]) => JSON.stringify(other.body) === JSON.stringify(body)) ?? [];
    const token = same ?? `<${what}:${known.length + 1}>`;
    dependencies[token] = { body };
    return token;
  }

  function idsOf({ parts }: ComponentDefinition<AssetUse>): PartIds {
    const partIds = new Map(parts.map((use) => [use.where, idOf(use)]));
    return {
      idOf: (where) => partIds.get(where) ?? "",
      computeIdOf: (compute) => computeId(workspace.id, compute),
      fingerprint: "<hash>",
    };
  }

  function idOf(use: AssetUse): string {
    if ("reference" in use) return id(use.reference, assetKinds[use.kind].collection);
    switch (use.kind) {
      case "environment":
        return tokenOf("environment", anonymousVersion(use.declared, contextOf(use.declared)).body);
      case "component":
        return tokenOf("component", componentRequest(use.declared, undefined, undefined, idsOf(use.declared)).body);
      case "code":
        return `<code:${relative(folder, use.declared.folder) || "."}>`;
      case "data":
      case "model": {
        const { type, local, datastore = "workspaceblobstore" } = use.declared;
        return `azureml://datastores/${datastore}/paths/<upload:${relative(folder, local)}>${type === "uri_folder" ? "/" : ""}`;
      }
    }
  }
}

/** Files of data and models. Without a version the service's next one is put: 2 among the goldens. */
function makeOfFile(kind: "data" | "model", node: SourceNode, addressOf: (location: Location) => string): Made {
  const ids = { idOf: () => "", computeIdOf: () => "", fingerprint: "" };
  const made = (asset: { readonly name?: string; readonly version?: string }, collection: string, put: Put) => {
    const { name, version, body } = put(
      asset.name === undefined ? undefined : { name: asset.name, version: asset.version ?? "2" },
    );
    return { path: `/${collection}/${name}/versions/${version}`, body };
  };
  if (kind === "data") {
    const { asset, problems } = data.read(node);
    if (asset === undefined) return { problems };
    const { definition } = asset;
    const address = addressOf(definition.location);
    const put: Put = (named) => data.toRequest(definition, undefined, address, ids, named);
    return { problems, ...made(asset, data.collection, put) };
  }
  const { asset, problems } = model.read(node);
  if (asset === undefined) return { problems };
  const { definition } = asset;
  const address = inWorkspace(addressOf(definition.location), workspace.id);
  return {
    problems,
    ...made(asset, model.collection, (named) => model.toRequest(definition, undefined, address, ids, named)),
  };
}

type Put = (named: { readonly name: string; readonly version: string } | undefined) => AssetRequest;

export function contextOf({ build }: EnvironmentDefinition): string | undefined {
  if (build === undefined) return undefined;
  const { context } = build;
  return context.from === "address"
    ? context.url
    : `https://account.blob.core.windows.net/container/<upload:${plain(context.path)}>/`;
}

/** A path as the tokens have it. */
function plain(path: string): string {
  return (
    path
      .replace(/^file:/, "")
      .replace(/^\.\//, "")
      .replace(/\/$/, "") || "."
  );
}

export function id(reference: string, kind: string): string {
  if (kind === "environments" && /^azureml:azureml-/i.test(reference)) return reference;
  const [, name, version] = /^azureml:([^:@/]+)(?::(.+)|@latest)$/.exec(reference) ?? [];
  return name === undefined
    ? reference.replace(/^azureml:\/(?!\/)/, "/")
    : `${workspace.id}/${kind}/${name}/versions/${version ?? "1"}`;
}
