import * as z from "zod";
import type { LiveCompute } from "../azure/computes.ts";
import { listOf, membersOf, textOf } from "../azure/members.ts";
import { parseResourceId } from "../azure/resource-id.ts";
import type { Workspace } from "../azure/workspace.ts";
import type { ResolveSecret, SecretReference } from "../secret/secret.ts";
import { checkShape, text, shape } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import {
  attachRequest,
  attachedKeys,
  attachedResource,
  resourceComparison,
  type Attached,
  type AttachedKind,
} from "./attached/resource.ts";
import { baseComparisons, differing, member } from "./compare.ts";
import type { ResourceReads } from "../azure/resource-reads.ts";
import type { Difference, Finding, Permission, ReadContext, ReadResult } from "./kind.ts";
import { nameProblems } from "./name.ts";
import { readBase } from "./read-base.ts";
import { readBehind, readsBehind } from "./attached/behind.ts";
import {
  loginComparisons,
  readSshLogin,
  secretsOfLogin,
  sshHints,
  sshProperties,
  sshSettings,
  type SshLogin,
} from "./attached/ssh-login.ts";

/** A Spark cluster of HDInsight, whose head node the service reaches by SSH. Runs of PySpark use it. */
export type HdInsight = Attached & SshLogin & { readonly type: "hdinsight" };

export const label = "HDInsight cluster";
export const otherNames = ["hdi"];
export const computeType = "HDInsight";
export const origin = "attached";
export const users = ["jobs"] as const;
export const runs = ["pyspark", "command", "script-step"] as const;
export const written = async () => (await import("./attached/written.ts")).writeWithLogin;
export const scriptStepType = "Hdi";

const attachedKind: AttachedKind = { resourceType: "Microsoft.HDInsight/clusters", parts: ["cluster_name"] };

/** az ml has no such kind: the keys are those of its attached machine. */
export const schema = shape(() =>
  z
    .strictObject({
      ...attachedKeys("hdinsight"),
      cluster_name: text().optional().describe("Name of the cluster, in place of resource_id."),
      ssh_settings: sshSettings(),
    })
    .describe("A Spark cluster of HDInsight that is attached by SSH."),
);

export function read(node: SourceNode, context: ReadContext): ReadResult<HdInsight> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  const resource = attachedResource(attachedKind, value, node, context);
  const ssh = readSshLogin(value.ssh_settings, node, context);
  const all = [...problems, ...nameProblems(value.name, node), ...resource.problems, ...ssh.problems];
  if (resource.id === undefined) return { problems: all };
  return {
    target: { type: "hdinsight", ...readBase(value, node), resourceId: resource.id, ...ssh.login },
    problems: all,
  };
}

export function resourceIdOf(target: HdInsight): string {
  return target.resourceId;
}

export function secretsOf(target: HdInsight): readonly SecretReference[] {
  return secretsOfLogin(target);
}

export function permissionsOf({ resourceId }: HdInsight): readonly Permission[] {
  return readsBehind(resourceId, "Microsoft.HDInsight/clusters/read");
}

export async function toRequest(target: HdInsight, workspace: Workspace, resolve: ResolveSecret): Promise<unknown> {
  return attachRequest(target, computeType, workspace, await sshProperties(target, resolve));
}

/** Secrets cannot be read back, so an update in place would replace the account by nothing: there is none. */
export function toUpdate(): undefined {
  return undefined;
}

export function differencesFrom(target: HdInsight, live: LiveCompute): readonly Difference[] {
  return differing(
    [resourceComparison(target, live), ...loginComparisons(target, live), ...baseComparisons(target, live, "reattach")],
    live,
  );
}

/**
 * The service takes a Spark cluster on Linux that runs and that it can reach at a public address.
 *
 * @see https://learn.microsoft.com/azure/machine-learning/v1/how-to-set-up-training-targets
 */
export async function preflight(target: HdInsight, reads: ResourceReads): Promise<readonly Finding[]> {
  const behind = await readBehind(reads, label, target.resourceId, "2021-06-01");
  if (!("resource" in behind)) {
    const isAbsent = behind.findings.some(({ severity }) => severity === "error");
    return isAbsent ? behind.findings : [...behind.findings, ...hostFindings(usualHost(target, reads), target)];
  }
  const properties = (behind.resource["properties"] ?? {}) as Document;
  return [...clusterFindings(properties), ...stateFindings(properties), ...endpointFindings(properties, target, reads)];
}

type Document = Readonly<Record<string, unknown>>;

