import { randomFrom, type Verdict } from "./campaign.ts";
import { mutated } from "./file-mutator.ts";
import { openReaders, readOne, type Reader } from "./file-readers.ts";

/** Which texts a process reads, and with which sources. */
export type FileOptions = {
  /** Folder that holds `src/`. */
  readonly folder?: string | undefined;
  /** Readers by their name. */
  readonly match?: string | undefined;
  /** How many texts all readers together are given. */
  readonly size: number;
  readonly seed: number;
  /** The number of the first text: those before it have been read, or are what nobody came back from. */
  readonly from: number;
  /** From one text to the next. */
  readonly step: number;
  /** Every text is told of before it is read, so that the one is known that nobody comes back from. */
  readonly each?: boolean;
};

export type FileMessage =
  | { readonly begun: number; readonly name: string; readonly text: string }
  | { readonly verdict: Verdict; readonly number: number; readonly text: string }
  | { readonly done: true };

/** The text of a number: the same for one seed, whichever were made before it. */
function textOf({ corpus }: Reader, number: number, seed: number): string {
  const random = randomFrom(seed * 1_000_003 + number);
  return mutated(corpus[Math.floor(random() * corpus.length)] ?? "", corpus, random);
}

/** A process of its own, because one that never comes back has to be ended. */
async function main(options: FileOptions, tell: (message: FileMessage) => void): Promise<void> {
  const { match = "", size, seed, from, step, each = false } = options;
  const readers = (await openReaders(options.folder)).filter(({ name }) => new RegExp(match).test(name));
  if (readers.length === 0) throw new Error(`There is no reader ${match}.`);
  for (let number = from; number < size; number += step) {
    const reader = readers[number % readers.length] as Reader;
    const text = textOf(reader, number, seed);
    if (each || (number - from) % (50 * step) === 0) tell({ begun: number, name: reader.name, text });
    const broken = await readOne(reader, text);
    if (broken.length > 0)
      tell({ verdict: { name: `${reader.name} #${number}`, broken, again: false, met: true }, number, text });
  }
  tell({ done: true });
}

await main(JSON.parse(process.argv[2] ?? "") as FileOptions, (message) => void process.send?.(message));
process.disconnect();
