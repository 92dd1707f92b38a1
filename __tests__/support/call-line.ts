import { commandLine } from "../../src/command-line/command-line.ts";

/** What a call of the command line has written, and its exit code. */
export type LineResult = { readonly exitCode: number; readonly out: string; readonly err: string };

/** Calls the command line in this process, from a folder. @param environment nothing but this. */
export async function callLine(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<LineResult> {
  const [out, err]: [string[], string[]] = [[], []];
  const exitCode = await commandLine(args, {
    environment,
    folder,
    streams: { out: (line) => out.push(line), err: (line) => err.push(line), isColoured: false },
  });
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
  return { exitCode, out: text(out), err: text(err) };
}
