import { badge, heading, link, partsOf, sentence, strong, type Block, type Section, type Text } from "../document.ts";
import { firstScreen } from "../first-screen.ts";
import { duration } from "../format.ts";
import type { Result } from "../result.ts";
import { tones } from "../wording.ts";

const verdicts = { success: "succeeded", failure: "failed", cancelled: "was cancelled" } as const;

/** How the command ended: the first line of every report. */
export function headingSection({ command, conclusion, workspace }: Result): Section {
  const where = workspace === undefined ? "" : `: ${workspace.name}`;
  const headline: Text = [`Azure ML ${command} `, badge(verdicts[conclusion], tones[conclusion]), where];
  return { rank: 0, blocks: [heading(1, headline)] };
}

/** What that means: what happened, what to do next, and where to look. */
export function firstScreenSection(result: Result): Section {
  const { sentence: whatHappened, nextStep, links } = firstScreen(result);
  const items = links.map(({ text, address, ...more }) => ({ content: link(text, address), ...more }));
  return {
    rank: 0,
    blocks: [
      { kind: "text", content: sentence(whatHappened) },
      { kind: "text", content: [strong("Next:"), " ", ...partsOf(nextStep)] },
      ...(items.length === 0 ? [] : [{ kind: "list" as const, items, layout: "line" as const } satisfies Block]),
    ],
  };
}

/** When it started, and how long it took. */
export function timeSection({ startedAt, durationSeconds }: Pick<Result, "startedAt" | "durationSeconds">): Section {
  const content = `Started ${startedAt}, took ${duration(durationSeconds)}.`;
  return { rank: 1, reportOnly: true, blocks: [{ kind: "text", content, muted: true }] };
}
