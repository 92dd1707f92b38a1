import type { Azure } from "../azure/azure.ts";
import { elapsed } from "../report/format.ts";
import { childrenOf } from "../job/job.ts";
import { defined } from "../azure/defined.ts";
import { createChildLogs } from "../run/child-logs.ts";
import { createWaitReasons } from "../run/wait-reasons.ts";
import { createLogFollower, type LogFollower } from "../run/logs.ts";
import type { ReportedRun } from "../run/run-report.ts";
import type { CommandContext } from "./context.ts";

export type StreamedLog = {
  readonly follower: LogFollower;
  readonly status: (status: string) => void;
  /** Says why the run waits for nodes, whenever that changes. */
  readonly waiting: () => Promise<void>;
  readonly warnings: (warnings: readonly string[]) => void;
  /** What was said of it last. */
  readonly whyItWaits: () => string | undefined;
  /** The last lines that were read of the log of a run that this one has started. */
  readonly tailOf: (run: string) => string | undefined;
  readonly end: () => void;
};

/** Seconds of silence after which a line says that the run goes on. Our choice: nobody takes a minute for a hang. */
const longestSilence = 60;

/**
 * Streams the logs of a run, and of what it has started, into one group for each file, with the states, and the time that
 * has gone by, between them.
 */
export function streamedLog(
  { job, steps }: Pick<ReportedRun, "job" | "steps">,
  { blobs, runHistory, computes }: Pick<Azure, "blobs" | "runHistory" | "computes">,
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
  const intoGroup = (title: string, lines: readonly string[]) => {
    if (open !== title) {
      close();
      log.startGroup(title);
      open = title;
    }
    lastLineAt = clock.now();
    for (const line of lines) log.info(line);
  };
  const trouble = (text: string) => {
    close();
    log.annotate("warning", text);
  };
  const after = () => elapsed((clock.now() - startedAt) / 1000);
  const follower = createLogFollower(blobs, intoGroup, {
    renew: (file) => runHistory.artifactUrl(job.name, file),
    onTrouble: (file, why) => trouble(`The log ${file} of the run cannot be read: ${why}`),
  });
  const reasons = createWaitReasons(computes, clock);
  /** What was said last of why each waits, the run itself by the empty name. */
  const said = new Map<string, string>();
  const sayWhy = async (of: string, compute: string | undefined) => {
    const reason = compute === undefined ? undefined : await reasons.of(compute);
    if (reason === undefined || said.get(of) === reason) return;
    said.set(of, reason);
    say(`${of === "" ? "Run" : of}: waits (after ${after()}). ${reason}`);
  };
  const warned = new Set<string>();
  const kind = childrenOf(job);
  const below =
    kind === undefined
      ? undefined
      : createChildLogs(job.name, kind, {
          runHistory,
          blobs,
          clock,
          ...defined({ steps }),
          onLines: (of, file, lines) => intoGroup(`${of}: ${file}`, lines),
          onTrouble: (of, file, why) =>
            trouble(`The ${file === "" ? "logs" : `log ${file}`} of ${of} cannot be read: ${why}`),
          onState: (of, status) => say(`${of}: ${status} (after ${after()})`),
          onWaiting: sayWhy,
          onMore: (count) => say(`The logs of ${count} more failed trial${count === 1 ? "" : "s"} are in the studio.`),
        });
  return {
    follower: {
      ...follower,
      look: async (logFiles) => {
        await follower.look(logFiles);
        await below?.look();
        if (state !== undefined && clock.now() - lastLineAt >= longestSilence * 1000)
          say(`Run: still ${state} after ${after()}${progress(below?.progress())}`);
      },
      finish: async (logFiles) => {
        await below?.finish();
        await follower.finish(logFiles);
      },
    },
    waiting: () => sayWhy("", job.computeId?.split("/").at(-1)),
    warnings: (warnings) => {
      for (const warning of warnings.filter((one) => !warned.has(one))) {
        warned.add(warning);
        say(`Run: the service says: ${warning}`);
      }
    },
    whyItWaits: () => said.get(""),
    tailOf: (child) => below?.tailOf(child),
    status: (status) => {
      state = status;
      say(`Run: ${status} (after ${after()})`);
    },
    end: close,
  };
}

const progress = (text: string | undefined) => (text === undefined ? "" : `, ${text}`);
