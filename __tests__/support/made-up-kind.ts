import * as z from "zod";
import type { LiveCompute } from "../../src/azure/computes.ts";
import type { ResourceReads } from "../../src/azure/resource-reads.ts";
import type { Workspace } from "../../src/azure/workspace.ts";
import { readBehind, readsBehind } from "../../src/compute/attached/behind.ts";
import {
  attachRequest,
  attachedKeys,
  attachedResource,
  resourceComparison,
  type Attached,
} from "../../src/compute/attached/resource.ts";
import { baseComparisons, differing } from "../../src/compute/compare.ts";
import type { Difference, Finding, Hint, Permission, ReadContext, ReadResult } from "../../src/compute/kind.ts";
import { nameProblems } from "../../src/compute/name.ts";
import { readBase } from "../../src/compute/read-base.ts";
import { checkShape, shape, text } from "../../src/yaml/shape.ts";
import type { SourceNode } from "../../src/yaml/source.ts";

/** A kind that does not exist: a quantum workspace, attached once in every namespace. Tests add it to a copy of `src/`. */
export type Quantum = Attached & { readonly type: "quantum"; readonly namespace: string };

export const label = "quantum workspace";
export const computeType = "Quantum";
export const azmlSchemas = ["quantumCompute"];
export const origin = "attached";
export const users = ["jobs", "onlineEndpoints"] as const;
export const runs = ["command"] as const;

export const schema = shape(() =>
  z.strictObject({
    ...attachedKeys("quantum"),
    workspace_name: text().optional(),
    namespace: text().default("default"),
  }),
);

export function read(node: SourceNode, context: ReadContext): ReadResult<Quantum> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const kind = { resourceType: "Microsoft.Quantum/workspaces", parts: ["workspace_name"] };
  const resource = attachedResource(kind, value, node, context);
  const all = [...problems, ...nameProblems(value.name, node), ...resource.problems];
  if (resource.id === undefined) return { problems: all };
  const { namespace } = value;
  return { target: { type: "quantum", ...readBase(value, node), resourceId: resource.id, namespace }, problems: all };
}

export function resourceIdOf(target: Quantum): string {
  return target.resourceId;
}

export function namespaceOf(target: Quantum): string {
  return target.namespace;
}

export function liveNamespaceOf({ properties }: LiveCompute): string {
  return typeof properties["namespace"] === "string" ? properties["namespace"] : "default";
}

export function secretsOf(): readonly [] {
  return [];
}

export function permissionsOf({ resourceId }: Quantum): readonly Permission[] {
  return readsBehind(resourceId, "Microsoft.Quantum/Workspaces/Read");
}

export async function toRequest(target: Quantum, workspace: Workspace): Promise<unknown> {
  return attachRequest(target, computeType, workspace, { namespace: target.namespace });
}

export function toUpdate(): undefined {
  return undefined;
}

export function differencesFrom(target: Quantum, live: LiveCompute): readonly Difference[] {
  return differing([resourceComparison(target, live), ...baseComparisons(target, live, "reattach")], live);
}

export async function preflight(target: Quantum, reads: ResourceReads): Promise<readonly Finding[]> {
  return (await readBehind(reads, label, target.resourceId, "2023-11-13-preview")).findings;
}

export const hints: readonly Hint[] = [{ when: /QubitsDecohered/, advice: "Cool the quantum workspace down." }];

export const afterDetach = "Its qubits keep their state.";
