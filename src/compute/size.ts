import type { Problem } from "../declaration/problem.ts";
import { positionOf, type SourceNode } from "../declaration/source.ts";

/**
 * `Standard_` or `Basic_`, the family's letters, the number of virtual CPUs (with constrained ones after a dash),
 * features, accelerator and version: `Standard_E4-2s_v3`, `Standard_NC24ads_A100_v4`. Case does not matter.
 * @see https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
 */
const form = /^(standard|basic)_[a-z]+\d+(-\d+)?[a-z]*(_[a-z0-9]+)*$/i;

/** A size of a form that no VM size has. Whether the region offers a well-formed size, only the service knows. */
export function sizeProblems(size: string, node: SourceNode): readonly Problem[] {
  if (form.test(size)) return [];
  return [
    {
      code: "unknown-size-form",
      severity: "error",
      where: positionOf(node, ["size"]),
      message: `The size ${JSON.stringify(size)} has not the form of a VM size.`,
      fix: "Write it as Azure does, for example Standard_DS3_v2.",
    },
  ];
}
