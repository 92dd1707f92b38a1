import type * as z from "zod";

const made = new Map<string, z.ZodType>();

/** One shape for all tasks that have it, under a name of its own in the published schema. */
export function once<Schema extends z.ZodType>(name: string, make: () => Schema): Schema {
  const known = made.get(name) ?? make().meta({ id: `automl-${name}` });
  made.set(name, known);
  return known as Schema;
}
