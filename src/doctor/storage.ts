import type { BlobContainer } from "../azure/blob-container.ts";
import type { Blobs } from "../azure/blobs.ts";
import { defaultDatastore, type BlobStore, type Datastores } from "../azure/datastores.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { StoreAccess } from "../permissions/needs.ts";
import type { PermissionReport } from "../report/result.ts";
import { reasonOf, sentenceOf } from "../report/failure.ts";
import type { FailureReason } from "../report/result.ts";
import { error, fine, notChecked, warning, type Check } from "./check.ts";

export type StorageFindings = {
  readonly checks: readonly Check[];
  readonly access: StoreAccess;
  /** What {@link leaseByRole} says is still to be added. */
  readonly leasesByRole?: boolean;
};

/** Nobody's blob: that the storage knows it not says that it can be reached and read. */
const nobodysBlob = "azureml-targets/doctor/none";

export type StorageDeps = {
  readonly datastores: Datastores;
  readonly blobs: Blobs;
  readonly workspace: Workspace;
};

/**
 * Whether the workspace's own store can be used as leases and uploads use it: by the route that official clients take.
 * Nothing is written, so the access itself says whether a lease can be taken.
 */
export async function storageFindings(
  { datastores, blobs, workspace }: StorageDeps,
  uploads: boolean,
): Promise<StorageFindings> {
  const store = await datastores.look(defaultDatastore);
  if (!store.ok) {
    const message = `The datastore ${defaultDatastore} could not be read: ${sentenceOf(store.failure.error)}.`;
    return { access: { by: "secret" }, checks: [unusable(uploads, "datastore", message, reasonOf(store.failure))] };
  }
  const container = containerId(store.value, workspace);
  const access: StoreAccess = {
    by: store.value.holdsSecret ? "secret" : "identity",
    ...(container === undefined ? {} : { container }),
  };
  const opened = await datastores.open(defaultDatastore);
  if (!opened.ok) {
    const message = `The datastore ${defaultDatastore} gave no access to its container: ${sentenceOf(opened.failure.error)}.`;
    return { access, checks: [unusable(uploads, "datastore", message, reasonOf(opened.failure))] };
  }
  const how = fine(
    "datastore",
    `The datastore ${defaultDatastore} is ${store.value.url}, ${accessWords(opened.value)}.`,
  );
  const reached = await blobs.reach(opened.value, nobodysBlob);
  if (!reached.ok) {
    const { failure } = reached;
    const message = `The storage behind it ${failure.status === undefined ? "could not be reached" : "refused to be read"}: ${sentenceOf(failure.error)}.`;
    return {
      access,
      checks: [how, unusable(uploads, "storage", message, reasonOf(failure), adviceOf(failure.error.code))],
    };
  }
  return {
    access,
    checks: [how, fine("storage", "It is reached and may be read."), ...leaseChecks(opened.value)],
    leasesByRole: opened.value.access.by === "identity",
  };
}

function unusable(
  uploads: boolean,
  code: string,
  message: string,
  reason: FailureReason,
  advice = "Give the identity the role below, and let the runner reach the storage account.",
): Check {
  return uploads
    ? error(reason, code, `${message} Local data and build contexts cannot be uploaded.`, advice)
    : warning(
        code,
        `${message} Targets are still attached, verified afterwards, and not serialised with other runs by a lease.`,
        advice,
      );
}

function adviceOf(code: string): string | undefined {
  switch (code) {
    case "KeyBasedAuthenticationNotPermitted":
      return "The account takes no keys. Set the datastore to identity-based access and give the identity Storage Blob Data Contributor.";
    case "AuthorizationFailure":
      return "The account's network rules keep this runner out, or the identity has no role on it. Add the runner's network, or give the identity Storage Blob Data Contributor.";
    case "AuthorizationPermissionMismatch":
      return "Give the identity Storage Blob Data Contributor on the account; a change takes some minutes.";
    case "ContainerNotFound":
      return "The container was deleted. Create it again under its name.";
    default:
      return undefined;
  }
}

function accessWords({ access }: BlobContainer): string {
  switch (access.by) {
    case "key":
      return "accessed with the account's key, which the service hands out";
    case "sas":
      return "accessed with a shared access signature, which the service hands out";
    case "identity":
      return "accessed as the identity itself";
  }
}

/** A lease is taken on a blob that is made for it: both are writes. */
function leaseChecks({ access }: BlobContainer): readonly Check[] {
  switch (access.by) {
    case "key":
      return [fine("lease", "Leases can be taken: the account's key allows everything.")];
    case "sas": {
      const allowed = new URLSearchParams(access.token).get("sp") ?? "";
      const missing = ["r", "w"].filter((letter) => !allowed.includes(letter));
      return [
        missing.length === 0
          ? fine("lease", "Leases can be taken: the signature allows to read and to write.")
          : warning(
              "lease",
              `Leases cannot be taken: the signature that the service hands out allows ${JSON.stringify(allowed)}, without ${missing.join(" and ")}.`,
              "Renew the signature of the datastore with the rights to read, create, write and list.",
            ),
      ];
    }
    case "identity":
      // Roles say that: see leaseByRole.
      return [];
  }
}

/** Whether the identity itself may take leases, once it is known what it is granted. */
export function leaseByRole(permissions: readonly PermissionReport[]): readonly Check[] {
  const states = permissions
    .filter(({ action }) => /\/blobs\/write$|\/listsecrets\/action$/i.test(action))
    .map(({ state }) => state);
  if (states.length === 0) return [];
  if (states.includes("missing")) {
    return [
      warning(
        "lease",
        "Leases cannot be taken: the identity may neither write blobs nor read the datastore's secret.",
        "Give the identity the role below, or Storage Blob Data Contributor on the storage account.",
      ),
    ];
  }
  return states.includes("not-checked")
    ? [
        notChecked(
          "lease",
          "Leases are taken as the identity itself; whether it may write blobs could not be read.",
          "Give it Storage Blob Data Contributor on the storage account.",
        ),
      ]
    : [fine("lease", "Leases can be taken: the identity may read and write blobs.")];
}

/** ARM id of the container, where its account is the one that the workspace was given. */
function containerId({ account, container }: BlobStore, { storageAccount }: Workspace): string | undefined {
  return storageAccount?.split("/").at(-1)?.toLowerCase() === account.toLowerCase()
    ? `${storageAccount}/blobServices/default/containers/${container}`
    : undefined;
}
