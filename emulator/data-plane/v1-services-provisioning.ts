import { setTimeout as delay } from "node:timers/promises";
import type { Course } from "../arm/course.ts";
import { artifactContainer } from "../arm/jobs/document.ts";
import type { Storage } from "../storage.ts";
import type { Store } from "../store.ts";
import { deploymentError, type ContainerFailure } from "./v1-services-container.ts";
import { hostOf, serviceCollections, type Json, type KeptService } from "./v1-services-document.ts";
import type { V1Operations } from "./v1-services-operations.ts";
import type { RunningServices } from "./v1-services-running.ts";

/** A provisioning that is going on. */
type InFlight = { readonly operation: string; readonly controller: AbortController; readonly done: Promise<void> };

export type Provisioning = {
  /** Brings a service to where its document says, in the background. @param restarts whether its container is another one. */
  readonly begin: (name: string, operation: string, course: Course, restarts: boolean) => void;
  /** Removes a service in the background. @param state what it is in again where that fails. */
  readonly remove: (name: string, operation: string, course: Course, state: string) => void;
  readonly removeNow: (name: string) => void;
  readonly isInFlight: (name: string) => boolean;
  /** Ends what is going on with a service, as cancelled. */
  readonly cancel: (name: string) => Promise<void>;
  /** Ends all operations as they would end, even those that would never end. */
  readonly release: () => void;
  /** Lets go of everything that is going on. */
  readonly abandon: () => Promise<void>;
};

type Parts = {
  readonly store: Store;
  readonly storage: Storage;
  readonly operations: V1Operations;
  readonly running: RunningServices;
};

export function createProvisioning({ store, storage, operations, running }: Parts): Provisioning {
  const inFlight = new Map<string, InFlight>();
  let release = new AbortController();
  const serviceOf = (name: string) => store.get<KeptService>(serviceCollections.services, name);
  const update = (name: string, change: Json) => {
    const known = serviceOf(name);
    if (known !== undefined)
      store.put(serviceCollections.services, name, { ...known, ...change, updatedTime: new Date().toISOString() });
  };
  const fail = async (name: string, operation: string, { step, state, error, buildLog }: ContainerFailure) => {
    const blob = buildLog === undefined ? undefined : await keepBuildLog(operation, buildLog, storage);
    update(name, { state: state === "TimedOut" ? "Unhealthy" : "Failed", error });
    operations.move(operation, step, "The deployment has failed.");
    operations.end(operation, state, error, blob);
  };
  const serve = async (service: KeptService, operation: string, signal: AbortSignal) => {
    operations.move(operation, "BuildEnvironment", "Registering the environment.");
    const taken = labelTaken(service, store.list<KeptService>(serviceCollections.services));
    const failure = taken ?? (await running.serve(service, signal));
    if (failure === undefined)
      operations.move(operation, "DeployService", "Checking the status of the inference endpoint.");
    return failure;
  };
  const provision = async (
    name: string,
    operation: string,
    { course, restarts, signal }: { readonly course: Course; readonly restarts: boolean; readonly signal: AbortSignal },
  ): Promise<void> => {
    const service = serviceOf(name);
    if (service === undefined) return;
    operations.move(operation, "DeployService", "Submitting deployment to compute.");
    const { error: wanted, endsAs } = course;
    const [failure] = await Promise.all([
      restarts && wanted === undefined ? serve(service, operation, signal) : undefined,
      due(course, signal, release.signal),
    ]);
    if (signal.aborted) return operations.end(operation, "Cancelled", cancelledError);
    if (failure !== undefined) return fail(name, operation, failure);
    if (wanted === undefined) {
      update(name, { state: "Healthy", error: null, wasProvisioned: true });
      return operations.end(operation, "Succeeded");
    }
    const error = deploymentError(service.computeType, wanted.code, wanted.message);
    if (service.computeType !== "AKS" && restarts) await running.stop(name);
    update(name, { state: "Failed", error });
    operations.end(operation, endsAs === "Canceled" ? "Cancelled" : "Failed", error);
  };
  const forget = (name: string) => {
    store.remove(serviceCollections.services, name);
    store.remove(serviceCollections.secrets, name);
    void running.stop(name);
  };

  /** One thing at a time happens to a service. */
  const run = (name: string, operation: string, work: (signal: AbortSignal) => Promise<void>) => {
    const controller = new AbortController();
    const done = work(controller.signal)
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        operations.end(operation, "Failed", { code: "InternalServerError", statusCode: 500, message });
        update(name, { state: "Failed" });
      })
      .finally(() => {
        if (inFlight.get(name)?.operation === operation) inFlight.delete(name);
      });
    inFlight.set(name, { operation, controller, done });
  };

  // What was going on when the emulator went down is lost.
  for (const { id } of operations.open())
    operations.end(id, "Failed", { code: "InternalServerError", statusCode: 500, message: "It was lost." });
  for (const { value } of store.list<KeptService>(serviceCollections.services))
    if (value.state === "Transitioning") update(value.name, { state: "Failed" });

  return {
    begin: (name, operation, course, restarts) => {
      run(name, operation, (signal) => provision(name, operation, { course, restarts, signal }));
    },
    remove: (name, operation, course, state) => {
      run(name, operation, async (signal) => {
        operations.move(operation, "DeleteService", "Deleting the service.");
        await due(course, signal, release.signal);
        if (course.error !== undefined) {
          const { code, message } = course.error;
          operations.end(operation, "Failed", { code, statusCode: 400, message });
          update(name, { state });
          return;
        }
        forget(name);
        operations.end(operation, "Succeeded");
      });
    },
    removeNow: forget,
    isInFlight: (name) => inFlight.has(name),
    cancel: async (name) => {
      const going = inFlight.get(name);
      going?.controller.abort();
      await going?.done;
    },
    release: () => {
      release.abort();
      release = new AbortController();
    },
    abandon: async () => {
      const going = [...inFlight.values()];
      inFlight.clear();
      for (const { controller } of going) controller.abort();
      await Promise.all(going.map(({ done }) => done));
    },
  };
}

