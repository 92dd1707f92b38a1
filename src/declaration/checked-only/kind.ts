import type * as z from "zod";
import type { AddProblem } from "../../compute/kind.ts";
import type { Problem } from "../../yaml/problem.ts";
import type { SourceDocument, SourceNode } from "../../yaml/source.ts";
import type { DeclarationRequest } from "../gathered.ts";

export type Mapping = Readonly<Record<string, unknown>>;

/** A kind of file that no command of this action creates or submits: its files are only checked. */
export type CheckedOnly = {
  /** With its article: `an az ml schedule`. */
  readonly what: string;
  /** What no command does: `creates a schedule`. */
  readonly act: string;
  /** What to do with the file, where az ml is not the answer. */
  readonly instead?: string;
  /** Names of schemas, as `$schema` ends in. */
  readonly schemas: readonly string[];
  /** True for a mapping without `$schema` that is of this kind. @param file its path, relative to the working directory. */
  readonly hasKeysOf: (mapping: Mapping, file?: string) => boolean;
  /** What its files are checked against: a module of its own, so that only a file of the kind pays for it. */
  readonly load: () => Promise<CheckedShape>;
};

/** The rules of a kind. */
export type CheckedShape = {
  readonly shape: (mapping: Mapping) => () => z.ZodType;
  /** What a shape cannot say. What of the file has a wrong shape is left out where it can be: members may be of any type. */
  readonly check?: (part: CheckedPart) => void | Promise<void>;
};

/** What the check of a kind is handed. */
export type CheckedPart = {
  readonly node: SourceNode;
  /** Adds a problem at the place of a key. */
  readonly add: AddProblem;
  readonly request: Pick<DeclarationRequest, "workingDirectory" | "checkout">;
  readonly problems: Problem[];
  /** Files that the file names: what changes them changes what is said of it. */
  readonly documents: SourceDocument[];
};
