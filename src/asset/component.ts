import { createHash } from "node:crypto";
import { canonicalJson } from "../canonical-json.ts";
import { membersOf } from "../azure/members.ts";
import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { AssetRequest, PartIds } from "./kind.ts";

/** A step's program with its inputs and outputs, as a file or a step of a pipeline declares it. */
export type ComponentDefinition<Part> = {
  /** As its file names it: a version that is put under this name says which one it was declared to be. */
  readonly version?: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Properties of the version itself, beside its text. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** True for a graph of steps, of which the official client sends no archive flag and no hash. */
  readonly isGraph: boolean;
  readonly parts: readonly Part[];
  /** `componentSpec` without name and version. */
  readonly toSpec: (ids: Omit<PartIds, "fingerprint">) => Readonly<Record<string, unknown>>;
};

export const label = "component";
export const collection = "components";
export const localField = "code";
export const isReadFirst = true;

/** Files belong to the parts of a component. */
export function uploadOf(_: unknown): undefined {
  return undefined;
}

export function partsOf<Part>({ parts }: ComponentDefinition<Part>): readonly Part[] {
  return parts;
}

export function contentOf(_: unknown): Promise<undefined> {
  return Promise.resolve(undefined);
}

type Ids = Omit<PartIds, "fingerprint">;

export function identityOf(definition: ComponentDefinition<unknown>, _: undefined, ids: Ids): string {
  return hashOf(propertiesOf(definition, ids));
}

export function upload(): Promise<Outcome<undefined>> {
  return Promise.resolve(succeeded(undefined));
}

/** The official client's name for components that have none, and the version that their own text gives them. */
export const anonymousName = "azureml_anonymous";
const anonymous = { name: anonymousName, version: "1" };

export function toRequest(
  definition: ComponentDefinition<unknown>,
  _: undefined,
  __: string | undefined,
  ids: PartIds,
  named?: { readonly name: string; readonly version: string },
): AssetRequest {
  const isAnonymous = named === undefined;
  const { componentSpec, ...rest } = propertiesOf(definition, ids);
  const { version, isGraph } = definition;
  const ownName = isAnonymous ? anonymous : { name: named.name, ...(version === undefined ? {} : { version }) };
  return {
    name: isAnonymous ? anonymous.name : named.name,
    version: isAnonymous ? ids.fingerprint : named.version,
    body: {
      properties: {
        ...rest,
        componentSpec: { ...componentSpec, ...ownName },
        isAnonymous,
        properties: {
          ...definition.properties,
          ...(isAnonymous ? {} : { [isGraph ? graphHashProperty : hashProperty]: ids.fingerprint }),
        },
      },
    },
  };
}

/** By it the official client, too, finds out whether a component has changed. */
const hashProperty = "client_component_hash";
/** The official client puts none beside a graph of steps. */
const graphHashProperty = "azureml-targets.content";

/** What a component does is fixed once its version is there. */
export const fixedMembers = ["componentSpec"] as const;
export const isAlwaysNext = true;

/** The service adds to a component's text, so that versions are told by the hash that was put beside it. */
export function differencesFrom(
  { isGraph }: ComponentDefinition<unknown>,
  _: undefined,
  live: Readonly<Record<string, unknown>>,
  fingerprint: string,
): readonly string[] {
  const kept = membersOf(live["properties"])[isGraph ? graphHashProperty : hashProperty];
  return kept === fingerprint ? [] : ["componentSpec"];
}

function propertiesOf({ description, tags, isGraph, toSpec }: ComponentDefinition<unknown>, ids: Ids) {
  return {
    componentSpec: toSpec(ids),
    ...(description === undefined ? {} : { description }),
    tags,
    ...(isGraph ? {} : { isArchived: false }),
  };
}

/** A GUID, as the official client makes it of a component's content. */
function hashOf(content: unknown): string {
  const digest = createHash("sha256").update(canonicalJson(content)).digest("hex");
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
