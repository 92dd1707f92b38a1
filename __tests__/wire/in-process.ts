import { relative } from "node:path";
import { fileKinds } from "../../src/asset/files/file-kinds.ts";
import { inWorkspace, type Location } from "../../src/asset/files/location.ts";
import { readTarget } from "../../src/compute/read.ts";
import { toRequest } from "../../src/compute/target.ts";
import { kindOf } from "../../src/declaration/document-kind.ts";
import type { Problem } from "../../src/yaml/problem.ts";
import { valueAt, type SourceNode } from "../../src/yaml/source.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import type { EnvironmentDefinition } from "../../src/asset/environment/definition.ts";
import { assetKinds, type AssetUse } from "../../src/asset/asset.ts";
import { readEnvironmentAsset } from "../../src/asset/environment/read.ts";
import { anonymousVersion, environmentBody } from "../../src/asset/environment/request.ts";
import { assetsOf, readJob, schemaNameOf, toRequest as toJobRequest } from "../../src/job/job.ts";
import { computeId } from "../../src/job/parts/compute.ts";
import { workspace } from "../support/targets.ts";

export type Made = {
  readonly problems: readonly Problem[];
  readonly path?: string;
  readonly body?: unknown;
  /** Body of the anonymous environment that is made first. */
  readonly environment?: unknown;
};

/** What the action makes of one az ml file, as far as that needs no network. */
export async function make(yaml: string, folder: string, root?: string): Promise<Made> {
  const { documents, problems } = readDocuments(yaml, {
    file: "file.yml",
    folder,
    ...(root === undefined ? {} : { root }),
  });
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
  if (kind.is === "environment") {
    const { asset, problems: found } = readEnvironmentAsset(node);
    const all = [...problems, ...found];
    if (asset === undefined) return { problems: all };
    const { name, version = "1", definition } = asset;
    return {
      problems: all,
      path: `/environments/${name}/versions/${version}`,
      body: environmentBody(definition, contextOf(definition), false),
    };
  }
  const made = makeOfFile(node, (location) =>
    location.from === "address"
      ? location.address
      : `azureml://datastores/${location.datastore ?? "workspaceblobstore"}/paths/<upload:${relative(folder, location.local) || "."}>`,
  );
  if (made !== undefined) return { ...made, problems: [...problems, ...made.problems] };
  const { job, problems: found } = readJob(node);
  const all = [...problems, ...found];
  if (job === undefined) return { problems: all };
  const uses = assetsOf(job);
  const ids = new Map(uses.map((use) => [use.where, idOf(use)]));
  const body = toJobRequest(job, {
    runName: job.name ?? "<job-name>",
    fallbackExperiment: "<experiment>",
    idOf: (where) => ids.get(where) ?? "",
    computeIdOf: (compute) => computeId(workspace.id, compute),
    valueOf: () => undefined,
    provenance: { properties: {}, tags: {} },
  });
  const inline = uses.flatMap((use) => (use.kind === "environment" && "declared" in use ? [use.declared] : []));
  return {
    problems: all,
    path: `/jobs/${job.name ?? "<job-name>"}`,
    body,
    ...(inline[0] === undefined ? {} : { environment: anonymousVersion(inline[0], contextOf(inline[0])).body }),
  };

  /** What the goldens have in place of ids that are made of content. */
  function idOf(use: AssetUse): string {
    if ("reference" in use) return id(use.reference, assetKinds[use.kind].collection);
    switch (use.kind) {
      case "environment":
        return "<environment:1>";
      case "code":
        return `<code:${plain(use.declared.path)}>`;
      case "data":
      case "model": {
        const { type, local, datastore = "workspaceblobstore" } = use.declared;
        return `azureml://datastores/${datastore}/paths/<upload:${relative(folder, local)}>${type === "uri_folder" ? "/" : ""}`;
      }
    }
  }
}

/** Files that register an asset by themselves. Without a version the service's next one is put: 2 among the goldens. */
function makeOfFile(node: SourceNode, addressOf: (location: Location) => string): Made | undefined {
  const { data, model } = fileKinds;
  switch (schemaNameOf(valueAt(node, ["$schema"]))) {
    case data.schemaName: {
      const { asset, problems } = data.read(node);
      if (asset === undefined) return { problems };
      const { name, version = "2", definition } = asset;
      const { body } = data.toRequest(definition, undefined, addressOf(definition.location), { name, version });
      return { problems, path: `/${data.collection}/${name}/versions/${version}`, body };
    }
    case model.schemaName: {
      const { asset, problems } = model.read(node);
      if (asset === undefined) return { problems };
      const { name, version = "2", definition } = asset;
      const address = inWorkspace(addressOf(definition.location), workspace.id);
      const { body } = model.toRequest(definition, undefined, address, { name, version });
      return { problems, path: `/${model.collection}/${name}/versions/${version}`, body };
    }
    default:
      return undefined;
  }
}

function contextOf({ build }: EnvironmentDefinition): string | undefined {
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

function id(reference: string, kind: string): string {
  if (/^azureml:azureml-/i.test(reference)) return reference;
  const [, name, version] = /^azureml:([^:@/]+)(?::(.+)|@latest)$/.exec(reference) ?? [];
  return name === undefined
    ? reference.replace(/^azureml:\/(?!\/)/, "/")
    : `${workspace.id}/${kind}/${name}/versions/${version ?? "1"}`;
}
