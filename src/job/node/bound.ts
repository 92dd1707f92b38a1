import * as z from "zod";
import type { NodePath } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { bindable } from "./base.ts";
import { isBinding } from "./io.ts";
import type { Binding } from "./kind.ts";

/** A shape of which every single value may be bound to an input of the pipeline instead. */
export function bindableWithin(schema: z.ZodType): z.ZodType {
  const within = (inner: unknown) => bindableWithin(inner as z.ZodType);
  if (schema instanceof z.ZodOptional) return within(schema.unwrap()).optional();
  if (schema instanceof z.ZodDefault) return within(schema.unwrap()).default(schema.def.defaultValue);
  if (schema instanceof z.ZodObject) return membersWithin(schema);
  if (schema instanceof z.ZodArray) return z.array(within(schema.element));
  if (schema instanceof z.ZodRecord) return z.record(schema.keyType as z.ZodString, within(schema.valueType));
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = schema.def;
    const [first, ...rest] = schema.options.map((option) => membersWithin(option as z.ZodObject, discriminator));
    if (first === undefined) return schema;
    return z.discriminatedUnion(discriminator, [first, ...rest]);
  }
  // What prepares a mapping goes on doing so; one value is prepared or bound as a whole.
  if (schema instanceof z.ZodPipe && isOfMembers(schema.def.out)) {
    const { in: before, out } = schema.def;
    return z.pipe(before, within(out));
  }
  return schema instanceof z.ZodLiteral ? schema : bindable(schema);
}

/** @param except the member that tells which shape it is. */
function membersWithin(schema: z.ZodObject, except?: string): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(schema.shape).map(([key, member]) => [
        key,
        key === except ? member : bindableWithin(member as z.ZodType),
      ]),
    ),
  );
}

function isOfMembers(schema: unknown): boolean {
  return [z.ZodObject, z.ZodArray, z.ZodRecord, z.ZodDiscriminatedUnion].some((type) => schema instanceof type);
}

/** Every binding inside a value, at its place. */
export function bindingsIn(value: unknown, path: NodePath): readonly Binding[] {
  if (isBinding(value)) return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => bindingsIn(item, [...path, index]));
  return isMapping(value) ? Object.entries(value).flatMap(([key, member]) => bindingsIn(member, [...path, key])) : [];
}

/** A value without what is bound, which is known when the pipeline runs: for what is checked here. */
export function withoutBindings(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isBinding(item)).map(withoutBindings);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (isBinding(member) ? [] : [[key, withoutBindings(member)]])),
  );
}
