import { randomUUID } from "node:crypto";
import { armError, ok, page, type Incoming, type Reply } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";

/** A version's content is fixed; what describes it may change. */
const contentMembers = [
  "codeUri",
  "image",
  "condaFile",
  "build",
  "osType",
  "inferenceConfig",
  "dataUri",
  "dataType",
  "modelUri",
  "modelType",
  "componentSpec",
];

function contentOf({ properties }: Version): string {
  return JSON.stringify(contentMembers.map((member) => properties[member] ?? null));
}

/** What the service adds to a version of these kinds. */
const added: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  models: { flavors: {}, jobName: null, stage: null },
};

/** What the service says of other content: of data and models in a sentence that official clients look for. */
function otherContent(kind: string, name: string, version: string): Reply {
  return kind === "data" || kind === "models"
    ? armError(400, "UserError", "Asset paths cannot be updated.")
    : armError(409, "Conflict", `The version ${version} of ${name} exists and its content cannot be changed.`);
}

/** The long form of an address in a datastore: the service names the workspace, whoever leaves it out. */
function withWorkspace(properties: Readonly<Record<string, unknown>>, root: string): Readonly<Record<string, unknown>> {
  const [, subscription = "", group = "", workspace = ""] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/.*\/workspaces\/([^/]+)$/.exec(root) ?? [];
  const long = `azureml://subscriptions/${subscription}/resourcegroups/${group}/workspaces/${workspace}/datastores/`;
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) =>
      (name === "dataUri" || name === "modelUri") && typeof value === "string"
        ? [name, value.replace(ofRun, artifactsOfRun).replace(/^azureml:\/\/datastores\//i, long)]
        : [name, value],
    ),
  );
}

const ofRun = /^azureml:\/\/jobs\/([^/]+)\/outputs\/artifacts\/(?:paths\/)?/i;
/** Where the artifacts of a run are. */
const artifactsOfRun = "azureml://datastores/workspaceartifactstore/paths/ExperimentRun/dcid.$1/";

/** The run that a model's address names. */
function jobOf({ modelUri }: Readonly<Record<string, unknown>>): { readonly jobName?: string } {
  const [, jobName] = typeof modelUri === "string" ? (ofRun.exec(modelUri) ?? []) : [];
  return jobName === undefined ? {} : { jobName };
}

/** A number counts up; after a name comes `1`. */
function nextOf(version: string): string {
  return /^\d+$/.test(version) ? String(Number(version) + 1) : "1";
}

type Version = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly systemData: unknown;
};

/** As a list's query has them: what is archived only where it is asked for, the newest first, so many at most. */
function chosen(versions: readonly Version[], query: URLSearchParams): readonly Version[] {
  const view = query.get("listViewType") ?? "ActiveOnly";
  const seen = versions.filter(
    ({ properties }) => view === "All" || (properties["isArchived"] === true) === (view === "ArchivedOnly"),
  );
  const ordered = /\bdesc$/i.test(query.get("$orderBy") ?? "") ? seen.toReversed() : seen;
  const top = Number(query.get("$top") ?? Infinity);
  return ordered.slice(0, top);
}

/** A version as the workspace at `root` has it once it is put. */
function versionIn(
  root: string,
  kind: string,
  name: string,
  version: string,
  properties: Readonly<Record<string, unknown>>,
): Version {
  return {
    id: `${root}/${kind}/${name}/versions/${version}`,
    name: version,
    type: `Microsoft.MachineLearningServices/workspaces/${kind}/versions`,
    properties: {
      description: null,
      tags: {},
      properties: {},
      isArchived: false,
      isAnonymous: false,
      ...added[kind],
      ...withWorkspace(properties, root),
      ...(kind === "models" ? jobOf(properties) : {}),
    },
    systemData: { createdAt: new Date().toISOString(), createdBy: seeded.clientId, createdByType: "Application" },
  };
}

/**
 * Versions of codes, components, environments, data and models.
 *
 * @param root path of the workspace that they are of.
 */
