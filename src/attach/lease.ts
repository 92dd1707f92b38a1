import type { Leases } from "../azure/leases.ts";
import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import type { Clock } from "../clock.ts";
import { pause } from "../pause.ts";
import { readIntents, writeIntents, type Intent } from "./intent.ts";

/** What keeps two runs from attaching one resource at the same time. */
export type Guarantee =
  /** A lease in the workspace's storage: no other run of this action writes in the meantime. */
  | "serialised"
  /** The storage cannot be used: the live state is read before and after, so a collision is detected, not prevented. */
  | "verified";

export type LeaseDeps = {
  readonly leases: Leases;
  readonly clock: Clock;
  /** Ids that nobody else has. */
  readonly newId: () => string;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch after which every wait ends. */
  readonly deadline: number;
  /** One line for each thing worth knowing. The text may come from the storage. */
  readonly onProgress: (message: string) => void;
};

/** Keys that are held together. */
export type Held = {
  readonly guarantee: Guarantee;
  readonly keys: readonly string[];
  /** What earlier holders recorded. */
  readonly found: readonly Intent[];
  /** False as soon as another holder is possible: then nothing may be written any more. Always true without a lease. */
  readonly isHeld: () => boolean;
  /**
   * Records an intent, in place of what earlier holders recorded, and beside what this one has recorded for other names.
   * False: the lease was lost.
   */
  readonly record: (key: string, intent: Intent) => Promise<boolean>;
  /** Keys with an open intent, of an earlier holder or of this one. */
  readonly openKeys: () => readonly string[];
  /** Closes the intents of a key: their outcome is known. */
  readonly close: (key: string) => Promise<boolean>;
};

export type NotHeld =
  | { readonly state: "in-flight"; readonly why: "timeout" | "cancelled" }
  | { readonly state: "failed"; readonly error: ServiceError };

/** Seconds between looks at a lease that somebody else holds. Our choice. */
const shortestWait = 0.5;
const longestWait = 4;

/** A lease counts as lost this many seconds before it can run out: clocks differ, and requests take time. */
const marginSeconds = 10;

/**
 * Takes the leases of all keys, does the work, and gives them back on every way out.
 *
 * Keys are taken in one order everywhere, so two runs never wait for each other in a ring. During the work the leases are
 * renewed. A storage that cannot be used costs the guarantee, not the work: `Held.guarantee` says so.
 *
 * @param recording `nothing`: work on these keys never records an intent, so none is looked for.
 */
export async function withLeases<Value>(
  keys: readonly string[],
  deps: LeaseDeps,
  work: (held: Held) => Promise<Value>,
  recording: "intents" | "nothing" = "intents",
): Promise<Value | NotHeld> {
  const id = deps.newId();
  const sorted = [...new Set(keys)].sort();
  /** Keys whose lease may be ours: a cancelled request may have been carried out. Releasing another holder's does nothing. */
  const maybeTaken: string[] = [];
  const taken: Taken[] = [];
  try {
    for (const key of sorted) {
      const got = await take(key, id, deps);
      if (got.state === "unusable") {
        deps.onProgress(unusable(got.failure));
        return await work(withoutLease(sorted));
      }
      if (got.state !== "held") {
        maybeTaken.push(key);
        return got;
      }
      taken.push(got.taken);
    }
    const intentsByKey = new Map<string, readonly Intent[]>();
    for (const { key } of recording === "nothing" ? [] : taken) {
      const text = await deps.leases.read(key, deps.signal);
      if (!text.ok) return notHeld(text.failure);
      const intents = readIntents(text.value);
      if (intents.length > 0) intentsByKey.set(key, intents);
    }
    const recorded = new Map<string, readonly Intent[]>();
    const lastWrites = new Map<string, Promise<boolean>>();
    const put = (key: string, intents: readonly Intent[]): Promise<boolean> => {
      // Before the write: if its reply is lost, the intent may be in the blob all the same.
      intentsByKey.set(key, intents);
      const write = async (): Promise<boolean> => {
        const written = await deps.leases.write(key, id, writeIntents(intents), deps.signal);
        return written.ok && written.value === "written";
      };
      // One write after the other, so that the last one wins.
      const written = (lastWrites.get(key) ?? Promise.resolve()).then(write, write);
      lastWrites.set(key, written);
      return written;
    };
    return await work({
      guarantee: "serialised",
      keys: sorted,
      found: [...intentsByKey.values()].flat(),
      isHeld: () => taken.every(({ isHeld }) => isHeld()),
      record: (key, intent) => {
        const intents = [...(recorded.get(key) ?? []).filter(({ name }) => name !== intent.name), intent];
        recorded.set(key, intents);
        return put(key, intents);
      },
      openKeys: () =>
        [...intentsByKey].filter(([, intents]) => intents.some(({ closed }) => closed !== true)).map(([key]) => key),
      close: (key) =>
        put(
          key,
          (intentsByKey.get(key) ?? []).map((intent) => ({ ...intent, closed: true })),
        ),
    });
  } finally {
    for (const { stop } of taken) stop();
    await Promise.all([...taken.map(({ key }) => key), ...maybeTaken].map((key) => deps.leases.release(key, id)));
  }
}

