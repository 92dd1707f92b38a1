import pLimit from "p-limit";
import type { LiveCompute } from "../azure/computes.ts";
import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import { SecretUnavailable } from "../declaration/secret.ts";
import { apiVersionOf, differencesFrom, originOf, secretsOf, toRequest, toUpdate } from "../compute/target.ts";
import { isUsable, plan, type Plan, type PlanOptions, type Step } from "../plan/plan.ts";
import type { AttachPorts } from "./ports.ts";
import { removeAndWait } from "./remove.ts";
import { followWrite, settle, settleUnknown, type Settled } from "./settle.ts";
import { isNoGraverThan } from "./gravity.ts";

export type ApplyOptions = PlanOptions & {
  /** How many targets are worked on at once. */
  readonly parallel: number;
  /** False: a managed compute is not waited for; attachments are verified all the same. */
  readonly wait: boolean;
};

/** How the work on one target ended. */
export type End =
  | { readonly state: "done"; readonly compute?: LiveCompute }
  | { readonly state: "refused" }
  | {
      readonly state: "in-flight";
      readonly why: "timeout" | "cancelled" | "not-waited-for";
      readonly compute?: LiveCompute;
    }
  | {
      readonly state: "failed";
      readonly because:
        | "provisioning-failed"
        | "target-not-verified"
        | "secret-unavailable"
        | "not-authorized"
        | "service-unreachable"
        | "drift"
        | "conflict"
        | "authentication-failed"
        | "internal-error";
      readonly error: ServiceError;
      readonly compute?: LiveCompute;
    };

/** What came of one step, with the seconds from the start of the whole to its end. */
export type StepOutcome = { readonly step: Step; readonly seconds: number; readonly end: End };

/**
 * Carries a plan out: every declared target is attached or created exactly once.
 *
 * Three rounds, each over all targets in parallel: wait for what is in flight, remove what has to go, then write. What
 * is live is read again before the last round, so a step that has become a no-op is skipped and one that would now be
 * graver than planned is not taken. No write is repeated blindly: after an unknown outcome the compute is read until it
 * is settled. A plan without writes costs no request.
 */
export async function apply(planned: Plan, options: ApplyOptions, ports: AttachPorts): Promise<readonly StepOutcome[]> {
  const limit = pLimit(options.parallel);
  const startedAt = ports.clock.now();
  const removals = await Promise.all(
    planned.steps.map((step) => limit(async () => ({ step, removed: await clearTheWay(step, ports) }))),
  );
  const needsWrite = removals.some(({ step, removed }) => removed === undefined && isPending(step));
  const live = needsWrite ? await ports.computes.list() : undefined;
  const elapsed = () => (ports.clock.now() - startedAt) / 1000;

  const outcomes = await Promise.all(
    removals.map(({ step, removed }) =>
      limit(async (): Promise<StepOutcome> => {
        if (removed !== undefined) return { step, end: removed, seconds: elapsed() };
        if (!isPending(step)) return { step, end: endWithoutWrite(step), seconds: 0 };
        if (live === undefined || !live.ok) return { step, end: failure(live?.failure), seconds: elapsed() };
        const decided = plan([step.target], live.value, ports.workspace, options).steps[0] ?? step;
        try {
          return { ...(await write(decided, step, options, ports)), seconds: elapsed() };
        } catch (error) {
          // One target's accident must not hide what came of the others.
          return { step, end: accident(error), seconds: elapsed() };
        }
      }),
    ),
  );
  return verifyAttachments(outcomes, ports);
}

/** What cannot be told by an answer: the sign-in failed in the middle, or we made a mistake. */
function accident(error: unknown): End {
  const failed = error instanceof Error && error.name === "AuthenticationFailed";
  const message = error instanceof Error ? error.message : String(error);
  const code = failed ? "AuthenticationFailed" : "InternalError";
  return {
    state: "failed",
    because: failed ? "authentication-failed" : "internal-error",
    error: { code, message, details: [] },
  };
}

/** Steps that may still send a write, or have to be decided anew. */
function isPending(step: Step): boolean {
  return !["keep", "adopt", "refuse"].includes(step.do);
}

function endWithoutWrite(step: Step): End {
  if (step.do === "refuse") return { state: "refused" };
  const compute = "live" in step ? step.live : undefined;
  return { state: "done", ...(compute === undefined ? {} : { compute }) };
}

