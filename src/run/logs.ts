import { StringDecoder } from "node:string_decoder";
import type { Blobs } from "../azure/blobs.ts";

/** Logs worth following, in the order in which they are shown. */
const followed = [
  /^azureml-logs\/20_image_build_log\.txt$/,
  /^user_logs\/std_log.*\.txt$/,
  /^azureml-logs\/\d{2}.+\.txt$/,
  /^logs\/azureml\/executionlogs\.txt$/,
  /^logs\/azureml\/driver\/std(out|err)$/,
  /^azureml-logs\/hyperdrive\.txt$/,
];

/** At most this much of one log is read in one look; the rest follows in the next. */
const bytesAtOnce = 1024 * 1024;
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

type Progress = { offset: number; readonly decoder: StringDecoder; partial: string; readonly tail: string[] };

export function createLogFollower(
  blobs: Blobs,
  onLines: (file: string, lines: readonly string[]) => void,
): LogFollower {
  const progress = new Map<string, Progress>();
  let latest: string | undefined;

  const readMore = async (file: string, url: string): Promise<number> => {
    const state = progress.get(file) ?? { offset: 0, decoder: new StringDecoder("utf8"), partial: "", tail: [] };
    progress.set(file, state);
    const read = await blobs.read(url, state.offset, bytesAtOnce);
    if (!read.ok || read.value.length === 0) return 0;
    state.offset += read.value.length;
    // The decoder keeps the bytes of a character that is cut in two for the next look.
    const lines = (state.partial + state.decoder.write(Buffer.from(read.value))).split(/\r\n|\n|\r(?!$)/);
    state.partial = lines.pop() ?? "";
    give(file, state, lines);
    return read.value.length;
  };
  const give = (file: string, state: Progress, lines: readonly string[]) => {
    if (lines.length === 0) return;
    latest = file;
    state.tail.push(...lines);
    state.tail.splice(0, Math.max(0, state.tail.length - tailLines));
    onLines(file, lines);
  };
  const chosen = (logFiles: Readonly<Record<string, string>>) =>
    followed.flatMap((pattern) =>
      Object.entries(logFiles)
        .filter(([file]) => pattern.test(file))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );

  return {
    look: async (logFiles) => {
      for (const [file, url] of uniqueFiles(chosen(logFiles))) await readMore(file, url);
    },
    finish: async (logFiles) => {
      for (const [file, url] of uniqueFiles(chosen(logFiles))) {
        while ((await readMore(file, url)) > 0);
        const state = progress.get(file);
        if (state !== undefined && state.partial !== "") {
          const rest = state.partial;
          state.partial = "";
          give(file, state, [rest]);
        }
      }
    },
    tail: () => (latest === undefined ? undefined : progress.get(latest)?.tail.join("\n")),
  };
}

function uniqueFiles(entries: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return [...new Map(entries).entries()];
}
