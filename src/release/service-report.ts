import { defined } from "../azure/defined.ts";
import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import type { LiveV1Service } from "../azure/v1-live-service.ts";
import { failureOf, type Purpose } from "../report/failure.ts";
import type { DeploymentReport, Failure, FailureReason, LeftGoing, TestReport } from "../report/result.ts";
import { placeOf } from "../yaml/source.ts";
import { causeOfAnswers, causeText, failureCause, tailOf } from "./failure-cause.ts";
import type { Released } from "./kind.ts";
import type { AnyService } from "./service-parts.ts";

/** What the container has written, and the log of its image's build; as far as there are any. */
export type ServiceLogs = { readonly container?: string; readonly build?: string };

/** What is to be told of a release: put together while it goes on. */
export class ServiceCourse {
  action: DeploymentReport["action"] = "failed";
  /** Whether anything of it was written, or may have been. */
  changed = false;
  state = "Unknown";
  tests: readonly TestReport[] = [];
  error: ServiceError | undefined;
  logTail: string | undefined;
  modelId: string | undefined;
  /** Studio. */
  url: string | undefined;
  readonly notes: string[] = [];
  readonly failures: Failure[] = [];
  readonly leftGoing: LeftGoing[] = [];
  #scoringUri: string | undefined;
  readonly #service: AnyService;
  readonly #startedAt: number;

  constructor(service: AnyService, startedAt: number) {
    this.#service = service;
    this.#startedAt = startedAt;
  }

  /** The service that callers ask, as it was read last. */
  show(live: LiveV1Service | undefined): void {
    this.state = live?.state ?? "NotFound";
    this.#scoringUri = live?.scoringUri;
  }

  /** @param field of the declaration that it is about. */
  fail(reason: FailureReason, message: string, field?: string): void {
    const where = placeOf(this.#service.source, field);
    this.failures.push({ reason, message, ...(where === undefined ? {} : { where }) });
  }

  /** A call that did not succeed. */
  failBy(failure: AzureFailure, what: string, purpose: Purpose = "deployment"): void {
    const { reason, message } = failureOf(failure, what, purpose);
    this.error ??= failure.error;
    const isConflict = failure.error.code === "LeaseLost" || failure.status === 409;
    this.fail(isConflict ? "conflict" : reason, message, fieldOf(failure.error));
  }

  /** A provisioning that did not: its leaf cause, in the container's words where it has any. @param what `The candidate clf-c`. */
  failDeployment(what: string, error: ServiceError, logs: ServiceLogs): void {
    this.error = error;
    this.#showLog(logs);
    this.fail(
      "deployment-failed",
      `${what} could not be deployed: ${causeText(failureCause(error, containerLogs(logs)))}`,
    );
  }

  failTests(what: string, reports: readonly TestReport[], logs: ServiceLogs): void {
    this.#showLog(logs);
    const missed = reports.filter(({ passed }) => !passed);
    const told = missed.map(({ name, message }) => `${name}: ${message ?? "failed"}`).join("; ");
    const inLog = causeOfAnswers(missed, containerLogs(logs));
    const end = /[.!?…]$/.test(told) ? "" : ".";
    this.fail(
      "smoke-test-failed",
      `${what} did not pass ${missed.length} of ${reports.length} tests: ${told}${end}${inLog}`,
      "tests",
    );
  }

  #showLog(logs: ServiceLogs): void {
    this.logTail = tailOf(containerLogs(logs)) ?? this.logTail;
  }

  leave(what: string, next: string): void {
    this.leftGoing.push({ what, next });
  }

  released(now: number): Released {
    const { name, type, source } = this.#service;
    const uri = this.#scoringUri;
    const report: DeploymentReport = {
      endpoint: name,
      deployment: name,
      type,
      strategy: "replace",
      state: this.state,
      action: this.action,
      changed: this.changed,
      tests: this.tests,
      notes: this.notes,
      durationSeconds: Math.round((now - this.#startedAt) / 1000),
      ...defined({
        where: placeOf(source),
        modelId: this.modelId,
        url: this.url,
        scoringUri: uri,
        swaggerUri: uri?.replace(/\/[^/]*$/, "/swagger.json"),
        error: this.error,
        logTail: this.logTail,
      }),
    };
    return { report, failures: this.failures, leftGoing: this.leftGoing };
  }
}

/** The image's build comes before the program. */
function containerLogs({ container, build }: ServiceLogs) {
  return defined({ server: container, initializer: build });
}

/** The key of the declaration that a refusal names as its target. */
function fieldOf({ target }: ServiceError): string | undefined {
  return target === undefined || !/^[a-z_.]+$/.test(target) ? undefined : target;
}
