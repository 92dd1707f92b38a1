import type { Accepted, LiveCompute } from "../azure/computes.ts";
import type { AzureFailure, Outcome, ServiceError } from "../azure/outcome.ts";
import { isLastingConflict } from "../azure/service-error.ts";
import { differencesFrom, kindOf, originOf } from "../compute/target.ts";
import { isUsable } from "../compute/state.ts";
import type { Step } from "../plan/step.ts";
import { writeOf, type ComputeWrite } from "./compute-write.ts";
import { unsettledResult, resultOfFailure, failedWith, leaseLost, type StepResult } from "./step-result.ts";
import type { AttachDeps } from "./dependencies.ts";
import { waitUntilReady } from "./wait-until-ready.ts";
import {
  pollWrite,
  idsOf,
  pollUntilShown,
  pollUntilTerminal,
  resolveUnknownOutcome,
  type Ids,
  type PollResult,
} from "./poll.ts";

/** How often a write is sent again after reads have shown that it never took effect. */
const mostSends = 3;

export type WriteOptions = {
  /** False: the command does not wait for a managed compute. */
  readonly wait: boolean;
  /** Called right before every request: false means that nothing more may be written. */
  readonly isHeld: () => boolean;
  readonly correlationId: string;
};

/**
 * Sends the write of a step, finds out its outcome, reads the compute back, and compares.
 *
 * @throws SecretUnavailable
 */
export async function putAndPoll(step: Step, options: WriteOptions, deps: AttachDeps): Promise<StepResult> {
  const write = await writeOf(step, deps.workspace, deps.resolveSecret);
  const { name } = step.target;
  const { correlationId } = options;
  const isShown = (compute: LiveCompute) => !isNotAsDeclared(verified(step, compute, {}, deps));
  let refused: AzureFailure | undefined;
  let last: ServiceError | undefined;
  for (let attempt = 1; attempt <= mostSends; attempt += 1) {
    if (deps.signal.aborted) return { state: "in-flight", why: "cancelled" };
    if (!options.isHeld()) return leaseLost;
    deps.onProgress(
      name,
      step.do === "update" ? "updating" : originOf(step.target) === "managed" ? "creating" : "attaching",
    );
    const answer = await send(name, write, correlationId, deps);
    if (answer.ok && !options.wait && originOf(step.target) === "managed") {
      return {
        state: "in-flight",
        why: "not-waited-for",
        ...(answer.value.compute === undefined ? {} : { compute: answer.value.compute }),
      };
    }
    if (!answer.ok) last = answer.failure.error;
    const polled = answer.ok
      ? await pollUntilShown(name, await pollWrite(name, answer.value, deps), isShown, deps)
      : await afterRefusal(name, answer.failure, isShown, deps);
    refused =
      !answer.ok && answer.failure.reason === "refused" && polled.state === "absent" ? answer.failure : undefined;
    const end = resultOfPoll(step, polled, answer.ok ? idsOf({ correlationId, ...answer.value }) : {}, deps);
    // An update that left no trace, because its reply was lost or another operation blocked it, may be sent again.
    const untouched = !answer.ok && step.do === "update" && isNotAsDeclared(end);
    if (end?.state === "done" && end.compute !== undefined && options.wait)
      return waitUntilReady(step.target, end.compute, deps);
    if (end !== undefined && !untouched) return end;
  }
  if (refused !== undefined) return resultOfFailure(refused);
  return {
    state: "failed",
    because: "target-not-verified",
    error: {
      correlationId,
      ...idsOf({ ...last }),
      code: "NotCarriedOut",
      message: `'${name}' is still not as declared after ${mostSends} requests, each read back before the next.`,
      details: last === undefined ? [] : [last],
    },
  };
}

