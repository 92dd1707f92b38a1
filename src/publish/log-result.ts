import type { Log } from "../github/log.ts";
import { metricLines, targetLines } from "../report/log-text.ts";
import type { Result } from "../report/result.ts";

/** The end of the step's log: what was done, then every failure as an annotation. */
export function logResult(result: Result, log: Log): void {
  if (result.targets.length > 0) log.group("Targets", targetLines(result.targets));
  if (result.run !== undefined && result.run.metrics.length > 0) log.group("Metrics", metricLines(result.run));
  for (const { what, next } of result.leftGoing) log.annotate("warning", `${what}. ${next}`);
  for (const failure of result.failures) log.annotate("error", failure);
  log.info(
    result.conclusion === "success"
      ? `${result.command} succeeded.`
      : `${result.command} did not succeed: ${result.failureReason ?? ""}.`,
  );
}
