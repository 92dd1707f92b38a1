import { AuthenticationFailed } from "../azure/credentials.ts";
import { error, type Check } from "./check.ts";

/** Looks at one thing. Whatever happens, it becomes a check, and the other things are looked at as well. */
export async function attempt<Value>(
  work: () => Promise<Value>,
  otherwise: (check: Check) => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof AuthenticationFailed)
      return otherwise(error("authentication-failed", "sign-in", thrown.message, "Run the job again."));
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return otherwise(
      error("internal-error", "internal-error", `Internal error in azureml-targets: ${text}`, "Please report it."),
    );
  }
}

/** The same for what gives nothing but checks. */
export function attemptChecks(work: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  return attempt(work, (check) => [check]);
}
