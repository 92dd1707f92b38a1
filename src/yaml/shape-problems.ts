import * as z from "zod";
import { fixOfForeignKey } from "./foreign-keys.ts";
import type { ProblemCode } from "./problem-codes.ts";
import type { Problem } from "./problem.ts";
import { positionOf, valueAt, type NodePath, type SourceNode } from "./source.ts";
import { lettersOf, suggestionFor } from "./suggestion.ts";
import { isYamlTimestamp } from "./timestamp.ts";
import { isMapping, listed, mismatch, quoted } from "./wording.ts";

type Issue = z.core.$ZodIssue;

/** The params of a shape for what may stand in place of every value, as a binding. */
export type PlaceholderParams = { readonly isPlaceholder: true };

/** Every problem that a failed shape found, each at its own place. */
export function problemsOf(issues: readonly Issue[], schema: z.ZodType, node: SourceNode): readonly Problem[] {
  const { rest, problems } = lostNesting(issues, schema, node);
  return [...problems, ...rest.flatMap((issue) => problemsOfIssue(issue, [], schema, node))];
}

function problemsOfIssue(issue: Issue, above: NodePath, schema: z.ZodType, node: SourceNode): readonly Problem[] {
  const path: NodePath = [...above, ...pathOf(issue)];
  const value = valueAt(node, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, path, schema, node));
    case "invalid_union":
      return problemsOfUnion(issue, path, schema, node);
    case "invalid_type":
    case "invalid_value":
    case "custom":
    default:
      if (value === undefined && path.length > 0) return [missingKey(path, node)];
      return [problem(codeOf(issue), node, path, ownMessage(issue, value, keysOf(objectsAt(schema, path, node))))];
  }
}

function problemsOfUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: NodePath,
  schema: z.ZodType,
  node: SourceNode,
): readonly Problem[] {
  const value = valueAt(node, path);
  if ("options" in issue && Array.isArray(issue.options)) {
    const words = (issue.options as readonly unknown[]).map(String);
    if (value === undefined && path.length > 0) {
      const missing = missingKey(path, node);
      return [{ ...missing, fix: `Add ${String(path.at(-1))}: ${listed(words)}.` }];
    }
    const near = suggestionFor(typeof value === "string" ? value : "", words);
    const sentences = `${quoted(value)} is not one of the values allowed here.${near} Use ${listed(words)}.`;
    return [problem("wrong-value", node, path, sentences)];
  }
  if (value === undefined && path.length > 0) return [missingKey(path, node)];
  // What may also be written in place of a value says nothing about the value.
  const [only, ...more] = issue.errors.filter((branch) => !branch.every(isOfPlaceholder));
  if (only !== undefined && more.length === 0 && issue.errors.length > 1)
    return only.flatMap((inner) => problemsOfIssue(inner, path, schema, node));
  const [best, ...others] = (isYamlTimestamp(value) ? [] : issue.errors)
    .filter((branch) => !isOtherType(branch))
    .sort(byDistance);
  const isPlain =
    !isMapping(value) && best?.every(({ path: below }) => below.length === 0) === true && others.length > 0;
  if (best !== undefined && best.length > 0 && !isPlain)
    return best.flatMap((inner) => problemsOfIssue(inner, path, schema, node));
  const expected = [...new Set(issue.errors.flatMap(expectedBy))];
  return [
    problem("wrong-value", node, path, mismatch(value, expected.length === 0 ? "another value" : listed(expected))),
  ];
}

function isOfPlaceholder(issue: Issue): boolean {
  return issue.code === "custom" && (issue.params as Partial<PlaceholderParams> | undefined)?.isPlaceholder === true;
}

/** True for the branch of a union that is of another type than the value: it has nothing to say about its members. */
function isOtherType(branch: readonly Issue[]): boolean {
  return branch.some(
    (issue) =>
      issue.path.length === 0 &&
      (issue.code === "invalid_type" || (issue.code === "invalid_union" && issue.errors.every(isOtherType))),
  );
}

/** The branch that knows most of the keys comes first; then the one with the fewest problems. */
function byDistance(a: readonly Issue[], b: readonly Issue[]): number {
  const unknown = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 0), 0);
  return unknown(a) - unknown(b) || a.length - b.length;
}

const typeNames: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "a boolean",
};