async function keepBuildLog(operation: string, text: string, storage: Storage): Promise<string> {
  const blob = `ImageBuildLogs/${operation}/build_log.txt`;
  const container = (await storage.service()).getContainerClient(artifactContainer);
  await container.getBlockBlobClient(blob).upload(text, Buffer.byteLength(text));
  return blob;
}

const cancelledError: Json = {
  code: "OperationCancelled",
  statusCode: 400,
  message: "The operation was cancelled.",
};

/** Resolves when an operation is due, or nobody waits for it any longer. */
async function due({ dueAt }: Course, signal: AbortSignal, release: AbortSignal): Promise<void> {
  const over = AbortSignal.any([signal, release]);
  if (over.aborted) return;
  await (
    dueAt === undefined
      ? new Promise<void>((resolve) => over.addEventListener("abort", () => resolve(), { once: true }))
      : delay(Math.max(0, dueAt - Date.now()), undefined, { signal: over, ref: false })
  ).catch(() => undefined);
}

/** A name in the region belongs to one container group. */
function labelTaken(
  service: KeptService,
  all: readonly { readonly value: KeptService }[],
): ContainerFailure | undefined {
  if (service.computeType === "AKS" || typeof service["dnsNameLabel"] !== "string") return undefined;
  const host = hostOf(service);
  const isTaken = all.some(
    ({ value }) => value.name !== service.name && value.computeType !== "AKS" && hostOf(value) === host,
  );
  if (!isTaken) return undefined;
  const message = `The DNS name label '${service["dnsNameLabel"]}' in container group '${service.name}' is not available in the region. Please try using a different label.`;
  return {
    step: "DeployService",
    state: "Failed",
    error: deploymentError("ACI", "DnsNameLabelNotAvailable", message),
  };
}
