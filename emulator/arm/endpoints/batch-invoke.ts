import { randomUUID } from "node:crypto";
import { armError, page, type Incoming, type Reply } from "../../server/reply.ts";
import { workspacePath } from "../../settings.ts";
import type { Store } from "../../store.ts";
import type { Tokens } from "../../tokens.ts";
import { versionAt } from "../../serving/content.ts";
import type { Json } from "../computes/document.ts";
import type { JobDocument } from "../jobs/document.ts";
import { pipeline } from "../jobs/pipeline.ts";
import type { Runner } from "../jobs/runner.ts";
import { componentOf, modelOf } from "./batch-deployments.ts";
import { defaultOf } from "./batch-endpoints.ts";
import type { BatchWork } from "./batch-scoring.ts";
import type { EndpointCollection } from "./collection.ts";
import { stateOf, type EndpointDocument } from "./document.ts";
import { userError } from "./refused.ts";

type Invocation = { readonly job: string; readonly endpoint: string; readonly deployment: string };

export type InvokeParts = {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly runner: Runner;
  readonly collection: EndpointCollection;
};

const family = "batchEndpoints";
const invocations = "batch-invocations";

/** `POST /jobs` of a batch endpoint's own address: a job of the workspace. */
export function invokeBatch(request: Incoming, endpoint: EndpointDocument, path: string, parts: InvokeParts): Reply {
  if (path !== "/jobs" || request.method !== "POST") return armError(404, "NotFound", `There is nothing at ${path}.`);
  const denied = denial(request, parts.tokens);
  if (denied !== undefined) return denied;
  const name = request.headers["azureml-model-deployment"] ?? defaultOf(endpoint);
  if (name === undefined)
    return userError(`The endpoint '${endpoint.endpoint}' has no default deployment, and the request names none.`);
  const deployment = parts.collection.find(family, endpoint.endpoint, name);
  if (deployment === undefined)
    return armError(
      404,
      "NotFound",
      `The deployment '${name}' was not found below the endpoint '${endpoint.endpoint}'.`,
    );
  if (deployment.everSucceeded !== true || stateOf(deployment) === "Deleting")
    return userError(`The deployment '${name}' is in the state ${stateOf(deployment)} and cannot be invoked.`);
  const asked = members(members(request.body)["properties"]);
  const job = typeof asked["name"] === "string" ? asked["name"] : randomUUID();
  if (parts.store.get("jobs", job) !== undefined) return armError(409, "Conflict", `A job named ${job} exists.`);
  const refused =
    componentOf(deployment.properties) === undefined
      ? startScoring(job, deployment, asked, parts)
      : startPipeline(job, deployment, asked, parts);
  if (refused !== undefined) return refused;
  const invocation: Invocation = { job, endpoint: endpoint.endpoint, deployment: String(deployment.deployment) };
  parts.store.put(invocations, job, invocation);
  parts.runner.submit(job);
  return { status: 201, body: shown(invocation, parts.store) };
}

/** The jobs of an endpoint, or of one of its deployments, the newest first. */
export function jobsOfBatch(request: Incoming, store: Store, pageSize: number): Reply | undefined {
  const [, endpoint, deployment] =
    /^\/mferp\/managementfrontend\/subscriptions\/.+\/batchEndpoints\/([^/]+)(?:\/deployments\/([^/]+))?\/jobs$/i.exec(
      request.path,
    ) ?? [];
  if (endpoint === undefined || request.method !== "GET") return undefined;
  const same = (a: string, b: string | undefined) => b === undefined || a.toLowerCase() === b.toLowerCase();
  const found = store
    .list<Invocation>(invocations)
    .map(({ value }) => value)
    .filter((one) => same(one.endpoint, endpoint) && same(one.deployment, deployment))
    .toReversed();
  return page(
    found.map((one) => shown(one, store)),
    request,
    pageSize,
    request.endpoints.api,
  );
}

function shown({ job, endpoint, deployment }: Invocation, store: Store): unknown {
  const found = store.get<JobDocument>("jobs", job);
  return {
    id: `${workspacePath}/jobs/${job}`,
    name: job,
    type: "Microsoft.MachineLearningServices/workspaces/jobs",
    properties: {
      ...{ status: found?.status, experimentName: found?.properties["experimentName"] },
      inputData: found?.properties["inputs"] ?? {},
      outputData: found?.properties["outputs"] ?? {},
      properties: { endpointName: endpoint, deploymentName: deployment },
      ...(found?.error === undefined ? {} : { error: found.error }),
    },
    systemData: { createdAt: found?.createdAt },
  };
}

function denial({ headers }: Incoming, tokens: Tokens): Reply | undefined {
  const [, token] = /^Bearer (.+)$/i.exec(headers["authorization"] ?? "") ?? [];
  const claims = token === undefined ? "malformed" : tokens.checkAccess(token);
  return typeof claims !== "string" && /^https:\/\/ml\.azure\.com\/?$/.test(String(claims["aud"]))
    ? undefined
    : armError(401, "Unauthorized", "The request needs a token of the audience https://ml.azure.com.");
}

