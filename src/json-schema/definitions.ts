import { booleanSchema, integerSchema, numberSchema } from "./from-shape.ts";
import { withParts, type Json } from "./json.ts";

/** What stands in hundreds of places, by the names that people would give it. */
const common = new Map([
  [JSON.stringify(integerSchema), "integer"],
  [JSON.stringify(numberSchema), "number"],
  [JSON.stringify(booleanSchema), "boolean"],
]);

/** Our choice: what is shorter is written again. */
const shortest = 120;
const prefix = "#/definitions/";

/** What says what a place means, and not what stands there. */
const annotations = ["description", "default", "examples", "defaultSnippets"] as const;

/** A schema in which whatever is the same in several places is written once, under `definitions`. */
export function shared(root: Json): Json {
  const counts = new Map<string, number>();
  count(root, counts);
  const names = new Map<string, string>();
  const definitions: Record<string, Json> = {};
  const taken = new Set(Object.keys(root.definitions ?? {}));
  const nameFor = (key: string | undefined) => {
    const base = key === undefined || key.startsWith("$") ? "part" : key;
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? base : `${base}_${number}`;
      if (!taken.has(name)) return name;
    }
  };
  const share = (schema: Json, key?: string): Json => {
    const { own, body } = apart(schema);
    const text = JSON.stringify(body);
    const inside = (part: Json, name?: string) => share(part, name ?? key);
    if (!isLong(text) || (counts.get(text) ?? 0) < 2) return withBranches(schema, inside);
    let name = names.get(text);
    if (name === undefined) {
      name = nameFor(common.get(text) ?? key);
      taken.add(name);
      names.set(text, name);
      // Its place is kept, so that what it has inside comes after it.
      definitions[name] = {};
      definitions[name] = withBranches(body, inside);
    }
    const reference: Json = { $ref: prefix + name };
    return Object.keys(own).length === 0 ? reference : { ...own, allOf: [reference] };
  };
  const { definitions: named = {}, ...top } = root;
  const whole = withBranches(top, share);
  for (const [name, schema] of Object.entries(named))
    definitions[name] = withBranches(schema, (part, own) => share(part, own ?? name));
  return withoutSingle({ ...whole, definitions }, new Set(Object.keys(named)));
}

/** A description that two places share in words is no reason to write what it is about twice. */
function apart(schema: Json): { readonly own: Json; readonly body: Json } {
  const own: Json = {};
  const body: Json = { ...schema };
  for (const key of annotations) {
    if (schema[key] === undefined) continue;
    (own as Record<string, unknown>)[key] = schema[key];
    delete body[key];
  }
  return { own, body };
}

function isLong(text: string): boolean {
  return text.length >= shortest || common.has(text);
}

/** Conditions are short, and are read where they stand. */
function withBranches({ if: condition, ...schema }: Json, change: (part: Json, key?: string) => Json): Json {
  return condition === undefined ? withParts(schema, change) : { if: condition, ...withParts(schema, change) };
}

function count(schema: Json, counts: Map<string, number>): void {
  withBranches(schema, (part) => {
    const text = JSON.stringify(apart(part).body);
    if (isLong(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
    count(part, counts);
    return part;
  });
}

/** What is referred to once stands where it is referred to, unless it was named on purpose. */
function withoutSingle(root: Json, named: ReadonlySet<string>): Json {
  const uses = new Map<string, number>();
  const look = (schema: Json): Json => {
    if (schema.$ref !== undefined) uses.set(schema.$ref, (uses.get(schema.$ref) ?? 0) + 1);
    return withParts(schema, look);
  };
  look(root);
  const { definitions = {} } = root;
  const isSingle = (reference: string) => uses.get(reference) === 1 && !named.has(reference.slice(prefix.length));
  const inline = (schema: Json): Json => {
    const [only, ...others] = schema.allOf ?? [];
    const reference = schema.$ref ?? (others.length === 0 ? only?.$ref : undefined);
    if (reference === undefined || !isSingle(reference)) return withParts(schema, inline);
    const { $ref: _, allOf: __, ...own } = schema;
    return inline({ ...own, ...definitions[reference.slice(prefix.length)] });
  };
  const { definitions: _, ...top } = root;
  const kept = Object.entries(definitions).filter(([name]) => !isSingle(prefix + name));
  return {
    ...withParts(top, inline),
    definitions: Object.fromEntries(
      kept
        .map(([name, schema]): [string, Json] => [name, withParts(schema, inline)])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
}
