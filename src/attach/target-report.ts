import type { LiveCompute } from "../azure/computes.ts";
import { afterDetach, labelOf, originOf, resourceIdOf } from "../compute/target.ts";
import { actionOf } from "../plan/plan-report.ts";
import { errorSentence } from "../report/error-text.ts";
import type { Failure, LeftGoing, TargetReport } from "../report/result.ts";
import type { StepOutcome } from "./step-result.ts";
import type { DetachOutcome } from "./detach.ts";

/** What came of one target, as reports show it, with what went wrong and what goes on. */
export type TargetSummary = {
  readonly report: TargetReport;
  readonly failure?: Failure;
  readonly leftGoing?: LeftGoing;
};

export function summarizeStep(outcome: StepOutcome): TargetSummary {
  const { step, seconds, end } = outcome;
  const { target } = step;
  const compute = "compute" in end ? end.compute : "live" in step ? step.live : undefined;
  const resourceId =
    resourceIdOf(target) ?? compute?.resourceId ?? (originOf(target) === "none" ? undefined : compute?.id);
  const report = {
    name: target.name,
    type: target.type,
    action: actionOf(step),
    ...(resourceId === undefined ? {} : { resourceId }),
    ...(compute === undefined ? {} : { provisioningState: compute.provisioningState }),
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
          provisioningErrors: compute?.provisioningErrors ?? [],
          note: step.reason,
        },
        failure: { reason, message: `${target.name} (${labelOf(target)}): ${step.reason}` },
      };
    }
    case "in-flight":
      return {
        report: { ...report, outcome: "in-progress", provisioningErrors: [], note: goingOn(end.why) },
        leftGoing: {
          what: `${target.name} (${labelOf(target)}) is still being provisioned`,
          next: "Run the same command again: it joins what is in flight and sends nothing twice.",
        },
        ...(end.why === "not-waited-for"
          ? {}
          : {
              failure: {
                reason: end.why,
                message: `${target.name} (${labelOf(target)}): ${goingOn(end.why)}`,
              },
            }),
      };
    case "failed":
      return {
        report: { ...report, outcome: "failed", provisioningErrors: [end.error] },
        failure: { reason: end.because, message: `${target.name} (${labelOf(target)}): ${errorSentence(end.error)}` },
      };
  }
}

function noteOf(step: StepOutcome["step"]): { note?: string } {
  return step.do === "adopt" || (step.do === "keep" && step.differences.length > 0) ? { note: step.reason } : {};
}

function goingOn(why: "timeout" | "cancelled" | "not-waited-for"): string {
  switch (why) {
    case "timeout":
      return "The time limit passed before it was settled; the operation goes on in Azure.";
    case "cancelled":
      return "The workflow was cancelled before it was settled; what was sent goes on in Azure.";
    case "not-waited-for":
      return "The request was accepted; wait is false, so its end was not awaited.";
  }
}

export function summarizeDetach({ step, seconds, removal, guarantee }: DetachOutcome): TargetSummary {
  const live = "live" in step ? step.live : undefined;
  const report = {
    name: step.name,
    type: live?.computeType.toLowerCase() ?? "unknown",
    action: step.do === "keep" ? ("none" as const) : step.do,
    ...(live?.resourceId === undefined ? {} : { resourceId: live.resourceId }),
    ...(guarantee === undefined ? {} : { guarantee }),
    durationSeconds: seconds,
  };
  if (step.do === "refuse") {
    return {
      report: { ...report, outcome: "failed", provisioningErrors: [], note: step.reason },
      failure: { reason: "conflict", message: `${step.name}: ${step.reason}` },
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
        },
      };
    case "in-flight":
      return {
        report: { ...report, outcome: "in-progress", provisioningErrors: [], note: goingOn(removal.why) },
        failure: { reason: removal.why, message: `${step.name}: ${goingOn(removal.why)}` },
        leftGoing: {
          what: `${step.name} is still being removed`,
          next: "Run detach again: it waits for what is in flight.",
        },
      };
  }
}

/** Detaching costs nothing and frees nothing: the resource behind it bills on until somebody deletes it. */
function stillThere(live: LiveCompute | undefined): { note?: string } {
  if (live?.resourceId === undefined) return {};
  const more = afterDetach(live);
  return {
    note: `Detached only: ${live.resourceId} still exists and bills. ${more === undefined ? "" : `${more} `}To delete it: az resource delete --ids ${live.resourceId}`,
  };
}
