import type { DoctorReport, Failure } from "../report/result.ts";
import type { Part } from "./check.ts";
import type { Examination } from "./examine.ts";

export function doctorReport({ parts, identity, permissions }: Omit<Examination, "azure">): DoctorReport {
  const { claims, federatedCredential, principal } = identity;
  return {
    sections: parts
      .filter(({ checks }) => checks.length > 0)
      .map(({ title, checks }) => ({ title, checks: checks.map(({ reason: _, ...check }) => check) })),
    ...(claims === undefined ? {} : { claims }),
    ...(federatedCredential === undefined ? {} : { federatedCredential }),
    ...(principal === undefined ? {} : { principal }),
    permissions: permissions.permissions,
    missingActions: permissions.missingActions,
    roles: permissions.roles,
  };
}

/** What the step fails with: every error of every part. */
export function failuresIn(parts: readonly Part[]): readonly Failure[] {
  return parts
    .flatMap(({ checks }) => checks)
    .flatMap(({ state, reason, message, advice }) =>
      state !== "error" || reason === undefined
        ? []
        : [{ reason, message: advice === undefined ? message : `${message} ${advice}` }],
    );
}
