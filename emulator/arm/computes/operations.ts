import { randomBytes, randomUUID } from "node:crypto";
import type { Fault } from "../../faults.ts";
import { armError, ok, type Incoming, type Reply } from "../../server/reply.ts";
import { seeded } from "../../settings.ts";
import type { Store } from "../../store.ts";
import { courseOf, type Course, type End, type Failure } from "../course.ts";
import type { Json } from "./document.ts";

/** An asynchronous operation on a compute. */
export type Operation = Course & {
  readonly id: string;
  /** Key of the compute. */
  readonly compute: string;
  readonly verb: "put" | "delete";
  /** What the kind's own part holds in the end. */
  readonly endsWith?: Json;
  /** A resource that the service made for the compute goes with it. */
  readonly takesResource?: boolean;
  readonly over?: End;
};

export type Operations = {
  /** @returns its id, and the headers by which a client follows it. */
  readonly begin: (
    request: Incoming,
    operation: Pick<Operation, "compute" | "verb" | "takesResource"> & {
      /** How long it takes, where no fault says otherwise. */
      readonly seconds: number;
      /** Why it fails, where no fault says otherwise. */
      readonly failure?: Failure | undefined;
    },
    faults: readonly Fault[],
  ) => { readonly id: string; readonly headers: Record<string, string> };
  /** Ends what is due; nothing runs in the background. */
  readonly endDue: () => void;
  /** Ends everything that is open, even what would never end. */
  readonly endAll: () => void;
  /** Ends one at once, as failed. */
  readonly fail: (id: string, error: Failure) => void;
  readonly isKnown: (id: string) => boolean;
  readonly status: (id: string) => Reply;
};

/** @param ended what the end of one means for its compute. */
export function createOperations(store: Store, ended: (operation: Operation, how: End) => void): Operations {
  const endDue = () => {
    for (const { key, value: operation } of store.list<Operation>("operations")) {
      if (operation.over !== undefined || operation.dueAt === undefined || operation.dueAt > Date.now()) continue;
      const over = operation.error === undefined ? "Succeeded" : (operation.endsAs ?? "Failed");
      store.put("operations", key, { ...operation, over });
      ended(operation, over);
    }
  };
  return {
    begin: (request, { compute, verb, takesResource, seconds, failure }, faults) => {
      const operation: Operation = {
        id: randomUUID(),
        compute,
        verb,
        ...(takesResource === true ? { takesResource } : {}),
        ...courseOf(faults, seconds, failure),
        ...endingOf(faults),
      };
      store.put("operations", operation.id, operation);
      return {
        id: operation.id,
        headers: { "Azure-AsyncOperation": statusUrl(request, operation.id), "Retry-After": "1" },
      };
    },
    endDue,
    endAll: () => {
      for (const { key, value } of store.list<Operation>("operations"))
        if (value.over === undefined) store.put("operations", key, { ...value, dueAt: 0 });
      endDue();
    },
    fail: (id, error) => {
      const operation = store.get<Operation>("operations", id);
      if (operation !== undefined) store.put("operations", id, { ...operation, dueAt: 0, error });
      endDue();
    },
    isKnown: (id) => store.get("operations", id) !== undefined,
    status: (id) => {
      endDue();
      const operation = store.get<Operation>("operations", id);
      if (operation === undefined) return armError(404, "OperationNotFound", `The operation ${id} was not found.`);
      if (operation.over === undefined)
        return ok(
          { status: operation.verb === "delete" ? "Deleting" : "InProgress", percentComplete: 0.0 },
          { "Retry-After": "1" },
        );
      return ok(
        operation.over === "Succeeded"
          ? { status: "Succeeded", percentComplete: 100.0 }
          : { status: operation.over, error: operation.error },
      );
    },
  };
}

/** What the kind's own part holds in the end, as a fault says. */
function endingOf(faults: readonly Fault[]): Pick<Operation, "endsWith"> {
  const ending = faults.find((fault) => fault.kind === "ends-as");
  return ending === undefined ? {} : { endsWith: ending.properties };
}

/** With a signature behind it that is as long as the service's. */
function statusUrl({ query, endpoints }: Incoming, id: string): string {
  const signature = ["t", "c", "s", "h"]
    .map((part) => `${part}=${randomBytes(part === "c" ? 1500 : 300).toString("base64url")}`)
    .join("&");
  const locations = `${endpoints.arm}/subscriptions/${seeded.subscriptionId}/providers/Microsoft.MachineLearningServices/locations`;
  return `${locations}/${seeded.location}/computeOperationsStatus/${id}?api-version=${query.get("api-version") ?? ""}&service=new&${signature}`;
}
