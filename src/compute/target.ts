import type { LiveCompute } from "../azure/computes.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { ResolveSecret, SecretReference } from "../declaration/secret.ts";
import * as amlCompute from "./aml-compute.ts";
import type { ChangeMeans, Difference, KindModule } from "./kind.ts";
import * as local from "./local.ts";
import * as virtualMachine from "./virtual-machine.ts";

type Targets = {
  local: local.Local;
  virtualmachine: virtualMachine.VirtualMachine;
  amlcompute: amlCompute.AmlCompute;
};

/** az ml's `type`. */
export type Kind = keyof Targets;
export type ComputeTarget = Targets[Kind];

/** A new kind is one file and one line in each of these two lists; the compiler names what is missing. */
export const kinds: { readonly [K in Kind]: KindModule<Targets[K]> } = {
  local,
  virtualmachine: virtualMachine,
  amlcompute: amlCompute,
};

/** Kinds of the interface that this version does not do. They are refused by name, never half done. */
export const kindsNotSupportedYet = [
  "hdinsight",
  "batch",
  "databricks",
  "datalakeanalytics",
  "aci",
  "aks",
  "kubernetes",
  "computeinstance",
  "synapsespark",
] as const;

export function isKind(type: string): type is Kind {
  return Object.hasOwn(kinds, type);
}

/** Generic in the kind, because TypeScript cannot match `kinds[target.type]` with `target` otherwise. */
function moduleOf<K extends Kind>(target: Targets[K] & { type: K }): KindModule<Targets[K]> {
  return kinds[target.type];
}

export function labelOf(target: ComputeTarget): string {
  return kinds[target.type].label;
}

export function resourceIdOf(target: ComputeTarget): string | undefined {
  return (moduleOf(target) as KindModule<ComputeTarget>).resourceIdOf(target);
}

export function secretsOf(target: ComputeTarget): readonly SecretReference[] {
  return (moduleOf(target) as KindModule<ComputeTarget>).secretsOf(target);
}

export function toRequest(target: ComputeTarget, workspace: Workspace, resolve: ResolveSecret): Promise<unknown> {
  return (moduleOf(target) as KindModule<ComputeTarget>).toRequest(target, workspace, resolve);
}

export function toPatch(target: ComputeTarget, differences: readonly Difference[]): unknown {
  return (moduleOf(target) as KindModule<ComputeTarget>).toPatch(target, differences);
}

export function differencesFrom(target: ComputeTarget, live: LiveCompute, workspace: Workspace): readonly Difference[] {
  return (moduleOf(target) as KindModule<ComputeTarget>).differencesFrom(target, live, workspace);
}

const gravity: Readonly<Record<ChangeMeans, number>> = { "in-place": 0, reattach: 1, recreate: 2 };

/** The gravest means that any of the differences needs; `undefined` when there is none. */
export function meansFor(differences: readonly Difference[]): ChangeMeans | undefined {
  return differences
    .map((difference) => difference.means)
    .sort((a, b) => gravity[b] - gravity[a])
    .at(0);
}
