import type { LiveCompute } from "../azure/computes.ts";
import type { ServiceError } from "../azure/outcome.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { ResolveSecret, SecretReference } from "../secret/secret.ts";
import * as aks from "./aks/aks.ts";
import * as amlCompute from "./aml-compute.ts";
import * as batch from "./batch.ts";
import * as computeInstance from "./compute-instance/compute-instance.ts";
import { credentialsDifference, credentialsOf, withCredentialsTag } from "./credentials-version.ts";
import * as databricks from "./databricks.ts";
import * as dataLakeAnalytics from "./data-lake-analytics.ts";
import { conflicts, type Attachment } from "./attachment.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
import type {
  Capacity,
  ChangeMeans,
  Difference,
  Finding,
  Hint,
  KindModule,
  NodeRange,
  Origin,
  Readiness,
  Refused,
  Update,
} from "./kind.ts";
import * as hdInsight from "./hdinsight.ts";
import * as kubernetes from "./kubernetes/kubernetes.ts";
import * as local from "./local.ts";
import * as synapseSpark from "./synapse-spark.ts";
import * as virtualMachine from "./virtual-machine.ts";

type Targets = {
  local: local.Local;
  virtualmachine: virtualMachine.VirtualMachine;
  hdinsight: hdInsight.HdInsight;
  batch: batch.Batch;
  databricks: databricks.Databricks;
  datalakeanalytics: dataLakeAnalytics.DataLakeAnalytics;
  aks: aks.Aks;
  kubernetes: kubernetes.Kubernetes;
  synapsespark: synapseSpark.SynapseSpark;
  amlcompute: amlCompute.AmlCompute;
  computeinstance: computeInstance.ComputeInstance;
};

/** az ml's `type`. */
export type Kind = keyof Targets;
export type ComputeTarget = Targets[Kind];

