import type { Blobs } from "../azure/blobs.ts";
import { failed, type Outcome } from "../azure/outcome.ts";
import { lineSplitter } from "./on-runner/lines.ts";

/** Logs worth following, in the order in which they are shown. */
const followed = [
  /^azureml-logs\/20_image_build_log\.txt$/,
  /^user_logs\/std_log.*\.txt$/,
  /^azureml-logs\/\d{2}.+\.txt$/,
  /^logs\/azureml\/executionlogs\.txt$/,
  /^logs\/azureml\/driver\/std(out|err)$/,
  /^azureml-logs\/hyperdrive\.txt$/,
];

/** At most this much of one log is in memory at once. */
const bytesAtOnce = 1024 * 1024;
/** At most this much of one log is read in one look, so that the status is seen in time; the rest follows in the next. */
const bytesInOneLook = 16 * bytesAtOnce;
/** Lines kept for the report of a run that fails. */
const tailLines = 60;

/** Follows the logs of a run by offset: no byte is read twice. */
export type LogFollower = {
  /** Reads what is new in every log that counts. A log that cannot be read now is read in the next look. */
  readonly look: (logFiles: Readonly<Record<string, string>>) => Promise<void>;
  /** Reads until nothing is new, and hands out the last line, which may have no line end. */
  readonly finish: (logFiles: Readonly<Record<string, string>>) => Promise<void>;
  /** The last lines of the log that was written to last. */
  readonly tail: () => string | undefined;
};

export type LogDeps = {
  /** Asks for the address of a log anew: it is signed for a time, and may have run out. */
  readonly renew?: (file: string) => Promise<Outcome<string>>;
  /** Told once of each log that cannot be read, and why. */
  readonly onTrouble?: (file: string, why: string) => void;
};

type Progress = {
  offset: number;
  lines: string[];
  readonly splitter: ReturnType<typeof lineSplitter>;
  readonly tail: string[];
  /** The address that was asked for anew, and the one in whose place it stands. */
  renewed?: { readonly from: string; readonly to: string };
  isInTrouble?: true;
};

export function createLogFollower(
  blobs: Pick<Blobs, "read">,
  onLines: (file: string, lines: readonly string[]) => void,
  { renew, onTrouble }: LogDeps = {},
): LogFollower {
  const progress = new Map<string, Progress>();
  let latest: string | undefined;
  let isUnreachable = false;

  const stateOf = (file: string): Progress => {
    const known = progress.get(file);
    if (known !== undefined) return known;
    const state: Progress = {
      offset: 0,
      lines: [],
      // The splitter keeps the bytes of a character, and the beginning of a line, that is cut in two for the next read.
      splitter: lineSplitter((line) => state.lines.push(line)),
      tail: [],
    };
    progress.set(file, state);
    return state;
  };
  const give = (file: string, state: Progress) => {
    const { lines } = state;
    if (lines.length === 0) return;
    state.lines = [];
    latest = file;
    // Of a megabyte of lines no more is kept than is shown.
    state.tail.push(...lines.slice(-tailLines));
    state.tail.splice(0, Math.max(0, state.tail.length - tailLines));
    onLines(file, lines);
  };
  /** One range. An address that is refused is asked for anew, once for each that the run's details name. */
  const readRange = async (file: string, url: string, state: Progress): Promise<Outcome<Uint8Array>> => {
    const known = state.renewed?.from === url ? state.renewed.to : undefined;
    const read = await blobs.read(known ?? url, state.offset, bytesAtOnce);
    if (read.ok || renew === undefined || known !== undefined || ![401, 403].includes(read.failure.status ?? 0))
      return read;
    const renewed = await renew(file);
    if (!renewed.ok) return failed(renewed.failure.reason === "cancelled" ? renewed.failure : read.failure);
    state.renewed = { from: url, to: renewed.value };
    return blobs.read(renewed.value, state.offset, bytesAtOnce);
  };
  /** @returns how many bytes were new. */
  const readMore = async (file: string, url: string, isLast: boolean): Promise<number> => {
    const state = stateOf(file);
    const read = await readRange(file, url, state);
    if (!read.ok) {
      const { reason, error } = read.failure;
      isUnreachable ||= reason === "unreachable";
      // A log that has not been begun is no trouble as long as the run goes on.
      if (reason === "cancelled" || (reason === "not-found" && !isLast) || state.isInTrouble) return 0;
      state.isInTrouble = true;
      onTrouble?.(file, `${error.message} [${error.code}]`);
      return 0;
    }
    delete state.isInTrouble;
    state.offset += read.value.length;
    state.splitter.push(Buffer.from(read.value.buffer, read.value.byteOffset, read.value.length));
    give(file, state);
    return read.value.length;
  };
  const chosen = (logFiles: Readonly<Record<string, string>>) =>
    followed.flatMap((pattern) =>
      Object.entries(logFiles)
        .filter(([file]) => pattern.test(file))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );

  return {
    look: async (logFiles) => {
      isUnreachable = false;
      for (const [file, url] of uniqueFiles(chosen(logFiles))) {
        // One storage has them all: where it does not answer, the others would be waited for as long again.
        if (isUnreachable) return;
        for (let bytes = 0; bytes < bytesInOneLook;) {
          const read = await readMore(file, url, false);
          if (read < bytesAtOnce) break;
          bytes += read;
        }
      }
    },
    finish: async (logFiles) => {
      for (const [file, url] of uniqueFiles(chosen(logFiles))) {
        while ((await readMore(file, url, true)) > 0);
        const state = stateOf(file);
        state.splitter.end();
        give(file, state);
      }
    },
    tail: () => (latest === undefined ? undefined : progress.get(latest)?.tail.join("\n")),
  };
}

function uniqueFiles(entries: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return [...new Map(entries).entries()];
}
