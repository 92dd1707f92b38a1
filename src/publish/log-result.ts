import type { Log } from "../github/log.ts";
import { logGroups } from "../report/render/log.ts";
import type { Result } from "../report/result.ts";
import { metricsSection } from "../report/sections/metrics.ts";
import { targetsSection } from "../report/sections/targets.ts";

/** The end of the step's log: what was done, then every failure as an annotation. */
export function logResult(result: Result, log: Log): void {
  const blocks = [...targetsSection(result), ...metricsSection(result)].flatMap((section) => section.blocks);
  for (const { title, lines } of logGroups(blocks)) log.group(title, lines);
  for (const { what, next } of result.leftGoing) log.annotate("warning", `${what}. ${next}`);
  for (const failure of result.failures) log.annotate("error", failure);
  log.info(
    result.conclusion === "success"
      ? `${result.command} succeeded.`
      : `${result.command} did not succeed: ${result.failureReason ?? ""}.`,
  );
}
