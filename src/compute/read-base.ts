import type { SourceNode } from "../declaration/source.ts";
import type { TargetBase } from "./kind.ts";

type DeclaredBase = {
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
};

/** The part that the targets of all kinds share. */
export function readBase({ name, description, tags }: DeclaredBase, source: SourceNode): TargetBase {
  return { name, tags: tags ?? {}, source, ...(description === undefined ? {} : { description }) };
}
