import type { Block } from "./document.ts";

/** The last lines of a log beside what they explain; nothing of a log that says nothing. */
export function endOfLog(logTail: string | undefined, lines: number): readonly Block[] {
  const text = (logTail ?? "").trimEnd().split("\n").slice(-lines).join("\n");
  return text.trim() === "" ? [] : [{ kind: "code", text, language: "text", reportOnly: true }];
}
