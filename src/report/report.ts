import type { Document } from "./document.ts";
import type { Result } from "./result.ts";
import { doctorSections } from "./sections/doctor.ts";
import { environmentsSection } from "./sections/environments.ts";
import { failuresSection, leftGoingSection } from "./sections/failures.ts";
import { filesSection } from "./sections/files.ts";
import { headingSection, timeSection } from "./sections/heading.ts";
import { metricsSection } from "./sections/metrics.ts";
import { planSection } from "./sections/plan.ts";
import { problemsSection } from "./sections/problems.ts";
import { logTailSection, runSection } from "./sections/run.ts";
import { targetsSection } from "./sections/targets.ts";

/** Everything that is said of a result, in the order in which it is read. A new section is one file and one line here. */
export function reportOf(result: Result): Document {
  return [
    headingSection(result),
    timeSection(result),
    ...failuresSection(result),
    ...leftGoingSection(result),
    ...runSection(result),
    ...doctorSections(result),
    ...targetsSection(result),
    ...environmentsSection(result),
    ...problemsSection(result),
    ...planSection(result),
    ...metricsSection(result),
    ...logTailSection(result),
    ...filesSection(result),
  ];
}
