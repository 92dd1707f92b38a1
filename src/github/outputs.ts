import { setOutput } from "@actions/core";
import { appendFile } from "node:fs/promises";

/** Sets every output of the step. */
export function setOutputs(outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
}

/** Appends to the job summary. Outside GitHub there is none. */
export async function appendSummary(
  environment: Readonly<Record<string, string | undefined>>,
  markdown: string,
): Promise<void> {
  const path = environment["GITHUB_STEP_SUMMARY"];
  if (path !== undefined && path !== "") await appendFile(path, markdown, "utf8");
}
