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

/** What of a service is for the emulator alone: what its address is made of, and whether it has ever answered. */
const internals = ["address", "wasProvisioned"];

export function withoutInternals(service: WebService): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(service).filter(([member]) => !internals.includes(member)));
}

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
  const documents = servicesIn(store).map((service) => {
    const { name, ...properties } = withoutInternals(service);
    return {
      id: `${workspacePath}/services/${service.name}`,
      name,
      type: "Microsoft.MachineLearningServices/workspaces/services",
      properties,
    };
  });
  return page(documents, request, pageSize);
}
