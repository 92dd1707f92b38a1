import type { Clock } from "../clock.ts";
import type { Arm } from "./arm.ts";
import { defined } from "./defined.ts";
import { membersOf, textOf, type Members } from "./members.ts";
import { followedBy, progressOf, type FollowedBy, type OperationProgress } from "./operation.ts";
import { broken } from "./pages.ts";
import { refused, succeeded, type Outcome } from "./outcome.ts";
import type { Answer } from "./pipeline.ts";
import { workspaceId, type WorkspaceRef } from "./workspace.ts";

/** Percentages by the names of deployments, as the service has them. */
export type LiveTraffic = Readonly<Record<string, number>>;

/** An online endpoint as the service shows it. */
export type LiveEndpoint = {
  readonly id: string;
  readonly name: string;
  /** As the service spells it; one without a state is done. */
  readonly provisioningState: string;
  /** `Key`, `AMLToken`, `AADToken` */
  readonly authMode: string;
  readonly traffic: LiveTraffic;
  readonly mirrorTraffic: LiveTraffic;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly location?: string;
  readonly identity?: { readonly type: string; readonly userAssignedIds: readonly string[] };
  readonly description?: string;
  /** ARM id of the Kubernetes compute that it is on. */
  readonly compute?: string;
  readonly publicNetworkAccess?: string;
  readonly scoringUri?: string;
  readonly swaggerUri?: string;
};

/** An online deployment as the service shows it. */
export type LiveOnlineDeployment = {
  readonly id: string;
  readonly name: string;
  readonly provisioningState: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  /** ARM id of the model, or its address. */
  readonly model?: string;
  /** The members by which it can be put back as it was. */
  readonly request: Members;
};

/** The two containers of a deployment: the one that serves, and the one that fetches model and code before. */
export type LogContainer = "InferenceServer" | "StorageInitializer";

/** The online endpoints of one workspace. Reads are repeated on passing faults; writes are sent exactly once. */
export type OnlineEndpoints = {
  /** `undefined` when there is none of that name. @param until used instead of the command's own signal. */
  readonly get: (name: string, until?: AbortSignal) => Promise<Outcome<LiveEndpoint | undefined>>;
  /** All pages. */
  readonly list: () => Promise<Outcome<readonly LiveEndpoint[]>>;
  /** Creates, or replaces the whole of it: traffic that is not in the body is gone. */
  readonly put: (name: string, body: unknown, until?: AbortSignal) => Promise<Outcome<FollowedBy>>;
  /** With everything below it. One that is already gone is a success. */
  readonly remove: (name: string) => Promise<Outcome<FollowedBy>>;
  readonly deployment: (endpoint: string, name: string) => Promise<Outcome<LiveOnlineDeployment | undefined>>;
  /** All pages; none where there is no such endpoint. */
  readonly deployments: (endpoint: string) => Promise<Outcome<readonly LiveOnlineDeployment[]>>;
  readonly putDeployment: (
    endpoint: string,
    name: string,
    body: unknown,
    until?: AbortSignal,
  ) => Promise<Outcome<FollowedBy>>;
  /** One that is already gone is a success. */
  readonly removeDeployment: (endpoint: string, name: string, until?: AbortSignal) => Promise<Outcome<FollowedBy>>;
  /**
   * What a request to the endpoint proves itself with, by its `authMode`: its key, a token of its own, or one of Entra ID. A
   * secret, masked before it is returned.
   */
  readonly credential: (endpoint: Pick<LiveEndpoint, "name" | "authMode">) => Promise<Outcome<string>>;
  /** The last lines of a container. @param tail how many. */
  readonly logs: (
    endpoint: string,
    deployment: string,
    container: LogContainer,
    tail: number,
    until?: AbortSignal,
  ) => Promise<Outcome<string>>;
  /** `not-found` when the service has forgotten the operation: read the resource instead. */
  readonly progress: (operationUrl: string) => Promise<Outcome<OperationProgress>>;
};

/** The official client's versions. */
const endpointVersion = "2022-02-01-preview";
const deploymentVersion = "2023-04-01-preview";

export type OnlineEndpointsDeps = {
  readonly clock: Clock;
  readonly mask: (secret: string) => void;
  /** A token of Entra ID for endpoints. */
  readonly entraToken: () => Promise<string>;
};

