import type { ServiceError } from "../azure/outcome.ts";
import { leafCause } from "../azure/service-error.ts";
import { whatToDo } from "./advice.ts";
import { code, joined, lineBreak, plainText, sentence, strong, type Inline, type Text } from "./document.ts";

/** The leaf cause first, then what it was wrapped in, the advice, and the ids that a support ticket needs. */
function errorLines(error: ServiceError): readonly Text[] {
  const advice = whatToDo(error);
  return [
    causeLine(leafCause(error)),
    ...reportedAs(error),
    ...(advice === undefined ? [] : [adviceText(advice)]),
    ...idLines(error),
  ];
}

function causeLine({ message, code: reason }: ServiceError): Text {
  return [...sentence(message), " [", code(reason), "]."];
}

/** What helps, as every failure says it. */
export function adviceText(advice: string): Text {
  return [strong("What to do:"), " ", ...sentence(advice)];
}

function reportedAs(error: ServiceError): readonly Text[] {
  const leaf = leafCause(error);
  return leaf === error ? [] : [["Reported as: ", ...outer(error, leaf), "[", code(error.code), "]."]];
}

function idLines({ correlationId, requestId }: ServiceError): readonly Text[] {
  const ids: readonly Text[] = [
    ...(correlationId === undefined ? [] : [["Correlation id: ", code(correlationId)]]),
    ...(requestId === undefined ? [] : [["request id: ", code(requestId)]]),
  ];
  return ids.length === 0 ? [] : [[...joined(ids, ", "), "."]];
}

/** What of an error only a support ticket needs. @param isSaid whether a text is said where everybody reads it. */
export function errorDetails(error: ServiceError, isSaid: (text: string) => boolean): readonly Text[] {
  const leaf = leafCause(error);
  return [
    ...(leaf.message === "" || isSaid(leaf.message) ? [] : [causeLine(leaf)]),
    ...reportedAs(error),
    ...idLines(error),
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
