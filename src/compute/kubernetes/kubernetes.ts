import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import { parseResourceId } from "../../azure/resource-id.ts";
import type { Workspace, WorkspaceRef } from "../../azure/workspace.ts";
import type { Problem } from "../../yaml/problem.ts";
import type { ResolveSecret, SecretReference } from "../../secret/secret.ts";
import { secret } from "../../secret/reference.ts";
import { boolean, checkShape, text, shape } from "../../yaml/shape.ts";
import { positionOf, type SourceNode } from "../../yaml/source.ts";
import {
  attachRequest,
  attachedKeys,
  attachedResource,
  resourceComparison,
  type Attached,
  type AttachedKind,
} from "../attached/resource.ts";
import { baseComparisons, differing, liveForm, liveMember } from "../compare.ts";
import {
  identityComparison,
  identityPermissions,
  identityProblems,
  identitySchema,
  toIdentity,
  type Identity,
} from "../managed/identity.ts";
import {
  instanceTypeComparisons,
  instanceTypeProblems,
  instanceTypesSchema,
  toInstanceTypes,
  type InstanceTypes,
} from "./instance-types.ts";
import type { ResourceReads } from "../../azure/resource-reads.ts";
import type { AddProblem, Difference, Finding, Hint, Permission, ReadContext, ReadResult, Refused } from "../kind.ts";
import {
  aksFindings,
  aksVersion,
  arcFindings,
  clusterPermissions,
  extensionFindings,
  extensionHostFindings,
  isArc,
  localAccountFindings,
  privateFindings,
} from "../attached/kubernetes-cluster.ts";
import { nameProblems } from "../name.ts";
import { problemsAt } from "../problems-at.ts";
import { readBase } from "../read-base.ts";
import { readBehind } from "../attached/behind.ts";
import { containerWorkloads } from "../workload.ts";

/** One namespace of a Kubernetes cluster that has the Azure ML extension: an AKS cluster, or any by way of Arc. */
export type Kubernetes = Attached & {
  readonly type: "kubernetes";
  readonly namespace: string;
  readonly identity?: Identity;
  readonly instanceTypes?: InstanceTypes;
  readonly defaultInstanceType?: string;
  /** az ml's free mapping: members of the request, as they are. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** Members of that mapping which are secrets. */
  readonly secretProperties: Readonly<Record<string, SecretReference>>;
  readonly allowOtherSubscription: boolean;
};

export const label = "Kubernetes cluster";
export const otherNames = ["k8s", "arc"];
export const computeType = "Kubernetes";
export const azmlSchemas = ["kubernetesCompute"];
export const origin = "attached";
export const users = ["jobs", "onlineEndpoints"] as const;
export const runs = containerWorkloads;
export const written = async () => (await import("./written.ts")).writeKubernetes;
export const scriptStepType = "Kubernetes";

const attachedKind: AttachedKind = {
  resourceType: "Microsoft.ContainerService/managedClusters",
  otherTypes: ["Microsoft.Kubernetes/connectedClusters"],
  parts: ["cluster_name"],
};

/** Members of the request that the service's types mark as secrets. */
const secretNames = ["relayConnectionString", "serviceBusConnectionString"] as const;

export const schema = shape(() =>
  z
    .strictObject({
      ...attachedKeys("kubernetes"),
      location: text()
        .optional()
        .describe("Accepted for compatibility with az ml; ignored: an attachment is always in the workspace's region."),
      cluster_name: text()
        .optional()
        .describe(
          "Name of an AKS cluster, in place of resource_id. A cluster connected to Arc is named by resource_id alone.",
        ),
      namespace: text().default("default").describe("Namespace of the cluster. It must be there beforehand."),
      identity: identitySchema().optional(),
      instance_types: instanceTypesSchema().optional(),
      default_instance_type: text().optional().describe("Instance type of jobs that name none."),
      properties: z
        .looseObject({
          relayConnectionString: secret().optional(),
          serviceBusConnectionString: secret().optional(),
        })
        .optional()
        .describe("Further members of the request, in the service's own spelling, as az ml takes them."),
      allow_other_subscription: boolean()
        .optional()
        .describe("Attach an AKS cluster of another subscription although the service does not support it."),
    })
    .describe("A Kubernetes cluster with the Azure ML extension, attached once in every namespace."),
);

type Declared = z.infer<ReturnType<typeof schema>>;