export function createAssets(
  store: Store,
  storage: Pick<Storage, "service" | "sign">,
  pageSize: number,
  root = workspacePath,
) {
  const key = (kind: string, name: string, version: string) => `${kind}/${name}/${version}`.toLowerCase();
  const versionsOf = (kind: string, name: string) =>
    store
      .list<Version>("assets")
      .filter(({ key: one }) => one.startsWith(`${kind}/${name}/`.toLowerCase()))
      .map(({ value }) => value);

  const containerOf = (kind: string, name: string) => {
    const latest = versionsOf(kind, name).at(-1);
    return latest === undefined
      ? undefined
      : {
          id: `${root}/${kind}/${name}`,
          name,
          properties: {
            description: null,
            tags: {},
            properties: {},
            latestVersion: latest.name,
            nextVersion: nextOf(latest.name),
            isArchived: false,
            ...(kind === "data" ? { dataType: latest.properties["dataType"] } : {}),
          },
        };
  };

  return {
    put: (kind: string, name: string, version: string, properties: Readonly<Record<string, unknown>> = {}): void =>
      store.put("assets", key(kind, name, version), versionIn(root, kind, name, version, properties)),
    all: (): readonly Version[] => store.list<Version>("assets").map(({ value }) => value),
    find: (kind: string, name: string, version: string): Version | undefined => {
      if (version !== "latest") return store.get<Version>("assets", key(kind, name, version));
      return versionsOf(kind, name).at(-1);
    },
    /** `/{kind}/{name}[/versions[/{version}[/startPendingUpload]]]` */
    handle: async (request: Incoming, kind: string, rest: readonly string[]): Promise<Reply> => {
      const [name, versions, version, action] = rest.map(decodeURIComponent);
      if (name === undefined) {
        const names = store
          .list<Version>("assets")
          .map(({ value: { id } }) => id.split("/"))
          .filter((id) => id.at(-4) === kind)
          .map((id) => id.at(-3) ?? "");
        return page(
          [...new Set(names)].flatMap((one) => containerOf(kind, one) ?? []),
          request,
          pageSize,
        );
      }
      if (versions === undefined) {
        const container = containerOf(kind, name);
        return container === undefined
          ? armError(404, "NotFound", `No ${kind} container named ${name} exists in the workspace.`)
          : ok(container);
      }
      if (version === undefined) {
        const hash = request.query.get("hash");
        // Code is found by its content, whatever name it was registered under.
        const found =
          hash === null
            ? chosen(versionsOf(kind, name), request.query)
            : store
                .list<Version>("assets")
                .map(({ value }) => value)
                .filter(
                  ({ properties, id: one }) =>
                    one.includes(`/${kind}/`) &&
                    (properties["properties"] as { hash_sha256?: string } | undefined)?.hash_sha256 === hash,
                );
        return page(found, request, pageSize);
      }
      if (action === "startPendingUpload") {
        const container = `${randomUUID().slice(0, 8)}-${randomUUID()}`;
        await (await storage.service()).getContainerClient(container).create();
        const blobUri = `${request.endpoints.blob(seeded.storageAccount)}/${container}`;
        const sasUri = `${blobUri}?${storage.sign(container, undefined, "rcwl", 8)}`;
        return ok({
          pendingUploadId: null,
          pendingUploadType: "TemporaryBlobReference",
          blobReferenceForConsumption: {
            blobUri,
            storageAccountArmId: null,
            credential: { credentialType: "SAS", sasUri },
          },
        });
      }
      const known = store.get<Version>("assets", key(kind, name, version));
      if (request.method === "PUT") {
        const properties = (request.body as { properties?: Record<string, unknown> } | undefined)?.properties ?? {};
        const made = versionIn(root, kind, name, version, properties);
        if (known !== undefined && contentOf(known) !== contentOf(made)) {
          return otherContent(kind, name, version);
        }
        store.put("assets", key(kind, name, version), made);
        return { status: known === undefined ? 201 : 200, body: made };
      }
      return known === undefined
        ? armError(404, "NotFound", `${name}:${version} does not exist among the ${kind} of the workspace.`)
        : ok(known);
    },
  };
}

export type Assets = ReturnType<typeof createAssets>;
