import { badge, heading, type Section, type Text } from "../document.ts";
import { duration } from "../format.ts";
import type { Result } from "../result.ts";
import { tones } from "../wording.ts";

const verdicts = { success: "succeeded", failure: "failed", cancelled: "was cancelled" } as const;

type Facts = Pick<Result, "command" | "conclusion" | "workspace">;

/** How the command ended: the first line of every report. */
export function headingSection(result: Facts): Section {
  return { rank: 0, blocks: [heading(1, headlineOf(result))] };
}

function headlineOf({ command, conclusion, workspace }: Facts): Text {
  const where = workspace === undefined ? "" : `: ${workspace.name}`;
  return [`Azure ML ${command} `, badge(verdicts[conclusion], tones[conclusion]), where];
}

/** When it started, and how long it took. */
export function timeSection({ startedAt, durationSeconds }: Pick<Result, "startedAt" | "durationSeconds">): Section {
  const content = `Started ${startedAt}, took ${duration(durationSeconds)}.`;
  return { rank: 1, reportOnly: true, blocks: [{ kind: "text", content, muted: true }] };
}