function send(
  name: string,
  write: ComputeWrite,
  correlationId: string,
  { computes }: AttachDeps,
): Promise<Outcome<Accepted>> {
  switch (write.method) {
    case "PUT":
      return computes.put(name, write.body, {
        correlationId,
        ...(write.version === undefined ? {} : { version: write.version }),
      });
    case "PATCH":
      return computes.patch(name, write.body, { correlationId });
    case "POST":
      return computes.act(name, write.action, write.body);
  }
}

async function afterRefusal(
  name: string,
  refused: AzureFailure,
  isShown: (compute: LiveCompute) => boolean,
  deps: AttachDeps,
): Promise<PollResult> {
  if (refused.reason === "unknown") {
    const polled = await resolveUnknownOutcome(name, deps);
    return polled.state === "present" ? pollUntilShown(name, polled, isShown, deps) : polled;
  }
  if (refused.reason === "cancelled") return { state: "in-flight", why: "cancelled" };
  // 409 and 412: an operation is in flight, our own lost one or somebody else's. Its result counts. Where the compute is
  // absent, its removal may still be in flight: nothing was carried out, so the write may be sent again.
  if (refused.reason === "refused" && isPassingConflict(refused)) {
    const polled = await pollUntilTerminal(name, deps);
    return polled.state === "absent" ? resolveUnknownOutcome(name, deps) : polled;
  }
  return { state: "unreadable", failure: refused };
}

function isPassingConflict({ status, error }: AzureFailure): boolean {
  return (status === 409 || status === 412) && !isLastingConflict(error);
}

/** @returns `undefined` when the compute is certainly absent: the write took no effect and may be sent again. */
function resultOfPoll(step: Step, polled: PollResult, ids: Ids, deps: AttachDeps): StepResult | undefined {
  switch (polled.state) {
    case "absent":
      return undefined;
    case "in-flight":
    case "unreadable":
      return unsettledResult(polled);
    case "failed":
      return provisioningFailed({ ...polled.error, ...ids }, polled.compute);
    case "present":
      return verified(step, polled.compute, ids, deps);
  }
}

function verified(step: Step, compute: LiveCompute, ids: Ids, deps: AttachDeps): StepResult {
  if (!isUsable(compute)) {
    const [first, ...rest] = compute.provisioningErrors;
    const error = first ?? {
      code: `Provisioning${compute.provisioningState}`,
      message: `Provisioning ended as ${compute.provisioningState}, and the service gave no reason.`,
      details: [],
    };
    return provisioningFailed({ ...error, details: [...error.details, ...rest], ...ids }, compute);
  }
  const fault = kindOf(step.target).faultOf?.(compute);
  if (fault !== undefined) return provisioningFailed({ ...fault, ...ids }, compute);
  const differences = differencesFrom(step.target, compute, deps.workspace);
  if (differences.length === 0) return { state: "done", compute };
  const list = differences.map(({ field, from, to }) => `${field} is ${from}, not ${to}`).join("; ");
  return failedWith(
    "target-not-verified",
    "NotAsDeclared",
    `The service reports success, but the compute is not as declared: ${list}.`,
    compute,
  );
}

/** What was read differs from the declaration, or is still what was there before the write. */
function isNotAsDeclared(end: StepResult | undefined): boolean {
  return end?.state === "failed" && end.because === "target-not-verified";
}

function provisioningFailed(error: ServiceError, compute: LiveCompute | undefined): StepResult {
  // The compute may list more errors than the operation.
  const own = compute?.provisioningErrors ?? [];
  const details = own.filter(({ code, message }) => code !== error.code || message !== error.message);
  return {
    state: "failed",
    because: "provisioning-failed",
    error: { ...error, details: [...error.details, ...details] },
    ...(compute === undefined ? {} : { compute }),
  };
}

/** False where the write may still take effect: then the intent stays open for the next run. */
export function isOutcomeKnown(end: StepResult): boolean {
  if (end.state === "in-flight") return false;
  return (
    end.state !== "failed" || !["service-unreachable", "authentication-failed", "internal-error"].includes(end.because)
  );
}
