import type { AppendBlobClient } from "@azure/storage-blob";

/** A log that grows in storage while its job runs, as the service's do. */
export type LiveLog = { readonly line: (text: string) => void; readonly close: () => Promise<void> };

/** How often new lines are appended. */
const flushMs = 300;

export async function openLiveLog(blob: AppendBlobClient): Promise<LiveLog> {
  await blob.createIfNotExists();
  let waiting = "";
  let writing: Promise<void> = Promise.resolve();
  const flush = () => {
    writing = writing.then(async () => {
      const text = waiting;
      waiting = "";
      if (text !== "") await blob.appendBlock(text, Buffer.byteLength(text));
    });
    return writing;
  };
  const timer = setInterval(() => void flush().catch(() => undefined), flushMs);
  timer.unref();
  return {
    line: (text) => {
      waiting += `${text}\n`;
    },
    close: async () => {
      clearInterval(timer);
      await flush();
    },
  };
}
