import type { ResourceReads } from "../../azure/resource-reads.ts";
import type { Finding, Permission } from "../kind.ts";
import { recommended } from "../permission.ts";

type Document = Readonly<Record<string, unknown>>;

/** A resource behind a target, or why nothing can be said of it. */
export type Behind =
  { readonly resource: Document; readonly findings: readonly [] } | { readonly findings: readonly Finding[] };

/**
 * What a 404 of ARM says when it is the resource or its group that is not there. A subscription that is "not found" may be
 * one that the identity sees nothing of, as with a 403.
 */
const absent = /^((Parent)?Resource(Group)?)?NotFound$/i;

/**
 * Reads a resource that a preflight looks at. One that is not there is an error. One that may not be read, or that a cloud
 * does not show by this api-version, is `not-checked`: to attach it does not take the right to read it.
 *
 * @param what for the message: `virtual machine`.
 */
export async function readBehind(
  reads: ResourceReads,
  what: string,
  id: string,
  apiVersion: string,
  query?: Readonly<Record<string, string>>,
): Promise<Behind> {
  const answer = await reads.get(id, apiVersion, query);
  if (answer.ok) return { resource: answer.value, findings: [] };
  const { reason, status, error } = answer.failure;
  if (reason === "not-found" && absent.test(error.code)) {
    return {
      findings: [
        {
          severity: "error",
          code: "resource-not-found",
          message: `The ${what} ${id} does not exist: ${error.code}.`,
          advice: "Check subscription, resource group and name.",
        },
      ],
    };
  }
  return {
    findings: [
      {
        severity: "not-checked",
        code: "resource-not-readable",
        message: `The ${what} ${id} could not be read: ${error.message} [${error.code}]`,
        advice:
          status === 403 || /^SubscriptionNotFound$/i.test(error.code)
            ? "It is attached anyway. To have it checked beforehand, give the identity the role Reader on it."
            : "It is attached anyway.",
      },
    ],
  };
}

/** What the checks of a resource read before it is attached. Without them it is attached all the same. */
export function readsBehind(scope: string, ...actions: readonly string[]): readonly Permission[] {
  return recommended(scope, "check the resources behind targets before they are attached", ...actions);
}