/** Members by their names with a small first letter: requests are written in either way. */
function members(value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [`${name.slice(0, 1).toLowerCase()}${name.slice(1)}`, member]),
  );
}

type Data = { readonly name: string; readonly type: string; readonly uri?: string; readonly value?: unknown };

function dataOf(asked: Json, member: "inputData" | "outputData"): readonly Data[] {
  return Object.entries((asked[member] ?? {}) as Json).map(([name, one]) => {
    const { jobInputType, jobOutputType, uri, value } = members(one);
    return {
      name,
      type: String(jobInputType ?? jobOutputType),
      ...(typeof uri === "string" ? { uri } : {}),
      ...(value === undefined ? {} : { value }),
    };
  });
}

/** @returns why it is not started. */
function startScoring(job: string, deployment: EndpointDocument, asked: Json, parts: InvokeParts): Reply | undefined {
  const inputs = dataOf(asked, "inputData").filter(({ uri }) => uri !== undefined);
  const [input] = inputs;
  if (input?.uri === undefined || inputs.length > 1)
    return userError("A deployment of a model is invoked with one input of data: a file or a folder.");
  const [wanted] = dataOf(asked, "outputData");
  const [, folder, file] = /^(.*\/)([^/]+\.[^/]+)$/.exec(wanted?.uri ?? "") ?? [];
  const outputUri = folder ?? wanted?.uri;
  const work: BatchWork = {
    input: input.uri,
    deployment: { ...deployment.properties, ...overridden(asked) },
    model: modelOf(deployment.properties) ?? "",
    fileName: file ?? String(asked["outputFileName"] ?? deployment.properties["outputFileName"]),
    ...(outputUri === undefined ? {} : { outputUri }),
  };
  parts.store.put("batch-work", job, work);
  parts.store.put("jobs", job, {
    ...jobOf(job, deployment, asked),
    runsAs: "BatchInvocation",
  } satisfies JobDocument);
  return undefined;
}

/** What an invocation may say differently. */
function overridden({ miniBatchSize, errorThreshold, retrySettings }: Json): Json {
  return Object.fromEntries(
    Object.entries({ miniBatchSize, errorThreshold, retrySettings }).filter(([, value]) => value !== undefined),
  );
}

function startPipeline(job: string, deployment: EndpointDocument, asked: Json, parts: InvokeParts): Reply | undefined {
  const componentId = componentOf(deployment.properties) ?? "";
  const { settings = {} } = (deployment.properties["deploymentConfiguration"] ?? {}) as { readonly settings?: Json };
  const spec = (versionAt("components", componentId, parts.collection)?.["componentSpec"] ?? {}) as Json;
  const compute = settings["default_compute"];
  const document = jobOf(job, deployment, asked);
  const properties: JobDocument["properties"] = {
    ...document.properties,
    componentId,
    settings: {
      ...settings,
      ...(typeof compute === "string" ? { default_compute: compute.replace(/^azureml:(?!\/)/, "") } : {}),
    },
    inputs: { ...defaultsOf(spec), ...(document.properties["inputs"] as Json) },
  };
  const refused = pipeline.check(properties, parts.store);
  if (refused !== undefined) return refused;
  parts.store.put("jobs", job, { ...document, properties } satisfies JobDocument);
  return undefined;
}

function defaultsOf({ inputs }: Json): Json {
  return Object.fromEntries(
    Object.entries((inputs ?? {}) as Json).flatMap(([name, one]) => {
      const { default: value } = members(one);
      return value === undefined ? [] : [[name, { jobInputType: "literal", value: String(value) }]];
    }),
  );
}

function jobOf(name: string, { endpoint, deployment }: EndpointDocument, asked: Json): JobDocument {
  const own = members(asked["properties"]);
  const inputs = dataOf(asked, "inputData").map(({ name: input, type, uri, value }) => [
    input,
    uri === undefined
      ? { jobInputType: "literal", value: String(value) }
      : { jobInputType: snakeCase(type), mode: "ReadOnlyMount", uri },
  ]);
  return {
    name,
    properties: {
      jobType: "Pipeline",
      displayName: name,
      experimentName: own["experimentName"] ?? asked["experimentName"] ?? endpoint,
      ...{ settings: {}, jobs: {}, tags: {} },
      inputs: Object.fromEntries(inputs) as Json,
      outputs: {},
      properties: { "azureml.endpointName": endpoint, "azureml.deploymentName": String(deployment) },
    },
    status: "Starting",
    createdAt: new Date().toISOString(),
  };
}

function snakeCase(type: string): string {
  return type.replaceAll(/(?<=[a-z])([A-Z])/g, "_$1").toLowerCase();
}
