import type { ServiceError } from "../azure/outcome.ts";
import { failureCause } from "./failure-cause.ts";

/**
 * The exception that a Python program has ended with. Of those that were raised because of one another it is the first: the
 * last one is the server's own, and says only that the script failed.
 */
export function causeIn(lines: readonly string[]): ServiceError | undefined {
  let leaf: ServiceError | undefined;
  let isInTraceback = false;
  let isCaused = false;
  for (const line of lines) {
    if (/Traceback \(most recent call last\):\s*$/.test(line)) isInTraceback = true;
    else if (/^The above exception was the direct cause of the following exception:/.test(line)) isCaused = true;
    else if (isInTraceback && /^\S/.test(line)) {
      isInTraceback = false;
      const [, name, message = ""] = /^([A-Za-z_][\w.]*)(?::\s*(.*))?$/.exec(line.trimEnd()) ?? [];
      if (name !== undefined && !isCaused)
        leaf = { code: name.split(".").at(-1) ?? name, message: message === "" ? name : message, details: [] };
      isCaused = false;
    }
  }
  return leaf;
}

/** The exception as a sentence, with what to do about it where more is known than it says itself. */
export function textOfCause({ code, message }: ServiceError): string {
  const known = failureCause(undefined, { server: `${code}: ${message}` });
  const advice = known.code === "ScriptFailed" || known.advice === undefined ? "" : ` ${known.advice}`;
  return `${code}: ${message}${/[.!?]$/.test(message) ? "" : "."}${advice}`;
}
