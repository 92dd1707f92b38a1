import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  startContainer,
  type Container,
  type ContainerFailure,
  type ContainerSource,
} from "./v1-services-container.ts";
import type { KeptService } from "./v1-services-document.ts";

/** What a service is at the moment, beside what is kept of it. */
type Running = {
  /** What answers. */
  container?: Container;
  /** What was started last, whatever came of it: its log is the service's. */
  last?: Container;
  folder?: string;
  /** A container that is started again after the emulator was down. */
  again?: Promise<void>;
};

/** The containers of services. */
export type RunningServices = {
  /** Starts a container for a service, and lets it answer. @returns why it does not. */
  readonly serve: (service: KeptService, signal: AbortSignal) => Promise<ContainerFailure | undefined>;
  /** What answers for a service; one that was running when the emulator went down is started again. */
  readonly containerOf: (service: KeptService) => Promise<Container | undefined>;
  readonly logOf: (name: string) => readonly string[];
  readonly stop: (name: string) => Promise<void>;
  readonly stopAll: () => Promise<void>;
};

/** @param folder where containers are put together. */
export function createRunningServices(source: ContainerSource, folder: string): RunningServices {
  const running = new Map<string, Running>();
  /** What was forgotten and is still being ended. */
  const ending = new Set<Promise<void>>();
  const heldOf = (name: string): Running => {
    const known = running.get(name) ?? {};
    running.set(name, known);
    return known;
  };
  const end = ({ container, last, folder: place }: Running): Promise<void> => {
    const ended = Promise.all([container?.stop(), last?.stop()])
      .then(() => (place === undefined ? undefined : rm(place, { recursive: true, force: true })))
      .finally(() => ending.delete(ended));
    ending.add(ended);
    return ended;
  };
  const start = async (service: KeptService, held: Running, signal?: AbortSignal) => {
    const place = join(folder, `${service.name}-${randomUUID().slice(0, 8)}`);
    let container: Container | undefined;
    const failure = await startContainer(service, place, source, (made) => {
      container = held.last = made;
      const stop = () => void made.stop();
      if (signal?.aborted === true) stop();
      signal?.addEventListener("abort", stop, { once: true });
    });
    return { container, failure, place };
  };
  const stop = async (name: string) => {
    const held = running.get(name);
    running.delete(name);
    if (held !== undefined) await end(held);
  };
  const startAgain = async (service: KeptService, held: Running) => {
    const { container, failure, place } = await start(service, held);
    held.folder = place;
    if (failure === undefined && container !== undefined) held.container = container;
  };
  return {
    serve: async (service, signal) => {
      const held = heldOf(service.name);
      const old = { ...held };
      // A group answers again only when its new container does; a cluster lets the old one answer until then.
      const keepsOld = service.computeType === "AKS";
      if (!keepsOld) {
        delete held.container;
        delete held.folder;
        await end(old);
      }
      const { container, failure, place } = await start(service, held, signal);
      if (signal.aborted || failure !== undefined) {
        await end({ ...(container === undefined ? {} : { container }), folder: place });
        return failure;
      }
      if (container !== undefined) held.container = container;
      held.folder = place;
      if (keepsOld) await end(old);
      return undefined;
    },
    containerOf: async (service) => {
      const held = heldOf(service.name);
      if (held.container === undefined && service.state === "Healthy") await (held.again ??= startAgain(service, held));
      return held.container;
    },
    logOf: (name) => running.get(name)?.last?.log() ?? [],
    stop,
    stopAll: async () => {
      for (const name of [...running.keys()]) void stop(name);
      await Promise.all(ending);
    },
  };
}
