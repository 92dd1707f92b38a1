import type { Log } from "../github/log.ts";
import { withoutSecrets } from "../github/mask.ts";
import { logGroups } from "../report/render/log.ts";
import type { Result } from "../report/result.ts";
import { metricsSection } from "../report/sections/metrics.ts";
import { targetsSection } from "../report/sections/targets.ts";

/** The end of the step's log: what was done, then every failure as an annotation. */
export function logResult(whole: Result, log: Log): void {
  // Part by part, before sentences are made of the parts: at the end of one may be the beginning of a secret.
  const result = withoutSecrets(whole);
  for (const sections of [targetsSection, metricsSection]) {
    try {
      const blocks = sections(result).flatMap((section) => section.blocks);
      for (const { title, lines } of logGroups(blocks)) log.group(title, lines);
    } catch (error) {
      log.annotate(
        "warning",
        `Part of the log could not be written: ${error instanceof Error ? error.message : String(error)}.`,
      );
    }
  }
  for (const { what, next } of result.leftGoing) log.annotate("warning", `${what}. ${next}`);
  for (const failure of result.failures) log.annotate("error", failure);
  log.info(
    result.conclusion === "success"
      ? `${result.command} succeeded.`
      : `${result.command} did not succeed: ${result.failureReason ?? ""}.`,
  );
}
