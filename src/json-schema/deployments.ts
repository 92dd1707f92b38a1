import type * as z from "zod";
import { batchEndpointSchema } from "../deployment/batch/endpoint.ts";
import { modelDeploymentSchema, olderDeploymentSchema } from "../deployment/batch/model-deployment.ts";
import { pipelineDeploymentSchema } from "../deployment/batch/pipeline-deployment.ts";
import { ofAci, ofAks, ofBoth, renamed, knownKeys } from "../deployment/deploy-json/keys.ts";
import { deploymentTypes, type DeploymentTypeName } from "../deployment/deployment.ts";
import { kubernetesDeploymentSchema, managedDeploymentSchema } from "../deployment/online/deployment.ts";
import { kubernetesEndpointSchema, managedEndpointSchema } from "../deployment/online/endpoint.ts";
import { ofShape, orPath, withMember, type Book } from "./book.ts";
import { fromShape } from "./from-shape.ts";
import type { Json } from "./json.ts";
import { wordsSchema } from "./spelling.ts";
import { choice, having } from "./union.ts";

/** az ml's documents, by the names of their schemas. */
const documents: Readonly<Record<string, () => z.ZodType>> = {
  managedOnlineEndpoint: managedEndpointSchema,
  kubernetesOnlineEndpoint: kubernetesEndpointSchema,
  managedOnlineDeployment: managedDeploymentSchema,
  kubernetesOnlineDeployment: kubernetesDeploymentSchema,
  batchEndpoint: batchEndpointSchema,
  modelBatchDeployment: modelDeploymentSchema,
  pipelineComponentBatchDeployment: pipelineDeploymentSchema,
};

type DocumentName = keyof typeof documents;

function documentSchema(book: Book, name: DocumentName): Json {
  const shape = documents[name];
  if (shape === undefined) throw new Error(`There is no document ${name}.`);
  return ofShape(book, name, shape);
}

const exact = (word: string): Json => ({ type: "string", enum: [word] });

/** What names no type of its own is told by a key, as az ml does. */
const unions: Readonly<Record<string, (book: Book) => Json>> = {
  // An endpoint with a compute is one of Kubernetes.
  onlineEndpoint: (book) => ({
    type: "object",
    if: having("compute"),
    then: documentSchema(book, "kubernetesOnlineEndpoint"),
    else: documentSchema(book, "managedOnlineEndpoint"),
  }),
  onlineDeployment: (book) => ({
    type: "object",
    if: having("type", exact("kubernetes")),
    then: documentSchema(book, "kubernetesOnlineDeployment"),
    else: documentSchema(book, "managedOnlineDeployment"),
  }),
  batchDeployment: (book) => {
    const isTaken = (word: string) => ["model", "pipeline"].includes(word.toLowerCase());
    return choice(
      "type",
      [
        { words: wordsSchema(["model"], isTaken), branch: documentSchema(book, "modelBatchDeployment") },
        { words: wordsSchema(["pipeline"], isTaken), branch: documentSchema(book, "pipelineComponentBatchDeployment") },
      ],
      wordsSchema(["model", "pipeline"], isTaken),
      ofShape(book, "olderBatchDeployment", olderDeploymentSchema),
    );
  },
};

/** The names of az ml's schemas of endpoints and deployments. */
export const deployDocumentNames: readonly string[] = [...Object.keys(documents), ...Object.keys(unions)];

export function deployDocumentSchema(book: Book, name: string): Json {
  const union = unions[name];
  return union === undefined ? documentSchema(book, name) : book.refer(name, () => union(book));
}

/** What stands below `endpoint` and `deployment` of the mapping, where it is no path. */
const partsOf: Readonly<Partial<Record<DeploymentTypeName, readonly [endpoint: string, deployment: string]>>> = {
  managed: ["managedOnlineEndpoint", "managedOnlineDeployment"],
  kubernetes: ["kubernetesOnlineEndpoint", "kubernetesOnlineDeployment"],
  batch: ["batchEndpoint", "batchDeployment"],
};

/** The mapping of `deploy`, of one type. */
function deploymentSchema(book: Book, type: DeploymentTypeName): Json {
  return book.refer(`${type}Deploy`, () => {
    const schema = fromShape(deploymentTypes[type].schema());
    const [endpoint, deployment] = partsOf[type] ?? [];
    const named = (name: string | undefined) => (member: Json) =>
      name === undefined || member.if?.type !== "object"
        ? member
        : { ...member, then: deployDocumentSchema(book, name) };
    return withMember(withMember(schema, "endpoint", named(endpoint)), "deployment", named(deployment));
  });
}

const types = Object.keys(deploymentTypes) as readonly DeploymentTypeName[];
const pathOfDeployment: Json = {
  type: "string",
  description:
    "Path or pattern of az ml endpoint and deployment files, of a deploy.json, or of a file with this mapping.",
  examples: ["deploy/endpoint.yml"],
};

/** One thing to deploy: a mapping, or a path. */
function entrySchema(book: Book): Json {
  return book.refer("deployment", () => orPath(mappingSchema(book), pathOfDeployment));
}

/** A mapping says its type, or the documents below it do. */
function mappingSchema(book: Book): Json {
  const words: Json = { type: "string", enum: types };
  const cases = types.map((type) => ({ words: exact(type), branch: deploymentSchema(book, type) }));
  const online = (["managed", "kubernetes"] as const).reduceRight<Json>(
    (otherwise, type) => ({
      if: having("deployment", having("type", exact(type))),
      then: deploymentSchema(book, type),
      else: otherwise,
    }),
    { type: "object", properties: { type: words }, required: ["type"] },
  );
  return choice("type", cases, words, {
    if: { anyOf: ["endpoint", "deployment"].map((key) => having(key, { type: "string" })) },
    then: { anyOf: (["managed", "kubernetes", "batch"] as const).map((type) => deploymentSchema(book, type)) },
    else: online,
  });
}

/** Everything below the key `deploy`. */
export function deploySchema(book: Book): Json {
  return {
    if: { type: "array" },
    then: { type: "array", items: entrySchema(book) },
    else: entrySchema(book),
  };
}

/** A `deploy.json` of the action `Azure/aml-deploy`: its keys, with what the mapping says of those that it becomes. */
export function deployJsonSchema(): Json {
  const book = { aci: fromShape(deploymentTypes.aci.schema()), aks: fromShape(deploymentTypes.aks.schema()) };
  const memberOf = (key: string): Json => {
    const name = (renamed as Readonly<Record<string, string>>)[key] ?? key;
    const isOf = (list: readonly string[]) => list.includes(key);
    if (!isOf(ofBoth) && !isOf(ofAci) && !isOf(ofAks) && key === name) return {};
    return book.aci.properties?.[name] ?? book.aks.properties?.[name] ?? {};
  };
  return {
    type: "object",
    properties: Object.fromEntries(knownKeys.map((key) => [key, orNull(memberOf(key))])),
    additionalProperties: false,
  };
}

/** That action takes null for a key that is absent. */
function orNull({ description, ...member }: Json): Json {
  if (Object.keys(member).length === 0) return description === undefined ? {} : { description };
  return { ...(description === undefined ? {} : { description }), if: { type: "null" }, else: member };
}
