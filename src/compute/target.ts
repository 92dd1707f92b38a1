import type { LiveCompute } from "../azure/computes.ts";
import type { UserCollection } from "../azure/compute-users.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { ResolveSecret, SecretReference } from "../secret/secret.ts";
import * as aci from "./aci.ts";
import * as aks from "./aks/aks.ts";
import * as amlCompute from "./aml-compute/aml-compute.ts";
import { conflicts, type Attachment } from "./attachment.ts";
import * as batch from "./batch.ts";
import * as computeInstance from "./compute-instance/compute-instance.ts";
import { credentialsDifference, credentialsOf, withCredentialsTag } from "./credentials-version.ts";
import * as databricks from "./databricks.ts";
import * as dataLakeAnalytics from "./data-lake-analytics.ts";
import * as hdInsight from "./hdinsight.ts";
import type { ChangeMeans, Difference, Hint, KindFacts, KindModule, Origin, ReadResult } from "./kind.ts";
import * as kubernetes from "./kubernetes/kubernetes.ts";
import * as local from "./local.ts";
import * as synapseSpark from "./synapse-spark.ts";
import * as virtualMachine from "./virtual-machine.ts";
import type { Workload } from "./workload.ts";

/** Every kind, by az ml's `type`. A new kind is its file and its line here; the compiler names what the file lacks. */
const listed = {
  local,
  virtualmachine: virtualMachine,
  hdinsight: hdInsight,
  batch,
  databricks,
  datalakeanalytics: dataLakeAnalytics,
  aks,
  kubernetes,
  synapsespark: synapseSpark,
  amlcompute: amlCompute,
  computeinstance: computeInstance,
};

/** What people declare as a target and what is none: each says what to write instead. */
export const notTargets = { aci };

type TargetOf<Module> = Module extends { readonly read: (...given: never[]) => ReadResult<infer Target> }
  ? Target
  : never;
type Targets = { readonly [K in keyof typeof listed]: TargetOf<(typeof listed)[K]> };

/** az ml's `type`. */
export type Kind = keyof Targets;
export type ComputeTarget = Targets[Kind];

export const kinds: { readonly [K in Kind]: KindModule<Targets[K]> } = listed;

export function isKind(type: string): type is Kind {
  return Object.hasOwn(kinds, type);
}

/** A target's `type` is the key of its own kind, which TypeScript does not follow through a union: hence the cast. */
export function kindOf(target: ComputeTarget): KindModule<ComputeTarget> {
  return kinds[target.type] as KindModule<ComputeTarget>;
}

/** The type by which a live compute would be declared; `undefined` where this version knows none of its kind. */
export function typeOfLive({ computeType }: Pick<LiveCompute, "computeType">): Kind | undefined {
  return (Object.keys(kinds) as readonly Kind[]).find(
    (type) => (kinds[type] as KindFacts).computeType?.toLowerCase() === computeType.toLowerCase(),
  );
}

/** The kind of a live compute; `undefined` where this version knows none of its type. */
export function kindOfLive(live: Pick<LiveCompute, "computeType">): KindFacts | undefined {
  const type = typeOfLive(live);
  return type && kinds[type];
}

/** For people: the kind of a live compute, by the service's own word where this version knows none of it. */
export function labelOfLive(live: Pick<LiveCompute, "computeType">): string {
  return kindOfLive(live)?.label ?? live.computeType;
}

/** The lists of the workspace in which a live compute's users are found; of a kind that nobody knows, runs. */
export function collectionsOfUsers(live: Pick<LiveCompute, "computeType">): readonly UserCollection[] {
  return kindOfLive(live)?.users ?? ["jobs"];
}

/** Advice of a kind for failures that it is known for; of all kinds where it is not known which one it is about. */
export function kindHints(type?: string): readonly Hint[] {
  if (type !== undefined) return isKind(type) ? ((kinds[type] as KindFacts).hints ?? []) : [];
  return Object.values<KindFacts>(kinds).flatMap(({ hints }) => hints ?? []);
}

/** The types on whose computes a workload runs, as `type` names them. */
export function typesThatRun(workload: Workload): readonly Kind[] {
  return (Object.keys(kinds) as readonly Kind[]).filter((type) => (kinds[type] as KindFacts).runs.includes(workload));
}

