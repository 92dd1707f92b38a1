import { closeSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";

/**
 * Bytes that are read at once. One buffer for all files: streams cost more than what they read, and leave buffers behind
 * until somebody collects them.
 */
const bufferBytes = 1024 * 1024;

const readInTurn = promisify(read);

/** A reader of whole files, one after the other, for whoever takes the bytes as they come. */
export function contentReader(): (path: string, take: (bytes: Buffer) => void) => Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  return async (path, take) => {
    const file = openSync(path, "r");
    try {
      // To wait for a small file costs more than to read it; a large one lets signals and answers have their turn.
      for (let bytes = readSync(file, buffer); bytes > 0;) {
        take(buffer.subarray(0, bytes));
        if (bytes < bufferBytes) bytes = readSync(file, buffer);
        else ({ bytesRead: bytes } = await readInTurn(file, buffer, 0, bufferBytes, null));
      }
    } finally {
      closeSync(file);
    }
  };
}
