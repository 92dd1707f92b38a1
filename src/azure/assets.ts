import type { Arm } from "./arm.ts";
import { failed, succeeded, type Outcome } from "./outcome.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** Where the bytes of a code version go. */
export type PendingUpload = {
  /** `https://{account}.blob…/{container}` without the signature. */
  readonly blobUri: string;
  /** The same with a signature: a secret, never printed. */
  readonly sasUri: string;
};

/** Versions of codes, environments and data of one workspace. */
export type Assets = {
  /** Id of the code version whose content has this hash (hashVersion 202208), whatever its name; `undefined` if none. */
  readonly findCode: (name: string, hash: string) => Promise<Outcome<string | undefined>>;
  readonly startCodeUpload: (name: string, version: string) => Promise<Outcome<PendingUpload>>;
  /** @returns the id to use as `codeId`. */
  readonly putCode: (name: string, version: string, body: unknown) => Promise<Outcome<string>>;
  /** @returns the id to use as `environmentId`. "Already there" is a success. */
  readonly putEnvironment: (name: string, version: string, body: unknown) => Promise<Outcome<string>>;
  /** Newest version of a named asset container (`properties.latestVersion`); `undefined` if there is none. */
  readonly latestVersion: (
    kind: "environments" | "data" | "models",
    name: string,
  ) => Promise<Outcome<string | undefined>>;
  /** @returns the id of the data version made. */
  readonly putData: (name: string, version: string, body: unknown) => Promise<Outcome<string>>;
};

/** The official client's versions. */
const codesVersion = "2023-04-01";
const environmentsVersion = "2023-04-01-preview";
const assetsVersion = "2023-08-01-preview";

/** Assets are named by their content, so their writes may be repeated: they put the same thing in the same place. */
export function createAssets(arm: Arm, workspace: WorkspaceRef): Assets {
  const root = workspaceId(workspace);
  const version = (kind: string, name: string, number: string) =>
    `${root}/${kind}/${encodeURIComponent(name)}/versions/${encodeURIComponent(number)}`;
  const put = async (id: string, apiVersion: string, body: unknown): Promise<Outcome<string>> => {
    const answer = await arm.put(id, apiVersion, body, "read");
    // Versions cannot be changed: a conflict says that it is there.
    if (!answer.ok) return answer.failure.status === 409 ? succeeded(id) : answer;
    return succeeded((answer.value.body as { readonly id?: string } | undefined)?.id ?? id);
  };
  return {
    findCode: async (name, hash) => {
      const pages = await arm.list(`${root}/codes/${name}/versions`, codesVersion, { hash, hashVersion: "202208" });
      // A container that does not exist yet holds no code.
      if (!pages.ok) return pages.failure.reason === "not-found" ? succeeded(undefined) : pages;
      return succeeded((pages.value[0] as { readonly id?: string } | undefined)?.id);
    },
    startCodeUpload: async (name, number) => {
      const answer = await arm.post(
        `${version("codes", name, number)}/startPendingUpload`,
        codesVersion,
        { pendingUploadType: "TemporaryBlobReference" },
        { repeatable: "read" },
      );
      if (!answer.ok) return answer;
      const { blobReferenceForConsumption: place } = answer.value.body as {
        readonly blobReferenceForConsumption?: {
          readonly blobUri?: string;
          readonly credential?: { readonly sasUri?: string };
        };
      };
      const blobUri = place?.blobUri;
      const sasUri = place?.credential?.sasUri;
      if (blobUri !== undefined && sasUri !== undefined)
        return succeeded({ blobUri: blobUri.replace(/\/+$/, ""), sasUri });
      return failed({
        reason: "refused",
        error: { code: "NoPlaceForUpload", message: "The service named no place to upload the code to.", details: [] },
      });
    },
    putCode: (name, number, body) => put(version("codes", name, number), codesVersion, body),
    putEnvironment: (name, number, body) => put(version("environments", name, number), environmentsVersion, body),
    putData: (name, number, body) => put(version("data", name, number), assetsVersion, body),
    latestVersion: async (kind, name) => {
      const answer = await arm.get(`${root}/${kind}/${name}`, assetsVersion);
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      const { properties } = answer.value.body as { readonly properties?: { readonly latestVersion?: string | null } };
      return succeeded(properties?.latestVersion ?? undefined);
    },
  };
}
