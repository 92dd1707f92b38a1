/** The part of JSON Schema that our shapes become. */
export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly readOnly?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
};

export type Definitions = Readonly<Record<string, Schema>>;

/** One key of a mapping, with what may be written there. */
export type Row = {
  /** From the section's own mapping: `ssh_settings.ssh_port`, `tests[].status`, `instance_types.NAME`. */
  readonly key: string;
  /** What may be written, as Markdown. */
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly meaning: string;
  /** The forms of a mapping that have the key, as `type: cron`, where others have not. */
  readonly forms: readonly string[];
};

/** A mapping that several sections have: told once. */
export type Part = Mapping & { readonly title: string };

/** What of a mapping is a key of its own, and what the service fills in. */
export type Mapping = { readonly rows: readonly Row[]; readonly ignored: readonly string[] };

export type Reader = {
  readonly mapping: (schema: Schema) => Mapping;
  /** Every part that the mappings read so far refer to, in the order of their titles. */
  readonly parts: () => readonly Part[];
};

const secretKeys: readonly string[] = ["env", "key_vault", "file"];

/** Numbers of keys from which, and of places at which, a mapping has a section of its own. */
const fewestKeys = 4;
const fewestPlaces = 3;

/** What a schema refers to, with what it says itself. @throws when that is not defined. */
export function resolved(schema: Schema, definitions: Definitions): Schema {
  if (schema.$ref !== undefined) {
    const named = definitions[schema.$ref.split("/").at(-1) ?? ""];
    if (named === undefined) throw new Error(`The schema refers to ${schema.$ref}, which is not defined.`);
    return resolved({ ...named, ...without(schema, "$ref") }, definitions);
  }
  const [only, ...others] = schema.allOf ?? [];
  return only === undefined || others.length > 0
    ? schema
    : resolved({ ...only, ...without(schema, "allOf") }, definitions);
}

/**
 * Reads schemas into rows. A mapping that is found at several places of `all` becomes a part, named by the key at which it
 * is found most often.
 *
 * @param anchorOf the link to the section of a part, by its title.
 */
