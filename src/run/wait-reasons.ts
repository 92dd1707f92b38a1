import type { Computes } from "../azure/computes.ts";
import type { Clock } from "../clock.ts";
import { kindOfLive } from "../compute/target.ts";

/** Why runs that are queued wait, as far as their computes show it. */
export type WaitReasons = {
  /** @returns a sentence; `undefined` where the compute shows nothing, or cannot be read. */
  readonly of: (compute: string) => Promise<string | undefined>;
};

/** Seconds between two reads of one compute. Our choice: nodes take minutes. */
const readSeconds = 20;

export function createWaitReasons(computes: Pick<Computes, "get">, clock: Pick<Clock, "now">): WaitReasons {
  const known = new Map<string, { readonly at: number; readonly reason: Promise<string | undefined> }>();
  const read = async (compute: string): Promise<string | undefined> => {
    const live = await computes.get(compute);
    // What cannot be read explains nothing; the run is followed all the same.
    if (!live.ok) return undefined;
    if (live.value === undefined) return `The compute '${compute}' no longer exists.`;
    const { provisioningState: state } = live.value;
    const kind = kindOfLive(live.value);
    const reason = /^succeeded$/i.test(state)
      ? (kind?.whyRunsWait?.(live.value) ?? kind?.progressOf?.(live.value))
      : `is ${state}`;
    return reason === undefined ? undefined : `The compute '${live.value.name}' ${reason.replace(/\.$/, "")}.`;
  };
  return {
    of: (compute) => {
      const name = compute.toLowerCase();
      const last = known.get(name);
      if (last !== undefined && clock.now() - last.at < readSeconds * 1000) return last.reason;
      const reason = read(compute);
      known.set(name, { at: clock.now(), reason });
      return reason;
    },
  };
}