/** Waits for what is in flight and removes what has to go. @returns why the step ends here, or `undefined` to go on. */
async function clearTheWay(step: Step, ports: AttachPorts): Promise<End | undefined> {
  switch (step.do) {
    case "wait":
      return earlyEnd(await settle(step.live.name, ports));
    case "attach":
    case "create":
      for (const leaving of step.afterRemovalOf) {
        const end = earlyEnd(await settle(leaving.name, ports));
        if (end !== undefined) return end;
      }
      return undefined;
    case "reattach":
    case "recreate":
    case "replace": {
      // Before anything is removed: what the attachment after it will need must be there.
      const missing = await unavailableSecret(step, ports);
      if (missing !== undefined) return missing;
      for (const compute of step.remove) {
        const removal = await removeAndWait(compute, ports);
        if (removal.state === "in-flight") return { state: "in-flight", why: removal.why };
        if (removal.state === "failed")
          return { state: "failed", because: "provisioning-failed", error: removal.error };
      }
      return undefined;
    }
    case "keep":
    case "adopt":
    case "update":
    case "refuse":
      return undefined;
  }
}

function earlyEnd(settled: Settled): End | undefined {
  if (settled.state === "in-flight") {
    return {
      state: "in-flight",
      why: settled.why,
      ...(settled.compute === undefined ? {} : { compute: settled.compute }),
    };
  }
  return settled.state === "unreadable" ? failure(settled.failure) : undefined;
}

async function unavailableSecret(step: Step, ports: AttachPorts): Promise<End | undefined> {
  try {
    await Promise.all(secretsOf(step.target).map((reference) => ports.resolveSecret(reference)));
    return undefined;
  } catch (error) {
    if (!(error instanceof SecretUnavailable)) throw error;
    return secretFailure(error);
  }
}

function secretFailure(error: SecretUnavailable): End {
  return {
    state: "failed",
    because: "secret-unavailable",
    error: { code: "SecretUnavailable", message: error.message, details: [] },
  };
}

/** Takes the step as decided on the live state of now; `planned` bounds how grave it may be. */
async function write(
  decided: Step,
  planned: Step,
  options: ApplyOptions,
  ports: AttachPorts,
): Promise<Pick<StepOutcome, "step" | "end">> {
  if (decided.do === "wait") {
    // Somebody started another operation meanwhile: wait for that too, then decide on what it left. The deadline bounds it.
    const end = await clearTheWay(decided, ports);
    if (end !== undefined) return { step: decided, end };
    const live = await ports.computes.list();
    if (!live.ok) return { step: decided, end: failure(live.failure) };
    const again = plan([decided.target], live.value, ports.workspace, options).steps[0];
    return again === undefined ? { step: decided, end: { state: "refused" } } : write(again, planned, options, ports);
  }
  if (!isPending(decided)) return { step: decided, end: endWithoutWrite(decided) };
  if (!isNoGraverThan(decided, planned)) {
    const message =
      `The workspace changed after the plan was made: this target now needs '${decided.do}' (${decided.reason}), ` +
      `the plan said '${planned.do}'. Run the command again.`;
    return {
      step: planned,
      end: { state: "failed", because: "drift", error: { code: "WorkspaceChanged", message, details: [] } },
    };
  }
  if ("remove" in decided) {
    // What was waited for ended in a state that has to be removed first.
    const end = await clearTheWay(decided, ports);
    if (end !== undefined) return { step: decided, end };
  }
  const end = await putUntilSettled(decided, options, ports);
  // Once the removal of a re-attachment is done, what is left to do is an attachment; it is reported as what was planned.
  return { step: "remove" in planned && decided.do !== "update" ? planned : decided, end };
}

/** How often a write is sent again after reads have shown that it never took effect. */
const mostSends = 3;

/** Sends the write of a step, finds out what became of it, reads back what stands there, and compares. */
async function putUntilSettled(step: Step, options: ApplyOptions, ports: AttachPorts): Promise<End> {
  let body: unknown;
  const update = step.do === "update" ? toUpdate(step.target, step.differences) : undefined;
  try {
    body = update?.body ?? (await toRequest(step.target, ports.workspace, ports.resolveSecret));
  } catch (error) {
    if (!(error instanceof SecretUnavailable)) throw error;
    return secretFailure(error);
  }
  const { name } = step.target;
  for (let send = 1; send <= mostSends; send += 1) {
    if (ports.signal.aborted) return { state: "in-flight", why: "cancelled" };
    ports.onProgress(
      name,
      step.do === "update" ? "updating" : step.do === "create" || step.do === "recreate" ? "creating" : "attaching",
    );
    const answer =
      update === undefined
        ? await ports.computes.put(name, body, apiVersionOf(step.target))
        : update.method === "PATCH"
          ? await ports.computes.patch(name, body)
          : await ports.computes.act(name, update.action, body);
    if (answer.ok && !options.wait && originOf(step.target) === "managed") {
      return {
        state: "in-flight",
        why: "not-waited-for",
        ...(answer.value.compute === undefined ? {} : { compute: answer.value.compute }),
      };
    }
    const settled = answer.ok
      ? await followWrite(name, answer.value, ports)
      : await afterRefusal(name, answer.failure, ports);
    // A read may lag behind the write that it follows: what was accepted is not taken for absent at the first look.
    const sure = answer.ok && settled.state === "absent" ? await settleUnknown(name, ports) : settled;
    const end = await conclude(step, sure, ports);
    // An update whose reply was lost, or that another operation turned away, and that left no trace: it may be sent again.
    const untouched =
      !answer.ok && step.do === "update" && end?.state === "failed" && end.because === "target-not-verified";
    if (end !== undefined && !untouched) return end;
  }
  return {
    state: "failed",
    because: "target-not-verified",
    error: {
      code: "NotCarriedOut",
      message: `'${name}' is not as declared after ${mostSends} requests to bring it about, each read back before the next.`,
      details: [],
    },
  };
}

