import type { z } from "zod";
import type { Collection } from "../../azure/assets.ts";
import type { Outcome } from "../../azure/outcome.ts";
import type { Problem } from "../../yaml/problem.ts";
import type { SourceNode } from "../../yaml/source.ts";
import type { AssetDeps, AssetRequest, DatastoreUpload, NamedAsset } from "../kind.ts";
import type { LocalUpload } from "../upload/local-upload.ts";
import * as data from "./data-file.ts";
import * as model from "./model-file.ts";

/** A kind of asset that files of its own register, and that is made of files: what `AssetKind` asks of a registered kind. */
type FileKind<Definition> = {
  readonly label: string;
  readonly collection: Collection;
  /** az ml's name of the schema that its files name. */
  readonly schemaName: string;
  readonly schema: () => z.ZodType;
  readonly read: (node: SourceNode) => {
    readonly asset?: NamedAsset<Definition>;
    readonly problems: readonly Problem[];
  };
  readonly uploadOf: (definition: Definition) => DatastoreUpload | undefined;
  readonly contentOf: (definition: Definition) => Promise<LocalUpload | undefined>;
  readonly identityOf: (definition: Definition, content: LocalUpload | undefined) => string;
  readonly upload: (
    definition: Definition,
    content: LocalUpload | undefined,
    what: string,
    deps: AssetDeps,
  ) => Promise<Outcome<string>>;
  readonly toRequest: (
    definition: Definition,
    content: LocalUpload | undefined,
    address: string | undefined,
    named: { readonly name: string; readonly version: string },
  ) => AssetRequest;
  readonly differencesFrom: (
    definition: Definition,
    content: LocalUpload | undefined,
    live: Readonly<Record<string, unknown>>,
  ) => readonly string[];
  /** Members that no version can have changed once it is there. */
  readonly fixedMembers: readonly string[];
  /** A file without a version makes the next one, and never changes the newest. */
  readonly isAlwaysNext: true;
};

/** A new kind is its file, and its line here. */
export const fileKinds: {
  readonly data: FileKind<data.DataFile>;
  readonly model: FileKind<model.ModelFile>;
} = { data, model };
