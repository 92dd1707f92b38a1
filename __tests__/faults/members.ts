/** The way to a member of an answer: names, and numbers of list items. */
export type Path = readonly string[];

/** Every member at any depth, the whole first. Of a list the first item stands for all. */
export function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const entries = Array.isArray(value) ? Object.entries(value).slice(0, 1) : Object.entries(value);
  return [at, ...entries.flatMap(([key, member]) => pathsOf(member, [...at, key]))];
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, key) => (found as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}

/** The same with another member at a place; without it where that is `undefined`. */
export function altered(body: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof body !== "object" || body === null) return body;
  const inner = altered((body as Readonly<Record<string, unknown>>)[key], rest, value);
  if (Array.isArray(body)) return body.map((item: unknown, index) => (String(index) === key ? inner : item));
  const { [key]: _, ...others } = body as Readonly<Record<string, unknown>>;
  return inner === undefined ? others : { ...others, [key]: inner };
}
