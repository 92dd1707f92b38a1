import { existsSync, readFileSync, statSync } from "node:fs";
import { runStep } from "../../demo/runner.ts";
import type { Endpoint } from "../../emulator/server/server.ts";
import { exampleSecrets } from "../support/example-secrets.ts";
import type { Ran, RunOptions } from "./run.ts";

export type ProcessOptions = Omit<RunOptions, "environment" | "clock" | "seconds" | "requestSeconds"> & {
  readonly endpoint: Endpoint;
  /** The program; default: the built action. */
  readonly main?: string;
  readonly onStart?: (kill: () => void) => void;
};

/** The built action as a process of its own. @returns `killed` when it was killed before its end. */
export async function runProcess(options: ProcessOptions): Promise<Ran | "killed"> {
  const { AZURE_CLIENT_SECRET: _, ...environment } = options.endpoint.environment;
  const step = await runStep({
    checkout: options.checkout,
    inputs: { command: options.command, ...options.inputs },
    environment: { ...environment, ...exampleSecrets },
    runId: options.runId ?? "1001",
    withoutPost: true,
    ...(options.main === undefined ? {} : { main: options.main }),
    ...(options.onStart === undefined ? {} : { onStart: options.onStart }),
  });
  if (step.exitCode === null) return "killed";
  const resultPath = step.outputs["result-path"] ?? "";
  if (!existsSync(resultPath)) throw new Error(`The process left no result:\n${step.log.join("\n")}`);
  const files = Object.entries(step.outputs)
    .filter(([name]) => name.endsWith("-path"))
    // Where artifacts were fetched to is a folder.
    .map(([, path]) => (existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : ""));
  const unmasked = step.raw.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  return {
    result: JSON.parse(readFileSync(resultPath, "utf8")) as Ran["result"],
    text: [...unmasked, step.summary, JSON.stringify(step.outputs), ...files].join("\n"),
    masks: step.masks,
  };
}
