import { commandLine } from "./command-line.ts";

/** The command line as the process has it. @returns the exit code. */
export async function runProcess(): Promise<number> {
  for (const stream of [process.stdout, process.stderr])
    // Whoever reads may have seen enough: `| head`.
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      throw error;
    });
  const { env: environment } = process;
  const line = (stream: NodeJS.WriteStream) => (text: string) => void stream.write(`${text}\n`);
  return commandLine(process.argv.slice(2), {
    environment,
    folder: process.cwd(),
    streams: {
      out: line(process.stdout),
      err: line(process.stderr),
      isColoured: process.stdout.isTTY && !environment["NO_COLOR"] && environment["TERM"] !== "dumb",
    },
  });
}
