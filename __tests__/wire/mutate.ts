import type { NodePath } from "../../src/yaml/source.ts";
import { isMapping } from "../../src/yaml/wording.ts";

/** One change of a file, as `mutations.jsonl` names them. */
export const changes = ["unknown-key", "missing", "mapping", "list", "number", "word", "null", "text"] as const;
export type Change = (typeof changes)[number];

/** What stands at the path after the change; a path of an unknown key ends in its name. */
const written: Readonly<Record<Exclude<Change, "missing">, unknown>> = {
  "unknown-key": "x",
  mapping: { zz: { y: 1 } },
  list: [{ zz: 1 }],
  number: 12,
  word: "nonsense value",
  null: null,
  text: "nonsense",
};

/** The value of a file with one change in it. */
export function changed(value: unknown, path: NodePath, change: Change): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change === "missing" ? undefined : written[change];
  if (Array.isArray(value)) {
    const inside: unknown = changed(value[Number(step)], rest, change);
    return inside === undefined ? value.filter((_, index) => index !== step) : value.with(Number(step), inside);
  }
  const mapping = isMapping(value) ? value : {};
  const inside = changed(mapping[String(step)], rest, change);
  const { [String(step)]: _, ...others } = mapping;
  return inside === undefined ? others : { ...mapping, [String(step)]: inside };
}

/** The way to every node below the root. */
export function pathsIn(value: unknown, above: NodePath = []): readonly NodePath[] {
  const steps = Array.isArray(value) ? [...value.keys()] : isMapping(value) ? Object.keys(value) : [];
  return steps.flatMap((step) => {
    const path = [...above, step];
    return [path, ...pathsIn((value as Readonly<Record<string | number, unknown>>)[step], path)];
  });
}

/** The way to every mapping, the root among them. */
export function mappingsIn(value: unknown): readonly NodePath[] {
  const at = (path: NodePath) =>
    path.reduce<unknown>((inside, step) => (inside as Readonly<Record<string | number, unknown>>)[step], value);
  return [[], ...pathsIn(value)].filter((path) => isMapping(at(path)));
}
