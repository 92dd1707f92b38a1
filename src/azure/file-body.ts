import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Readable } from "node:stream";

/** A body that is read while it is sent: of however many bytes, a slice of them is in memory. */
export type FileBody = {
  readonly length: number;
  /** Reads anew, for each time that the request is sent. */
  readonly open: () => Readable;
};

/** A part of a file, which has to be as large as it was when it was listed. */
export type FilePart = {
  readonly path: string;
  /** Of the whole file. */
  readonly bytes: number;
  readonly offset: number;
  readonly length: number;
};

/**
 * Bytes that are read and sent at once. Our choice: more cost memory, in the connection as well, and fewer cost time. Never
 * as few as a connection keeps without asking its writer to wait (64 KiB): see below.
 */
export const sliceBytes = 256 * 1024;

/**
 * @param memory of a slice. It is filled again as soon as the connection asks for more, because that is when what was in it
 *   is gone; nothing else may use it before the answer has come.
 * @param onChange told when the file has another size than it had. The body ends in an error then.
 */
export function fileBody(part: FilePart, memory: Buffer, onChange: () => void): FileBody {
  return { length: part.length, open: () => readPart(part, memory, onChange) };
}

function readPart({ path, bytes, offset, length }: FilePart, memory: Buffer, onChange: () => void): Readable {
  let file: number | undefined;
  let done = 0;
  const openAsListed = () => {
    const opened = openSync(path, "r");
    file = opened;
    return fstatSync(opened).size === bytes ? opened : undefined;
  };
  return new Readable({
    // Nothing is read ahead.
    highWaterMark: 0,
    read() {
      try {
        const wanted = Math.min(sliceBytes, length - done);
        if (wanted === 0) return void this.push(null);
        const from = file ?? openAsListed();
        // To wait for a slice costs more than to read it.
        const count = from === undefined ? 0 : readSync(from, memory, 0, wanted, offset + done);
        if (count < wanted) {
          onChange();
          return void this.destroy(new Error(`The file ${path} has changed.`));
        }
        done += count;
        this.push(memory.subarray(0, count));
      } catch (error) {
        this.destroy(error as Error);
      }
    },
    destroy: (error, then) => {
      if (file !== undefined) closeSync(file);
      then(error);
    },
  });
}
