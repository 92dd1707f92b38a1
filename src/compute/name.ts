import { placeholderProblems } from "./resource-name.ts";
import type { Problem } from "../yaml/problem.ts";
import { positionOf, type SourceNode } from "../yaml/source.ts";

/** The service's own pattern (compute resource types since 2025-12-01). */
const pattern = /^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}$/;

/**
 * What is wrong with a compute's name, if anything.
 *
 * The pattern lets a trailing dash pass, but the service's pages do not: after a dash a letter must follow.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-create-attach-compute-cluster
 */
export function nameProblems(name: string, node: SourceNode): readonly Problem[] {
  if (/^<[^<>]+>$/u.test(name)) return placeholderProblems(name, node, ["name"]);
  const fault = faultOf(name);
  if (fault === undefined) return [];
  return [
    {
      code: "illegal-name",
      severity: "error",
      where: positionOf(node, ["name"]),
      message: `The compute name ${JSON.stringify(name)} ${fault}.`,
      fix: "Use 3 to 24 letters, digits and dashes, beginning with a letter, with a letter somewhere after the last dash.",
    },
  ];
}

function faultOf(name: string): string | undefined {
  if (name.length < 3) return `is too short (${name.length} of at least 3 characters)`;
  if (name.length > 24) return `is too long (${name.length} of at most 24 characters)`;
  if (!/^[a-zA-Z]/.test(name)) return "does not begin with a letter";
  const foreign = /[^a-zA-Z0-9-]/u.exec(name)?.[0];
  if (foreign !== undefined) return `holds ${JSON.stringify(foreign)}`;
  if (name.endsWith("-")) return "ends in a dash";
  if (/-\d+$/.test(name)) return "ends in a dash followed by digits only, which the service refuses";
  return pattern.test(name) ? undefined : "is not accepted by the service";
}
