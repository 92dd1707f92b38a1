import { readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import type * as z from "zod";
import type { AssetUse } from "../../asset/asset.ts";
import type { ComponentDefinition } from "../../asset/component.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import { keepInside, leadsOutside, namedPath } from "../../yaml/named-path.ts";
import { boolean, tags, text, version, readOnly } from "../../yaml/shape.ts";
import { valueAt, type SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { readDocuments } from "../../yaml/yaml.ts";
import { defined } from "../../azure/defined.ts";
import { withPlaces, type Component, type ComponentSource, type NodeReader, type NodeType } from "./kind.ts";
import { portMembers } from "./ports.ts";
import { withoutEmpty } from "./wire.ts";

/** The keys that components of all types have. */
export const componentKeys = () => ({
  $schema: text().optional(),
  name: text().optional().describe("Name under which it is registered. Ignored inside a pipeline."),
  version: version().optional(),
  display_name: text().optional(),
  description: text().optional(),
  tags: tags().optional(),
  is_deterministic: boolean()
    .optional()
    .describe("Whether the service may reuse an earlier result for the same inputs."),
  id: readOnly(),
  creation_context: readOnly(),
  latest_version: readOnly(),
});

type DeclaredComponent = z.infer<z.ZodObject<ReturnType<typeof componentKeys>>>;

/** Members of a component's text that all types have. */
export function specMembers(
  value: DeclaredComponent,
  type: string,
  source: ComponentSource,
): Readonly<Record<string, unknown>> {
  return defined({
    $schema: value.$schema,
    _source: source,
    type,
    display_name: value.display_name,
    description: value.description,
    tags: Object.keys(value.tags ?? {}).length === 0 ? undefined : value.tags,
  });
}

/** What a type of component says beside what all types have. */
type OwnComponent = Pick<Component, "inputs" | "outputs" | "defaults" | "runs"> & {
  /** What it is made of, by places inside its file. */
  readonly parts?: readonly AssetUse[];
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  /** Members of its text. */
  readonly toSpec: ComponentDefinition<AssetUse>["toSpec"];
};

/** A component that runs something itself, as its file declares it; a graph of steps is made by its own type. */
export function toComponent(
  type: string,
  value: DeclaredComponent,
  source: ComponentSource,
  { parts = [], properties = {}, toSpec, ...own }: OwnComponent,
  { node }: Pick<NodeReader, "node">,
): Component {
  const { description } = value;
  return {
    source,
    definition: {
      ...defined({ description }),
      tags: value.tags ?? {},
      properties,
      isGraph: false,
      parts: withPlaces(parts, node),
      toSpec: (ids) =>
        withoutEmpty({
          ...specMembers(value, type, source),
          is_deterministic: value.is_deterministic ?? true,
          ...portMembers(own.inputs, own.outputs),
          ...toSpec(ids),
        }),
    },
    ...own,
  };
}

/** What a step names as its component. */
export type NamedComponent =
  | { readonly is: "here"; readonly component: Component }
  | { readonly is: "in-azure"; readonly reference: string; readonly source: ComponentSource };

/**
 * The component that a step, or a whole pipeline, names: a file beside it, one that is registered, or one that is written
 * in its place.
 *
 * @param key of the step: `component`, `trial`.
 * @returns nothing where it cannot be read; its problems are added.
 */
export function readNamedComponent(reader: NodeReader, type: NodeType, key = "component"): NamedComponent | undefined {
  const { node, add } = reader;
  const written = valueAt(node, [key]);
  if (isMapping(written)) {
    const component = readAt({ ...node, path: [...node.path, key] }, reader, type, "YAML.JOB");
    return component === undefined ? undefined : { is: "here", component };
  }
  if (typeof written !== "string") return undefined;
  if (/^azureml:\/\/registries\/./i.test(written))
    return { is: "in-azure", reference: written, source: "REMOTE.REGISTRY" };
  if (/^(azureml:|\/subscriptions\/)./i.test(written)) {
    const reference = written.startsWith("/") ? `azureml:${written}` : written;
    if (!/^azureml:\//i.test(reference) && !/^azureml:[^:@]+[:@]./i.test(reference)) {
      add(
        "missing-version",
        [key],
        `${JSON.stringify(written)} names no version.`,
        `Write ${written}:VERSION or ${written}@latest.`,
      );
      return undefined;
    }
    return { is: "in-azure", reference, source: "REMOTE.WORKSPACE.COMPONENT" };
  }
  const isInline = /^file:/i.test(written);
  const path = written.replace(/^file:/i, "");
  const { path: absolute, is } = namedPath(path, node.document);
  const what = `The component file ${JSON.stringify(path)}`;
  if (is === "outside") {
    add("outside", [key], `${what} ${leadsOutside}.`, keepInside);
    return undefined;
  }
  if (is !== "file") {
    add(
      "missing-file",
      [key],
      `${what} does not exist.`,
      "Fix the path, which is relative to this file; or name a registered component: azureml:NAME:VERSION, azureml:NAME@latest, azureml://registries/…",
    );
    return undefined;
  }
  if (reader.files.includes(absolute)) {
    add("circle", [key], `${what} refers to itself.`, "Remove one of the references.");
    return undefined;
  }
  const file = posix.join(posix.dirname(node.document.file), path);
  const read = readDocuments(readFileSync(absolute, "utf8"), {
    file,
    folder: dirname(absolute),
    root: node.document.root,
  });
  reader.addProblems(read.problems);
  const [document] = read.documents;
  if (document === undefined || !isMapping(document.value)) {
    if (read.problems.length === 0)
      add("wrong-file", [key], `${what} is not a YAML mapping.`, "Write an az ml component.");
    return undefined;
  }
  const inner = { ...reader, files: [...reader.files, absolute] };
  // The official client takes a file behind file: for a text that stands in the step itself.
  const component = readAt({ document, path: [] }, inner, type, isInline ? "YAML.JOB" : "YAML.COMPONENT");
  return component === undefined ? undefined : { is: "here", component };
}

function readAt(node: SourceNode, outer: NodeReader, type: NodeType, source: ComponentSource): Component | undefined {
  if (type.component === undefined) throw new Error(`Steps of type ${type.name} have no component.`);
  const { found, add } = problemsAt(node);
  const component = type.component.read({ ...outer, node, add }, source);
  outer.addProblems(found);
  return component;
}

/** The use of the component by its step, by the key that names it. */
/** Of a component that it names a step says nothing anew: az ml passes over these keys, and so does the action. */
export function warnOfComponentKeys(step: object, keys: readonly string[], { add }: NodeReader): void {
  const said: Readonly<Record<string, unknown>> = { ...step };
  for (const key of keys)
    if (said[key] !== undefined)
      add(
        "unused-key",
        [key],
        `${key} is ignored in a step that names a component, as with az ml.`,
        "Change it in the component, or write the step without one.",
        "warning",
      );
}

export function assetOfComponent(named: NamedComponent, where = "component"): AssetUse<"component"> {
  const use = { kind: "component", where, what: "the component" } as const;
  return named.is === "in-azure"
    ? { ...use, reference: named.reference }
    : { ...use, declared: named.component.definition };
}

export function toComponentId({ idOf }: { readonly idOf: (where: string) => string }, where = "component"): string {
  return idOf(where);
}

export function sourceOfComponent(named: NamedComponent): ComponentSource {
  return named.is === "in-azure" ? named.source : named.component.source;
}

/** An id as a component's text has it. */
export function prefixed(id: string): string {
  return /^azureml:/i.test(id) ? id : `azureml:${id}`;
}
