import { armError, ok, page, type Incoming, type Reply } from "../server/reply.ts";
import { seeded, workspacePath } from "../settings.ts";
import type { Storage, StorageAccess } from "../storage.ts";
import type { Store } from "../store.ts";

const containers = [
  { name: "workspaceblobstore", container: "azureml-blobstore", isDefault: true },
  { name: "workspaceartifactstore", container: "azureml", isDefault: false },
];

/** `/datastores[/{name}[/listSecrets]]` */
export function datastores(
  request: Incoming,
  [name, action]: readonly string[],
  { store, storage, pageSize }: { readonly store: Store; readonly storage: Storage; readonly pageSize: number },
): Reply {
  const access = storageAccess(store);
  const known = containers.map((datastore) => documentOf(datastore, access, request));
  if (name === undefined) {
    const wanted = request.query.get("isDefault")?.toLowerCase();
    const listed = known.filter(({ properties }) => wanted === undefined || String(properties.isDefault) === wanted);
    return page(listed, request, pageSize);
  }
  const found = known.find((datastore) => datastore.name === name);
  if (found === undefined) return armError(404, "NotFound", `Could not find datastore ${name}.`);
  if (action !== "listSecrets") return ok(found);
  switch (access) {
    case "AccountKey":
      return ok({ secretsType: access, key: seeded.storageKey });
    case "Sas":
      return ok({
        secretsType: access,
        sasToken: storage.sign(found.properties.containerName, undefined, "racwdl", 1),
      });
    case "None":
      return ok({ secretsType: access });
  }
}

function documentOf(
  { name, container, isDefault }: (typeof containers)[number],
  access: StorageAccess,
  request: Incoming,
) {
  return {
    id: `${workspacePath}/datastores/${name}`,
    name,
    type: "Microsoft.MachineLearningServices/workspaces/datastores",
    properties: {
      description: null,
      tags: null,
      properties: null,
      isDefault,
      credentials: { credentialsType: access },
      datastoreType: "AzureBlob",
      accountName: seeded.storageAccount,
      containerName: container,
      endpoint: request.endpoints.storageSuffix,
      protocol: "https",
      serviceDataAccessAuthIdentity: "None",
    },
  };
}

/** How the workspace's datastores are accessed from now on. */
export function accessStorageBy(store: Store, access: StorageAccess): void {
  store.put("settings", "storage-access", access);
}

export function storageAccess(store: Store): StorageAccess {
  return store.get<StorageAccess>("settings", "storage-access") ?? "AccountKey";
}
