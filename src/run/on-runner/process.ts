import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { lineSplitter } from "./lines.ts";

export type LogLine = (line: string) => void;

export type ProcessOptions = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine: LogLine;
  /** Ends the process and everything that it started. */
  readonly signal: AbortSignal;
};

export type ProcessEnd = { readonly code: number | null; readonly aborted: boolean };

/** Between asking processes to end and ending them. Our choice, inside the runner's grace. */
const graceMs = 2_000;
/** How long the output is read of what a program has left running. Our choice. */
const lingerMs = 2_000;
const pollMs = 25;

/** Whoever inherits the environment of a program that was started here is known by it, whatever session it is in. */
const markName = "AZUREML_TARGETS_PROCESS";

/**
 * Runs a program in a process group of its own and hands out its output line by line. It ends with the program itself:
 * what the program has left running is given a moment to write, and ended.
 */
export async function runLogged(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProcessEnd> {
  const { cwd, env, onLine, signal } = options;
  if (signal.aborted) return { code: null, aborted: true };
  const mark = randomUUID();
  const child = spawn(command, [...args], {
    cwd,
    env: { ...env, [markName]: mark },
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const read = Promise.all(
    [child.stdout, child.stderr].map(async (stream) => {
      const { push, end } = lineSplitter(onLine);
      try {
        for await (const bytes of stream) push(bytes as Buffer);
      } catch {
        // Closed by us, because somebody holds it open who was not to be found.
      }
      end();
    }),
  );
  const stop = () => void endStarted(child, mark);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    const { aborted } = signal;
    if (!aborted) await within(lingerMs, read);
    await endStarted(child, mark);
    await within(graceMs, read);
    return { code, aborted };
  } finally {
    signal.removeEventListener("abort", stop);
    child.stdout.destroy();
    child.stderr.destroy();
    await read;
  }
}

// A real process gets real milliseconds.
function pause(milliseconds: number): Promise<void> {
  // eslint-disable-next-line no-restricted-globals -- see above.
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits for something, and no longer than this. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    // eslint-disable-next-line no-restricted-globals -- see above.
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

/** Asks everything that a program has started to end, and ends what has not after a moment. */
async function endStarted(child: ChildProcess, mark: string): Promise<void> {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    send(child.pid, "SIGKILL");
    return;
  }
  const group = -child.pid;
  if (!(await sendAll(group, mark, "SIGTERM"))) return;
  for (let waited = 0; waited < graceMs; waited += pollMs) {
    await pause(pollMs);
    if (!send(group, 0) && (await marked(mark)).length === 0) return;
  }
  // Once more for each generation: a child may have been born between the look and the signal.
  for (let round = 0; round < 5 && (await sendAll(group, mark, "SIGKILL")); round += 1) await pause(pollMs);
}

/** @returns whether anybody was there. */
async function sendAll(group: number, mark: string, signal: NodeJS.Signals): Promise<boolean> {
  const inGroup = send(group, signal);
  const others = await marked(mark);
  return others.map((pid) => send(pid, signal)).some(Boolean) || inGroup;
}

/** Processes of this machine that have inherited the mark; none where the system shows no environments. */
async function marked(mark: string): Promise<readonly number[]> {
  const names = await readdir("/proc").catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const environment = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
        return environment.includes(`${markName}=${mark}`) ? [Number(name)] : [];
      }),
  );
  return found.flat();
}

/** @returns false where nobody is there, or nobody who is ours. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
