import { oneOf, readOnly, tags, text } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import type { TargetBase } from "./kind.ts";

type DeclaredBase = {
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly credentials_version?: string | number | boolean | undefined;
};

/** The keys that the targets of all kinds begin with. @param nameRule what the kind demands of a name. */
export const firstKeys = <const Type extends string>(type: Type, nameRule = "3 to 24 letters, digits and dashes.") => ({
  $schema: text().optional(),
  type: oneOf([type]),
  name: text().describe(nameRule),
  description: text().optional(),
  tags: tags().optional(),
});

/** What `az ml compute show` prints beside the declared keys. */
export const readOnlyKeys = () => ({
  id: readOnly(),
  provisioning_state: readOnly(),
  provisioning_errors: readOnly(),
  created_on: readOnly(),
});

/** The part that the targets of all kinds share. */
export function readBase(
  { name, description, tags, credentials_version: credentialsVersion }: DeclaredBase,
  source: SourceNode,
): TargetBase {
  return {
    name,
    source,
    ...(tags === undefined ? {} : { tags }),
    ...(description === undefined ? {} : { description }),
    ...(credentialsVersion === undefined ? {} : { credentialsVersion: String(credentialsVersion) }),
  };
}
