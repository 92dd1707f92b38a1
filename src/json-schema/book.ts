import type * as z from "zod";
import { fromShape } from "./from-shape.ts";
import { withParts, type Json } from "./json.ts";

/** Schemas that refer to each other by name; each stands once under `definitions`. */
export type Book = {
  /** A reference to the schema of that name, which is made when the name is first used. */
  readonly refer: (name: string, make: () => Json) => Json;
  readonly definitions: Record<string, Json>;
};

export function openBook(): Book {
  const definitions: Record<string, Json> = {};
  const refer = (name: string, make: () => Json): Json => {
    if (!Object.hasOwn(definitions, name)) {
      // Its own name may be used while it is made: steps have components, which have steps.
      definitions[name] = {};
      definitions[name] = make();
    }
    return { $ref: `#/definitions/${name}` };
  };
  return { refer, definitions };
}

/** The schema of a shape under its name. */
export function ofShape({ refer }: Book, name: string, shape: () => z.ZodType): Json {
  return refer(name, () => fromShape(shape()));
}

/** The schema with a member changed in each form that has it; its other members are left alone. */
export function withMember(schema: Json, key: string, change: (member: Json) => Json): Json {
  const { properties, ...rest } = schema;
  const inside = withParts(rest, (part) => withMember(part, key, change));
  if (properties === undefined) return inside;
  const member = properties[key];
  return { ...inside, properties: member === undefined ? properties : { ...properties, [key]: change(member) } };
}

/** A path in place of a mapping. */
export function orPath(mapping: Json, path: Json): Json {
  return { if: { type: "string" }, then: path, else: mapping };
}