export function createOnlineEndpoints(
  arm: Arm,
  workspace: WorkspaceRef,
  { clock, mask, entraToken }: OnlineEndpointsDeps,
): OnlineEndpoints {
  const id = (endpoint: string) => `${workspaceId(workspace)}/onlineEndpoints/${endpoint}`;
  const deploymentId = (endpoint: string, name: string) => `${id(endpoint)}/deployments/${name}`;
  const followed = (answer: Outcome<Answer>): Outcome<FollowedBy> =>
    answer.ok ? succeeded(followedBy(answer.value, clock)) : answer;
  const gone = (answer: Outcome<Answer>): Outcome<FollowedBy> =>
    !answer.ok && answer.failure.reason === "not-found" ? succeeded({}) : followed(answer);
  const secretFrom = (answer: Outcome<Answer>, member: string): Outcome<string> => {
    if (!answer.ok) return answer;
    const secret = textOf(membersOf(answer.value.body)[member]);
    if (secret === undefined) return broken(`The service answered without the ${member} of the endpoint.`);
    mask(secret);
    return succeeded(secret);
  };
  return {
    get: async (name, until) => oneOf(await arm.get(id(name), endpointVersion, until), liveEndpoint),
    list: async () => allOf(await arm.list(id("").replace(/\/$/, ""), endpointVersion), liveEndpoint),
    put: async (name, body, until) =>
      followed(await arm.put(id(name), endpointVersion, body, defined({ signal: until }))),
    remove: async (name) => gone(await arm.remove(id(name), endpointVersion)),
    deployment: async (endpoint, name) =>
      oneOf(await arm.get(deploymentId(endpoint, name), deploymentVersion), liveDeployment),
    deployments: async (endpoint) => {
      const pages = await arm.list(`${id(endpoint)}/deployments`, deploymentVersion);
      return !pages.ok && pages.failure.reason === "not-found" ? succeeded([]) : allOf(pages, liveDeployment);
    },
    putDeployment: async (endpoint, name, body, until) =>
      followed(await arm.put(deploymentId(endpoint, name), deploymentVersion, body, defined({ signal: until }))),
    removeDeployment: async (endpoint, name, until) => {
      return gone(await arm.remove(deploymentId(endpoint, name), deploymentVersion, {}, defined({ signal: until })));
    },
    credential: async ({ name, authMode }) => {
      // Questions with a body: they change nothing, however often they are asked.
      const ask = (action: string) =>
        arm.post(`${id(name)}/${action}`, endpointVersion, undefined, { repeatable: "read" });
      switch (authMode.toLowerCase()) {
        case "key":
          return secretFrom(await ask("listKeys"), "primaryKey");
        case "amltoken":
          return secretFrom(await ask("token"), "accessToken");
        case "aadtoken": {
          const token = await entraToken();
          mask(token);
          return succeeded(token);
        }
        default: {
          const message = `The endpoint '${name}' has the authentication mode ${authMode}, which this version does not know.`;
          return refused("UnknownAuthMode", message);
        }
      }
    },
    logs: async (endpoint, deployment, container, tail, until) => {
      const answer = await arm.post(
        `${deploymentId(endpoint, deployment)}/getLogs`,
        deploymentVersion,
        { containerType: container, tail },
        { repeatable: "read", ...defined({ signal: until }) },
      );
      if (!answer.ok) return answer;
      const { content } = membersOf(answer.value.body);
      return typeof content === "string" ? succeeded(content) : broken("The service answered without the log.");
    },
    progress: async (operationUrl) => {
      const answer = await arm.getUrl(operationUrl);
      return answer.ok ? succeeded(progressOf(answer.value, clock)) : answer;
    },
  };
}

type Read<Live> = (wire: unknown) => Outcome<Live>;

function oneOf<Live>(answer: Outcome<Answer>, read: Read<Live>): Outcome<Live | undefined> {
  if (answer.ok) return read(answer.value.body);
  return answer.failure.reason === "not-found" ? succeeded(undefined) : answer;
}

function allOf<Live>(pages: Outcome<readonly unknown[]>, read: Read<Live>): Outcome<readonly Live[]> {
  if (!pages.ok) return pages;
  const found: Live[] = [];
  for (const wire of pages.value) {
    const live = read(wire);
    if (!live.ok) return live;
    found.push(live.value);
  }
  return succeeded(found);
}

/**
 * A member of another type than documented is not taken for one that is not there: traffic would be moved on the ground of
 * it.
 */
