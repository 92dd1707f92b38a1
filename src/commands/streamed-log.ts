import type { Azure } from "../azure/azure.ts";
import { elapsed } from "../report/format.ts";
import { createLogFollower, type LogFollower } from "../run/logs.ts";
import type { CommandContext } from "./context.ts";

export type StreamedLog = {
  readonly follower: LogFollower;
  readonly status: (status: string) => void;
  readonly end: () => void;
};

/** Seconds of silence after which a line says that the run goes on. Our choice: nobody takes a minute for a hang. */
const longestSilence = 60;

/** Streams the logs of a run into one group for each file, with the states, and the time that has gone by, between them. */
export function streamedLog(
  run: string,
  { blobs, runHistory }: Pick<Azure, "blobs" | "runHistory">,
  { log, clock }: Pick<CommandContext, "log" | "clock">,
): StreamedLog {
  const startedAt = clock.now();
  let lastLineAt = startedAt;
  let open: string | undefined;
  let state: string | undefined;
  const close = () => {
    if (open !== undefined) log.endGroup();
    open = undefined;
  };
  const say = (text: string) => {
    close();
    lastLineAt = clock.now();
    log.info(text);
  };
  const after = () => elapsed((clock.now() - startedAt) / 1000);
  const follower = createLogFollower(
    blobs,
    (file, lines) => {
      if (open !== file) {
        close();
        log.startGroup(file);
        open = file;
      }
      lastLineAt = clock.now();
      for (const line of lines) log.info(line);
    },
    {
      renew: (file) => runHistory.artifactUrl(run, file),
      onTrouble: (file, why) => {
        close();
        log.annotate("warning", `The log ${file} of the run cannot be read: ${why}`);
      },
    },
  );
  return {
    follower: {
      ...follower,
      look: async (logFiles) => {
        await follower.look(logFiles);
        if (state !== undefined && clock.now() - lastLineAt >= longestSilence * 1000)
          say(`Run: still ${state} after ${after()}`);
      },
    },
    status: (status) => {
      state = status;
      say(`Run: ${status} (after ${after()})`);
    },
    end: close,
  };
}
