import { heading, sentence, type Section } from "../document.ts";
import type { Result } from "../result.ts";

/** Why the command did not succeed. */
export function failuresSection({ failures, conclusion }: Result): readonly Section[] {
  if (conclusion === "success" || failures.length === 0) return [];
  const items = failures.map((failure) => ({ content: sentence(failure) }));
  return [{ rank: 0, blocks: [{ kind: "list", items, tone: "bad" }] }];
}

/** What is still running in Azure, and the command that resumes or undoes it. */
export function leftGoingSection({ leftGoing }: Pick<Result, "leftGoing">): readonly Section[] {
  if (leftGoing.length === 0) return [];
  const items = leftGoing.map(({ what, next }) => ({ content: sentence(`${what}. ${next}`) }));
  return [{ rank: 1, blocks: [heading(2, "Still in progress"), { kind: "list", items }] }];
}
