import type { Clock } from "../clock.ts";
import { pause, secondsAfter } from "../pause.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import type { Arm } from "./arm.ts";
import { defined } from "./defined.ts";
import { membersOf, textOf } from "./members.ts";
import { failed, succeeded, type Outcome, type ServiceError } from "./outcome.ts";
import { v1ErrorOf } from "./v1-live-service.ts";

/** An operation of the model management service. */
export type V1Operation = {
  readonly id: string;
  /** What the service asked to wait before the first look. */
  readonly retryAfterSeconds?: number;
};

/** How far an operation is. */
export type V1Progress = {
  readonly state: "running" | "succeeded" | "failed" | "cancelled" | "timed-out";
  /** As the service spells it. */
  readonly status: string;
  /** `BuildEnvironment`, `BuildImage`, `DeployService`. */
  readonly step?: string;
  /** Why it did not succeed. */
  readonly error?: ServiceError;
  /** Where the log of a build is: an address with access to it. */
  readonly logUri?: string;
  /** The lines that were new. */
  readonly log: readonly string[];
};

/** How an operation that was followed ended, or why it is followed no longer: it is still running in Azure. */
export type V1OperationEnd =
  | { readonly end: "succeeded" }
  | {
      readonly end: "failed";
      readonly how: "failed" | "cancelled" | "timed-out";
      readonly error: ServiceError;
      readonly step?: string;
      readonly logUri?: string;
    }
  | { readonly end: "in-flight"; readonly why: "timeout" | "cancelled" };

export type FollowOptions = {
  /** How long it may take from now on. */
  readonly seconds: number;
  /** Told what has changed. */
  readonly onProgress?: (progress: V1Progress) => void;
};

export type V1OperationDeps = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hides what gives access. */
  readonly mask: (secret: string) => void;
};

/**
 * Reads an operation until it is over. One that cannot be read says nothing of the service: the caller reads that.
 *
 * @param address of an operation, by its id: the service's own host, whatever a header named.
 */
export async function followV1Operation(
  arm: Pick<Arm, "getData">,
  operation: V1Operation,
  address: (id: string) => Promise<Outcome<string>>,
  { seconds, onProgress }: FollowOptions,
  deps: V1OperationDeps,
): Promise<Outcome<V1OperationEnd>> {
  const { clock, signal } = deps;
  const deadline = clock.now() + seconds * 1000;
  const url = await address(operation.id);
  if (!url.ok) return url;
  let wait = operation.retryAfterSeconds;
  let shown = "";
  for (let look = 0, read = 0; ; look += 1) {
    const why = await pause(wait ?? secondsAfter(look), { clock, signal, deadline });
    if (why !== undefined) return succeeded({ end: "in-flight", why });
    const answer = await arm.getData(`${url.value}?offset=${read}`);
    if (!answer.ok)
      return answer.failure.reason === "cancelled" ? succeeded({ end: "in-flight", why: "cancelled" }) : answer;
    const progress = progressOf(answer.value.body, operation.id);
    if (progress === undefined) return noState(operation.id);
    if (progress.logUri !== undefined) deps.mask(progress.logUri);
    const text = textOf(membersOf(answer.value.body)["streamingOperationLog"]) ?? "";
    const log = linesOf(text);
    read += text.length;
    const state = `${progress.status} ${progress.step ?? ""}`;
    if (state !== shown || log.length > 0) onProgress?.({ ...progress, log });
    shown = state;
    const over = endOf(progress, operation.id);
    if (over !== undefined) return succeeded(over);
    wait = retryAfterSeconds(answer.value.headers, clock);
  }
}

const states: Readonly<Record<string, V1Progress["state"]>> = {
  notstarted: "running",
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
  canceled: "cancelled",
  timedout: "timed-out",
};

function progressOf(body: unknown, id: string): Omit<V1Progress, "log"> | undefined {
  const { state, error, operationDetails, operationLog } = membersOf(body);
  const status = textOf(state);
  if (status === undefined) return undefined;
  const key = status.toLowerCase();
  return {
    // A word that nobody has written down yet is not an end.
    state: (Object.hasOwn(states, key) ? states[key] : undefined) ?? "running",
    status,
    ...defined({
      step: textOf(membersOf(operationDetails)["subOperationType"]),
      error: v1ErrorOf(error, `the operation ${id}`),
      logUri: textOf(operationLog),
    }),
  };
}

function endOf(
  { state, status, error, step, logUri }: Omit<V1Progress, "log">,
  id: string,
): V1OperationEnd | undefined {
  if (state === "running") return undefined;
  if (state === "succeeded") return { end: "succeeded" };
  const untold = { code: status, message: `The operation ${id} ended as ${status}.`, details: [] };
  return { end: "failed", how: state, error: error ?? untold, ...defined({ step, logUri }) };
}

/** `20210804114849|Registering the environment.#…`, each with its time in front. */
function linesOf(text: string): readonly string[] {
  return text
    .split("#")
    .map((line) => line.split("|").at(-1)?.trim() ?? "")
    .filter((line) => line !== "");
}

function noState(id: string): Outcome<never> {
  const message = `The service returned no state of the operation ${id}.`;
  return failed({ reason: "unreachable", error: { code: "BrokenReply", message, details: [] } });
}