export function read(node: SourceNode, context: ReadContext): ReadResult<Kubernetes> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const resource = attachedResource(attachedKind, value, node, context);
  const { found, add } = problemsAt(node);
  checkNamespace(value, add);
  checkProperties(value, add);
  checkIdentity(value, add);
  instanceTypeProblems(value, add);
  const all = [
    ...problems,
    ...nameProblems(value.name, node),
    ...resource.problems,
    ...identityProblems(value.identity, node),
    ...found,
  ];
  if (resource.id === undefined) return { problems: all };
  const { relayConnectionString, serviceBusConnectionString, ...properties } = value.properties ?? {};
  const secrets = { relayConnectionString, serviceBusConnectionString };
  const target: Kubernetes = {
    type: "kubernetes",
    ...readBase(value, node),
    resourceId: resource.id,
    namespace: value.namespace,
    ...(value.identity === undefined ? {} : { identity: toIdentity(value.identity) }),
    ...(value.instance_types === undefined ? {} : { instanceTypes: toInstanceTypes(value.instance_types) }),
    ...(value.default_instance_type === undefined ? {} : { defaultInstanceType: value.default_instance_type }),
    ...(value.properties === undefined ? {} : { properties }),
    secretProperties: Object.fromEntries(
      secretNames.flatMap((name) => {
        const reference = secrets[name];
        return reference === undefined ? [] : [[name, { ...reference, where: positionOf(node, ["properties", name]) }]];
      }),
    ),
    allowOtherSubscription: value.allow_other_subscription ?? false,
  };
  return { target, problems: [...all, ...subscriptionProblems(target, value, context)] };
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
function checkNamespace({ namespace }: Declared, add: AddProblem): void {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) return;
  add(
    "illegal-namespace",
    ["namespace"],
    `namespace is ${JSON.stringify(namespace)}, which is not a valid Kubernetes namespace name.`,
    "Use 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or a digit.",
  );
}

/** The official client overwrites it without a word. */
function checkProperties({ namespace, properties = {} }: Declared, add: AddProblem): void {
  const other = properties["namespace"];
  if (other === undefined || other === namespace) return;
  add(
    "namespace-not-used",
    ["properties", "namespace"],
    `properties.namespace is not used: the cluster is attached in the namespace ${JSON.stringify(namespace)}.`,
    "Set namespace beside properties.",
    "warning",
  );
}

function checkIdentity({ identity }: Declared, add: AddProblem): void {
  const [, second] = identity?.user_assigned_identities ?? [];
  if (second === undefined) return;
  add(
    "only-first-identity",
    ["identity", "user_assigned_identities", 1],
    "A Kubernetes cluster uses only the first of several user-assigned identities.",
    "List one identity.",
    "warning",
  );
}

export function resourceIdOf(target: Kubernetes): string {
  return target.resourceId;
}

export function namespaceOf(target: Kubernetes): string {
  return target.namespace;
}

export function liveNamespaceOf(live: LiveCompute): string {
  return liveForm(live, z.string(), "namespace") ?? "default";
}

export function permissionsOf({ resourceId, identity }: Kubernetes): readonly Permission[] {
  return [...clusterPermissions(resourceId), ...identityPermissions(identity)];
}

export function secretsOf({ secretProperties }: Kubernetes): readonly SecretReference[] {
  return Object.values(secretProperties);
}

/** Body of `PUT …/computes/{name}`, member for member what the official client sends for the same declaration. */
export async function toRequest(target: Kubernetes, workspace: Workspace, resolve: ResolveSecret): Promise<unknown> {
  const { identity, properties, secretProperties, instanceTypes, defaultInstanceType, namespace } = target;
  const secrets = await Promise.all(
    Object.entries(secretProperties).map(async ([name, reference]) => [name, await resolve(reference)] as const),
  );
  const body = attachRequest(target, computeType, workspace, {
    ...properties,
    ...Object.fromEntries(secrets),
    ...(instanceTypes === undefined ? {} : { instanceTypes }),
    ...(defaultInstanceType === undefined ? {} : { defaultInstanceType }),
    namespace,
  }) as { readonly properties: object };
  return {
    ...body,
    ...(identity === undefined ? {} : { identity }),
    properties: { ...body.properties, computeLocation: workspace.location },
  };
}

/** What changes in place changes by the whole PUT: the service overwrites what is there. */
export function toUpdate(): undefined {
  return undefined;
}

/**
 * Identity, tags and description are the attachment's own and are overwritten by a PUT under the same name; namespace and
 * instance types are what it holds of the cluster.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-attach-kubernetes-to-workspace
 */
