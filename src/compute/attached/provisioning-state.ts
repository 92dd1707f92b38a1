import { textOf } from "../../azure/members.ts";
import { member } from "../compare.ts";
import type { Finding } from "../kind.ts";

/** A state in which an operation ended badly is an error; one in which an operation is in flight, a warning. */
export function provisioningFindings(
  code: string,
  what: string,
  resource: Readonly<Record<string, unknown>>,
): readonly Finding[] {
  const state = textOf(member(resource, "properties", "provisioningState"));
  if (state === undefined || state.toLowerCase() === "succeeded") return [];
  const isOver = ["failed", "canceled", "deleting"].includes(state.toLowerCase());
  return [
    {
      severity: isOver ? "error" : "warning",
      code,
      message: `The provisioning state of the ${what} is ${state}, not Succeeded.`,
      advice: isOver
        ? `Repair the ${what} first; its activity log says what failed.`
        : "Wait until its own operation is over.",
    },
  ];
}
