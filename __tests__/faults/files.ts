import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Campaign, Verdict } from "./campaign.ts";
import type { FileMessage, FileOptions } from "./file-process.ts";
import { openReaders, readOne } from "./file-readers.ts";
import { longValues } from "./long-values.ts";

/** Texts that a reader stumbled over once. What the campaign finds is added here. */
export const foundFiles = JSON.parse(readFileSync(join(import.meta.dirname, "found-files.json"), "utf8")) as readonly {
  readonly reader: string;
  readonly text: string;
}[];

/** Milliseconds without a word after which a process is not waited for any longer: fifty texts take a tenth of it. */
const patienceMs = 30_000;

/** Gives changed texts to every reader, shared out among so many processes; those that were found before come first. */
export async function playFiles(
  options: Omit<FileOptions, "from" | "step" | "each"> & { readonly untilBroken?: boolean },
  processes: number,
  onVerdict: (verdict: Verdict, done: number, total: number) => void = () => undefined,
): Promise<Campaign> {
  const startedAt = performance.now();
  const verdicts: Verdict[] = [];
  const take = (verdict: Verdict) => {
    verdicts.push(verdict);
    onVerdict(verdict, verdicts.length, options.size + known.length);
  };
  const readers = await openReaders(options.folder);
  const known = [...foundFiles.map((one, index) => ({ ...one, what: `found before #${index}` })), ...longValues];
  for (const { reader, what, text } of known.filter((one) => new RegExp(options.match ?? "").test(one.reader))) {
    const one = readers.find(({ name }) => name === reader);
    const broken = one === undefined ? ["There is no such reader."] : await readOne(one, text);
    take({ name: `${reader}, ${what}`, broken, again: false, met: true });
  }
  const isOver = () => options.untilBroken === true && verdicts.some(({ broken }) => broken.length > 0);
  const share = async (number: number): Promise<void> => {
    for (let from: number | undefined = number; from !== undefined && !isOver();) {
      from = await readFrom({ ...options, from, step: processes }, take, isOver);
    }
  };
  await Promise.all(Array.from({ length: processes }, (_, number) => share(number)));
  return { name: "files", verdicts, seconds: (performance.now() - startedAt) / 1000 };
}

/** @returns the number to go on from where the process had to be ended. */
async function readFrom(
  options: FileOptions,
  take: (verdict: Verdict) => void,
  isOver: () => boolean,
): Promise<number | undefined> {
  const broken = new Map<number, Verdict>();
  let last = { begun: options.from, name: "", text: "" };
  let isDone = false;
  const child = fork(join(import.meta.dirname, "file-process.ts"), [JSON.stringify(options)], { stdio: "inherit" });
  const end = () => child.kill("SIGKILL");
  let timer = setTimeout(end, patienceMs);
  const closeUpTo = (number: number) => {
    for (let one = last.begun; one < number; one += options.step)
      take(broken.get(one) ?? { name: `#${one}`, broken: [], again: false, met: true });
  };
  child.on("message", (message: FileMessage) => {
    clearTimeout(timer);
    timer = setTimeout(end, patienceMs);
    if ("done" in message) {
      isDone = true;
      closeUpTo(options.size);
    } else if ("begun" in message) {
      closeUpTo(message.begun);
      last = message;
    } else {
      const { verdict, text, number } = message;
      broken.set(number, { ...verdict, broken: [...verdict.broken, `the text: ${JSON.stringify(text)}`] });
    }
    if (isOver()) end();
  });
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearTimeout(timer);
  if (isDone || isOver()) return undefined;
  if (code !== null) throw new Error(`A process of the campaign of files ended with ${code}.`);
  if (options.each !== true) {
    const { each: _, ...again } = options;
    return readFrom({ ...again, from: last.begun, each: true }, take, isOver);
  }
  const why = `${last.name}: nobody came back from it: ${JSON.stringify(last.text)}`;
  take({ name: `${last.name} #${last.begun}`, broken: [why], again: false, met: true });
  return last.begun + options.step;
}
