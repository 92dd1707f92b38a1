import type { ServiceError } from "../../azure/outcome.ts";
import { leafCause } from "../../azure/service-error.ts";
import { whatToDo } from "../advice.ts";
import { code, joined, lineBreak, sentence, strong, type Text } from "../document.ts";

/** The leaf cause first, then what it was wrapped in, the advice, and the ids that a support ticket needs. */
export function serviceError(error: ServiceError): Text {
  const leaf = leafCause(error);
  const advice = whatToDo(error);
  const lines: readonly Text[] = [
    [...sentence(leaf.message), " (", code(leaf.code), ")"],
    ...(leaf === error ? [] : [["Reported as ", code(error.code), ": ", ...sentence(error.message)]]),
    ...(advice === undefined ? [] : [[strong("What to do:"), " ", ...sentence(advice)]]),
    ...(error.correlationId === undefined ? [] : [["Correlation id ", code(error.correlationId)]]),
    ...(error.requestId === undefined ? [] : [["Request id ", code(error.requestId)]]),
  ];
  return joined(lines, lineBreak);
}
