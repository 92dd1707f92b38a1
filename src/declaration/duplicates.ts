import { canonicalId } from "../azure/resource-id.ts";
import { conflictsWith, attachmentOf, type ComputeTarget } from "../compute/target.ts";
import { formatPosition, type Problem } from "../yaml/problem.ts";
import { positionOf } from "../yaml/source.ts";

/** A declared name, and where it is. */
export type DeclaredName = Pick<ComputeTarget, "name" | "source">;

/**
 * Two declarations of one name or of one resource: each an error that shows both places.
 *
 * @param names all that are declared: a name counts also where the rest of its target cannot be read.
 */
export function duplicateProblems(
  targets: readonly ComputeTarget[],
  names: readonly DeclaredName[] = targets,
): readonly Problem[] {
  return [
    ...repeated(
      names,
      ({ name }) => name.toLowerCase(),
      ({ name, source }, first) => ({
        code: "duplicate-name",
        severity: "error",
        where: positionOf(source, ["name"]),
        related: positionOf(first.source, ["name"]),
        message: `The name ${JSON.stringify(name)} is already declared at ${formatPosition(positionOf(first.source, ["name"]))}; names are not case-sensitive.`,
        fix: "Rename one of the two, or remove it.",
      }),
    ),
    ...repeated(
      targets,
      (target) => {
        const held = attachmentOf(target);
        return held === undefined ? undefined : canonicalId(held.resourceId);
      },
      (target, first) => ({
        code: "duplicate-resource",
        severity: "error",
        where: positionOf(target.source, ["resource_id"]),
        related: positionOf(first.source, ["resource_id"]),
        message:
          `${JSON.stringify(target.name)} attaches the same resource as ${JSON.stringify(first.name)}, ` +
          `declared at ${formatPosition(positionOf(first.source, ["resource_id"]))}: the second attachment would break the first.`,
        fix:
          target.type === first.type && attachmentOf(target)?.namespace !== undefined
            ? "Keep one of the two, or give it another namespace: a cluster may be attached once in every namespace."
            : "Keep one of the two; several runs can use the same target.",
      }),
      conflictsWith,
    ),
  ];
}

function repeated<Declared>(
  targets: readonly Declared[],
  keyOf: (target: Declared) => string | undefined,
  problemOf: (target: Declared, first: Declared) => Problem,
  isRepetition: (target: Declared, earlier: Declared) => boolean = () => true,
): readonly Problem[] {
  const earlier = new Map<string, Declared[]>();
  return targets.flatMap((target) => {
    const key = keyOf(target);
    if (key === undefined) return [];
    const known = earlier.get(key) ?? [];
    const first = known.find((other) => isRepetition(target, other));
    if (first !== undefined) return [problemOf(target, first)];
    earlier.set(key, [...known, target]);
    return [];
  });
}
