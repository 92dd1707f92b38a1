import type { TokenCredential } from "@azure/core-auth";
import { ForeignAddress, trustedAddress } from "./addresses.ts";
import type { Arm } from "./arm.ts";
import type { BlobContainer } from "./blob-container.ts";
import type { Cloud } from "./cloud.ts";
import { defined } from "./defined.ts";
import { membersOf, textOf } from "./members.ts";
import { refused, succeeded, type Outcome } from "./outcome.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** The datastores of one workspace, as places to upload to. */
export type Datastores = {
  /**
   * The container behind a datastore, with the access that the service hands out for it.
   *
   * @param fresh request new access, because the earlier one has expired.
   */
  readonly open: (name: string, fresh?: boolean) => Promise<Outcome<BlobContainer>>;
  /** Where it is and what it holds to get in, without asking for that. */
  readonly look: (name: string) => Promise<Outcome<BlobStore>>;
};

/** A datastore of the kind that is uploaded to. */
export type BlobStore = {
  readonly account: string;
  readonly container: string;
  /** `https://{account}.blob…/{container}` */
  readonly url: string;
  /** False for a store that is accessed by identity, and has no secrets to give. */
  readonly holdsSecret: boolean;
};

/** The workspace's own store: official clients upload to it when no other is named. */
export const defaultDatastore = "workspaceblobstore";

/** The official client's version. */
export const datastoresVersion = "2024-10-01-preview";

type LiveDatastore = {
  readonly datastoreType?: string;
  readonly accountName?: string;
  readonly containerName?: string;
  readonly endpoint?: string;
  readonly protocol?: string;
  readonly credentialsType?: string;
};

export type DatastoreDeps = {
  readonly cloud: Cloud;
  readonly newCredential: () => Promise<TokenCredential>;
  readonly mask: (secret: string) => void;
};

/** Every datastore is read once, however many uploads go to it; one that could not be read is read again. */
export function createDatastores(arm: Arm, workspace: WorkspaceRef, deps: DatastoreDeps): Datastores {
  const opened = new Map<string, Promise<Outcome<BlobContainer>>>();
  return {
    open: (name, fresh = false) => {
      const known = (fresh ? undefined : opened.get(name)) ?? open(name, arm, workspace, deps);
      opened.set(name, known);
      const forget = () => {
        if (opened.get(name) === known) opened.delete(name);
      };
      known.then((container) => {
        if (!container.ok) forget();
      }, forget);
      return known;
    },
    look: (name) => look(name, arm, workspace, deps.cloud),
  };
}

async function open(
  name: string,
  arm: Arm,
  workspace: WorkspaceRef,
  { cloud, newCredential, mask }: DatastoreDeps,
): Promise<Outcome<BlobContainer>> {
  const store = await look(name, arm, workspace, cloud);
  if (!store.ok) return store;
  const { url, account, holdsSecret } = store.value;
  if (!holdsSecret) return succeeded({ url, access: { by: "identity", credential: await newCredential() } });
  const listed = await arm.post(
    `${datastoreId(name, workspace)}/listSecrets`,
    datastoresVersion,
    { expirableSecret: true, expireAfterHours: 1 },
    { repeatable: "read" },
  );
  if (!listed.ok) {
    // Whoever may not read the secret may have a role on the storage itself.
    if (listed.failure.status !== 403) return listed;
    return succeeded({ url, access: { by: "identity", credential: await newCredential() } });
  }
  const secrets = membersOf(listed.value.body);
  const [sasToken, key] = [textOf(secrets["sasToken"]), textOf(secrets["key"])];
  if (sasToken !== undefined) {
    mask(sasToken);
    return succeeded({ url, access: { by: "sas", token: sasToken.replace(/^\?/, "") } });
  }
  if (key !== undefined) {
    mask(key);
    return succeeded({ url, access: { by: "key", account, key } });
  }
  return succeeded({ url, access: { by: "identity", credential: await newCredential() } });
}

function datastoreId(name: string, workspace: WorkspaceRef): string {
  return `${workspaceId(workspace)}/datastores/${encodeURIComponent(name)}`;
}

async function look(name: string, arm: Arm, workspace: WorkspaceRef, cloud: Cloud): Promise<Outcome<BlobStore>> {
  const read = await arm.get(datastoreId(name, workspace), datastoresVersion);
  if (!read.ok) return read;
  const live = liveDatastore(membersOf(read.value.body)["properties"]);
  const { datastoreType = "of no kind", accountName, containerName } = live;
  if (datastoreType !== "AzureBlob" || accountName === undefined || containerName === undefined) {
    return refused(
      "DatastoreNotSupported",
      `The datastore '${name}' is of type ${datastoreType}; files can be uploaded to and downloaded from blob containers only. Name another datastore, or copy the files by other means.`,
    );
  }
  const url = `${accountUrl(accountName, live, cloud)}/${containerName}`;
  try {
    // Neither a token nor a signature goes to an account that only an answer knows.
    if (!isName(accountName) || !isName(containerName.replaceAll("$", "")))
      throw new ForeignAddress(
        `The service named ${JSON.stringify(`${accountName}/${containerName}`)} as the container of a datastore, which is not a valid container address.`,
      );
    trustedAddress(url, "storage", cloud);
  } catch (error) {
    if (!(error instanceof ForeignAddress)) throw error;
    const message = `The datastore '${name}' is not used. ${error.message}`;
    return refused("ForeignHost", message);
  }
  return succeeded({
    account: accountName,
    container: containerName,
    url,
    holdsSecret: !/^none$/i.test(live.credentialsType ?? "None"),
  });
}

function isName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/i.test(text);
}

function liveDatastore(wire: unknown): LiveDatastore {
  const { datastoreType, accountName, containerName, endpoint, protocol, credentials } = membersOf(wire);
  return defined({
    datastoreType: textOf(datastoreType),
    accountName: textOf(accountName),
    containerName: textOf(containerName),
    endpoint: textOf(endpoint),
    protocol: textOf(protocol),
    credentialsType: textOf(membersOf(credentials)["credentialsType"]),
  });
}

/** `https://{account}.blob.core.windows.net`; on an IP address, which has no subdomains, the account is part of the path. */
function accountUrl(
  account: string,
  { endpoint, protocol }: Pick<LiveDatastore, "endpoint" | "protocol">,
  cloud: Cloud,
) {
  const suffix = endpoint ?? cloud.storageSuffix ?? "core.windows.net";
  return /^(localhost|\[|\d+(\.\d+){3}(:|$))/.test(suffix)
    ? `${protocol ?? "https"}://${suffix}/${account}`
    : `${protocol ?? "https"}://${account}.blob.${suffix}`;
}
