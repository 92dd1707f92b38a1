/** A JSON Schema of draft 7, as far as this action writes it. */
export type Json = {
  $ref?: string;
  type?: string;
  description?: string;
  default?: unknown;
  examples?: readonly unknown[];
  defaultSnippets?: readonly object[];
  readOnly?: boolean;
  const?: unknown;
  enum?: readonly unknown[];
  enumDescriptions?: readonly string[];
  /** What editors say in place of their own message. */
  errorMessage?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Json>;
  required?: readonly string[];
  additionalProperties?: Json | boolean;
  items?: Json;
  anyOf?: readonly Json[];
  oneOf?: readonly Json[];
  allOf?: readonly Json[];
  if?: Json;
  then?: Json;
  else?: Json;
  definitions?: Record<string, Json>;
};

/** The schemas that stand directly in a schema. */
export function partsOf(schema: Json): readonly Json[] {
  const { additionalProperties: rest, items } = schema;
  const single = [schema.if, schema.then, schema.else, items, typeof rest === "object" ? rest : undefined];
  const several = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) => list ?? []);
  const named = [schema.properties, schema.definitions].flatMap((map) => Object.values(map ?? {}));
  return [...single.filter((part) => part !== undefined), ...several, ...named];
}

/** The schema with each of the schemas that stand directly in it changed. */
export function withParts(schema: Json, change: (part: Json, key?: string) => Json): Json {
  const changed: Json = { ...schema };
  for (const key of ["if", "then", "else", "items"] as const)
    if (schema[key] !== undefined) changed[key] = change(schema[key]);
  for (const key of ["anyOf", "oneOf", "allOf"] as const)
    if (schema[key] !== undefined) changed[key] = schema[key].map((part) => change(part));
  for (const key of ["properties", "definitions"] as const)
    if (schema[key] !== undefined)
      changed[key] = Object.fromEntries(Object.entries(schema[key]).map(([name, part]) => [name, change(part, name)]));
  if (typeof schema.additionalProperties === "object")
    changed.additionalProperties = change(schema.additionalProperties);
  return changed;
}
