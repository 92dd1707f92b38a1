import { member } from "../compare.ts";
import type { Finding } from "../kind.ts";
import { textIn } from "./behind.ts";

/** A state that ended badly is an error; one that goes on, a word of warning. */
export function provisioningFindings(
  prefix: string,
  what: string,
  resource: Readonly<Record<string, unknown>>,
): readonly Finding[] {
  const state = textIn(member(resource, "properties", "provisioningState"));
  if (state === undefined || state.toLowerCase() === "succeeded") return [];
  const isOver = ["failed", "canceled", "deleting"].includes(state.toLowerCase());
  return [
    {
      severity: isOver ? "error" : "warning",
      code: `${prefix}-not-ready`,
      message: `The provisioning state of the ${what} is ${state}, not Succeeded.`,
      advice: isOver
        ? `Repair the ${what} first; its activity log says what failed.`
        : "Wait until its own operation is over.",
    },
  ];
}
