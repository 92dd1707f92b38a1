import type { LiveCompute } from "../azure/computes.ts";
import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import { apiVersionOf, differencesFrom, faultOf, originOf, toRequest, toUpdate } from "../compute/target.ts";
import { isUsable, type Step } from "../plan/plan.ts";
import { earlyEnd, failedWith, leaseLost, type End } from "./end.ts";
import type { AttachPorts } from "./ports.ts";
import { waitUntilReady } from "./ready.ts";
import { followWrite, settle, settleUnknown, type Settled } from "./settle.ts";

/** How often a write is sent again after reads have shown that it never took effect. */
const mostSends = 3;

export type WriteOptions = {
  /** False: a managed compute is not waited for. */
  readonly wait: boolean;
  /** Asked right before every request: false means that nothing may be written any more. */
  readonly isHeld: () => boolean;
  readonly correlationId: string;
};

/**
 * Sends the write of a step, finds out what became of it, reads back what stands there, and compares.
 *
 * @throws SecretUnavailable
 */
export async function putUntilSettled(step: Step, options: WriteOptions, ports: AttachPorts): Promise<End> {
  const update = step.do === "update" ? toUpdate(step.target, step.differences) : undefined;
  const body = update?.body ?? (await toRequest(step.target, ports.workspace, ports.resolveSecret));
  const { name } = step.target;
  const { correlationId } = options;
  const version = apiVersionOf(step.target);
  for (let send = 1; send <= mostSends; send += 1) {
    if (ports.signal.aborted) return { state: "in-flight", why: "cancelled" };
    if (!options.isHeld()) return leaseLost;
    ports.onProgress(
      name,
      step.do === "update" ? "updating" : originOf(step.target) === "managed" ? "creating" : "attaching",
    );
    const answer =
      update === undefined
        ? await ports.computes.put(name, body, { correlationId, ...(version === undefined ? {} : { version }) })
        : update.method === "PATCH"
          ? await ports.computes.patch(name, body, { correlationId })
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
    const end = conclude(step, sure, ports);
    // An update whose reply was lost, or that another operation turned away, and that left no trace: it may be sent again.
    const untouched =
      !answer.ok && step.do === "update" && end?.state === "failed" && end.because === "target-not-verified";
    if (end?.state === "done" && end.compute !== undefined && options.wait)
      return waitUntilReady(step.target, end.compute, ports);
    if (end !== undefined && !untouched) return end;
  }
  return failedWith(
    "target-not-verified",
    "NotCarriedOut",
    `'${name}' is not as declared after ${mostSends} requests to bring it about, each read back before the next.`,
  );
}

async function afterRefusal(name: string, refused: AzureFailure, ports: AttachPorts): Promise<Settled> {
  if (refused.reason === "unknown") return settleUnknown(name, ports);
  if (refused.reason === "cancelled") return { state: "in-flight", why: "cancelled" };
  // 409: an operation is in flight, our own lost one or somebody else's. Its end is what counts. 412 likewise.
  if (refused.reason === "refused" && (refused.status === 409 || refused.status === 412)) {
    const settled = await settle(name, ports);
    return settled.state === "absent" ? { state: "unreadable", failure: refused } : settled;
  }
  return { state: "unreadable", failure: refused };
}

/** @returns `undefined` when the compute is certainly absent: the write never took effect and may be sent again. */
function conclude(step: Step, settled: Settled, ports: AttachPorts): End | undefined {
  switch (settled.state) {
    case "absent":
      return undefined;
    case "in-flight":
    case "unreadable":
      return earlyEnd(settled);
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
  const fault = faultOf(step.target, compute);
  if (fault !== undefined) return provisioningFailed(fault, compute);
  const differences = differencesFrom(step.target, compute, ports.workspace);
  if (differences.length === 0) return { state: "done", compute };
  const list = differences.map(({ field, from, to }) => `${field} is ${from}, not ${to}`).join("; ");
  return failedWith(
    "target-not-verified",
    "NotAsDeclared",
    `The service says that it succeeded, but what it holds is not what was asked: ${list}.`,
    compute,
  );
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

/** False where what was written may still come about: then the intent stays for whoever comes next. */
export function endIsKnown(end: End): boolean {
  if (end.state === "in-flight") return false;
  return (
    end.state !== "failed" || !["service-unreachable", "authentication-failed", "internal-error"].includes(end.because)
  );
}
