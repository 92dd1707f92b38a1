import { failureOfThrown } from "../report/failure.ts";
import type { Check } from "./check.ts";

/** Looks at one thing. Whatever happens, it becomes a check, and the other things are looked at as well. */
export async function attempt<Value>(
  work: () => Promise<Value>,
  otherwise: (check: Check) => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (thrown) {
    const { reason, message } = failureOfThrown(thrown);
    return otherwise({
      state: "error",
      code: reason === "authentication-failed" ? "sign-in" : reason,
      message,
      reason,
    });
  }
}

/** The same for what gives nothing but checks. */
export function attemptChecks(work: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  return attempt(work, (check) => [check]);
}
