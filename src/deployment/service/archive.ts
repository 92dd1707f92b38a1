import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { SnapshotFile } from "../../asset/upload/list-files.ts";

/**
 * Packs files into a `.tar.gz`, below a folder of this name. The same content gives the same bytes: nothing of who packs it,
 * or when, is in there.
 *
 * @param path of the archive, which is written while the files are read.
 */
export async function packFiles(folder: string, files: readonly SnapshotFile[], path: string): Promise<void> {
  await pipeline(blocksOf(folder, files), createGzip(), createWriteStream(path));
}

const block = 512;

async function* blocksOf(folder: string, files: readonly SnapshotFile[]): AsyncGenerator<Buffer> {
  for (const { name, path, bytes } of files) {
    yield* headersOf(`${folder}/${name}`, bytes);
    let read = 0;
    for await (const chunk of createReadStream(path)) {
      read += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    // The header has told the size already.
    if (read !== bytes) throw new Error(`The file ${name} has changed while it was packed.`);
    yield Buffer.alloc((block - (bytes % block)) % block);
  }
  yield Buffer.alloc(2 * block);
}

/** A name that does not fit, or is not ASCII, stands in a header of its own before that of the file. */
function* headersOf(name: string, bytes: number): Generator<Buffer> {
  const isPlain = /^[\x20-\x7e]{1,100}$/.test(name) && bytes < 8 ** 11;
  if (!isPlain) {
    const records = Buffer.from([record("path", name), record("size", String(bytes))].join(""));
    yield header("PaxHeader", records.length, "x");
    yield records;
    yield Buffer.alloc((block - (records.length % block)) % block);
  }
  yield header(isPlain ? name : "file", bytes < 8 ** 11 ? bytes : 0, "0");
}

/** `LENGTH KEY=VALUE`, where the length counts itself. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const guess = rest + String(rest).length;
  const length = rest + String(guess).length;
  return `${length} ${key}=${value}\n`;
}

/** A header of POSIX's ustar format. @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html */
function header(name: string, bytes: number, type: "0" | "x"): Buffer {
  const made = Buffer.alloc(block);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  made.write(name, 0, "ascii");
  made.write(octal(0o644, 7), 100);
  made.write(octal(0, 7), 108);
  made.write(octal(0, 7), 116);
  made.write(octal(bytes, 11), 124);
  made.write(octal(0, 11), 136);
  made.write(" ".repeat(8), 148);
  made.write(type, 156);
  made.write("ustar\u000000", 257);
  const sum = made.reduce((total, byte) => total + byte, 0);
  made.write(`${octal(sum, 6)} `, 148);
  return made;
}