function faultIn(wire: unknown, texts: readonly string[], objects: readonly string[]): string | undefined {
  const body = membersOf(wire);
  const properties = membersOf(body["properties"]);
  const isAbsent = (value: unknown) => value === undefined || value === null;
  const wrong = [
    ...(textOf(body["name"]) === undefined ? ["name"] : []),
    ...(body["properties"] === properties ? [] : ["properties"]),
    ...["id", "location"].filter((key) => !isAbsent(body[key]) && typeof body[key] !== "string"),
    ...["tags", "identity"].filter((key) => !isAbsent(body[key]) && body[key] !== membersOf(body[key])),
    ...texts
      .filter((key) => !isAbsent(properties[key]) && typeof properties[key] !== "string")
      .map((key) => `properties.${key}`),
    ...objects
      .filter((key) => !isAbsent(properties[key]) && properties[key] !== membersOf(properties[key]))
      .map((key) => `properties.${key}`),
  ];
  return wrong.length === 0 ? undefined : wrong.join(", ");
}

/** The wire's endpoint as ours. Members may be `null` where they have no value. */
function liveEndpoint(wire: unknown): Outcome<LiveEndpoint> {
  const body = membersOf(wire);
  const properties = membersOf(body["properties"]);
  const texts = ["provisioningState", "authMode", "description", "compute", "scoringUri", "swaggerUri"];
  const wrong = faultIn(wire, texts, ["traffic", "mirrorTraffic", "properties"]);
  const [traffic, mirrorTraffic] = [trafficOf(properties["traffic"]), trafficOf(properties["mirrorTraffic"])];
  if (wrong !== undefined || traffic === undefined || mirrorTraffic === undefined)
    return broken(`The service answered with an endpoint whose ${wrong ?? "traffic"} cannot be read.`);
  const identity = membersOf(body["identity"]);
  const identityType = textOf(identity["type"]);
  return succeeded({
    id: textOf(body["id"]) ?? "",
    name: textOf(body["name"]) ?? "",
    provisioningState: textOf(properties["provisioningState"]) ?? "Succeeded",
    authMode: textOf(properties["authMode"]) ?? "Key",
    traffic,
    mirrorTraffic,
    tags: writtenOf(body["tags"]),
    properties: writtenOf(properties["properties"]),
    ...defined({
      location: textOf(body["location"]),
      description: textOf(properties["description"]),
      compute: textOf(properties["compute"]),
      publicNetworkAccess: textOf(properties["publicNetworkAccess"]),
      scoringUri: textOf(properties["scoringUri"]),
      swaggerUri: textOf(properties["swaggerUri"]),
      identity:
        identityType === undefined
          ? undefined
          : { type: identityType, userAssignedIds: Object.keys(membersOf(identity["userAssignedIdentities"])) },
    }),
  });
}

/** Tags and properties, which clients also send as numbers, and as true and false. */
function writtenOf(wire: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(membersOf(wire)).flatMap(([key, value]) =>
      value === null || value === undefined ? [] : [[key, typeof value === "string" ? value : JSON.stringify(value)]],
    ),
  );
}

/** Shares of 0 say nothing, and are left out. `undefined` for what is no map of percentages. */
function trafficOf(wire: unknown): LiveTraffic | undefined {
  const entries = Object.entries(membersOf(wire));
  const isShare = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 100;
  if (!entries.every(([, share]) => isShare(share))) return undefined;
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== 0));
}

/** The wire's deployment as ours. */
function liveDeployment(wire: unknown): Outcome<LiveOnlineDeployment> {
  const body = membersOf(wire);
  const properties = membersOf(body["properties"]);
  const wrong = faultIn(wire, ["provisioningState"], ["properties"]);
  if (wrong !== undefined) return broken(`The service answered with a deployment whose ${wrong} cannot be read.`);
  const { provisioningState: _, ...settings } = properties;
  const model = properties["model"];
  const { identity, location, sku, tags, kind } = body;
  return succeeded({
    id: textOf(body["id"]) ?? "",
    name: textOf(body["name"]) ?? "",
    provisioningState: textOf(properties["provisioningState"]) ?? "Succeeded",
    tags: writtenOf(body["tags"]),
    properties: writtenOf(properties["properties"]),
    request: defined({ location, kind, identity, sku, tags, properties: settings }),
    ...defined({ model: textOf(model) ?? textOf(membersOf(model)["assetId"]) }),
  });
}
