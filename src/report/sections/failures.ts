import { formatPosition } from "../../yaml/problem.ts";
import { whatToDo } from "../advice.ts";
import { code, heading, joined, lineBreak, sentence, type Block, type Section, type Text } from "../document.ts";
import { adviceText, errorDetails } from "../error-text.ts";
import type { Result } from "../result.ts";
import { isSaidIn, toldFailures, type ToldFailure } from "../told-failures.ts";

/** Why the command did not succeed: each failure once, with its cause and what to do. What only support needs is folded. */
export function failuresSection(result: Result): readonly Section[] {
  const told = toldFailures(result);
  if (told.length === 0) return [];
  const folded = told.flatMap(detailsOf).map((content) => ({ content }));
  return [
    { rank: 0, blocks: [{ kind: "list", items: told.map((one) => ({ content: failureText(one) })), tone: "bad" }] },
    // Ids change with every run, and a comment must not.
    ...(folded.length === 0
      ? []
      : [
          {
            rank: 5,
            reportOnly: true as const,
            blocks: [
              {
                kind: "details" as const,
                summary: "IDs and wrapping errors, for a support ticket",
                blocks: [{ kind: "list" as const, items: folded }],
              },
            ],
          },
        ]),
  ];
}

function failureText({ where, message, error }: ToldFailure): Text {
  const advice = error === undefined ? undefined : whatToDo(error);
  const place = where === undefined ? [] : [code(formatPosition(where)), ": "];
  const whole: Text = [...place, ...sentence(message)];
  return advice === undefined || isSaidIn(message, advice) ? whole : joined([whole, adviceText(advice)], lineBreak);
}

/** Which failure, and what belongs to it. */
function detailsOf({ message, error }: ToldFailure, index: number, all: readonly ToldFailure[]): readonly Text[] {
  const lines = error === undefined ? [] : errorDetails(error, (text) => isSaidIn(message, text));
  if (lines.length === 0) return [];
  const which: readonly Text[] = all.length === 1 ? [] : [`Failure ${index + 1} of ${all.length}`];
  return [joined([...which, ...lines], lineBreak)];
}

/** What is still running in Azure, and what resumes or undoes it: of one thing alone the next step says that. */
export function leftGoingSection({ leftGoing }: Pick<Result, "leftGoing">): readonly Section[] {
  if (leftGoing.length === 0) return [];
  const [only, ...more] = leftGoing;
  const items =
    only !== undefined && more.length === 0
      ? [{ content: sentence(`${only.what}.`) }]
      : leftGoing.map(({ what, next }) => ({ content: sentence(`${what}. ${next}`) }));
  // As they stand below `with:` of the step that goes on with a run.
  const inputs = leftGoing.flatMap(({ runName }): readonly Block[] =>
    runName === undefined ? [] : [{ kind: "code", text: `command: train\nrun-name: ${runName}`, language: "text" }],
  );
  return [{ rank: 1, blocks: [heading(2, "Still in progress"), { kind: "list", items }, ...inputs] }];
}
