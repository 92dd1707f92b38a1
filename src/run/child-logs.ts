import pLimit from "p-limit";
import type { Blobs } from "../azure/blobs.ts";
import { defined } from "../azure/defined.ts";
import { interpretStatus, waitsForNodes } from "../azure/job-status.ts";
import type { ChildRun, RunHistory } from "../azure/run-history.ts";
import { childrenOf } from "../job/job.ts";
import type { ChildrenKind, JobStep } from "../job/kind.ts";
import type { Clock } from "../clock.ts";
import { deepest, isReused, stepNameOf, trialNumber } from "./children.ts";
import { createLogFollower, type LogFollower } from "./logs.ts";

/** The logs of the runs that a run has started, those below them included. */
export type ChildLogs = {
  /** Reads what is new. */
  readonly look: () => Promise<void>;
  /** Reads all of them to their ends. Where nothing was read before, the run was over already: only of what failed. */
  readonly finish: () => Promise<void>;
  /** How far what was started is: `2 of 3 steps have ended`; `undefined` where nothing was seen yet. */
  readonly progress: () => string | undefined;
  /** The last lines that were read of a run's log; `undefined` for one whose log was not read. */
  readonly tailOf: (run: string) => string | undefined;
};

export type ChildLogDeps = {
  readonly runHistory: Pick<RunHistory, "children" | "details" | "artifactUrl">;
  readonly blobs: Pick<Blobs, "read">;
  readonly clock: Pick<Clock, "now">;
  /** Of a pipeline whose steps are known: their names. */
  readonly steps?: readonly JobStep[];
  /** @param of the step or the trial, with what it is inside of: `train`, `tune, trial 3`. */
  readonly onLines: (of: string, file: string, lines: readonly string[]) => void;
  readonly onTrouble: (of: string, file: string, why: string) => void;
  /** Told of each state of a step once its log is read that far. */
  readonly onState: (of: string, status: string) => void;
  /** Called in every look in which a step waits for nodes. */
  readonly onWaiting: (of: string, compute: string | undefined) => Promise<void>;
  /** Told once of more failed trials than are read. */
  readonly onMore: (count: number) => void;
};

/** Seconds between two lists of what a run has started. Our choice. */
const listSeconds = 10;
/** Failed trials whose logs are shown: a mistake in the code fails all of them in the same way. Our choice. */
const mostTrials = 10;
const readsAtOnce = 8;

type Known = {
  readonly run: ChildRun;
  /** Its step or trial, with what it is inside of. */
  readonly of: string;
  /** Its logs were read to their ends, or are not to be read. */
  isRead?: boolean;
  /** It runs and has no log of its own: what it has started may have. */
  mayStartOthers?: boolean;
  /** The status that was told last. */
  told?: string;
  /** It is a step; trials are too many to tell of each. */
  readonly isStep: boolean;
  /** It was over when what it has started was listed. */
  isListedWhole?: boolean;
};

/**
 * By one rule for every type: a step's logs are read while it runs, as those of the run itself are; a trial's once it has
 * failed, because hundreds of them may run. What a step has started is read like what the run itself has.
 */
