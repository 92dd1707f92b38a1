import type { Assets, Collection } from "../azure/assets.ts";
import type { Outcome } from "../azure/outcome.ts";
import type { SourceNode } from "../yaml/source.ts";
import type { UploadDeps } from "./upload/local-upload.ts";

/** What putting assets into a workspace needs. */
export type AssetDeps = UploadDeps & {
  readonly assets: Assets;
  readonly workspaceId: string;
  /** ARM id of a compute that an asset names. */
  readonly computeIdOf: (compute: string) => string;
  /** Asked before anything is uploaded or registered; its failure is that of the asset, and nothing is written then. */
  readonly beforeWriting?: () => Promise<Outcome<void>>;
};

/** What the references inside an asset have become: of the assets it is made of, and of computes. */
export type PartIds = {
  /** By the place inside the asset: `code`, `jobs.train.component`. */
  readonly idOf: (where: string) => string;
  readonly computeIdOf: (compute: string) => string;
  /** Of the whole asset: its content, with the versions that its references lead to now. */
  readonly fingerprint: string;
};

/** An asset that a file of its own declares, to be registered under a name. */
export type NamedAsset<Definition> = {
  readonly source: SourceNode;
  /** Absent for one that has nothing but its content for a name: nobody can refer to it. */
  readonly name?: string;
  /** Without one the newest version is updated where the service allows it, else the next one is created. */
  readonly version?: string;
  readonly definition: Definition;
};

/** `PUT …/{collection}/{name}/versions/{version}`. */
export type AssetRequest = {
  readonly name: string;
  readonly version: string;
  readonly body: { readonly properties: Readonly<Record<string, unknown>> };
};

/** What of an asset is uploaded to a datastore, as its declaration names it. */
export type DatastoreUpload = {
  /** Absolute. */
  readonly local: string;
  /** Absolute folder of the checkout: nothing outside it is taken. */
  readonly root: string;
  readonly datastore?: string;
};

/**
 * Everything about one kind of asset. A kind is one file that exports these names.
 *
 * @typeParam Definition what is declared, apart from its name.
 * @typeParam Content what of it is on this machine.
 * @typeParam Part a use of another asset.
 */
export type AssetKind<Definition, Content, Part = never> = {
  /** For people: `environment`. */
  readonly label: string;
  /** Where the workspace keeps assets of this kind. */
  readonly collection: Collection;
  /** True for a reference that goes to the service as it is, because the service finds the version by itself. */
  readonly isResolvedByService?: (reference: string) => boolean;
  /** For a kind of which `@latest` cannot be asked for. */
  readonly hasNoLabels?: true;
  /** For a kind that has files of its own: the key that names what is taken of this machine. */
  readonly localField?: string;
  /** What goes to a datastore from this machine; `undefined` where nothing does. */
  readonly uploadOf: (definition: Definition) => DatastoreUpload | undefined;
  /** The address in Azure that a definition names, of a kind whose bytes may be there already. */
  readonly addressIn?: (definition: Definition) => string | undefined;
  /** Other assets that one of this kind is made of: they are brought into the workspace before it. */
  readonly partsOf?: (definition: Definition) => readonly Part[];
  /** Reads what is on this machine, before anything is sent. @throws SnapshotRefused when it cannot be taken. */
  readonly contentOf: (definition: Definition) => Promise<Content>;
  /**
   * Tells the asset from every other by its content: part of a run's name, so it must never change for the same content.
   *
   * @param ids the identities of its parts.
   */
  readonly identityOf: (definition: Definition, content: Content, ids: Omit<PartIds, "fingerprint">) => string;
  /** The same for a reference; the reference itself where a kind says nothing else. */
  readonly identityOfReference?: (reference: string) => string;
  /** The id of one with the same content that the workspace has; for a kind that can be asked for by its content. */
  readonly find?: (definition: Definition, content: Content, deps: AssetDeps) => Promise<Outcome<string | undefined>>;
  /** True for a kind whose anonymous versions are told by all of their content: what is there need not be put again. */
  readonly isReadFirst?: true;
  /** The name of its anonymous versions, for such a kind. */
  readonly anonymousName?: string;
  /**
   * Uploads what the workspace's storage does not have.
   *
   * @param what the asset in messages: `the input data`.
   * @returns the address of the bytes; `undefined` for an asset without any.
   */
  readonly upload: (
    definition: Definition,
    content: Content,
    what: string,
    deps: AssetDeps,
  ) => Promise<Outcome<string | undefined>>;
  /**
   * The version to put, under the given name or an anonymous one made of the content. A kind without it is not
   * registered for a job: the address of its bytes is all that the job needs.
   */
  readonly toRequest?: (
    definition: Definition,
    content: Content,
    address: string | undefined,
    ids: PartIds,
    named?: { readonly name: string; readonly version: string },
  ) => AssetRequest;
  /** Called when the version is there. What does not succeed here is not worth a failure. */
  readonly afterwards?: (definition: Definition, content: Content, deps: AssetDeps) => Promise<void>;
  /** The name and version of an asset whose file has no name, made of its content; for a kind that takes such files. */
  readonly unnamed?: (definition: Definition, content: Content) => { readonly name: string; readonly version: string };
  /** True for a kind of which other content makes the next version, where the file has none: the newest is not tried. */
  readonly isAlwaysNext?: true;
  /** Members that no version can have changed once it is there. */
  readonly fixedMembers?: readonly string[];
  /** Members that the declaration sets and the live version has otherwise. What the service filled in is not a difference. */
  readonly differencesFrom?: (
    definition: Definition,
    content: Content,
    live: Readonly<Record<string, unknown>>,
    fingerprint: string,
  ) => readonly string[];
};
