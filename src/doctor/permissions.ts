import pLimit from "p-limit";
import type { Permissions } from "../azure/permissions.ts";
import { canonicalId } from "../azure/resource-id.ts";
import { compareGrants, scopesOf, type ComparedNeed } from "../permissions/compare-grants.ts";
import type { Need } from "../permissions/needs.ts";
import { leastPrivilegeRoles } from "../permissions/role.ts";
import type { DoctorReport } from "../report/result.ts";
import { reasonOf, sentenceOf } from "../report/failure.ts";
import { error, fine, notChecked, warning, type Check } from "./check.ts";

export type PermissionFindings = Pick<DoctorReport, "permissions" | "missingActions" | "roles"> & {
  readonly checks: readonly Check[];
};

/** Compares what is needed with what the identity is granted. Without permissions to ask for, nothing is checked. */
export async function permissionFindings(
  needs: readonly Need[],
  permissions: Permissions | undefined,
  workspace: string,
  parallel: number,
): Promise<PermissionFindings> {
  if (permissions === undefined) {
    return {
      ...reported(
        needs.map((need) => ({ ...need, state: "not-checked" })),
        needs,
        workspace,
      ),
      checks: [
        notChecked(
          "permissions",
          "What the identity is granted was not read, because nobody is signed in.",
          "Fix the sign-in first; the role below is what the identity will need.",
        ),
      ],
    };
  }
  const limit = pLimit(parallel);
  const granted = await Promise.all(
    scopesOf(needs).map((scope) => limit(async () => [canonicalId(scope), await permissions(scope)] as const)),
  );
  const judged = compareGrants(needs, new Map(granted));
  return { ...reported(judged, needs, workspace), checks: checksOf(judged) };
}

function reported(
  judged: readonly ComparedNeed[],
  needs: readonly Need[],
  workspace: string,
): Omit<PermissionFindings, "checks"> {
  return {
    permissions: judged.map(({ action, plane, scope, level, purpose, state }) => ({
      action,
      plane,
      scope,
      level,
      purpose,
      state,
    })),
    missingActions: [...new Set(judged.filter(({ state }) => state === "missing").map(({ action }) => action))],
    roles: leastPrivilegeRoles(needs, workspace),
  };
}

function checksOf(judged: readonly ComparedNeed[]): readonly Check[] {
  const missing = judged.filter(({ state }) => state === "missing");
  const unknown = judged.filter(({ state }) => state === "not-checked");
  const granted = judged.length - missing.length - unknown.length;
  return [
    ...missing.map((need) => {
      const { action, plane, scope, purpose, level } = need;
      const message = `The identity lacks ${plane === "data" ? "the data action " : ""}${action} on ${scope}. It is needed to ${purpose}.`;
      const advice =
        level === "required"
          ? "Give the identity the role below; a change takes up to an hour."
          : "Commands continue without it and do less. Give the identity the role below to have it.";
      return level === "required"
        ? error("not-authorized", "permission-missing", message, advice)
        : warning("permission-missing", message, advice);
    }),
    ...[...new Map(unknown.map((need) => [canonicalId(need.scope), need])).values()].map((need) => {
      const actions = unknown.filter(({ scope }) => canonicalId(scope) === canonicalId(need.scope));
      const { failure } = need;
      const message = `What the identity is granted on ${need.scope} could not be read${failure === undefined ? "" : ` (${sentenceOf(failure.error)})`}; needed there: ${actions.map(({ action }) => action).join(", ")}.`;
      const advice = "Give the identity a role there, or check by hand under Access control (IAM) of the resource.";
      // Who may not ask, or asks of what is not there, has an answer. Without one nobody knows what is missing.
      return failure === undefined || failure.status === 403 || failure.reason === "not-found"
        ? notChecked("permission-not-checked", message, advice)
        : error(reasonOf(failure), "permission-not-checked", message, advice);
    }),
    ...(granted === 0 ? [] : [fine("permissions", `${granted} of ${judged.length} needed permissions are granted.`)]),
  ];
}
