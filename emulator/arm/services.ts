import { armError, page, type Incoming, type Reply } from "../server/reply.ts";
import { workspacePath } from "../settings.ts";
import type { Store } from "../store.ts";

/** A web service of the first SDK, flat as the model management service answers it, with whatever else it has. */
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

export function servicesAt(store: Store): ServicesAt {
  return store.get<ServicesAt>("settings", "services") ?? "arm";
}

export function servicesIn(store: Store): readonly WebService[] {
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