/** A new kind is one file and one line in each of these two lists; the compiler names what is missing. */
export const kinds: { readonly [K in Kind]: KindModule<Targets[K]> } = {
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

export function originOf(target: ComputeTarget): Origin {
  const { origin } = moduleOf(target) as KindModule<ComputeTarget>;
  return typeof origin === "function" ? origin(target) : origin;
}

/** ARM's discriminator; `undefined` for a kind that is no compute of the workspace. */
export function computeTypeOf(target: ComputeTarget): string | undefined {
  return kinds[target.type].computeType;
}

export function apiVersionOf(target: ComputeTarget): string | undefined {
  return (moduleOf(target) as KindModule<ComputeTarget>).apiVersion;
}

export function resourceIdOf(target: ComputeTarget): string | undefined {
  return (moduleOf(target) as KindModule<ComputeTarget>).resourceIdOf(target);
}

/** What the target's attachment would hold; `undefined` for a kind that attaches nothing. */
export function attachmentOf(target: ComputeTarget): Attachment | undefined {
  const module = moduleOf(target) as KindModule<ComputeTarget>;
  const resourceId = module.resourceIdOf(target);
  const { computeType } = module;
  if (resourceId === undefined || computeType === undefined) return undefined;
  const namespace = module.namespaceOf?.(target);
  return { computeType, resourceId, ...(namespace === undefined ? {} : { namespace }) };
}

/** True when the attachments of two targets cannot stand beside each other. */
export function conflictsWith(a: ComputeTarget, b: ComputeTarget): boolean {
  const [wantedByA, wantedByB] = [attachmentOf(a), attachmentOf(b)];
  return wantedByA !== undefined && wantedByB !== undefined && conflicts(wantedByA, wantedByB);
}

/** True when a live compute holds what the target's attachment would: one of the two would break the other. */
export function isAttachedBy(target: ComputeTarget, live: LiveCompute): boolean {
  const wanted = attachmentOf(target);
  if (wanted === undefined || live.resourceId === undefined) return false;
  return conflicts(wanted, {
    computeType: live.computeType,
    resourceId: live.resourceId,
    namespace: liveNamespace(live),
  });
}

function liveNamespace({ properties }: LiveCompute): string {
  return typeof properties["namespace"] === "string" ? properties["namespace"] : "default";
}

export function secretsOf(target: ComputeTarget): readonly SecretReference[] {
  return (moduleOf(target) as KindModule<ComputeTarget>).secretsOf(target);
}

export async function toRequest(target: ComputeTarget, workspace: Workspace, resolve: ResolveSecret): Promise<unknown> {
  const body = await (moduleOf(target) as KindModule<ComputeTarget>).toRequest(target, workspace, resolve);
  return withCredentialsTag(body, credentialsOf(target, secretsOf(target)));
}

/** The target with what is fixed in the live compute and left open by the declaration, for a PUT of the whole. */
export function withImmutableFields(target: ComputeTarget, live: LiveCompute): ComputeTarget {
  return (moduleOf(target) as KindModule<ComputeTarget>).withImmutableFields?.(target, live) ?? target;
}

export function toUpdate(target: ComputeTarget, differences: readonly Difference[]): Update | undefined {
  return (moduleOf(target) as KindModule<ComputeTarget>).toUpdate(target, differences);
}

export function refusalOf(target: ComputeTarget, workspace: Workspace): Refused | undefined {
  return (moduleOf(target) as KindModule<ComputeTarget>).refusal?.(target, workspace);
}

/** What makes the live compute unusable although its provisioning succeeded. */
export function faultOf(target: ComputeTarget, live: LiveCompute): ServiceError | undefined {
  return (moduleOf(target) as KindModule<ComputeTarget>).faultOf?.(live);
}

/** Whether a compute that succeeded can be used already; kinds that say nothing else are ready at once. */
export function readinessOf(target: ComputeTarget, live: LiveCompute): Readiness {
  return (moduleOf(target) as KindModule<ComputeTarget>).readiness?.(live) ?? { state: "ready" };
}

/** Seconds after which nobody waits for readiness any more. */
export function longestReadinessSecondsOf(target: ComputeTarget): number {
  return (moduleOf(target) as KindModule<ComputeTarget>).longestReadinessSeconds ?? 0;
}

/** The machines that the service runs for a target; `undefined` for what runs on machines of the user's. */
export function nodesOf(target: ComputeTarget): NodeRange | undefined {
  return (moduleOf(target) as KindModule<ComputeTarget>).nodesOf?.(target);
}

/** The machines that the service runs for a live compute of whatever kind. */
export function liveNodesOf(live: LiveCompute): NodeRange | undefined {
  const module = Object.values(kinds).find(
    (kind: Pick<KindModule<never>, "computeType">) =>
      kind.computeType?.toLowerCase() === live.computeType.toLowerCase(),
  ) as Pick<KindModule<never>, "liveNodesOf"> | undefined;
  return module?.liveNodesOf?.(live);
}

/** The machines that a target asks for; `undefined` for a kind that draws on no quota of Azure Machine Learning. */
export function capacityOf(target: ComputeTarget): Capacity | undefined {
  return (moduleOf(target) as KindModule<ComputeTarget>).capacityOf?.(target);
}

/** True where another workspace of the region may have taken the name of the target. */
export function isNamedByRegion(target: ComputeTarget): boolean {
  return (moduleOf(target) as KindModule<ComputeTarget>).isNamedByRegion === true;
}

/** Tells how far a live compute is, besides its state; `undefined` for a kind that is as far as its state says. */
export function progressReader(computeType: string): ((live: LiveCompute) => string | undefined) | undefined {
  const module = Object.values<Pick<KindModule<never>, "computeType" | "progressOf">>(kinds).find(
    (kind) => kind.computeType?.toLowerCase() === computeType.toLowerCase(),
  );
  return module?.progressOf;
}

/** Reads on what is behind a target; a kind without any needs none. */
export async function preflight(target: ComputeTarget, reads: ResourceReads): Promise<readonly Finding[]> {
  return (await (moduleOf(target) as KindModule<ComputeTarget>).preflight?.(target, reads)) ?? [];
}

/** Advice of the kinds for failures that they are known for. */
export const kindHints: readonly Hint[] = Object.values(kinds).flatMap(
  (module: Pick<KindModule<never>, "hints">) => module.hints ?? [],
);

/** What to know of a live compute's resource once it was detached. */
export function afterDetach(live: Pick<LiveCompute, "computeType">): string | undefined {
  return moduleOfLive(live)?.afterDetach;
}

/** What detaching a live compute leaves behind, where that is in the way of another attachment. */
export function leftBehind(live: Pick<LiveCompute, "computeType">): Finding | undefined {
  return moduleOfLive(live)?.leftBehind;
}

function moduleOfLive({ computeType }: Pick<LiveCompute, "computeType">) {
  return Object.values<Pick<KindModule<never>, "computeType" | "afterDetach" | "leftBehind">>(kinds).find(
    (module) => module.computeType?.toLowerCase() === computeType.toLowerCase(),
  );
}

/**
 * The target as it attaches the resource behind a live compute of its name, where the service may have made that resource
 * for it: what is made once is detached and attached by its own id, and never made a second time.
 */
export function attachById(target: ComputeTarget, live: Pick<LiveCompute, "resourceId">): ComputeTarget {
  return (moduleOf(target) as KindModule<ComputeTarget>).attachById?.(target, live) ?? target;
}

export function differencesFrom(target: ComputeTarget, live: LiveCompute, workspace: Workspace): readonly Difference[] {
  return [
    ...(moduleOf(target) as KindModule<ComputeTarget>).differencesFrom(target, live, workspace),
    ...credentialsDifference(
      target,
      credentialsOf(target, secretsOf(target)),
      live,
      originOf(attachById(target, live)) === "managed" ? "recreate" : "reattach",
    ),
  ];
}

const impact: Readonly<Record<ChangeMeans, number>> = { "in-place": 0, reattach: 1, recreate: 2 };

/** The gravest means that any of the differences needs; `undefined` when there is none. */
export function meansFor(differences: readonly Difference[]): ChangeMeans | undefined {
  return differences
    .map((difference) => difference.means)
    .sort((a, b) => impact[b] - impact[a])
    .at(0);
}
