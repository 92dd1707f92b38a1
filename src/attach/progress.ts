import type { Clock } from "../clock.ts";
import { elapsed } from "../report/format.ts";

/** The work on targets as the log shows it, each line with the time since the start. */
export type Progress = {
  /** Something worth knowing about a target, or about several whose names are joined. The text may come from Azure. */
  readonly onProgress: (target: string, message: string) => void;
  /** The work on the target has ended. */
  readonly onEnd: (target: string, how: string) => void;
  readonly stop: () => void;
};

/** Seconds of silence after which a line says what the step is waiting for. Our choice: nobody takes a minute for a hang. */
const longestSilence = 60;

/** @param names the targets that are worked on: until all have ended, the log never falls silent. */
export function createProgress(
  names: readonly string[],
  { clock, write }: { readonly clock: Clock; readonly write: (line: string) => void },
): Progress {
  const startedAt = clock.now();
  let lastLineAt = startedAt;
  const open = new Map(names.map((name) => [name, { message: "started", since: startedAt }]));
  const line = (text: string) => {
    lastLineAt = clock.now();
    write(`[${elapsed((lastLineAt - startedAt) / 1000).padStart(11)}] ${text}`);
  };
  const stopped = new AbortController();
  const beat = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const left = longestSilence - (clock.now() - lastLineAt) / 1000;
      if (left > 0) await clock.sleep(left, stopped.signal);
      else line(`still waiting for ${[...open].map(([name, at]) => waiting(name, at)).join(", ") || "the log"}`);
    }
  };
  const waiting = (name: string, { message, since }: { readonly message: string; readonly since: number }) =>
    `${name} (${message}, for ${elapsed((clock.now() - since) / 1000)})`;
  // Ends only by the stop, because that rejects the sleep.
  beat().catch(() => undefined);
  return {
    onProgress: (target, message) => {
      if (open.has(target)) open.set(target, { message, since: clock.now() });
      line(`${target}: ${message}`);
    },
    onEnd: (target, how) => {
      open.delete(target);
      line(`${target}: ${how}`);
    },
    stop: () => stopped.abort(),
  };
}
