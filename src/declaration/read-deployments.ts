import type { ComputeTarget } from "../compute/target.ts";
import { familyOf, isOnline } from "../deployment/family.ts";
import {
  computesOf,
  deploymentTypes,
  readDeployment,
  type Deployment,
  type DeploymentTypeName,
} from "../deployment/deployment.ts";
import { noModel } from "../deployment/deploy-json/keys.ts";
import { onlineTypeOf, type DeployDocument } from "../deployment/document.ts";
import type { DeployEntry } from "../deployment/kind.ts";
import { formatPosition, type Problem } from "../yaml/problem.ts";
import { missingKeyMessage } from "../yaml/shape-problems.ts";
import { positionOf, valueAt, type SourceNode } from "../yaml/source.ts";
import { suggestionFor } from "../yaml/suggestion.ts";
import { isMapping } from "../yaml/wording.ts";
import type { DeployPart } from "./gathered.ts";
import { withValue } from "./override.ts";

type Document = Extract<DeployPart, { readonly is: "document" }>;
type Mapping = Extract<DeployPart, { readonly is: "mapping" }>;

/** One deployment with its type known, and not read yet. */
type TypedEntry = {
  readonly type: DeploymentTypeName;
  readonly entry: DeployEntry;
  /** Several deployments of one endpoint are declared: none is another's successor, so each is updated in place. */
  readonly isOneOfSeveral?: true;
};

/** Everything that is to be deployed, read; az ml's documents are put together by the name of their endpoint. */
export function readDeployments(
  parts: readonly DeployPart[],
  targets: readonly ComputeTarget[],
  problems: Problem[],
): readonly Deployment[] {
  const mappings = parts.filter((part): part is Mapping => part.is === "mapping");
  const documents = parts.filter((part): part is Document => part.is === "document");
  const entries = [...mappings.flatMap((part) => entryOf(part, problems)), ...entriesOf(documents)];
  const deployments = entries.flatMap(({ type, entry, isOneOfSeveral }): readonly Deployment[] => {
    const { deployment, problems: found } = readDeployment(type, entry);
    const source = entry.settings ?? entry.deployment;
    const isOpen = parts.some((part) => part.node === source && part.isOpen === true);
    problems.push(...(isOpen ? found.map(leftOpen) : found));
    if (deployment === undefined) return [];
    return [
      isOneOfSeveral === true && isOnline(deployment) ? { ...deployment, strategy: { type: "replace" } } : deployment,
    ];
  });
  for (const deployment of deployments) problems.push(...misplaced(deployment, targets));
  return withoutDoubles(deployments, problems);
}

/** Keys that are given when the file is used: by an option of `az ml … create`, or by the step before aml-deploy. */
const givenBeside = [
  { key: "endpoint_name", missing: missingKeyMessage("endpoint_name"), beside: "az ml takes --endpoint-name" },
  { key: "compute", missing: missingKeyMessage("compute"), beside: "az ml takes --set compute=…" },
  { key: "model", missing: noModel, beside: "aml-deploy has it from the step that registers it" },
] as const;

/** A key that the author gives when the file is used is no error of the file. */
function leftOpen(problem: Problem): Problem {
  const given = givenBeside.find(({ missing }) => problem.code === "missing-key" && problem.message === missing);
  if (given === undefined || problem.severity !== "error") return problem;
  const { key, beside } = given;
  return {
    ...problem,
    severity: "notice",
    message: `The file leaves ${key} open.`,
    fix: `To deploy it, add ${key} or give it by the input set: deploy.${key}=…; ${beside}.`,
  };
}

/** What a pattern of `config` matches is read for its problems, and not deployed: only what is named is. */
export function onlyChecked(
  parts: readonly DeployPart[],
  targets: readonly ComputeTarget[],
  problems: Problem[],
): void {
  const open = parts.map((part) => (part.is === "document" ? { ...part, isOpen: true as const } : part));
  readDeployments(open, targets, problems);
  for (const { node } of parts)
    problems.push({
      code: "not-deployed",
      severity: "notice",
      where: positionOf(node),
      message: "This is matched by a pattern of config, so it is checked and not deployed.",
      fix: "Name it with deploy, in the declaration file or as the input, to deploy it.",
    });
}

/** A mapping says its type, or the files that it names do. */
function entryOf({ node, parts }: Mapping, problems: Problem[]): readonly TypedEntry[] {
  const documents = parts.filter((part): part is Document => part.is === "document");
  const partOf = (kind: "endpoint" | "deployment") => documents.find(({ declares }) => declares.part === kind);
  const endpoint = partOf("endpoint");
  const deployment = partOf("deployment");
  const type = typeOfMapping(node, [deployment, endpoint], problems);
  if (type === undefined) return [];
  return [
    {
      type,
      entry: {
        settings: node,
        ...(endpoint === undefined ? {} : { endpoint: endpoint.node }),
        ...(deployment === undefined ? {} : { deployment: deployment.node }),
      },
    },
  ];
}

const typeNames = Object.keys(deploymentTypes) as readonly DeploymentTypeName[];

