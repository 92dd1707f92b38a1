import type { LiveCompute } from "../azure/computes.ts";
import { defined } from "../azure/defined.ts";
import { kindOf, kindOfLive, originOf, resourceIdOf } from "../compute/target.ts";
import { actionOf, placeOfStep } from "../plan/plan-report.ts";
import { whatToDo } from "../report/advice.ts";
import type { ServiceError } from "../azure/outcome.ts";
import type { Step } from "../plan/step.ts";
import { errorSentence } from "../report/error-text.ts";
import { sentenceOf } from "../report/failure.ts";
import { refusedPlace } from "../report/refused-field.ts";
import type { Failure, LeftGoing, TargetReport } from "../report/result.ts";
import { placeOf, type SourceNode } from "../yaml/source.ts";
import type { StepOutcome } from "./step-result.ts";
import type { DetachOutcome } from "./detachment.ts";

/** The result for one target, as reports show it, with what went wrong and what is still running. */
export type TargetSummary = {
  readonly report: TargetReport;
  readonly failure?: Failure;
  readonly leftGoing?: LeftGoing;
};

/** @param region the workspace's, where a target names none. */
export function summarizeStep(outcome: StepOutcome, region?: string): TargetSummary {
  const { step, seconds, end } = outcome;
  const { target } = step;
  const compute = "compute" in end ? end.compute : "live" in step ? step.live : undefined;
  const resourceId =
    resourceIdOf(target) ?? compute?.resourceId ?? (originOf(target) === "none" ? undefined : compute?.id);
  const report = {
    name: target.name,
    type: target.type,
    action: actionOf(step),
    ...defined({
      where: end.state === "failed" ? refusedPlace(end.error, target.source, { type: target.type }) : placeOfStep(step),
    }),
    ...(resourceId === undefined ? {} : { resourceId }),
    ...(compute === undefined ? {} : { provisioningState: compute.provisioningState }),
    ...(outcome.changed === true ? { changed: true } : {}),
    ...(outcome.guarantee === undefined ? {} : { guarantee: outcome.guarantee }),
    durationSeconds: seconds,
  };
  switch (end.state) {
    case "done":
      return { report: { ...report, outcome: "succeeded", provisioningErrors: [], ...noteOf(step) } };
    case "refused": {
      const reason = step.do === "refuse" ? step.because : "drift";
      return {
        report: {
          ...report,
          outcome: "failed",
          provisioningErrors: (compute?.provisioningErrors ?? []).map((error) => advised(error, step, region)),
          note: step.reason,
        },
        failure: { reason, message: `${labelOf(step)}: ${step.reason}`, ...defined({ where: report.where }) },
      };
    }
    case "in-flight":
      return {
        report: { ...report, outcome: "in-progress", provisioningErrors: [], note: stillRunning(end.why) },
        leftGoing: {
          what: `${labelOf(step)} is still being provisioned`,
          next: "Run the same command again: it waits for the operation and sends nothing twice.",
        },
        ...(end.why === "not-waited-for"
          ? {}
          : { failure: { reason: end.why, message: `${labelOf(step)}: ${stillRunning(end.why)}` } }),
      };
    case "failed": {
      const error = advised(end.error, step, region);
      return {
        report: { ...report, outcome: "failed", provisioningErrors: [error] },
        failure: {
          reason: end.because,
          message: `${labelOf(step)}: ${errorSentence(error)}`,
          shown: `${labelOf(step)}: ${sentenceOf(error)}.`,
          error,
          ...defined({ where: report.where }),
        },
      };
    }
  }
}

/** All targets are worked on from the same moment on, some of them after waiting for others. @param time ISO 8601. */
export function startedAtOf(summary: TargetSummary, time: string): TargetSummary {
  const { report } = summary;
  const isWorkedOn = report.action !== "none" && report.action !== "refuse" && report.durationSeconds > 0;
  return isWorkedOn ? { ...summary, report: { ...report, startedAt: time } } : summary;
}

function labelOf({ target }: Step): string {
  return `${target.name} (${kindOf(target).label})`;
}

/** The error with the advice that fits what was declared: whoever shows it later knows only the error. */
function advised(error: ServiceError, { target }: Step, region?: string): ServiceError {
  const { size, location } = kindOf(target).capacityOf?.(target) ?? {};
  const advice = whatToDo(error, {
    type: target.type,
    size,
    region: location ?? region,
    declaresId: resourceIdOf(target) !== undefined,
  });
  return advice === undefined ? error : { ...error, advice };
}

function noteOf(step: StepOutcome["step"]): { note?: string } {
  return step.do === "adopt" || (step.do === "keep" && step.differences.length > 0) ? { note: step.reason } : {};
}

function stillRunning(why: "timeout" | "cancelled" | "not-waited-for"): string {
  switch (why) {
    case "timeout":
      return "The time limit passed before the operation ended. It is still running in Azure.";
    case "cancelled":
      return "The workflow was cancelled before the operation ended. It may still be running in Azure.";
    case "not-waited-for":
      return "The service accepted the request. wait is false, so the command did not wait for the result.";
  }
}

/** @param source where a target of that name is declared; absent where it is live alone. */
export function summarizeDetach(
  { step, seconds, removal, changed, guarantee }: DetachOutcome,
  source?: SourceNode,
): TargetSummary {
  const live = "live" in step ? step.live : undefined;
  const place = defined({ where: source === undefined ? undefined : placeOf(source) });
  const report = {
    name: step.name,
    type: live?.computeType.toLowerCase() ?? "unknown",
    ...place,
    action: step.do === "keep" ? ("none" as const) : step.do,
    ...(live?.resourceId === undefined ? {} : { resourceId: live.resourceId }),
    ...(changed === true ? { changed } : {}),
    ...(guarantee === undefined ? {} : { guarantee }),
    durationSeconds: seconds,
  };
  if (step.do === "refuse") {
    return {
      report: {
        ...report,
        outcome: "failed",
        provisioningErrors: [],
        note: step.reason,
        ...defined({ allowedBy: step.allowedBy }),
      },
      failure: { reason: "conflict", message: `${step.name}: ${step.reason}`, ...place },
    };
  }
  if (removal === undefined)
    return { report: { ...report, outcome: "succeeded", provisioningErrors: [], note: step.reason } };
  switch (removal.state) {
    case "gone":
      return { report: { ...report, outcome: "succeeded", provisioningErrors: [], ...stillThere(live) } };
    case "failed":
      return {
        report: { ...report, outcome: "failed", provisioningErrors: [removal.error] },
        failure: {
          reason: removal.because ?? "provisioning-failed",
          message: `${step.name}: ${errorSentence(removal.error)}`,
          shown: `${step.name}: ${sentenceOf(removal.error)}.`,
          error: removal.error,
          ...place,
        },
      };
    case "in-flight":
      return {
        report: { ...report, outcome: "in-progress", provisioningErrors: [], note: stillRunning(removal.why) },
        failure: { reason: removal.why, message: `${step.name}: ${stillRunning(removal.why)}` },
        leftGoing: {
          what: `${step.name} is still being removed`,
          next: "Run detach again: it waits for the operation.",
        },
      };
  }
}

/** Detaching costs nothing and saves nothing: the resource behind it is billed until somebody deletes it. */
function stillThere(live: LiveCompute | undefined): { note?: string } {
  if (live?.resourceId === undefined) return {};
  const more = kindOfLive(live)?.afterDetach;
  return {
    note: `Detached only: ${live.resourceId} still exists and is billed. ${more === undefined ? "" : `${more} `}To delete it: az resource delete --ids ${live.resourceId}`,
  };
}