function expectedBy(branch: readonly Issue[]): readonly string[] {
  return branch.flatMap((issue) => {
    if (issue.path.length > 0) return [];
    if (issue.code === "invalid_union") return issue.errors.flatMap(expectedBy);
    const name = issue.code === "invalid_type" ? typeNames[issue.expected] : undefined;
    return name === undefined ? [] : [name];
  });
}

function codeOf(issue: Issue): ProblemCode {
  const params = issue.code === "custom" ? (issue.params as { readonly code?: ProblemCode } | undefined) : undefined;
  return params?.code ?? "wrong-value";
}

function ownMessage(issue: Issue, value: unknown, keys: readonly string[]): string {
  // Messages of the builders are sentences; zod's own ("Invalid input: expected …") become one here.
  const expected = /^Invalid input: expected ("[^"]*"|\w+)/.exec(issue.message)?.[1];
  return expected === undefined ? issue.message : mismatch(value, typeNames[expected] ?? expected, keys);
}

/**
 * A mapping without members whose keys stand beside it has lost its indentation: one problem that says so, in place of one
 * about nothing and one for each key.
 */
function lostNesting(
  issues: readonly Issue[],
  schema: z.ZodType,
  node: SourceNode,
): { readonly rest: readonly Issue[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let rest = [...issues];
  for (const issue of issues) {
    const path = pathOf(issue);
    const key = path.at(-1);
    if (issue.code !== "invalid_type" || key === undefined || valueAt(node, path) !== null) continue;
    const members = keysOf(objectsAt(schema, path, node));
    const beside = rest.find(
      (other) =>
        other.code === "unrecognized_keys" && JSON.stringify(pathOf(other)) === JSON.stringify(path.slice(0, -1)),
    );
    if (beside?.code !== "unrecognized_keys") continue;
    const stray = beside.keys.filter((one) => members.includes(one));
    if (stray.length === 0) continue;
    rest = rest.flatMap((other): Issue[] => {
      if (other === issue) return [];
      if (other !== beside) return [other];
      const keys = beside.keys.filter((one) => !stray.includes(one));
      return keys.length === 0 ? [] : [{ ...beside, keys }];
    });
    problems.push({
      code: "wrong-indent",
      severity: "error",
      where: positionOf(node, path, "key"),
      message: `"${String(key)}" is empty, and ${listed(stray, "and")} ${stray.length === 1 ? "stands" : "stand"} beside it.`,
      fix: `Indent ${listed(stray, "and")} by two spaces more, so that ${stray.length === 1 ? "it is" : "they are"} below ${String(key)}.`,
    });
  }
  return { rest, problems };
}

function unknownKey(key: string, path: NodePath, schema: z.ZodType, node: SourceNode): Problem {
  const objects = objectsAt(schema, path, node);
  const known = keysOf(objects);
  return {
    code: "unknown-key",
    severity: "error",
    where: positionOf(node, [...path, key], "key"),
    message: `Unknown key ${JSON.stringify(key)}.`,
    fix:
      fixBeside(key, path, schema, node, known) ??
      fixOf(key, valueAt(node, [...path, key]), objects, known, typesWith(key, schema, path)),
  };
}

/** A key of the mapping around this one, indented too deep. */
function fixBeside(
  key: string,
  path: NodePath,
  schema: z.ZodType,
  node: SourceNode,
  known: readonly string[],
): string | undefined {
  const parent = path.at(-1);
  if (typeof parent !== "string" || known.some((one) => lettersOf(one) === lettersOf(key))) return undefined;
  const around = keysOf(objectsAt(schema, path.slice(0, -1), node));
  return around.includes(key) ? `It belongs beside ${parent}: write it one level up.` : undefined;
}

function fixOf(
  key: string,
  value: unknown,
  objects: readonly z.ZodObject[],
  known: readonly string[],
  types: readonly string[],
): string {
  const spelt = known.find((one) => lettersOf(one) === lettersOf(key));
  if (spelt !== undefined) return `Did you mean ${spelt}?`;
  const foreign = fixOfForeignKey(key, known, value);
  if (foreign !== undefined) return foreign;
  if (types.length > 0) return `It is for type ${listed(types)}; remove it, or change the type.`;
  const parent = known.find((one) =>
    objects.some(({ shape }) => shape[one] !== undefined && keysOf(objectsOf(shape[one] as z.ZodType)).includes(key)),
  );
  if (parent !== undefined) return `It belongs below ${parent}: indent it there.`;
  const near = suggestionFor(key, known).trim();
  if (near !== "") return near;
  const listable = known.filter((one) => !isReadOnly(objects, one));
  return listable.length === 0 ? "Remove it." : `Use one of ${listable.join(", ")}.`;
}

function isReadOnly(objects: readonly z.ZodObject[], key: string): boolean {
  return objects.some(({ shape }) => (shape[key] as z.ZodType | undefined)?.meta()?.["readOnly"] === true);
}

/** What is said of a mapping without a key that it has to have. */
export function missingKeyMessage(key: string): string {
  return `The key ${JSON.stringify(key)} is missing.`;
}

function missingKey(path: NodePath, node: SourceNode): Problem {
  const key = String(path.at(-1));
  return {
    code: "missing-key",
    severity: "error",
    where: positionOf(node, path.slice(0, -1)),
    message: missingKeyMessage(key),
    fix: `Add ${key}.`,
  };
}

/** Message and fix are one text in the shapes: what is wrong ends with the first sentence. */
function problem(code: ProblemCode, node: SourceNode, path: NodePath, sentences: string): Problem {
  const end = sentences.lastIndexOf(". ");
  const message = end < 0 ? sentences : sentences.slice(0, end + 1);
  const fix = end < 0 ? "" : sentences.slice(end + 2);
  return { code, severity: "error", where: positionOf(node, path), message, fix };
}

function pathOf(issue: Issue): NodePath {
  return issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
}

function keysOf(objects: readonly z.ZodObject[]): readonly string[] {
  return [...new Set(objects.flatMap(({ shape }) => Object.keys(shape)))].filter((key) => key !== "$schema");
}

/** The mappings that may stand at `path`; of alternatives by `type`, those of the type that is written. */
function objectsAt(schema: z.ZodType, path: NodePath, node: SourceNode): readonly z.ZodObject[] {
  const objects = alternativesAt(schema, path);
  const value = valueAt(node, path);
  const type = isMapping(value) && typeof value["type"] === "string" ? lettersOf(value["type"]) : undefined;
  const named = objects.filter((object) => typeWords(object).some((word) => lettersOf(word) === type));
  return named.length === 0 ? objects : named;
}

/** The words of `type` under which a key is known, where there are alternatives. */
function typesWith(key: string, schema: z.ZodType, path: NodePath): readonly string[] {
  const objects = alternativesAt(schema, path);
  if (objects.length < 2) return [];
  return objects.filter(({ shape }) => Object.hasOwn(shape, key)).flatMap(typeWords);
}

/** The words that a mapping's `type` may be. */
function typeWords({ shape }: z.ZodObject): readonly string[] {
  const type: unknown = shape["type"];
  if (type instanceof z.ZodLiteral) return [...type.values].map(String);
  return type instanceof z.ZodEnum ? type.options.map(String) : [];
}

function alternativesAt(schema: z.ZodType, path: NodePath): readonly z.ZodObject[] {
  return path
    .reduce<readonly z.ZodType[]>((at, step) => at.flatMap((one) => membersOf(one, step)), [schema])
    .flatMap(objectsOf);
}

function membersOf(schema: z.ZodType, step: string | number): readonly z.ZodType[] {
  return bareTypes(schema).flatMap((bare): readonly z.ZodType[] => {
    if (bare instanceof z.ZodArray) return [bare.element as z.ZodType];
    if (bare instanceof z.ZodRecord) return [bare.valueType as z.ZodType];
    const member: unknown = bare instanceof z.ZodObject ? bare.shape[String(step)] : undefined;
    return member instanceof z.ZodType ? [member] : [];
  });
}

function objectsOf(schema: z.ZodType): readonly z.ZodObject[] {
  return bareTypes(schema).filter((bare) => bare instanceof z.ZodObject);
}

/** What a shape may stand for, behind optional, default, preprocess and union. */
function bareTypes(schema: z.ZodType): readonly z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return bareTypes(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return [...bareTypes(schema.in as z.ZodType), ...bareTypes(schema.out as z.ZodType)];
  if (schema instanceof z.ZodUnion) return (schema.options as readonly z.ZodType[]).flatMap(bareTypes);
  return [schema];
}
