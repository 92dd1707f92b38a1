import type { Log } from "../github/log.ts";
import { withoutSecrets } from "../github/mask.ts";
import { logGroups } from "../report/render/log.ts";
import type { Failure, Result } from "../report/result.ts";
import { plainText, type Section } from "../report/document.ts";
import { firstScreen } from "../report/first-screen.ts";
import { planBlocks } from "../report/sections/plan.ts";
import { deploymentsSection } from "../report/sections/deployments.ts";
import { metricsSection } from "../report/sections/metrics.ts";
import { targetsSection } from "../report/sections/targets.ts";
import { trialsSection } from "../report/sections/trials.ts";

/**
 * The end of the step's log: what was done, then every failure as an annotation, at its place where it has one.
 *
 * @param folder that places are relative to, itself relative to the repository.
 */
export function logResult(whole: Result, failures: readonly Failure[], folder: string, log: Log): void {
  // Part by part, before sentences are made of the parts: at the end of one may be the beginning of a secret.
  const result = withoutSecrets(whole);
  logParts(result, log);
  for (const { what, next } of result.leftGoing) log.annotate("warning", `${what}. ${next}`);
  for (const failure of failures) log.failure(failure, folder);
  attempt(log, () => {
    const { sentence, nextStep } = firstScreen(result);
    log.info(sentence);
    log.info(`Next: ${plainText(nextStep)}`);
  });
  log.info(
    result.conclusion === "success"
      ? `${result.command} succeeded.`
      : `${result.command} did not succeed: ${result.failureReason ?? ""}.`,
  );
}

/** What was done or would be, as far as it was not shown meanwhile. @param result without secrets. */
export function logParts(result: Result, log: Log): void {
  const parts = [
    // With why they failed: their annotations are at the end, and may be far below.
    ({ targets, plan }: Result) => targetsSection({ targets, ...(plan === undefined ? {} : { plan }) }),
    trialsSection,
    metricsSection,
    plannedReleases,
    // The table of all; what there is to say of each was said while it was released.
    (all: Result) => deploymentsSection(all).slice(0, 1),
  ];
  for (const sections of parts)
    attempt(log, () => {
      const blocks = sections(result).flatMap((section) => section.blocks);
      for (const { title, lines } of logGroups(blocks)) log.group(title, lines);
    });
}

/** A part that cannot be written does not keep the rest from being so. */
function attempt(log: Log, write: () => void): void {
  try {
    write();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.annotate("warning", `Part of the log could not be written: ${why}.`);
  }
}

/** What would be released: the rest of a plan is in the log by then. */
function plannedReleases({ plan, deployments }: Result): readonly Section[] {
  const planned = plan?.deployments ?? [];
  if (plan === undefined || planned.length === 0 || deployments.length > 0) return [];
  const releases = { hasChanges: plan.hasChanges, steps: [], deployments: planned };
  return [{ rank: 0, blocks: planBlocks(releases, { title: "Planned deployments" }) }];
}
