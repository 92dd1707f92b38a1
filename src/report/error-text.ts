import type { ServiceError } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import { whatToDo } from "./advice.ts";

/** An error in one line for log and annotations: leaf cause, what it was wrapped in, what to do, the ids for support. */
export function errorSentence(error: ServiceError): string {
  const leaf = leafCause(error);
  const advice = whatToDo(error);
  const ids = [
    error.correlationId === undefined ? "" : `Correlation id: ${error.correlationId}`,
    error.requestId === undefined ? "" : `request id: ${error.requestId}`,
  ].filter((id) => id !== "");
  return [
    `${leaf.message} [${leaf.code}].`,
    leaf === error ? "" : `Reported as: ${error.message} [${error.code}].`,
    advice === undefined ? "" : `What to do: ${advice}`,
    ids.length === 0 ? "" : `${ids.join(", ")}.`,
  ]
    .filter((part) => part !== "")
    .join(" ")
    .replaceAll(/\s+/g, " ");
}