type Taken = { readonly key: string; readonly isHeld: () => boolean; readonly stop: () => void };

type Take =
  | { readonly state: "held"; readonly taken: Taken }
  | { readonly state: "unusable"; readonly failure: AzureFailure }
  | NotHeld;

async function take(key: string, id: string, deps: LeaseDeps): Promise<Take> {
  const { leases, clock, signal, onProgress } = deps;
  let busyAt: number | undefined;
  for (let look = 0; ; look += 1) {
    // Taken before the request: the lease may begin as soon as it is sent.
    const askedAt = clock.now();
    const got = await leases.acquire(key, id, signal);
    if (!got.ok) {
      if (got.failure.reason === "cancelled") return { state: "in-flight", why: "cancelled" };
      // Working without a lease while somebody is known to hold it would be the collision itself.
      const mayBeHeld = busyAt !== undefined && askedAt - busyAt < leases.seconds * 1000;
      if (!mayBeHeld) return { state: "unusable", failure: got.failure };
    } else {
      if (got.value === "held") return { state: "held", taken: keep(key, id, askedAt, deps) };
      if (busyAt === undefined) onProgress(await holderOf(key, deps));
      busyAt = askedAt;
    }
    const why = await pause(Math.min(shortestWait * 1.5 ** look, longestWait), deps);
    if (why !== undefined) return { state: "in-flight", why };
  }
}

async function holderOf(key: string, { leases, signal }: LeaseDeps): Promise<string> {
  const text = await leases.read(key, signal);
  const intent = text.ok ? readIntents(text.value).find(({ closed }) => closed !== true) : undefined;
  const who = intent?.run === undefined ? "another run" : `the workflow run ${intent.run}`;
  const since = intent === undefined ? "" : ` and has been writing '${intent.name}' since ${intent.at}`;
  return `waiting for ${who} that holds the lease${since} (released when it finishes, or ${leases.seconds} s after a crash)`;
}

/** Renews until stopped. A renewal that gets no answer is tried again as long as the lease can still be ours. */
function keep(key: string, id: string, from: number, { leases, clock, onProgress }: LeaseDeps): Taken {
  const stopped = new AbortController();
  let renewedAt = from;
  let lost = false;
  const isHeld = () => !lost && clock.now() - renewedAt < (leases.seconds - marginSeconds) * 1000;
  const renew = async (): Promise<void> => {
    while (!stopped.signal.aborted && !lost) {
      await clock.sleep(leases.seconds / 4, stopped.signal);
      const askedAt = clock.now();
      // A failed sign-in is thrown. The next one may succeed.
      const renewed = await leases.renew(key, id, stopped.signal).catch(() => undefined);
      if (renewed?.ok === true && renewed.value === "held") renewedAt = askedAt;
      else if (renewed?.ok === true || !isHeld()) {
        lost = true;
        onProgress("lost the lease; writes nothing more");
      }
    }
  };
  // Ends only by the stop, because that rejects the sleep.
  renew().catch(() => undefined);
  return { key, isHeld, stop: () => stopped.abort() };
}

function withoutLease(keys: readonly string[]): Held {
  return {
    guarantee: "verified",
    keys,
    found: [],
    isHeld: () => true,
    record: () => Promise.resolve(true),
    openKeys: () => [],
    close: () => Promise.resolve(true),
  };
}

function unusable({ error }: AzureFailure): string {
  return (
    `cannot use the workspace's storage for a lease (${error.message} [${error.code}]): ` +
    "reads the live state before and after the write instead, so a collision with another run is detected, not prevented"
  );
}

function notHeld({ reason, error }: AzureFailure): NotHeld {
  return reason === "cancelled" ? { state: "in-flight", why: "cancelled" } : { state: "failed", error };
}
