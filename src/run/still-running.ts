import type { LeftGoing } from "../report/result.ts";

/** What is left running, with the way to resume it and the way to end it. */
export function stillRunning(name: string): LeftGoing & { readonly runName: string } {
  return { what: `The run '${name}' is still running in Azure`, next: howToContinue(name), runName: name };
}

export function howToContinue(name: string): string {
  return `To resume: command: train with run-name: ${name}. To cancel: az ml job cancel --name ${name}.`;
}
