import { heading, type Document, type Section } from "./document.ts";
import type { Result } from "./result.ts";
import { deploymentsSection } from "./sections/deployments.ts";
import { doctorSections } from "./sections/doctor.ts";
import { assetsSection } from "./sections/assets.ts";
import { failuresSection, leftGoingSection } from "./sections/failures.ts";
import { filesSection } from "./sections/files.ts";
import { firstScreenSection, headingSection, timeSection } from "./sections/heading.ts";
import { imagesSection } from "./sections/images.ts";
import { metricsSection } from "./sections/metrics.ts";
import { planSection } from "./sections/plan.ts";
import { problemsSection } from "./sections/problems.ts";
import { logTailSection, runSection } from "./sections/run.ts";
import { timelineSection } from "./sections/timeline.ts";
import { stepsSection } from "./sections/steps.ts";
import { targetsSection } from "./sections/targets.ts";
import { trialsSection } from "./sections/trials.ts";

/** In the order in which they are read. A new section is one file and one line here. */
export const reportParts: readonly (readonly [name: string, sections: (result: Result) => readonly Section[]])[] = [
  ["heading", (result) => [headingSection(result)]],
  ["first screen", (result) => [firstScreenSection(result)]],
  ["time", (result) => [timeSection(result)]],
  ["failures", failuresSection],
  ["left going", leftGoingSection],
  ["run", runSection],
  ["metrics", metricsSection],
  ["trials", trialsSection],
  ["steps", stepsSection],
  ["images", imagesSection],
  ["deployments", deploymentsSection],
  ["checks", doctorSections],
  ["targets", targetsSection],
  ["assets", assetsSection],
  ["problems", problemsSection],
  ["plan", planSection],
  ["timeline", timelineSection],
  ["log", logTailSection],
  ["files", filesSection],
];

/**
 * Everything that is said of a result. A part that cannot be made of it is replaced by a sentence: whoever reads the rest
 * has to know that a run has ended, also where one value of it is not what it should be.
 */
export function reportOf(result: Result): Document {
  return reportParts.flatMap(([name, sections]) => {
    try {
      return sections(result);
    } catch (error) {
      return [unreadable(name, error)];
    }
  });
}

/** The document with a sentence in the place of each section that one of the renderers cannot show. */
export function withoutUnreadable(document: Document, renderers: readonly ((part: Document) => unknown)[]): Document {
  return document.map((section, index) => {
    try {
      for (const render of renderers) render([section]);
      return section;
    } catch (error) {
      return unreadable(String(index + 1), error);
    }
  });
}

function unreadable(name: string, error: unknown): Section {
  const why = error instanceof Error ? error.message : String(error);
  return {
    rank: 0,
    blocks: [
      heading(2, "Not shown"),
      {
        kind: "text",
        content: `The part '${name}' of this report could not be written: ${why}. The rest of the report is complete.`,
      },
    ],
  };
}