export function createReader(
  all: readonly Schema[],
  definitions: Definitions,
  anchorOf: (title: string) => string,
): Reader {
  const resolve = (schema: Schema) => resolved(schema, definitions);
  const formsOf = (schema: Schema): readonly Schema[] =>
    (schema.anyOf ?? schema.oneOf ?? [schema]).map(resolve).flatMap((form) => (form === schema ? form : formsOf(form)));
  const mappingsOf = (schema: Schema) =>
    formsOf(schema).filter((form) => form.properties !== undefined && !isSecret(form));
  const titles = namedParts(all);

  function namedParts(schemas: readonly Schema[]): ReadonlyMap<string, string> {
    const found = new Map<string, { readonly keys: Map<string, number>; places: number; size: number }>();
    const see = (schema: Schema, key: string, above: readonly string[]): void => {
      const node = resolve(schema);
      const forms = formsOf(node);
      const mappings = forms.filter((form) => form.properties !== undefined);
      if (mappings.length > 0 && key !== "") {
        const mark = markOf(node);
        if (above.includes(mark)) return;
        const size = new Set(mappings.flatMap((form) => writtenKeys(form))).size;
        const entry = found.get(mark) ?? { keys: new Map<string, number>(), places: 0, size };
        entry.places += 1;
        entry.keys.set(key, (entry.keys.get(key) ?? 0) + 1);
        found.set(mark, entry);
        above = [...above, mark];
      }
      for (const form of forms) {
        for (const [name, member] of Object.entries(form.properties ?? {})) see(member, name, above);
        if (form.items !== undefined) see(form.items, key, above);
        if (typeof form.additionalProperties === "object") see(form.additionalProperties, key, above);
      }
    };
    for (const schema of schemas) see(schema, "", []);
    const named = new Map<string, string>();
    const used = new Map<string, number>();
    for (const [mark, { keys, places, size }] of found) {
      if (places < fewestPlaces || size < fewestKeys) continue;
      const [key = ""] = [...keys].sort(([, a], [, b]) => b - a)[0] ?? [];
      const count = (used.get(key) ?? 0) + 1;
      used.set(key, count);
      named.set(mark, count === 1 ? key : `${key}, form ${count}`);
    }
    return named;
  }

  function markOf(schema: Schema): string {
    const { description: _, default: __, ...rest } = resolve(schema);
    return JSON.stringify(rest);
  }

  const parts = new Map<string, Mapping>();
  function linkTo(schema: Schema): string | undefined {
    const title = titles.get(markOf(schema));
    if (title === undefined) return undefined;
    if (!parts.has(title)) {
      parts.set(title, { rows: [], ignored: [] });
      parts.set(title, mapping(schema));
    }
    return `[${title}](#${anchorOf(title)})`;
  }

  /** A reference to a secret is one value for a reader, whatever it is made of. */
  const isSecret = (form: Schema) =>
    formsOf(form).every(({ properties = {} }) => {
      const [key, ...others] = Object.keys(properties);
      return others.length === 0 && key !== undefined && secretKeys.includes(key);
    });
  const secretIn = (forms: readonly Schema[]) =>
    forms
      .filter(isSecret)
      .flatMap(({ properties }) => Object.keys(properties ?? {}))
      .map(code);

  function typeOf(schema: Schema): string {
    const node = resolve(schema);
    if (node.const !== undefined) return code(node.const);
    if (node.enum !== undefined) return node.enum.map(code).join(", ");
    const forms = formsOf(node);
    const secret = secretIn(forms);
    if (forms.length > 1 || secret.length > 0) {
      const words = forms.filter((form) => !isSecret(form)).map((form) => typeOf(form));
      const reference = secret.length === 0 ? [] : [`secret reference by ${secret.join(", ")}`];
      return [...new Set([...words, ...reference])].filter((word) => word !== "nothing").join(" or ");
    }
    if (Array.isArray(node.type)) return (node.type as readonly string[]).map((type) => word(type, node)).join(" or ");
    return word(node.type as string | undefined, node);
  }

  function word(type: string | undefined, node: Schema): string {
    switch (type) {
      case "string":
        return "text";
      case "integer":
        return `whole number${boundsOf(node)}`;
      case "number":
        return `number${boundsOf(node)}`;
      case "boolean":
        return "boolean";
      case "null":
        return "nothing";
      case "array":
        return node.items === undefined ? "list" : `list of ${linkTo(node.items) ?? listed(typeOf(node.items))}`;
      case "object":
        return typeof node.additionalProperties === "object" && node.properties === undefined
          ? `mapping of names to ${linkTo(node.additionalProperties) ?? listed(typeOf(node.additionalProperties))}`
          : "mapping";
      default:
        return node.properties === undefined ? "any value" : "mapping";
    }
  }

  function mapping(schema: Schema): Mapping {
    const ignored = new Set<string>();
    const rows = new Map<string, Row[]>();
    const forms = mappingsOf(resolve(schema));
    for (const form of forms) {
      const label = labelOf(form, forms);
      for (const row of rowsOf(form, "", ignored)) {
        const forms = label === undefined ? row.forms : [label, ...row.forms];
        rows.set(row.key, [...(rows.get(row.key) ?? []), { ...row, forms }]);
      }
    }
    return { rows: [...rows.values()].flatMap((same) => joined(same, forms.length)), ignored: [...ignored] };
  }

  function rowsOf(form: Schema, before: string, ignored: Set<string>): readonly Row[] {
    return Object.entries(form.properties ?? {}).flatMap(([name, member]) => {
      const key = `${before}${name}`;
      const node = resolve(member);
      if (node.readOnly === true) {
        ignored.add(key);
        return [];
      }
      if (name === "$schema") return [];
      const link = linkTo(node);
      const own: Row = {
        key,
        type: link ?? typeOf(node),
        required: form.required?.includes(name) === true && node.default === undefined,
        ...(node.default === undefined ? {} : { default: node.default }),
        meaning: node.description ?? "",
        forms: [],
      };
      return [own, ...(link === undefined ? below(node, key, ignored) : [])];
    });
  }

  /** The keys inside of what stands at a key: of a mapping, of the members of a list, of the values of a mapping. */
  function below(node: Schema, key: string, ignored: Set<string>): readonly Row[] {
    const inside = (schema: Schema, before: string): readonly Row[] => {
      if (titles.has(markOf(schema))) return [];
      const read = mapping(schema);
      for (const name of read.ignored) ignored.add(`${before}.${name}`);
      return read.rows.map((row) => ({ ...row, key: `${before}.${row.key}` }));
    };
    const forms = formsOf(node);
    const own = mappingsOf(node).length > 0 ? inside(node, key) : [];
    const members = forms.flatMap(({ items, additionalProperties: values }) => [
      ...(items === undefined ? [] : [...inside(items, `${key}[]`), ...below(resolve(items), `${key}[]`, ignored)]),
      ...(typeof values === "object"
        ? [...inside(values, `${key}.NAME`), ...below(resolve(values), `${key}.NAME`, ignored)]
        : []),
    ]);
    const seen = new Set<string>();
    return [...own, ...members].filter((row) => {
      const mark = JSON.stringify(row);
      return seen.has(mark) ? false : seen.add(mark);
    });
  }

  return {
    mapping,
    parts: () => [...parts].map(([title, read]) => ({ title, ...read })).sort((a, b) => (a.title < b.title ? -1 : 1)),
  };
}

