import { armError, page, type Incoming, type Reply } from "../server/reply.ts";
import { workspacePath } from "../settings.ts";
import type { Store } from "../store.ts";

/** A web service of the first SDK, flat as the model management service answers it. */
export type WebService = {
  readonly name: string;
  readonly computeType: string;
  /** Of a service on an attached cluster. */
  readonly computeName?: string;
  readonly state: string;
};

/** Who still has the list of web services: ARM and the data plane, the data plane alone, or nobody. */
export type ServicesAt = "arm" | "data-plane" | "nowhere";

export function keepServicesAt(store: Store, where: ServicesAt): void {
  store.put("settings", "services", where);
}

function servicesAt(store: Store): ServicesAt {
  return store.get<ServicesAt>("settings", "services") ?? "arm";
}

function servicesIn(store: Store): readonly WebService[] {
  return store.list<WebService>("services").map(({ value }) => value);
}

/** What ARM says of a type that is in no version, seen since 2018. */
export function servicesOfArm(request: Incoming, store: Store, pageSize: number): Reply {
  if (servicesAt(store) !== "arm")
    return armError(
      404,
      "InvalidResourceType",
      `The resource type could not be found in the namespace 'Microsoft.MachineLearningServices' for api version '${request.query.get("api-version") ?? ""}'.`,
    );
  const documents = servicesIn(store).map(({ name, ...properties }) => ({
    id: `${workspacePath}/services/${name}`,
    name,
    type: "Microsoft.MachineLearningServices/workspaces/services",
    properties,
  }));
  return page(documents, request, pageSize);
}

/** The model management service of the data plane, as far as it lists services. */
export function servicesOfDataPlane(request: Incoming, store: Store, pageSize: number): Reply | undefined {
  if (request.path.toLowerCase() !== `/modelmanagement/v1.0${workspacePath}/services`.toLowerCase()) return undefined;
  if (request.method !== "GET") return undefined;
  if (servicesAt(store) === "nowhere")
    return {
      status: 404,
      body: { code: "NotFound", statusCode: 404, message: "The requested resource was not found." },
    };
  return page(servicesIn(store), request, pageSize, request.endpoints.api);
}
