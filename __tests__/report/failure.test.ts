import { describe, expect, it } from "@jest/globals";
import type { AzureFailure } from "../../src/azure/outcome.ts";
import { failureOf, failureOfThrown, reasonOf, sentenceOf, type Purpose } from "../../src/report/failure.ts";
import type { FailureReason } from "../../src/report/result.ts";
import { SecretUnavailable } from "../../src/secret/secret.ts";

const error = { code: "Stopped", message: "The service stopped.", details: [] };

const purposes = ["workspace", "target", "deployment", "asset"] as const satisfies readonly Purpose[];

describe("the reason of an Azure failure", () => {
  it.each<[Omit<AzureFailure, "error">, Readonly<Record<Purpose, FailureReason>>]>([
    [
      { reason: "refused", status: 401 },
      {
        workspace: "authentication-failed",
        target: "authentication-failed",
        deployment: "authentication-failed",
        asset: "authentication-failed",
      },
    ],
    [
      { reason: "refused", status: 403 },
      { workspace: "not-authorized", target: "not-authorized", deployment: "not-authorized", asset: "not-authorized" },
    ],
    [
      { reason: "refused", status: 400 },
      {
        workspace: "workspace-unavailable",
        target: "provisioning-failed",
        deployment: "deployment-failed",
        asset: "asset-failed",
      },
    ],
    [
      { reason: "refused", status: 409 },
      {
        workspace: "workspace-unavailable",
        target: "provisioning-failed",
        deployment: "deployment-failed",
        asset: "asset-failed",
      },
    ],
    [
      { reason: "refused" },
      {
        workspace: "workspace-unavailable",
        target: "provisioning-failed",
        deployment: "deployment-failed",
        asset: "asset-failed",
      },
    ],
    [
      { reason: "not-found", status: 404 },
      {
        workspace: "workspace-unavailable",
        target: "service-unreachable",
        deployment: "deployment-failed",
        asset: "asset-failed",
      },
    ],
    [
      { reason: "unknown", status: 503 },
      {
        workspace: "service-unreachable",
        target: "service-unreachable",
        deployment: "service-unreachable",
        asset: "service-unreachable",
      },
    ],
    [
      { reason: "unreachable" },
      {
        workspace: "service-unreachable",
        target: "service-unreachable",
        deployment: "service-unreachable",
        asset: "service-unreachable",
      },
    ],
    [
      { reason: "unreachable", status: 403 },
      { workspace: "not-authorized", target: "not-authorized", deployment: "not-authorized", asset: "not-authorized" },
    ],
    [
      { reason: "cancelled", status: 401 },
      { workspace: "cancelled", target: "cancelled", deployment: "cancelled", asset: "cancelled" },
    ],
  ])("%j is %j", (failure, expected) => {
    for (const purpose of purposes) expect([purpose, reasonOf(failure, purpose)]).toEqual([purpose, expected[purpose]]);
    expect(reasonOf(failure)).toBe(expected.workspace);
  });
});

describe("a failed call", () => {
  it("is reported by its leaf cause, with the code once", () => {
    const nested = { code: "BadRequest", message: "Something failed.", details: [error] };
    expect(sentenceOf(nested)).toBe("The service stopped [Stopped]");
    expect(failureOf({ reason: "refused", status: 400, error: nested }, "The computes could not be listed")).toEqual({
      reason: "workspace-unavailable",
      message: "The computes could not be listed: The service stopped [Stopped].",
      error: nested,
    });
  });

  it("comes with the advice that is known to help", () => {
    const refused = { code: "AuthorizationFailed", message: "You may not.", details: [] };
    expect(failureOf({ reason: "refused", status: 403, error: refused }, "The run could not be read").message).toBe(
      "The run could not be read: You may not [AuthorizationFailed]. The identity lacks a role. For work on a workspace it needs AzureML Data Scientist, for its computes AzureML Compute Operator. A new role assignment takes up to an hour. The command doctor lists everything that is missing.",
    );
  });

  it("says only that the workflow was cancelled where that is the cause", () => {
    expect(failureOf({ reason: "cancelled", error }, "The run could not be read")).toEqual({
      reason: "cancelled",
      message: "The run could not be read: the workflow was cancelled.",
    });
  });
});

function named(name: string, more: object = {}): Error {
  return Object.assign(new Error("why"), { name, ...more });
}

describe("a thrown error", () => {
  it.each<[unknown, FailureReason]>([
    [named("MissingInput"), "invalid-input"],
    [named("MalformedCreds"), "invalid-input"],
    [named("CloudUnknown"), "invalid-input"],
    [named("AuthenticationFailed"), "authentication-failed"],
    [
      new SecretUnavailable({ from: "env", name: "X", where: { file: "f", line: 1, column: 1 } }, "why"),
      "secret-unavailable",
    ],
    [named("WorkspaceUnavailable"), "workspace-unavailable"],
    [named("WorkspaceUnavailable", { failure: { reason: "not-found", status: 404, error } }), "workspace-unavailable"],
    [named("WorkspaceUnavailable", { failure: { reason: "refused", status: 401, error } }), "authentication-failed"],
    [named("WorkspaceUnavailable", { failure: { reason: "refused", status: 403, error } }), "not-authorized"],
    [named("WorkspaceUnavailable", { failure: { reason: "unreachable", error } }), "service-unreachable"],
    [new TypeError("why"), "internal-error"],
    ["why", "internal-error"],
  ])("%s has the reason %s", (thrown, expected) => {
    const failure = failureOfThrown(thrown);
    expect(failure.reason).toBe(expected);
    expect(failure.message).toContain("why");
  });

  it("says which tenant is meant, where the subscription is in another one", () => {
    const tenant = {
      code: "InvalidAuthenticationTokenTenant",
      message: "The access token is from the wrong issuer.",
      details: [],
    };
    const thrown = named("WorkspaceUnavailable", { failure: { reason: "refused", status: 401, error: tenant } });
    expect(failureOfThrown(thrown)).toEqual({
      reason: "authentication-failed",
      message: expect.stringContaining("Set tenant-id to its own: az account show") as unknown,
    });
  });

  it("is a cancellation, whatever it is, once the workflow is cancelled", () => {
    expect(failureOfThrown(new TypeError("why"), AbortSignal.abort()).reason).toBe("cancelled");
  });

  it("asks for a report, with its stack, where it is a bug of the action", () => {
    expect(failureOfThrown(new TypeError("why")).message).toMatch(
      /^Internal error in azureml-targets\. Please report it\. TypeError: why\n +at /,
    );
  });
});
