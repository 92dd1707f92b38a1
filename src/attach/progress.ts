import type { Clock } from "../clock.ts";
import { elapsed } from "../report/format.ts";

/** Work on targets as it is followed in the log, each line with the time since its beginning. */
export type Progress = {
  /** Something worth knowing of a target, or of several whose names are joined. Text may stem from Azure. */
  readonly onProgress: (target: string, message: string) => void;
  /** Nothing more is done about the target. */
  readonly onEnd: (target: string, how: string) => void;
  readonly stop: () => void;
};

/** Seconds without a line after which one says what is still waited for. Our choice: nobody takes a minute for a hang. */
const longestSilence = 60;

/** @param names the targets that are worked on: as long as one has not ended, the log never falls silent. */
export function createProgress(
  names: readonly string[],
  { clock, write }: { readonly clock: Clock; readonly write: (line: string) => void },
): Progress {
  const startedAt = clock.now();
  let lastLineAt = startedAt;
  const open = new Map(names.map((name) => [name, { message: "begun", since: startedAt }]));
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
  // Ends by the stop alone, which rejects the sleep.
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