/** The kind of a run's `compute`: of a declared target, or of the runner by the kind's own word; nothing for any other name. */
export function kindOfName(compute: string, targets: readonly ComputeTarget[]): KindFacts | undefined {
  const name = compute.toLowerCase();
  const target = targets.find((one) => one.name.toLowerCase() === name);
  if (target !== undefined) return kindOf(target);
  return isKind(name) && kinds[name].origin === "none" ? kinds[name] : undefined;
}

export function originOf(target: ComputeTarget): Origin {
  const { origin, resourceIdOf: idOf } = kindOf(target);
  if (origin !== "either") return origin;
  return idOf(target) === undefined ? "managed" : "attached";
}

/** True for a run's `compute` that is the runner: a target that says so, or the kind's own word where no target has it. */
export function isRunner(compute: string, targets: readonly ComputeTarget[]): boolean {
  const name = compute.toLowerCase();
  const target = targets.find((one) => one.name.toLowerCase() === name);
  return target === undefined ? isKind(name) && kinds[name].origin === "none" : originOf(target) === "none";
}

/** True for a run's `compute` that is the runner, where each job is to run in a container. */
export function usesContainer(compute: string, targets: readonly ComputeTarget[]): boolean {
  const target = targets.find((one) => one.name.toLowerCase() === compute.toLowerCase());
  return target !== undefined && kindOf(target).usesContainer?.(target) === true;
}

/** ARM id of the resource that is attached; `undefined` for a target that attaches none. */
export function resourceIdOf(target: ComputeTarget): string | undefined {
  return kindOf(target).resourceIdOf(target);
}

/** What the target's attachment would hold; `undefined` for a target that attaches nothing. */
export function attachmentOf(target: ComputeTarget): Attachment | undefined {
  const { computeType, namespaceOf } = kindOf(target);
  const resourceId = resourceIdOf(target);
  if (resourceId === undefined || computeType === undefined) return undefined;
  return { computeType, resourceId, ...(namespaceOf === undefined ? {} : { namespace: namespaceOf(target) }) };
}

/** True when the attachments of two targets cannot coexist. */
export function conflictsWith(a: ComputeTarget, b: ComputeTarget): boolean {
  const [wantedByA, wantedByB] = [attachmentOf(a), attachmentOf(b)];
  return wantedByA !== undefined && wantedByB !== undefined && conflicts(wantedByA, wantedByB);
}

/** True when a live compute holds what the target's attachment would: one of the two would break the other. */
export function isAttachedBy(target: ComputeTarget, live: LiveCompute): boolean {
  const wanted = attachmentOf(target);
  const { computeType, resourceId } = live;
  if (wanted === undefined || resourceId === undefined) return false;
  const namespace = kindOfLive(live)?.liveNamespaceOf?.(live);
  return conflicts(wanted, { computeType, resourceId, ...(namespace === undefined ? {} : { namespace }) });
}

export function secretsOf(target: ComputeTarget): readonly SecretReference[] {
  return kindOf(target).secretsOf(target);
}

export async function toRequest(target: ComputeTarget, workspace: Workspace, resolve: ResolveSecret): Promise<unknown> {
  const body = await kindOf(target).toRequest(target, workspace, resolve);
  return withCredentialsTag(body, credentialsOf(target, secretsOf(target)));
}

/** The target with what is fixed in the live compute and left open by the declaration, for a PUT of the whole. */
export function withImmutableFields(target: ComputeTarget, live: LiveCompute): ComputeTarget {
  return kindOf(target).withImmutableFields?.(target, live) ?? target;
}

/**
 * The target as it attaches the resource behind a live compute of its name, where the service may have made that resource
 * for it: what is made once is detached and attached by its own id, and never made a second time.
 */
export function attachById(target: ComputeTarget, live: Pick<LiveCompute, "resourceId">): ComputeTarget {
  return kindOf(target).attachById?.(target, live) ?? target;
}

export function differencesFrom(target: ComputeTarget, live: LiveCompute, workspace: Workspace): readonly Difference[] {
  return [
    ...kindOf(target).differencesFrom(target, live, workspace),
    ...credentialsDifference(
      target,
      credentialsOf(target, secretsOf(target)),
      live,
      originOf(attachById(target, live)) === "managed" ? "recreate" : "reattach",
    ),
  ];
}

const impact: Readonly<Record<ChangeMeans, number>> = { "in-place": 0, reattach: 1, recreate: 2 };

/** The most destructive means that any of the differences needs; `undefined` when there is none. */
export function meansFor(differences: readonly Difference[]): ChangeMeans | undefined {
  return differences
    .map((difference) => difference.means)
    .sort((a, b) => impact[b] - impact[a])
    .at(0);
}
