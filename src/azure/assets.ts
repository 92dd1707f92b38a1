import type { Arm } from "./arm.ts";
import type { BlobContainer } from "./blob-container.ts";
import { defined } from "./defined.ts";
import { membersOf, textOf } from "./members.ts";
import { refused, succeeded, type AzureFailure, type Outcome } from "./outcome.ts";
import { isLastingConflict } from "./service-error.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** The versions of the assets of one workspace. */
export type Assets = {
  /** Id of the code version whose content has this hash (hashVersion 202208), whatever its name; `undefined` if none. */
  readonly findCode: (name: string, hash: string) => Promise<Outcome<string | undefined>>;
  /** A container of its own for the bytes of a code version. */
  readonly startCodeUpload: (name: string, version: string) => Promise<Outcome<BlobContainer>>;
  /** @returns the id of the version; `conflict` where a version of that name exists and cannot be changed into this one. */
  readonly put: (
    collection: Collection,
    name: string,
    version: string,
    body: unknown,
  ) => Promise<Outcome<{ readonly id: string; readonly conflict: boolean }>>;
  /** The properties of a version; `undefined` if there is none. */
  readonly get: (
    collection: Collection,
    name: string,
    version: string,
  ) => Promise<Outcome<Readonly<Record<string, unknown>> | undefined>>;
  /** Id of a version; `undefined` if there is none. */
  readonly idOf: (collection: Collection, name: string, version: string) => Promise<Outcome<string | undefined>>;
  /** Every version of a named asset, page by page, the newest first; none if there is no such asset. */
  readonly list: (collection: Collection, name: string) => Promise<Outcome<readonly AssetVersion[]>>;
  /** Newest and next version of a named asset; `undefined` if there is no such asset. */
  readonly versions: (
    collection: Collection,
    name: string,
  ) => Promise<Outcome<{ readonly latest?: string; readonly next?: string } | undefined>>;
};

/** One version of an asset, as a list has it. */
export type AssetVersion = {
  readonly version: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
};

/** Where a workspace keeps its assets, by kind. */
export type Collection = "codes" | "components" | "environments" | "data" | "models";

/** The official client's versions. */
export const assetVersions: Readonly<Record<Collection, string>> = {
  codes: "2023-04-01",
  components: "2024-01-01-preview",
  environments: "2023-04-01-preview",
  data: "2023-04-01-preview",
  models: "2023-08-01-preview",
};

/** Assets are named by their content, so their writes may be repeated: they put the same thing in the same place. */
export function createAssets(arm: Arm, workspace: WorkspaceRef): Assets {
  const root = workspaceId(workspace);
  const version = (kind: Collection, name: string, number: string) =>
    `${root}/${kind}/${encodeURIComponent(name)}/versions/${encodeURIComponent(number)}`;
  return {
    findCode: async (name, hash) => {
      const pages = await arm.list(`${root}/codes/${name}/versions`, assetVersions.codes, {
        hash,
        hashVersion: "202208",
      });
      // A container that does not exist yet holds no code.
      if (!pages.ok) return pages.failure.reason === "not-found" ? succeeded(undefined) : pages;
      return succeeded(textOf(membersOf(pages.value[0])["id"]));
    },
    startCodeUpload: async (name, number) => {
      const answer = await arm.post(
        `${version("codes", name, number)}/startPendingUpload`,
        assetVersions.codes,
        { pendingUploadType: "TemporaryBlobReference" },
        { repeatable: "read" },
      );
      if (!answer.ok) return answer;
      const place = membersOf(membersOf(answer.value.body)["blobReferenceForConsumption"]);
      const blobUri = textOf(place["blobUri"]);
      const sasUri = textOf(membersOf(place["credential"])["sasUri"]);
      const token = sasUri?.slice(sasUri.indexOf("?") + 1);
      if (blobUri !== undefined && token !== undefined)
        return succeeded({ url: blobUri.replace(/\/+$/, ""), access: { by: "sas", token } });
      return refused("NoPlaceForUpload", "The service returned no upload address for the code.");
    },
    put: async (collection, name, number, body) => {
      const id = version(collection, name, number);
      const answer = await arm.put(id, assetVersions[collection], body, { repeatable: "read" });
      if (!answer.ok) return isThereOtherwise(answer.failure) ? succeeded({ id, conflict: true }) : answer;
      return succeeded({
        id: textOf(membersOf(answer.value.body)["id"]) ?? id,
        conflict: false,
      });
    },
    get: async (collection, name, number) => {
      const answer = await arm.get(version(collection, name, number), assetVersions[collection]);
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      return succeeded(membersOf(membersOf(answer.value.body)["properties"]));
    },
    idOf: async (collection, name, number) => {
      const id = version(collection, name, number);
      const answer = await arm.get(id, assetVersions[collection]);
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      return succeeded(textOf(membersOf(answer.value.body)["id"]) ?? id);
    },
    list: async (collection, name) => {
      const path = `${root}/${collection}/${encodeURIComponent(name)}/versions`;
      const pages = await arm.list(path, assetVersions[collection], { $orderBy: "createdtime desc" });
      if (!pages.ok) return pages.failure.reason === "not-found" ? succeeded([]) : pages;
      return succeeded(
        pages.value.flatMap((item) => {
          const { name: number, id, properties } = membersOf(item);
          const known = textOf(number);
          if (known === undefined) return [];
          return [{ version: known, id: textOf(id) ?? `${path}/${known}`, properties: membersOf(properties) }];
        }),
      );
    },
    versions: async (collection, name) => {
      const answer = await arm.get(`${root}/${collection}/${encodeURIComponent(name)}`, assetVersions[collection]);
      if (!answer.ok) return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
      const { latestVersion, nextVersion } = membersOf(membersOf(answer.value.body)["properties"]);
      return succeeded(defined({ latest: textOf(latestVersion), next: textOf(nextVersion) }));
    },
  };
}

/** Versions cannot be changed: a conflict says that it is there, and so does this sentence about the bytes of data and models. */
function isThereOtherwise({ status, error }: AzureFailure): boolean {
  if (status === 409) return !isLastingConflict(error);
  return status === 400 && error.code === "UserError" && /^Asset paths cannot be updated\b/.test(error.message);
}
