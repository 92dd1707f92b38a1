import type { Arm } from "./arm.ts";
import type { BlobContainer } from "./blobs.ts";
import { failed, succeeded, type Outcome } from "./outcome.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** Versions of codes, environments and data of one workspace. */
export type Assets = {
  /** Id of the code version whose content has this hash (hashVersion 202208), whatever its name; `undefined` if none. */
  readonly findCode: (name: string, hash: string) => Promise<Outcome<string | undefined>>;
  /** A container of its own for the bytes of a code version. */
  readonly startCodeUpload: (name: string, version: string) => Promise<Outcome<BlobContainer>>;
  /** @returns the id to use as `codeId`. */
  readonly putCode: (name: string, version: string, body: unknown) => Promise<Outcome<string>>;
  /**
   * @returns the id to use as `environmentId`; `conflict` where that version exists and cannot be changed into
   *   this one.
   */
  readonly putEnvironment: (
    name: string,
    version: string,
    body: unknown,
  ) => Promise<Outcome<{ readonly id: string; readonly conflict: boolean }>>;
  /** The properties of an environment's version; `undefined` if there is none. */
  readonly getEnvironment: (
    name: string,
    version: string,
  ) => Promise<Outcome<Readonly<Record<string, unknown>> | undefined>>;
  /** Newest and next version of a named asset; `undefined` if there is no such asset. */
  readonly versions: (
    kind: "environments" | "data" | "models",
    name: string,
  ) => Promise<Outcome<{ readonly latest?: string; readonly next?: string } | undefined>>;
};

/** The official client's versions. */
const codesVersion = "2023-04-01";
const environmentsVersion = "2023-04-01-preview";
const containersVersion = {
  environments: environmentsVersion,
  data: environmentsVersion,
  models: "2023-08-01-preview",
} as const;

/** Assets are named by their content, so their writes may be repeated: they put the same thing in the same place. */
export function createAssets(arm: Arm, workspace: WorkspaceRef): Assets {
  const root = workspaceId(workspace);
  const version = (kind: string, name: string, number: string) =>
    `${root}/${kind}/${encodeURIComponent(name)}/versions/${encodeURIComponent(number)}`;
  const put = async (id: string, apiVersion: string, body: unknown) => {
    const answer = await arm.put(id, apiVersion, body, { repeatable: "read" });
    // Versions cannot be changed: a conflict says that it is there.
    if (!answer.ok) return answer.failure.status === 409 ? succeeded({ id, conflict: true }) : answer;
    return succeeded({
      id: (answer.value.body as { readonly id?: string } | undefined)?.id ?? id,
      conflict: false,
    });
  };
  const putContent = async (id: string, apiVersion: string, body: unknown): Promise<Outcome<string>> => {
    const made = await put(id, apiVersion, body);
    return made.ok ? succeeded(made.value.id) : made;
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
      const token = sasUri?.slice(sasUri.indexOf("?") + 1);
      if (blobUri !== undefined && token !== undefined)
        return succeeded({ url: blobUri.replace(/\/+$/, ""), access: { by: "sas", token } });
      return failed({
        reason: "refused",
        error: { code: "NoPlaceForUpload", message: "The service named no place to upload the code to.", details: [] },
      });
    },
    putCode: (name, number, body) => putContent(version("codes", name, number), codesVersion, body),
    putEnvironment: (name, number, body) => put(version("environments", name, number), environmentsVersion, body),
    getEnvironment: async (name, number) => {
      const answer = await arm.get(version("environments", name, number), environmentsVersion);
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      const { properties } = answer.value.body as { readonly properties?: Readonly<Record<string, unknown>> };
      return succeeded(properties ?? {});
    },
    versions: async (kind, name) => {
      const answer = await arm.get(`${root}/${kind}/${encodeURIComponent(name)}`, containersVersion[kind]);
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      const { properties } = answer.value.body as {
        readonly properties?: { readonly latestVersion?: string | null; readonly nextVersion?: string | null };
      };
      const { latestVersion, nextVersion } = properties ?? {};
      return succeeded({
        ...(latestVersion === undefined || latestVersion === null ? {} : { latest: latestVersion }),
        ...(nextVersion === undefined || nextVersion === null ? {} : { next: nextVersion }),
      });
    },
  };
}
