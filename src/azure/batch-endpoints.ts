import { createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/core-auth";
import { ForeignAddress, plainAddress } from "./addresses.ts";
import type { Arm } from "./arm.ts";
import type { Cloud } from "./cloud.ts";
import { defined } from "./defined.ts";
import { membersOf, textOf, textsOf, type Members } from "./members.ts";
import { followedBy, progressOf, type FollowedBy, type OperationProgress } from "./operation.ts";
import { failed, succeeded, type Outcome } from "./outcome.ts";
import { broken } from "./pages.ts";
import {
  bearerTokenPolicy,
  httpClient,
  parsed,
  plainPipeline,
  requestTimeoutSeconds,
  type Answer,
} from "./pipeline.ts";
import { failureOf, withRetries, type RetryDeps } from "./retry.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** A batch endpoint as the service shows it. */
export type LiveBatchEndpoint = {
  readonly id: string;
  readonly name: string;
  readonly provisioningState: string;
  /** Name of the deployment that answers where none is named. */
  readonly defaultDeployment?: string;
  /** What is invoked. */
  readonly scoringUri?: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  /** As it was read: nothing in it is secret, so that a whole PUT can be made of it. */
  readonly wire: Members;
};

/** A deployment of a batch endpoint. */
export type LiveBatchDeployment = {
  readonly id: string;
  readonly name: string;
  readonly provisioningState: string;
  /** ARM id of the model that it serves. */
  readonly modelId?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly wire: Members;
};

/** A job that an invocation has started. */
export type InvokedJob = {
  readonly name: string;
  /** As the service spells it, where it says so. */
  readonly status?: string;
};

/** The batch endpoints of one workspace. Reads are repeated on passing faults; writes are sent exactly once. */
export type BatchEndpoints = {
  /** `undefined` when there is none of that name. */
  readonly get: (name: string, until?: AbortSignal) => Promise<Outcome<LiveBatchEndpoint | undefined>>;
  /** Creates or replaces: what the body does not have is gone afterwards, the default deployment included. */
  readonly put: (name: string, body: unknown) => Promise<Outcome<FollowedBy>>;
  /** All pages; none where there is no such endpoint. */
  readonly deployments: (endpoint: string) => Promise<Outcome<readonly LiveBatchDeployment[]>>;
  readonly getDeployment: (
    endpoint: string,
    name: string,
    until?: AbortSignal,
  ) => Promise<Outcome<LiveBatchDeployment | undefined>>;
  readonly putDeployment: (endpoint: string, name: string, body: unknown) => Promise<Outcome<FollowedBy>>;
  /** One that is already gone is a success. */
  readonly removeDeployment: (endpoint: string, name: string) => Promise<Outcome<FollowedBy>>;
  /** `not-found` when the service has forgotten the operation: read the resource instead. */
  readonly progress: (operationUrl: string) => Promise<Outcome<OperationProgress>>;
  /**
   * Starts a job of a deployment.
   *
   * @param deployment the endpoint's default where it is absent.
   * @param requestId the same one for every attempt at one invocation.
   */
  readonly invoke: (
    scoringUri: string,
    invocation: { readonly body: unknown; readonly deployment?: string; readonly requestId: string },
  ) => Promise<Outcome<InvokedJob>>;
};

/** The official client's versions: azure-ai-ml 1.35.2, `_ml_client.py`. */
export const batchVersions = {
  endpoints: "2023-10-01",
  deployments: "2024-01-01-preview",
  /** Those of pipeline components. */
  components: "2023-02-01-preview",
} as const;

/** Whether the body of a deployment is one of a pipeline component. */
function isOfComponent(body: unknown): boolean {
  const { deploymentConfiguration } = membersOf(membersOf(body)["properties"]);
  return membersOf(deploymentConfiguration)["deploymentConfigurationType"] === "PipelineComponent";
}

type InvocationDeps = RetryDeps & { readonly cloud: Cloud; readonly newCredential: () => Promise<TokenCredential> };

export function createBatchEndpoints(arm: Arm, workspace: WorkspaceRef, deps: InvocationDeps): BatchEndpoints {
  const { clock } = deps;
  const idOf = (name: string) => `${workspaceId(workspace)}/batchEndpoints/${encodeURIComponent(name)}`;
  const below = (endpoint: string, name: string) => `${idOf(endpoint)}/deployments/${encodeURIComponent(name)}`;
  const accepted = (answer: Outcome<Answer>): Outcome<FollowedBy> =>
    answer.ok ? succeeded(followedBy(answer.value, clock)) : answer;
  return {
    get: async (name, until) =>
      read(await arm.get(idOf(name), batchVersions.endpoints, until), "batch endpoint", liveEndpoint),
    put: async (name, body) => accepted(await arm.put(idOf(name), batchVersions.endpoints, body)),
    deployments: async (endpoint) => {
      const pages = await arm.list(`${idOf(endpoint)}/deployments`, batchVersions.deployments);
      if (!pages.ok) return pages.failure.reason === "not-found" ? succeeded([]) : pages;
      if (!pages.value.every(isResource)) return broken("The service listed batch deployments that cannot be read.");
      return succeeded(pages.value.map(liveDeployment));
    },
    getDeployment: async (endpoint, name, until) =>
      read(await arm.get(below(endpoint, name), batchVersions.deployments, until), "batch deployment", liveDeployment),
    putDeployment: async (endpoint, name, body) => {
      const version = isOfComponent(body) ? batchVersions.components : batchVersions.deployments;
      return accepted(await arm.put(below(endpoint, name), version, body));
    },
    removeDeployment: async (endpoint, name) => {
      const answer = await arm.remove(below(endpoint, name), batchVersions.deployments, {});
      return !answer.ok && answer.failure.reason === "not-found" ? succeeded({}) : accepted(answer);
    },
    progress: async (operationUrl) => {
      const answer = await arm.getUrl(operationUrl);
      return answer.ok ? succeeded(progressOf(answer.value, clock)) : answer;
    },
    invoke: createInvoke(deps),
  };
}

/** With a token of Azure ML's own audience, in place of ARM's. */
function createInvoke({ cloud, newCredential, ...deps }: InvocationDeps): BatchEndpoints["invoke"] {
  const { clock, signal, requestSeconds: seconds = requestTimeoutSeconds } = deps;
  const trusted = (url: string) => scoringAddress(url, cloud);
  const newPipeline = () => {
    const made = plainPipeline();
    made.addPolicy(bearerTokenPolicy(newCredential, cloud.mlScope, clock, trusted), { phase: "Sign" });
    return made;
  };
  let pipeline: ReturnType<typeof newPipeline> | undefined;
  return async (scoringUri, { body, deployment, requestId }) => {
    const send = async (): Promise<Answer> => {
      const url = trusted(scoringUri);
      const request = createPipelineRequest({
        method: "POST",
        url: url.href,
        timeout: seconds * 1000,
        allowInsecureConnection: url.protocol === "http:",
        headers: createHttpHeaders({
          accept: "application/json",
          "content-type": "application/json",
          // Spelt as the official client spells it.
          "repeatability_request-id": requestId,
          ...(deployment === undefined ? {} : { "azureml-model-deployment": deployment }),
        }),
        body: JSON.stringify(body),
        abortSignal: signal,
      });
      const { status, headers, bodyAsText } = await (pipeline ??= newPipeline()).sendRequest(httpClient(), request);
      return { status, headers: headers.toJSON(), body: parsed(bodyAsText) };
    };
    const answer = await withRetries("write", send, deps);
    if (!answer.ok) return answer;
    const { status } = answer.value;
    if (status >= 400) return failed(failureOf(answer.value));
    const { id, name, properties } = membersOf(answer.value.body);
    const job = textOf(name) ?? textOf(id)?.split("/").at(-1);
    // Whether there is a job now is not known from such an answer: it is as good as a lost one.
    if (status >= 300 || job === undefined) {
      const message = `The endpoint answered with status ${status} but without the job.`;
      return failed({ reason: "unknown", status, error: { code: "BrokenReply", message, details: [] } });
    }
    return succeeded({ name: job, ...defined({ status: textOf(membersOf(properties)["status"]) }) });
  };
}

/**
 * Batch endpoints answer at `NAME.REGION.inference.ml.azure.com`: the service itself, which starts a job for whoever signs in.
 * Nobody else gets the token.
 */
function scoringAddress(text: string, { resourceManager, dataPlaneSuffixes = [], name }: Cloud): URL {
  const url = plainAddress(text);
  // Every role of a cloud may be at one address, as in an emulator.
  if (url.origin === new URL(resourceManager).origin) return url;
  const isBelow = dataPlaneSuffixes.some((suffix) => url.host.endsWith(`.inference.${suffix.toLowerCase()}`));
  if (!isBelow || /(^|\.)xn--/.test(url.hostname))
    throw new ForeignAddress(
      `The service referred to ${url.origin} as the address of a batch endpoint, which is not where the cloud ${name} hosts them; the access token was not sent there.`,
    );
  return url;
}

function read<Live>(answer: Outcome<Answer>, what: string, live: (wire: unknown) => Live): Outcome<Live | undefined> {
  if (answer.ok)
    return isResource(answer.value.body)
      ? succeeded(live(answer.value.body))
      : broken(`The service answered with a ${what} that cannot be read.`);
  return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
}

/** What has no name and no properties is a broken reply, and must not pass for a resource without them. */
function isResource(body: unknown): boolean {
  const { id, name, properties } = membersOf(body);
  return (textOf(name) ?? textOf(id)) !== undefined && typeof properties === "object" && properties !== null;
}

function liveEndpoint(wire: unknown): LiveBatchEndpoint {
  const body = membersOf(wire);
  const properties = membersOf(body["properties"]);
  return {
    ...resourceOf(body),
    ...defined({
      defaultDeployment: textOf(membersOf(properties["defaults"])["deploymentName"]),
      scoringUri: textOf(properties["scoringUri"]),
      description: textOf(properties["description"]),
    }),
  };
}

function liveDeployment(wire: unknown): LiveBatchDeployment {
  const body = membersOf(wire);
  const { assetId } = membersOf(membersOf(body["properties"])["model"]);
  return { ...resourceOf(body), ...defined({ modelId: textOf(assetId) }) };
}

function resourceOf(body: Members) {
  const properties = membersOf(body["properties"]);
  const id = textOf(body["id"]) ?? "";
  return {
    id,
    name: textOf(body["name"]) ?? id.split("/").at(-1) ?? "",
    // A resource without a state is done.
    provisioningState: textOf(properties["provisioningState"]) ?? "Succeeded",
    tags: textsOf(body["tags"]),
    properties: textsOf(properties["properties"]),
    wire: body,
  };
}
