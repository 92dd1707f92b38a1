import { membersOf } from "../azure/members.ts";
import { withoutFaults } from "../yaml/salvage.ts";
import type { ProblemCode } from "../yaml/problem-codes.ts";
import { lettersOf, suggestionFor } from "../yaml/suggestion.ts";
import { formatPosition, type Problem } from "../yaml/problem.ts";
import { positionOf, valueAt, type SourceNode } from "../yaml/source.ts";
import type { KindFacts, ReadContext, ReadResult } from "./kind.ts";
import { isKind, kinds, notTargets, typeOfLive, type ComputeTarget, type Kind } from "./target.ts";

/** Reads one declared target of whatever kind its `type` names. */
export function readTarget(node: SourceNode, context: ReadContext): ReadResult<ComputeTarget> {
  const value = valueAt(node);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {
      problems: [
        {
          code: "not-a-target",
          severity: "error",
          where: positionOf(node),
          message: "A target has to be a mapping with at least name and type.",
          fix: "Write, for example, { name: cpu-cluster, type: amlcompute }, or the path of an az ml compute file.",
        },
      ],
    };
  }
  const { type } = value as { readonly type?: unknown };
  const kind = typeof type === "string" ? type.toLowerCase() : undefined;
  const notTarget = Object.entries(notTargets).find(([word]) => word === kind)?.[1];
  if (notTarget !== undefined) return { problems: [notTarget.problemOf(node)] };
  if (kind === undefined || !isKind(kind))
    return { problems: [byName(value as Readonly<Record<string, unknown>>, node) ?? kindProblem(type, node)] };
  const read: ReadResult<ComputeTarget> = kinds[kind].read(node, context);
  return read.target === undefined ? withRest(read, kind, node, context) : read;
}

/** Rules that need one member alone: they hold whatever is wrong with the others. */
const rulesOfOneMember: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "illegal-name",
  "illegal-namespace",
  "literal-secret",
  "malformed-address",
  "malformed-cidr",
  "malformed-cname",
  "malformed-cron",
  "malformed-duration",
  "malformed-label",
  "malformed-name",
  "malformed-quantity",
  "malformed-resource-id",
  "malformed-time",
  "missing-file",
  "out-of-range",
  "placeholder",
  "retired",
  "retired-size",
  "unknown-size-form",
  "unknown-time-zone",
  "wrong-resource-type",
]);

/** Rules over members that contradict each other: certain where each of them is there. */
const rulesOfMembersThere: Readonly<Partial<Record<ProblemCode, readonly (readonly string[])[]>>> = {
  "min-above-max": [["min_instances"], ["max_instances"]],
  "password-or-key": [
    ["ssh_settings", "admin_password"],
    ["ssh_settings", "ssh_private_key_file"],
  ],
  "id-and-parts": [["resource_id"]],
};

/** What can be read of a target whose shape has faults: other problems of it, and the target beside which others stand. */
function withRest(
  read: ReadResult<ComputeTarget>,
  kind: Kind,
  node: SourceNode,
  context: ReadContext,
): ReadResult<ComputeTarget> {
  const rest = withoutFaults(kinds[kind].schema, node);
  if (rest === undefined) return read;
  const { target, problems: others }: ReadResult<ComputeTarget> = kinds[kind].read(rest, context);
  const isThere = (path: readonly string[]) => valueAt(rest, path) !== undefined;
  const isCertain = (problem: Problem) =>
    rulesOfOneMember.has(problem.code) ||
    rulesOfMembersThere[problem.code]?.every(isThere) === true ||
    isCertainlyMissing(problem, node, rest);
  const problems = [...read.problems, ...others.filter(isCertain)];
  return { ...(target === undefined ? {} : { target }), problems };
}

/** A key of the target itself is missing for certain where none of its keys was taken out: each may be a slip of it. */
function isCertainlyMissing({ code, where }: Problem, node: SourceNode, rest: SourceNode): boolean {
  if (code !== "missing-key" || where === undefined) return false;
  const keysOf = (one: SourceNode) => Object.keys(membersOf(valueAt(one))).join();
  return formatPosition(where) === formatPosition(positionOf(node)) && keysOf(node) === keysOf(rest);
}

/** The body of a request in place of a declaration: `properties.computeType`, as ARM templates and exports have it. */
function kindOfBody(node: SourceNode): Problem | undefined {
  const computeType = membersOf(membersOf(valueAt(node))["properties"])["computeType"];
  if (typeof computeType !== "string") return undefined;
  const kind = typeOfLive({ computeType });
  return {
    code: "missing-key",
    severity: "error",
    where: positionOf(node, ["properties"], "key"),
    message: "This is the body of a request to Azure Resource Manager, not a declaration.",
    fix: `Write the keys of az ml in its place: name, ${kind === undefined ? "type" : `type: ${kind}`}, and those of the type at the top.`,
  };
}

/** `- cpu: { type: … }`: a mapping by name in a list. */
function byName(value: Readonly<Record<string, unknown>>, node: SourceNode): Problem | undefined {
  const [[name, inside] = ["", undefined], ...others] = Object.entries(value);
  if (others.length > 0 || typeof inside !== "object" || inside === null || Array.isArray(inside)) return undefined;
  return {
    code: "not-a-target",
    severity: "error",
    where: positionOf(node, [name], "key"),
    message: `The target is written by its name, ${JSON.stringify(name)}.`,
    fix: `Write name: ${name} in place of "${name}:", and its keys beside name.`,
  };
}

/** Keys that say the type in other dialects. */
const typeKeys = ["computetype", "kind", "targettype"];

function kindProblem(type: unknown, node: SourceNode): Problem {
  const known = Object.keys(kinds) as Kind[];
  if (type === undefined) {
    const body = kindOfBody(node);
    if (body !== undefined) return body;
    const value = valueAt(node) as Readonly<Record<string, unknown>>;
    const foreign = Object.keys(value).find((key) => typeKeys.includes(lettersOf(key)));
    return {
      code: "missing-key",
      severity: "error",
      where: foreign === undefined ? positionOf(node) : positionOf(node, [foreign], "key"),
      message: "The target has no type.",
      fix: `${foreign === undefined ? "Add type" : `Write type in place of ${foreign}`}: one of ${known.join(", ")}.`,
    };
  }
  const word = typeof type === "string" ? type.toLowerCase() : "";
  const where = positionOf(node, ["type"]);
  const meant = known.find(
    (kind) => (kinds as Readonly<Record<Kind, KindFacts>>)[kind].otherNames?.includes(lettersOf(word)) === true,
  );
  const near =
    meant === undefined ? suggestionFor(word, [...known, ...Object.keys(notTargets)]) : ` Did you mean ${meant}?`;
  return {
    code: "unknown-type",
    severity: "error",
    where,
    message: `Unknown target type ${JSON.stringify(type)}.${near}`,
    fix: `Use one of ${known.join(", ")}.`,
  };
}
