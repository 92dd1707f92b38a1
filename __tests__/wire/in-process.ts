import { readTarget } from "../../src/compute/read.ts";
import { toRequest } from "../../src/compute/target.ts";
import { kindOf } from "../../src/declaration/document-kind.ts";
import type { Problem } from "../../src/yaml/problem.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";
import type { EnvironmentDefinition } from "../../src/asset/environment/definition.ts";
import { readEnvironmentAsset } from "../../src/asset/environment/read.ts";
import { anonymousVersion, environmentBody } from "../../src/asset/environment/version.ts";
import { readCommandJob } from "../../src/job/read-job.ts";
import { jobRequest, plainVariables } from "../../src/job/request.ts";
import { workspace } from "../support/targets.ts";

export type Made = {
  readonly problems: readonly Problem[];
  readonly path?: string;
  readonly body?: unknown;
  /** Body of the anonymous environment that is made first. */
  readonly environment?: unknown;
};

/** What the action makes of one az ml file, as far as that needs no network. */
export async function make(yaml: string, folder: string): Promise<Made> {
  const { documents, problems } = readDocuments(yaml, { file: "file.yml", folder });
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
  const { job, problems: found } = readCommandJob(node);
  const all = [...problems, ...found];
  if (job === undefined) return { problems: all };
  const { environment, code } = job;
  const uris = Object.entries(job.inputs).flatMap(([name, input]) => {
    if (input.kind === "literal") return [];
    if (input.local === undefined) return [[name, id(input.path, input.type.endsWith("_model") ? "models" : "data")]];
    const slash = input.type === "uri_folder" ? "/" : "";
    return [
      [
        name,
        `azureml://datastores/${input.datastore ?? "workspaceblobstore"}/paths/<upload:${plain(input.path)}>${slash}`,
      ],
    ];
  });
  const body = jobRequest(job, {
    workspaceId: workspace.id,
    runName: job.name ?? "<job-name>",
    fallbackExperiment: "<experiment>",
    environmentId: environment.from === "reference" ? id(environment.id, "environments") : "<environment:1>",
    ...(code === undefined
      ? {}
      : {
          codeId:
            code.from === "local" || /^http/.test(code.id)
              ? `<code:${plain(code.from === "local" ? code.path : code.id)}>`
              : id(code.id, "codes"),
        }),
    ...(job.compute === undefined ? {} : { compute: job.compute }),
    inputUris: Object.fromEntries(uris) as Record<string, string>,
    environmentVariables: plainVariables(job.environmentVariables),
    provenance: { properties: {}, tags: {} },
  });
  return {
    problems: all,
    path: `/jobs/${job.name ?? "<job-name>"}`,
    body,
    ...(environment.from === "reference"
      ? {}
      : { environment: anonymousVersion(environment.definition, contextOf(environment.definition)).body }),
  };
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
