import type * as z from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import type { ChangeMeans, Difference, TargetBase } from "./kind.ts";

/** A declared value beside the live one. */
export type Comparison = {
  readonly field: string;
  readonly declared: unknown;
  readonly live: unknown;
  readonly means: ChangeMeans;
  /** Enums, sizes, regions and ids compare without regard to case. Texts of users do not. */
  readonly ignoreCase?: boolean;
  /** The service may keep it in another form than it was declared in. */
  readonly anyForm?: true;
};

/** The service describes a compute in a form that this action does not know: nothing may be decided on the ground of it. */
class UnknownForm extends Error {
  constructor(compute: string, what: string, value: unknown) {
    super(
      `The service describes '${compute}' in a form that this action does not know: ${what} is ${shown(value).slice(0, 80)}. Nothing is decided on the ground of it.`,
    );
    this.name = "UnknownForm";
  }
}

/** The comparisons that differ. What is not declared (`undefined`) never differs: it is left to the service. */
export function differing(
  comparisons: readonly Comparison[],
  { name }: Pick<LiveCompute, "name">,
): readonly Difference[] {
  for (const { field, declared, live, anyForm } of comparisons)
    if (anyForm !== true && !isOfForm(live, declared)) throw new UnknownForm(name, field, live);
  return comparisons
    .filter(({ declared, live, ignoreCase }) => declared !== undefined && !same(declared, live, ignoreCase === true))
    .map(({ field, declared, live, means }) => ({ field, from: shown(live), to: shown(declared), means }));
}

function formOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? "list" : typeof value;
}

/** Services show numbers and booleans as texts, too. */
function isOfForm(live: unknown, declared: unknown): boolean {
  const [its, own] = [formOf(live), formOf(declared)];
  if (its === undefined || own === undefined || its === own) return true;
  if (own === "number") return its === "string" && String(live).trim() !== "" && Number.isFinite(Number(live));
  return own === "boolean" && its === "string" && /^(true|false)$/i.test(String(live));
}

function same(declared: unknown, live: unknown, ignoreCase: boolean): boolean {
  const a = canonical(declared, ignoreCase);
  const b = canonical(live, ignoreCase);
  return a === b;
}

function canonical(value: unknown, ignoreCase: boolean): string {
  const text = typeof value === "string" ? value : JSON.stringify(sorted(value ?? null));
  return ignoreCase ? text.toLowerCase() : text;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return [...(value as readonly unknown[])].map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "not set";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Tags and description, which every kind has. Tags that others put on the compute are not a difference: only declared ones
 * are compared.
 */
export function baseComparisons(target: TargetBase, live: LiveCompute, means: ChangeMeans): readonly Comparison[] {
  return [
    ...Object.entries(target.tags ?? {}).map(([key, value]) => ({
      field: `tags.${key}`,
      declared: value,
      live: tagOf(live, key),
      means,
    })),
    // A service may show an empty description as none.
    {
      field: "description",
      declared: target.description,
      live: live.description ?? emptyAs(target.description),
      means,
    },
  ];
}

function emptyAs(declared: string | undefined): string | undefined {
  return declared === "" ? declared : undefined;
}

/**
 * The value of a live tag. Names of tags are the same in any case, and a service may show them in another one than they
 * were sent in; values are not.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
 */
export function tagOf({ tags }: Pick<LiveCompute, "tags">, name: string): string | undefined {
  return Object.entries(tags).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** A member of a compute's properties, by path; `undefined` where it leads nowhere. @throws UnknownForm on the way to it */
export function liveMember({ name, properties }: LiveCompute, ...path: readonly string[]): unknown {
  let value: unknown = properties;
  for (const [index, key] of path.entries()) {
    if (value === undefined || value === null) return undefined;
    if (formOf(value) !== "object") throw new UnknownForm(name, path.slice(0, index).join("."), value);
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/**
 * The same, read by a shape; `undefined` where nothing is there.
 *
 * @throws UnknownForm where something else is there
 */
export function liveForm<Value>(
  live: LiveCompute,
  form: z.ZodType<Value>,
  ...path: readonly string[]
): Value | undefined {
  const found = liveMember(live, ...path);
  if (found === undefined || found === null) return undefined;
  const { data, error } = form.safeParse(found);
  if (error === undefined) return data;
  const below = (error.issues[0]?.path ?? []).map(String);
  const value = below.reduce<unknown>((above, key) => (above as Readonly<Record<string, unknown>>)[key], found);
  throw new UnknownForm(live.name, [...path, ...below].join("."), value);
}

/** Reads members of one compute, of which `null` says as little as an absent one. */
export function shownBy(live: Parameters<typeof liveMember>[0]): (...path: readonly string[]) => unknown {
  return (...path) => liveMember(live, ...path) ?? undefined;
}

/** A member of the service's free-form properties, by path; `undefined` where it leads nowhere. */
export function member(properties: Readonly<Record<string, unknown>>, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    properties,
  );
}