/** The same key of several forms of a mapping: one row where all say the same of it, or where it tells them apart. */
function joined(same: readonly Row[], forms: number): readonly Row[] {
  if (forms < 2) return same;
  const [first] = same;
  if (first !== undefined && same.length > 1 && same.every(({ key, forms: [form] }) => form?.startsWith(`${key}: `)))
    return [{ ...first, type: [...new Set(same.map(({ type }) => type))].join(", "), forms: [] }];
  const told = new Map<string, Row>();
  for (const row of same) {
    const mark = JSON.stringify([row.type, row.default, row.meaning]);
    const known = told.get(mark);
    told.set(mark, known === undefined ? row : { ...known, forms: [...new Set([...known.forms, ...row.forms])] });
  }
  const isOfAll = same.length >= forms;
  return [...told.values()].map((row) => ({
    ...row,
    // What a form that has no name asks for is asked of nobody who writes another one.
    required: isOfAll ? same.every(({ required }) => required) : row.required && row.forms.length > 0,
    forms: told.size === 1 && isOfAll ? [] : row.forms,
  }));
}

/** What tells a form of a mapping from the others: `type: cron`. */
function labelOf(form: Schema, forms: readonly Schema[]): string | undefined {
  if (forms.length < 2) return undefined;
  const [name, value] =
    Object.entries(form.properties ?? {}).find(
      ([key, member]) =>
        (member.const !== undefined || member.enum !== undefined) &&
        forms.some(({ properties = {} }) => {
          const other = properties[key];
          return other !== undefined && JSON.stringify(other) !== JSON.stringify(member);
        }),
    ) ?? [];
  if (name === undefined || value === undefined) return undefined;
  const words = value.const === undefined ? (value.enum ?? []) : [value.const];
  return `${name}: ${words.map(String).join(", ")}`;
}

function writtenKeys(form: Schema): readonly string[] {
  return Object.entries(form.properties ?? {})
    .filter(([name, member]) => name !== "$schema" && member.readOnly !== true)
    .map(([name]) => name);
}

/** "text or mapping" inside of a list: "list of (text or mapping)". */
function listed(type: string): string {
  return type.includes(" or ") || type.includes(", ") ? `(${type})` : type;
}

/** Bounds that are the language's own are nobody's. */
function boundsOf({ minimum = -Infinity, maximum = Infinity }: Schema): string {
  const from = minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const to = maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (from !== undefined && to !== undefined) return ` from ${from} to ${to}`;
  return from !== undefined ? ` from ${from}` : to !== undefined ? ` up to ${to}` : "";
}

export function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function without<Key extends keyof Schema>(schema: Schema, key: Key): Omit<Schema, Key> {
  const { [key]: _, ...rest } = schema;
  return rest;
}
