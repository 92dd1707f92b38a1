import { randomUUID } from "node:crypto";
import { ok, type Incoming, type Reply } from "../server/reply.ts";
import { workspacePath } from "../settings.ts";
import type { Store } from "../store.ts";
import { mmsError } from "./v1-services-error.ts";
import { serviceCollections, type Json } from "./v1-services-document.ts";

export type OperationState = "NotStarted" | "Running" | "Succeeded" | "Failed" | "Cancelled" | "TimedOut";

/** What is done at the moment: the official client says of each where its log is. */
export type OperationStep = "BuildEnvironment" | "DeployService" | "DeleteService" | "RegenerateKeys";

/** An operation of the model management service, as it is kept. */
export type V1Operation = {
  readonly id: string;
  readonly service: string;
  readonly state: OperationState;
  readonly step: OperationStep;
  readonly createdTime: string;
  readonly endTime: string | null;
  readonly error: Json | null;
  /** `time|what#time|what#…` */
  readonly log: string;
  /** The log of a build, in the artifact container. */
  readonly buildLog?: string;
};

/** Where operations of the workspace are, by their ids. */
export const operationsPath = `/modelmanagement/v1.0${workspacePath}/operations`;

export function createV1Operations(store: Store) {
  const get = (id: string) => store.get<V1Operation>(serviceCollections.operations, id);
  const change = (id: string, changed: Partial<V1Operation>) => {
    const known = get(id);
    if (known !== undefined) store.put(serviceCollections.operations, id, { ...known, ...changed });
  };
  const say = (id: string, text: string) =>
    change(id, { log: `${get(id)?.log ?? ""}${stamp()}|${text.replaceAll(/[#|]/g, " ")}#` });
  return {
    /** Those that have not ended. */
    open: (): readonly V1Operation[] =>
      store
        .list<V1Operation>(serviceCollections.operations)
        .map(({ value }) => value)
        .filter(({ endTime }) => endTime === null),
    begin: (service: string, step: OperationStep): string => {
      const id = randomUUID();
      store.put(serviceCollections.operations, id, {
        id,
        service,
        state: "NotStarted",
        step,
        createdTime: new Date().toISOString(),
        endTime: null,
        error: null,
        log: "",
      } satisfies V1Operation);
      return id;
    },
    /** It is at work, and at what. */
    move: (id: string, step: OperationStep, text: string) => {
      change(id, { state: "Running", step });
      say(id, text);
    },
    end: (id: string, state: OperationState, error: Json | null = null, buildLog?: string) =>
      change(id, {
        state,
        error,
        endTime: new Date().toISOString(),
        ...(buildLog === undefined ? {} : { buildLog }),
      }),
    /** @param logUri address of a build's log. */
    show: (id: string, { query }: Incoming, logUri: (blob: string) => string): Reply => {
      const operation = get(id);
      if (operation === undefined)
        return mmsError(404, { code: "OperationNotFound", message: `The operation ${id} was not found.` });
      const { service, step, log, buildLog, ...rest } = operation;
      const offset = Number(query.get("offset") ?? 0) || 0;
      return ok({
        ...rest,
        operationType: "Service",
        resourceLocation: `/services/${service}`,
        operationDetails: { subOperationType: step, subOperationState: rest.state },
        operationLog: buildLog === undefined ? null : logUri(buildLog),
        streamingOperationLog: log.slice(offset),
      });
    },
  };
}

export type V1Operations = ReturnType<typeof createV1Operations>;

/** `20261130051700` */
function stamp(): string {
  return new Date().toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
}