function clusterFindings(cluster: Document): readonly Finding[] {
  const findings: Finding[] = [];
  const osType = textOf(cluster["osType"]);
  if (osType !== undefined && osType.toLowerCase() !== "linux") {
    findings.push({
      severity: "error",
      code: "hdinsight-not-linux",
      message: `The cluster's nodes run ${osType}, not Linux.`,
      advice: "Attach a Spark cluster on Linux.",
    });
  }
  const kind = textOf(member(cluster, "clusterDefinition", "kind"));
  if (kind !== undefined && kind.toLowerCase() !== "spark") {
    findings.push({
      severity: "error",
      code: "hdinsight-not-spark",
      message: `The cluster is of kind ${kind}, and the service supports only Spark clusters.`,
      advice: "Attach a Spark cluster; the kind of an existing one cannot be changed.",
    });
  }
  return findings;
}

function stateFindings(cluster: Document): readonly Finding[] {
  const provisioning = textOf(cluster["provisioningState"]);
  const state = textOf(cluster["clusterState"]);
  const isRunning =
    (provisioning === undefined || provisioning.toLowerCase() === "succeeded") &&
    (state === undefined || state.toLowerCase() === "running");
  if (isRunning) return [];
  return [
    {
      severity: "error",
      code: "hdinsight-not-running",
      message: `The cluster is ${state ?? provisioning ?? "in an unknown state"} (provisioning: ${provisioning ?? "unknown"}), and the service could not log in to attach it.`,
      advice: "Wait until its state is Running, or repair it in the portal.",
    },
  ];
}

/** Port 22 leads to the first head node, 23 to the second; the list of endpoints names the first only. */
const secondHeadNode = 23;

function endpointFindings(cluster: Document, target: HdInsight, reads: ResourceReads): readonly Finding[] {
  const endpoints = listOf(cluster["connectivityEndpoints"]).map(membersOf);
  const ssh = endpoints.find((endpoint) => textOf(endpoint["name"])?.toLowerCase() === "ssh");
  if (isPrivate(cluster, ssh)) {
    return [
      {
        severity: "error",
        code: "hdinsight-no-public-endpoint",
        message:
          "The cluster is reachable only from its own network, and the service logs in through a public SSH endpoint.",
        advice: "Attach a cluster whose resource provider connection is inbound and that has no private link.",
      },
    ];
  }
  if (endpoints.length > 0 && ssh === undefined) {
    return [
      {
        severity: "error",
        code: "hdinsight-no-ssh-endpoint",
        message: "The cluster has no SSH endpoint.",
        advice: "Attach a cluster that can be reached by SSH.",
      },
    ];
  }
  const port = ssh?.["port"];
  const differs = typeof port === "number" && ![port, secondHeadNode].includes(target.sshPort);
  return [
    ...(differs
      ? [
          {
            severity: "warning",
            code: "hdinsight-ssh-port",
            message: `The cluster's SSH endpoint listens on port ${port}, and the target declares ${target.sshPort}.`,
            advice: `Set ssh_port to ${port}.`,
          } as const,
        ]
      : []),
    ...hostFindings(textOf(ssh?.["location"]) ?? usualHost(target, reads), target),
  ];
}

/** Outbound connections to the resource provider, and private links, leave a cluster without public addresses. */
function isPrivate(cluster: Document, ssh: Document | undefined): boolean {
  const network = (key: string) => textOf(member(cluster, "networkProperties", key))?.toLowerCase();
  const onlyPrivateAddress =
    ssh !== undefined && textOf(ssh["privateIPAddress"]) !== undefined && textOf(ssh["location"]) === undefined;
  return (
    onlyPrivateAddress || network("privateLink") === "enabled" || network("resourceProviderConnection") === "outbound"
  );
}

/** `CLUSTER-ssh.azurehdinsight.net`: the cluster's own address is another one, and takes no SSH. */
function usualHost(target: HdInsight, { cloud }: ResourceReads): string | undefined {
  const name = parseResourceId(target.resourceId)?.names.at(-1);
  if (name === undefined || cloud.hdInsightSuffix === undefined) return undefined;
  return `${name}-ssh.${cloud.hdInsightSuffix}`;
}

function hostFindings(host: string | undefined, target: HdInsight): readonly Finding[] {
  if (host === undefined) return [];
  return [
    {
      severity: "note",
      code: "hdinsight-ssh-host",
      message: `The service logs in at ${host}, port ${target.sshPort}, as ${target.adminUsername}.`,
      advice: `To try the login: ssh -p ${target.sshPort} ${target.adminUsername}@${host}`,
    },
  ];
}

export const hints = sshHints;

export const afterDetach = "A cluster bills by the hour for as long as it exists, whether it works or not.";