export function differencesFrom(target: Kubernetes, live: LiveCompute): readonly Difference[] {
  const { instanceTypes, defaultInstanceType, properties = {} } = target;
  const { namespace: _, instanceTypes: free, ...others } = properties;
  return differing(
    [
      resourceComparison(target, live),
      {
        field: "namespace",
        declared: target.namespace,
        live: liveMember(live, "namespace") ?? "default",
        means: "reattach",
      },
      ...instanceTypeComparisons("instance_types", instanceTypes, live),
      ...instanceTypeComparisons("properties.instanceTypes", free as InstanceTypes | undefined, live),
      {
        field: "default_instance_type",
        declared: defaultInstanceType,
        live: liveMember(live, "defaultInstanceType"),
        means: "reattach",
      },
      ...Object.entries(others).map(([key, declared]) => ({
        field: `properties.${key}`,
        declared,
        live: liveMember(live, key),
        means: "reattach" as const,
        anyForm: true as const,
      })),
      identityComparison(target.identity, live, "in-place"),
      ...baseComparisons(target, live, "in-place"),
    ],
    live,
  );
}

/** @see https://learn.microsoft.com/azure/machine-learning/how-to-deploy-kubernetes-extension */
function otherSubscription(
  { resourceId, allowOtherSubscription }: Kubernetes,
  subscriptionId: string,
): { readonly message: string; readonly fix: string } | undefined {
  const own = parseResourceId(resourceId)?.subscriptionId ?? "";
  if (allowOtherSubscription || isArc(resourceId) || own.toLowerCase() === subscriptionId.toLowerCase())
    return undefined;
  return {
    message: `The AKS cluster is in the subscription ${own}, and the Azure ML workspace in ${subscriptionId}: the service does not attach AKS clusters of another subscription.`,
    fix: "Connect the cluster to Arc and attach the connected cluster, or set allow_other_subscription: true to try anyway.",
  };
}

/** Known before anything is read, where the workspace's subscription is. */
function subscriptionProblems(
  target: Kubernetes,
  named: Declared,
  { subscriptionId }: ReadContext,
): readonly Problem[] {
  const reason = subscriptionId === undefined ? undefined : otherSubscription(target, subscriptionId);
  if (reason === undefined) return [];
  const where = positionOf(target.source, [named.resource_id === undefined ? "subscription_id" : "resource_id"]);
  return [{ code: "other-subscription", severity: "error", where, ...reason }];
}

export function refusal(target: Kubernetes, { subscriptionId }: WorkspaceRef): Refused | undefined {
  const reason = otherSubscription(target, subscriptionId);
  return reason && { because: "other-subscription", field: "resource_id", reason: `${reason.message} ${reason.fix}` };
}

export async function preflight(target: Kubernetes, reads: ResourceReads): Promise<readonly Finding[]> {
  const { resourceId } = target;
  const [cluster, extension] = await Promise.all([
    isArc(resourceId) ? arcFindings(resourceId, reads) : managedFindings(resourceId, reads),
    extensionFindings(resourceId, reads),
  ]);
  // Of a cluster that is not there, its extensions need not be told as well.
  return cluster.some(({ code }) => code === "resource-not-found") ? cluster : [...cluster, ...extension];
}

async function managedFindings(id: string, reads: ResourceReads): Promise<readonly Finding[]> {
  const behind = await readBehind(reads, "AKS cluster", id, aksVersion);
  if (!("resource" in behind)) return behind.findings;
  const { resource } = behind;
  return [
    ...aksFindings(resource),
    ...localAccountFindings(resource),
    ...privateFindings(resource, { publicName: "warning" }),
    ...extensionHostFindings(resource),
  ];
}

export const hints: readonly Hint[] = [
  {
    when: /extension.*(not|n't) (been )?installed|extension not installed|AzureML extension.*not found/i,
    advice:
      "Install the extension Microsoft.AzureML.Kubernetes in the cluster, with enableTraining or enableInference, and attach again.",
  },
  {
    when: /AZUREML_FE_(ROLE|DEPLOYMENT)_CONFLICT|E4500[45]/i,
    advice:
      "The cluster holds the front end of an attachment of the kind aks, with which the extension cannot coexist. Detach that, and remove azureml-fe by the commands in docs/troubleshooting.md.",
  },
  {
    when: /namespaces? .*not found|namespace.*does not exist/i,
    advice: "The namespace is not in the cluster. Create it first: kubectl create namespace NAME",
    fields: ["namespace"],
  },
];

export const afterDetach =
  "The Azure ML extension, its instance types and the namespace stay in the cluster; other attachments of it are not touched.";
