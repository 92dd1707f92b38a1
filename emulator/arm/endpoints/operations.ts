import { randomBytes, randomUUID } from "node:crypto";
import type { Fault } from "../../faults.ts";
import { armError, ok, type Incoming, type Reply } from "../../server/reply.ts";
import { seeded } from "../../settings.ts";
import type { Store } from "../../store.ts";
import { courseOf, type Course, type End, type Failure } from "../course.ts";

/** An asynchronous operation on an endpoint or a deployment. */
export type EndpointOperation = Course & {
  /** With the kind of the operation and the workspace in front, as the service has it. */
  readonly id: string;
  readonly collection: string;
  readonly key: string;
  readonly verb: "put" | "delete" | "keys";
  readonly apiVersion: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** It ends no sooner than what it brings up is up, or has failed. */
  readonly bringsUp?: boolean;
  readonly isUp?: boolean;
  readonly over?: End;
  readonly endedAt?: string;
};

export type EndpointOperations = {
  readonly begin: (
    request: Incoming,
    operation: Pick<EndpointOperation, "collection" | "key" | "verb" | "bringsUp">,
    course: { readonly seconds: number; readonly failure?: Failure | undefined },
    faults: readonly Fault[],
  ) => EndpointOperation;
  /** What was to be brought up is up, or why it never will be. */
  readonly broughtUp: (id: string, failure: Failure | undefined) => void;
  readonly endDue: () => void;
  readonly endAll: () => void;
  readonly fail: (id: string, error: Failure) => void;
  readonly open: () => readonly EndpointOperation[];
  readonly status: (id: string) => Reply | undefined;
  readonly result: (request: Incoming, id: string) => Reply | undefined;
};

const collection = "endpoint-operations";

/** As public recordings have them; those of batch endpoints are not recorded. */
const prefixes: Readonly<Record<string, string>> = {
  onlineEndpoints: "oeidp",
  onlineDeployments: "odidp",
  batchEndpoints: "beidp",
  batchDeployments: "bdidp",
};

/** @param ended what the end of one means for what it was about. */
export function createEndpointOperations(
  store: Store,
  ended: (operation: EndpointOperation, how: End) => void,
): EndpointOperations {
  const all = () => store.list<EndpointOperation>(collection).map(({ value }) => value);
  const find = (id: string) => store.get<EndpointOperation>(collection, id.toLowerCase());
  const save = (operation: EndpointOperation) => store.put(collection, operation.id.toLowerCase(), operation);
  const end = (operation: EndpointOperation) => {
    const over = operation.error === undefined ? "Succeeded" : (operation.endsAs ?? "Failed");
    save({ ...operation, over, endedAt: new Date().toISOString() });
    ended(operation, over);
  };
  const endDue = () => {
    for (const operation of all()) {
      if (operation.over !== undefined || operation.dueAt === undefined || operation.dueAt > Date.now()) continue;
      // What fails by itself does not wait for what would have come up.
      if (operation.bringsUp === true && operation.isUp !== true && operation.error === undefined) continue;
      end(operation);
    }
  };
  const status = (id: string): Reply | undefined => {
    endDue();
    const operation = find(id);
    if (operation === undefined) return undefined;
    const { startedAt, endedAt, over, error } = operation;
    const body = {
      id: `${locationPath}/mfeOperationsStatus/${operation.id}`,
      name: operation.id,
      startTime: startedAt,
    };
    // `Updating`, whatever it does.
    if (over === undefined) return ok({ ...body, status: "Updating", percentComplete: 0.0 }, { "Retry-After": "1" });
    return ok({
      ...body,
      ...{ status: over, percentComplete: 100.0, endTime: endedAt },
      ...(error === undefined ? {} : { error }),
    });
  };
  return {
    begin: (request, operation, { seconds, failure }, faults) => {
      const made: EndpointOperation = {
        id: `${prefixes[operation.collection] ?? "mfe"}:${seeded.workspaceId}:${randomUUID()}`,
        apiVersion: request.query.get("api-version") ?? "",
        startedAt: new Date().toISOString(),
        ...operation,
        ...courseOf(faults, seconds, failure),
      };
      save(made);
      return made;
    },
    broughtUp: (id, failure) => {
      const operation = find(id);
      if (operation === undefined || operation.over !== undefined) return;
      save({ ...operation, isUp: true, ...(failure === undefined ? {} : { error: failure }) });
      endDue();
    },
    endDue,
    endAll: () => {
      for (const operation of all()) if (operation.over === undefined) save({ ...operation, dueAt: 0 });
      endDue();
    },
    fail: (id, error) => {
      const operation = find(id);
      if (operation !== undefined) save({ ...operation, dueAt: 0, error });
      endDue();
    },
    open: () => all().filter(({ over }) => over === undefined),
    status,
    result: (request, id) => {
      endDue();
      const operation = find(id);
      if (operation === undefined) return undefined;
      if (operation.over === "Succeeded") return ok(null);
      if (operation.over !== undefined)
        return armError(400, operation.error?.code ?? "Failed", operation.error?.message ?? "The operation failed.");
      const location = `${request.endpoints.arm}${request.path}?${request.query.toString()}`;
      return { status: 202, body: null, headers: { Location: location, "Retry-After": "1" } };
    },
  };
}

const locationPath = `/subscriptions/${seeded.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${seeded.location}`;

/** The address of an operation as a resource shows it: without the signature. */
export function operationUri({ endpoints }: Pick<Incoming, "endpoints">, id: string, apiVersion: string): string {
  return `${endpoints.arm}${locationPath}/mfeOperationsStatus/${id}?api-version=${apiVersion}`;
}

/** The headers by which a client follows an operation. @param location of what a PUT makes; absent: of the result. */
export function operationHeaders(
  request: Incoming,
  { id, apiVersion }: EndpointOperation,
  location?: string,
): Readonly<Record<string, string>> {
  const signature = ["t", "c", "s", "h"]
    .map((part) => `${part}=${randomBytes(part === "c" ? 1500 : 300).toString("base64url")}`)
    .join("&");
  const result = `${request.endpoints.arm}${locationPath}/mfeOperationResults/${id}?api-version=${apiVersion}&${signature}`;
  return {
    "Azure-AsyncOperation": `${operationUri(request, id, apiVersion)}&${signature}`,
    Location: location === undefined ? result : `${request.endpoints.arm}${location}?api-version=${apiVersion}`,
    "x-ms-async-operation-timeout": "PT30M",
    "Retry-After": "1",
  };
}