async function afterRefusal(name: string, refused: AzureFailure, ports: AttachPorts): Promise<Settled> {
  if (refused.reason === "unknown") return settleUnknown(name, ports);
  if (refused.reason === "cancelled") return { state: "in-flight", why: "cancelled" };
  // 409: an operation is in flight, our own lost one or somebody else's. Its end is what counts.
  if (refused.reason === "refused" && refused.status === 409) {
    const settled = await settle(name, ports);
    return settled.state === "absent" ? { state: "unreadable", failure: refused } : settled;
  }
  return { state: "unreadable", failure: refused };
}

/** @returns `undefined` when the compute is certainly absent: the write never took effect and may be sent again. */
async function conclude(step: Step, settled: Settled, ports: AttachPorts): Promise<End | undefined> {
  switch (settled.state) {
    case "absent":
      return undefined;
    case "in-flight":
      return {
        state: "in-flight",
        why: settled.why,
        ...(settled.compute === undefined ? {} : { compute: settled.compute }),
      };
    case "unreadable":
      return failure(settled.failure);
    case "failed":
      return provisioningFailed(settled.error, settled.compute);
    case "present":
      return verified(step, settled.compute, ports);
  }
}

function verified(step: Step, compute: LiveCompute, ports: AttachPorts): End {
  if (!isUsable(compute)) {
    const [first, ...rest] = compute.provisioningErrors;
    const error = first ?? {
      code: `Provisioning${compute.provisioningState}`,
      message: `The service ended the provisioning as ${compute.provisioningState} and gave no reason.`,
      details: [],
    };
    return provisioningFailed(rest.length === 0 ? error : { ...error, details: [...error.details, ...rest] }, compute);
  }
  const differences = differencesFrom(step.target, compute, ports.workspace);
  if (differences.length === 0) return { state: "done", compute };
  const list = differences.map(({ field, from, to }) => `${field} is ${from}, not ${to}`).join("; ");
  return {
    state: "failed",
    because: "target-not-verified",
    compute,
    error: {
      code: "NotAsDeclared",
      message: `The service says that it succeeded, but what it holds is not what was asked: ${list}.`,
      details: [],
    },
  };
}

function provisioningFailed(error: ServiceError, compute: LiveCompute | undefined): End {
  // The compute tells more than the operation where it lists errors of its own.
  const own = compute?.provisioningErrors ?? [];
  const details = own.filter(({ code, message }) => code !== error.code || message !== error.message);
  return {
    state: "failed",
    because: "provisioning-failed",
    error: { ...error, details: [...error.details, ...details] },
    ...(compute === undefined ? {} : { compute }),
  };
}

function failure(azure: AzureFailure | undefined): End {
  const error = azure?.error ?? {
    code: "Unreadable",
    message: "The computes of the workspace could not be read.",
    details: [],
  };
  if (azure?.reason === "cancelled") return { state: "in-flight", why: "cancelled" };
  const because =
    azure?.status === 401 || azure?.status === 403
      ? "not-authorized"
      : azure?.reason === "refused"
        ? "provisioning-failed"
        : "service-unreachable";
  return { state: "failed", because, error };
}

/** After writes the list is read once more: no resource that was written may now be attached under two names. */
async function verifyAttachments(
  outcomes: readonly StepOutcome[],
  ports: AttachPorts,
): Promise<readonly StepOutcome[]> {
  const wrote = ({ step, end }: StepOutcome) =>
    end.state === "done" && isPending(step) && end.compute?.resourceId !== undefined;
  const written = outcomes.filter(wrote).map(({ step }) => step.target);
  if (written.length === 0 || ports.signal.aborted) return outcomes;
  const live = await ports.computes.list();
  if (!live.ok) return outcomes;
  const conflicts = new Map(
    plan(written, live.value, ports.workspace, { onDrift: "ignore", onConflict: "fail", allowDelete: false })
      .steps.filter((step) => step.do === "refuse" && step.because === "conflict")
      .map((step) => [step.target.name, step.reason]),
  );
  return outcomes.map((outcome): StepOutcome => {
    const reason = wrote(outcome) ? conflicts.get(outcome.step.target.name) : undefined;
    if (reason === undefined) return outcome;
    const message = `Somebody attached the same resource at the same time. ${reason}`;
    return {
      ...outcome,
      end: { state: "failed", because: "conflict", error: { code: "AttachedTwice", message, details: [] } },
    };
  });
}
