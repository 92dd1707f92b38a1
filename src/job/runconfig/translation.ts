import { positionOf, valueAt, type NodePath, type SourceDocument, type SourceNode } from "../../yaml/source.ts";

/** Where a part of the new value was written. */
type Origin = { readonly at: NodePath; readonly from: SourceNode };

/** A value of another form that is made of what one or several documents say, with the places of its parts. */
export type Translation = {
  /** Puts a value in, and says where it was written: a place below it leads to the same place below that. */
  readonly put: (at: NodePath, value: unknown, from: SourceNode) => void;
  readonly value: () => Readonly<Record<string, unknown>>;
  readonly origins: () => readonly Origin[];
};

export function translation(): Translation {
  let value: Readonly<Record<string, unknown>> = {};
  const origins: Origin[] = [];
  return {
    put: (at, part, from) => {
      value = withPart(value, at, part);
      origins.push({ at, from });
    },
    value: () => value,
    origins: () => origins,
  };
}

function withPart(
  mapping: Readonly<Record<string, unknown>>,
  [step = "", ...rest]: NodePath,
  part: unknown,
): Readonly<Record<string, unknown>> {
  if (rest.length === 0) return { ...mapping, [step]: part };
  const below = mapping[step];
  const known = typeof below === "object" && below !== null ? (below as Readonly<Record<string, unknown>>) : {};
  return { ...mapping, [step]: withPart(known, rest, part) };
}

/**
 * The translated document, to be read like one of the new form. Every place and every text leads back to where it was
 * written; what was added on the way stands at the root.
 *
 * @param root what the value as a whole was made of; a document that is translated once more keeps its earlier places.
 */
export function translatedDocument(
  made: Translation,
  root: SourceNode,
  at: Pick<SourceDocument, "folder" | "shownFolder"> = root.document,
): SourceDocument {
  const value = made.value();
  const origins = made.origins();
  const originOf = (path: NodePath): SourceNode | undefined => {
    const above = origins.filter((origin) => origin.at.every((step, index) => String(path[index]) === String(step)));
    const [nearest] = above.sort((a, b) => b.at.length - a.at.length);
    if (nearest === undefined) return undefined;
    const { document, path: from } = nearest.from;
    return { document, path: [...from, ...path.slice(nearest.at.length)] };
  };
  return {
    ...root.document,
    ...at,
    value,
    at: (path, part) => positionOf(originOf(path) ?? root, [], part),
    textAt: (path) => {
      const origin = originOf(path);
      // The text of a part that was made of others is not the text of its origin.
      const isSame = origin !== undefined && valueAt(origin) === valueOf(value, path);
      return isSame ? origin.document.textAt?.(origin.path) : undefined;
    },
  };
}

function valueOf(value: unknown, path: NodePath): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === "object" && at !== null ? (at as Readonly<Record<string | number, unknown>>)[step] : undefined,
    value,
  );
}
