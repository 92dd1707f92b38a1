import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { openSync, closeSync } from "node:fs";
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
  const stop = () => void endStarted({ pid: child.pid, mark });
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    const { aborted } = signal;
    if (!aborted) await within(lingerMs, read);
    await endStarted({ pid: child.pid, mark });
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

/** A program that goes on without the process that has started it. */
export type Detached = {
  /** Absent where it never began. */
  readonly pid?: number | undefined;
  /** What it is known by, whatever becomes of its number. */
  readonly mark: string;
};

export type DetachedOptions = Pick<ProcessOptions, "cwd" | "env"> & {
  readonly mark: string;
  /** What it writes is appended there. */
  readonly logFile: string;
  /** Told of its end, if that comes while this process is there. */
  readonly onEnd: (code: number | null) => void;
};

/** Starts a program in a process group of its own, which outlives this process. */
export async function startDetached(
  command: string,
  args: readonly string[],
  { cwd, env, mark, logFile, onEnd }: DetachedOptions,
): Promise<Detached> {
  const log = openSync(logFile, "a");
  try {
    const child = spawn(command, [...args], {
      cwd,
      env: { ...env, [markName]: mark },
      detached: true,
      stdio: ["ignore", log, log],
      windowsHide: true,
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.once("exit", onEnd);
    child.unref();
    return { pid: child.pid, mark };
  } finally {
    closeSync(log);
  }
}

/** Whether a program is still there: the number alone may be somebody else's by now. */
export async function isRunning({ pid, mark }: Detached): Promise<boolean> {
  if (pid === undefined || !send(pid, 0)) return false;
  // One that has ended, and that nobody has asked about, has a number and no environment any more.
  const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => undefined);
  return environment === undefined ? process.platform !== "linux" : environment.includes(`${markName}=${mark}`);
}

/** Ends a program that was left going, with everything that it has started. */
export async function endDetached(detached: Detached): Promise<void> {
  await endStarted((await isRunning(detached)) ? detached : { mark: detached.mark });
}

/** Asks everything that a program has started to end, and ends what has not after a moment. */
async function endStarted({ pid, mark }: Detached): Promise<void> {
  if (process.platform === "win32") {
    if (pid !== undefined) send(pid, "SIGKILL");
    return;
  }
  const group = pid === undefined ? undefined : -pid;
  if (!(await sendAll(group, mark, "SIGTERM"))) return;
  for (let waited = 0; waited < graceMs; waited += pollMs) {
    await pause(pollMs);
    if ((group === undefined || !send(group, 0)) && (await marked(mark)).length === 0) return;
  }
  // Once more for each generation: a child may have been born between the look and the signal.
  for (let round = 0; round < 5 && (await sendAll(group, mark, "SIGKILL")); round += 1) await pause(pollMs);
}

/** @returns whether anybody was there. */
async function sendAll(group: number | undefined, mark: string, signal: NodeJS.Signals): Promise<boolean> {
  const inGroup = group !== undefined && send(group, signal);
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
