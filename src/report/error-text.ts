import type { ServiceError } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import { whatToDo } from "./advice.ts";
import { code, joined, lineBreak, plainText, sentence, strong, type Inline, type Text } from "./document.ts";

/** The leaf cause first, then what it was wrapped in, the advice, and the ids that a support ticket needs. */
function errorLines(error: ServiceError): readonly Text[] {
  const leaf = leafCause(error);
  const advice = whatToDo(error);
  const ids: readonly Text[] = [
    ...(error.correlationId === undefined ? [] : [["Correlation id: ", code(error.correlationId)]]),
    ...(error.requestId === undefined ? [] : [["request id: ", code(error.requestId)]]),
  ];
  return [
    [...sentence(leaf.message), " [", code(leaf.code), "]."],
    ...(leaf === error ? [] : [["Reported as: ", ...outer(error, leaf), "[", code(error.code), "]."]]),
    ...(advice === undefined ? [] : [[strong("What to do:"), " ", ...sentence(advice)]]),
    ...(ids.length === 0 ? [] : [[...joined(ids, ", "), "."]]),
  ];
}

/** The sentence around the leaf's, unless it is the same, or JSON that only machines read. */
function outer({ message }: ServiceError, leaf: ServiceError): readonly Inline[] {
  return message === "" || message === leaf.message || message.trimStart().startsWith("{")
    ? []
    : [...sentence(message), " "];
}

/** An error as content of a report. */
export function errorText(error: ServiceError): Text {
  return joined(errorLines(error), lineBreak);
}

/** An error in one line, for log and annotations. */
export function errorSentence(error: ServiceError): string {
  return errorLines(error).map(plainText).join(" ").replaceAll(/\s+/g, " ");
}
