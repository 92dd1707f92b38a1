import { heading, sentence, type Block, type Section } from "../document.ts";
import type { Result } from "../result.ts";

/** Why the command did not succeed. */
export function failuresSection({ failures, conclusion }: Result): readonly Section[] {
  if (conclusion === "success" || failures.length === 0) return [];
  const items = failures.map((failure) => ({ content: sentence(failure) }));
  return [{ rank: 0, blocks: [{ kind: "list", items, tone: "bad" }] }];
}

/** What is still running in Azure, and what resumes or undoes it. */
export function leftGoingSection({ leftGoing }: Pick<Result, "leftGoing">): readonly Section[] {
  if (leftGoing.length === 0) return [];
  const items = leftGoing.map(({ what, next }) => ({ content: sentence(`${what}. ${next}`) }));
  // As they stand below `with:` of the step that goes on with a run.
  const inputs = leftGoing.flatMap(({ runName }): readonly Block[] =>
    runName === undefined ? [] : [{ kind: "code", text: `command: train\nrun-name: ${runName}`, language: "text" }],
  );
  return [{ rank: 1, blocks: [heading(2, "Still in progress"), { kind: "list", items }, ...inputs] }];
}