function typeOfMapping(
  node: SourceNode,
  documents: readonly (Document | undefined)[],
  problems: Problem[],
): DeploymentTypeName | undefined {
  const written = valueAt(node, ["type"]);
  const named = typeNames.find((name) => name === written);
  const inDocuments = documents.flatMap((part) => (part === undefined ? [] : (typeOfDocument(part) ?? [])));
  if (named !== undefined || (written === undefined && inDocuments[0] !== undefined)) {
    const other = inDocuments.find((type) => named !== undefined && type !== named);
    if (other !== undefined)
      problems.push({
        code: "wrong-type",
        severity: "error",
        where: positionOf(node, ["type"]),
        message: `The type is ${String(named)}, and a file that the mapping names is of the type ${other}.`,
        fix: `Write type: ${other}, or name another file.`,
      });
    return named ?? inDocuments[0];
  }
  const isGiven = written !== undefined;
  problems.push({
    code: isGiven ? "wrong-value" : "missing-key",
    severity: "error",
    where: positionOf(node, isGiven ? ["type"] : []),
    message: isGiven
      ? `${JSON.stringify(written)} is not a type of deployment.${suggestionFor(typeof written === "string" ? written : "", typeNames)}`
      : 'The key "type" is missing, and no file below endpoint or deployment names a $schema that says it.',
    fix: `Write type: one of ${typeNames.join(", ")}.`,
  });
  return undefined;
}

/** What its schema, its `type` or its keys say. */
function typeOfDocument({ node, declares }: Document): DeployDocument["type"] {
  if (declares.type !== undefined) return declares.type;
  const value = valueAt(node);
  return isMapping(value) ? onlineTypeOf(value) : undefined;
}

/** az ml's documents by themselves: each deployment with its endpoint, and endpoints that have none. */
function entriesOf(documents: readonly Document[]): readonly TypedEntry[] {
  const endpoints = documents.filter(({ declares }) => declares.part === "endpoint");
  const deployments = documents.filter(({ declares }) => declares.part === "deployment");
  const nameOf = ({ node }: Document, key: string) => String(valueAt(node, [key])).toLowerCase();
  const endpointOf = (deployment: Document) =>
    valueAt(deployment.node, ["endpoint_name"]) === undefined && endpoints.length === 1
      ? endpoints[0]
      : endpoints.find((endpoint) => nameOf(endpoint, "name") === nameOf(deployment, "endpoint_name"));
  const ofDeployments = deployments.map((deployment): TypedEntry => {
    const endpoint = endpointOf(deployment);
    const type = typeOfDocument(deployment) ?? (endpoint && typeOfDocument(endpoint)) ?? "managed";
    const siblings = endpoint === undefined ? [deployment] : deployments.filter((one) => endpointOf(one) === endpoint);
    const isLast = siblings.at(-1) === deployment;
    return {
      type,
      entry: {
        deployment: deployment.node,
        // What the file says of traffic holds once all of its deployments are there.
        ...(endpoint === undefined ? {} : { endpoint: isLast ? endpoint.node : withoutTraffic(endpoint.node) }),
      },
      ...(siblings.length > 1 ? { isOneOfSeveral: true } : {}),
    };
  });
  const alone = endpoints.filter((endpoint) => !deployments.some((one) => endpointOf(one) === endpoint));
  return [
    ...ofDeployments,
    ...alone.map((endpoint): TypedEntry => ({
      type: typeOfDocument(endpoint) ?? "managed",
      entry: { endpoint: endpoint.node },
    })),
  ];
}

function withoutTraffic(node: SourceNode): SourceNode {
  return ["traffic", "mirror_traffic"].reduce(
    (one, key) => (valueAt(one, [key]) === undefined ? one : withValue(one, [key], { value: undefined })),
    node,
  );
}

/** A declared target that cannot serve the deployment which names it. */
function misplaced(deployment: Deployment, targets: readonly ComputeTarget[]): readonly Problem[] {
  return computesOf(deployment).flatMap(({ compute, types, where }): readonly Problem[] => {
    const target = targets.find(({ name }) => name.toLowerCase() === compute.toLowerCase());
    if (target === undefined || types.some((type) => type.toLowerCase() === target.type.toLowerCase())) return [];
    return [
      {
        code: "wrong-compute",
        severity: "error",
        where: positionOf(where.node, where.path),
        related: positionOf(target.source, ["type"]),
        message: `The target '${target.name}' is of the type ${target.type}, which cannot serve this deployment.`,
        fix: `Name a target of the type ${types.map((type) => type.toLowerCase()).join(" or ")}.`,
      },
    ];
  });
}

/** The name under which it is released, for messages and duplicates. */
function releaseName(deployment: Deployment): string | undefined {
  return "deployment" in deployment ? deployment.deployment?.name : undefined;
}

function withoutDoubles(deployments: readonly Deployment[], problems: Problem[]): readonly Deployment[] {
  const known = new Map<string, Deployment>();
  for (const deployment of deployments) {
    const key = JSON.stringify([
      familyOf(deployment),
      deployment.endpointName,
      releaseName(deployment) ?? "",
    ]).toLowerCase();
    const first = known.get(key);
    if (first === undefined) {
      known.set(key, deployment);
      continue;
    }
    const where = positionOf(first.source);
    problems.push({
      code: "duplicate-deployment",
      severity: "error",
      where: positionOf(deployment.source),
      related: where,
      message: `The deployment ${JSON.stringify(releaseName(deployment) ?? deployment.endpointName)} of ${JSON.stringify(deployment.endpointName)} is declared at ${formatPosition(where)} already.`,
      fix: "Remove one of the two, or give them different names.",
    });
  }
  return [...known.values()];
}
