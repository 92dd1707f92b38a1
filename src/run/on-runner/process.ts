import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

export type LogLine = (line: string) => void;

export type ProcessOptions = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine: LogLine;
  /** Ends the process and everything that it started. */
  readonly signal: AbortSignal;
};

export type ProcessEnd = { readonly code: number | null; readonly aborted: boolean };

/** Between asking a process to end and ending it. Our choice, inside the runner's grace. */
const graceMs = 2_000;

/** Runs a program in a process group of its own and hands out its output line by line. */
export async function runLogged(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProcessEnd> {
  const { cwd, env, onLine, signal } = options;
  if (signal.aborted) return { code: null, aborted: true };
  const child = spawn(command, [...args], {
    cwd,
    env: { ...env },
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outputs = [child.stdout, child.stderr].map((stream) =>
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }),
  );
  const read = outputs.map(async (lines) => {
    for await (const line of lines) onLine(line);
  });
  const stop = () => endGroup(child);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    await Promise.all(read);
    return { code, aborted: signal.aborted };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function endGroup(child: ChildProcess): void {
  kill(child, "SIGTERM");
  // eslint-disable-next-line no-restricted-globals -- a real process gets real seconds, and nobody waits for them here.
  setTimeout(() => kill(child, "SIGKILL"), graceMs).unref();
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}