export function createChildLogs(parent: string, kind: ChildrenKind, deps: ChildLogDeps): ChildLogs {
  const { runHistory, blobs, clock, steps, onLines, onTrouble, onState, onWaiting, onMore } = deps;
  const known = new Map<string, Known>();
  const followers = new Map<string, LogFollower>();
  let listedAt = -Infinity;
  let hasLooked = false;
  let started: readonly ChildRun[] = [];
  let trials = 0;
  const leftOut = new Set<string>();

  const followerOf = ({ run, of }: Known): LogFollower => {
    const there = followers.get(run.name);
    if (there !== undefined) return there;
    const follower = createLogFollower(blobs, (file, lines) => onLines(of, file, lines), {
      renew: (file) => runHistory.artifactUrl(run.name, file),
      onTrouble: (file, why) => onTrouble(of, file, why),
    });
    followers.set(run.name, follower);
    return follower;
  };

  /** What was started below a run, and below that. What cannot be listed now is listed the next time. */
  const list = async (name: string, below: ChildrenKind, of: string, isLast: boolean, depth = 0): Promise<void> => {
    const found = await runHistory.children(name);
    if (!found.ok) {
      const { reason, error } = found.failure;
      if (isLast && reason !== "cancelled" && reason !== "not-found")
        onTrouble(of === "" ? "what the run has started" : of, "", `${error.message} [${error.code}]`);
      return;
    }
    if (depth === 0) started = found.value;
    for (const [index, run] of found.value.entries()) {
      if (below.are === "trials" && !isToBeShown(run, below)) continue;
      const own = below.are === "steps" ? stepNameOf(run, steps) : `trial ${trialNumber(run.name, name) ?? index}`;
      const entry: Known = {
        ...known.get(run.name),
        run,
        of: of === "" ? own : `${of}, ${own}`,
        isStep: below.are === "steps",
      };
      known.set(run.name, entry);
      // A step that was taken over from an earlier run has printed nothing now, nor has anything below it.
      if (isReused(run)) {
        entry.isRead = true;
        continue;
      }
      const { properties, jobType } = run;
      const starts = childrenOf({ properties, ...defined({ jobType }) });
      if (entry.isListedWhole === true || depth + 1 >= deepest) continue;
      if (starts === undefined && entry.mayStartOthers !== true) continue;
      await list(run.name, starts ?? { are: "steps" }, entry.of, isLast, depth + 1);
      entry.isListedWhole = interpretStatus(run.status).phase === "over";
    }
  };

  /** Of trials only those that have failed, and not too many of them. */
  const isToBeShown = (run: ChildRun, { isTrial }: Extract<ChildrenKind, { are: "trials" }>): boolean => {
    if (known.has(run.name)) return true;
    if (!(isTrial?.(run) ?? true) || interpretStatus(run.status).conclusion !== "failure") return false;
    if (trials < mostTrials) {
      trials += 1;
      return true;
    }
    leftOut.add(run.name);
    return false;
  };

  const tell = async (entry: Known, status: string): Promise<void> => {
    if (!entry.isStep || !hasLooked) return;
    if (entry.told !== status) onState(entry.of, status);
    entry.told = status;
    if (waitsForNodes(status)) await onWaiting(entry.of, entry.run.compute);
  };

  const read = async (onlyFailed: boolean, isLast: boolean): Promise<void> => {
    const limit = pLimit(readsAtOnce);
    const open = [...known.values()].filter(
      ({ run, isRead }) =>
        isRead !== true &&
        run.status !== "NotStarted" &&
        (!onlyFailed || interpretStatus(run.status).conclusion === "failure"),
    );
    const details = await Promise.all(
      open.map((entry) => limit(async () => ({ entry, found: await runHistory.details(entry.run.name) }))),
    );
    // One after the other: lines of several logs at a time would open a group for each few of them.
    for (const { entry, found } of details) {
      if (!found.ok) {
        if (isLast && !["cancelled", "not-found"].includes(found.failure.reason))
          onTrouble(entry.of, "", `${found.failure.error.message} [${found.failure.error.code}]`);
        continue;
      }
      const { logFiles, status } = found.value;
      const { phase } = interpretStatus(status);
      if (phase !== "over") await tell(entry, status);
      entry.mayStartOthers = Object.keys(logFiles).length === 0 && (phase === "over" || /^running$/i.test(status));
      if (isLast || phase === "over") {
        await followerOf(entry).finish(logFiles);
        entry.isRead = true;
        if (phase === "over") await tell(entry, status);
      } else await followerOf(entry).look(logFiles);
    }
  };

  return {
    look: async () => {
      hasLooked = true;
      if (clock.now() - listedAt >= listSeconds * 1000) {
        await list(parent, kind, "", false);
        listedAt = clock.now();
      }
      await read(false, false);
    },
    finish: async () => {
      await list(parent, kind, "", true);
      await read(!hasLooked, true);
      if (leftOut.size > 0) onMore(leftOut.size);
      leftOut.clear();
    },
    progress: () => {
      const ended = started.filter((run) => interpretStatus(run.status).phase === "over").length;
      const noun = kind.are === "steps" ? "step" : "trial";
      return started.length === 0 ? undefined : `${ended} of ${started.length} ${noun}s have ended`;
    },
    tailOf: (run) => followers.get(run)?.tail(),
  };
}
