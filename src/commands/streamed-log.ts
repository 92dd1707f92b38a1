import type { Azure } from "../azure/azure.ts";
import { createLogFollower, type LogFollower } from "../run/logs.ts";
import type { CommandContext } from "./context.ts";

export type StreamedLog = {
  readonly follower: LogFollower;
  readonly status: (status: string) => void;
  readonly end: () => void;
};

/** Streams the logs of a run into one group for each file, with the states between them. */
export function streamedLog({ blobs }: Pick<Azure, "blobs">, { log }: Pick<CommandContext, "log">): StreamedLog {
  let open: string | undefined;
  const close = () => {
    if (open !== undefined) log.endGroup();
    open = undefined;
  };
  return {
    follower: createLogFollower(blobs, (file, lines) => {
      if (open !== file) {
        close();
        log.startGroup(file);
        open = file;
      }
      for (const line of lines) log.info(line);
    }),
    status: (status) => {
      close();
      log.info(`Run: ${status}`);
    },
    end: close,
  };
}
