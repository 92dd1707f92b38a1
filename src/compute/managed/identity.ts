import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import type { Problem } from "../../yaml/problem.ts";
import { oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import { positionOf, type SourceNode } from "../../yaml/source.ts";
import type { Comparison } from "../compare.ts";
import type { ChangeMeans, Permission } from "../kind.ts";
import { required } from "../permission.ts";
import { idProblems, placeholderProblems } from "../resource-name.ts";

/** ARM's `identity` of a compute. */
export type Identity = {
  readonly type: "None" | "SystemAssigned" | "UserAssigned" | "SystemAssigned,UserAssigned";
  readonly userAssignedIdentities?: Readonly<Record<string, object>>;
};

const types = {
  none: "None",
  system_assigned: "SystemAssigned",
  user_assigned: "UserAssigned",
  "system_assigned,user_assigned": "SystemAssigned,UserAssigned",
} as const;

/** az ml takes the words in snake_case and in camelCase. */
export const identitySchema = shape(() =>
  z.strictObject({
    type: oneOf(["system_assigned", "user_assigned", "none", "system_assigned,user_assigned"], { camelCase: true }),
    user_assigned_identities: z
      .array(
        z.strictObject({ resource_id: text(), principal_id: readOnly(), client_id: readOnly(), tenant_id: readOnly() }),
      )
      .optional(),
    principal_id: readOnly(),
    tenant_id: readOnly(),
  }),
);

const identityType = "Microsoft.ManagedIdentity/userAssignedIdentities";

type Declared = z.infer<ReturnType<typeof identitySchema>>;

export function identityProblems(identity: Declared | undefined, node: SourceNode): readonly Problem[] {
  if (identity === undefined) return [];
  const listed = identity.user_assigned_identities ?? [];
  if (!identity.type.includes("user_assigned") || listed.length > 0) {
    // A name alone is for the service to judge; one that has still to be put in is not.
    return listed.flatMap(({ resource_id: id }, index) => {
      const path = ["identity", "user_assigned_identities", index, "resource_id"];
      return id.startsWith("/") ? idProblems(id, identityType, node, path) : placeholderProblems(id, node, path);
    });
  }
  return [
    {
      code: "missing-identity",
      severity: "error",
      where: positionOf(node, ["identity"]),
      message: "The identity's type is user_assigned, and no identity is listed.",
      fix: "Add user_assigned_identities with the resource_id of each.",
    },
  ];
}

export function toIdentity(identity: Declared): Identity {
  const ids = identity.user_assigned_identities ?? [];
  return {
    type: types[identity.type],
    ...(ids.length === 0
      ? {}
      : { userAssignedIdentities: Object.fromEntries(ids.map(({ resource_id: id }) => [id, {}])) }),
  };
}

/** The identity beside the live one, by what it is and which ones are listed; their order and case mean nothing. */
export function identityComparison(identity: Identity | undefined, live: LiveCompute, means: ChangeMeans): Comparison {
  return {
    field: "identity",
    declared: identity && identityKey(identity.type, Object.keys(identity.userAssignedIdentities ?? {})),
    live: live.identity === undefined ? "none" : identityKey(live.identity.type, live.identity.userAssignedIds),
    means,
  };
}

function identityKey(type: string, ids: readonly string[]): string {
  const types = type
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .sort()
    .join(",");
  return [types, ...ids.map((id) => id.toLowerCase()).sort()].join(" ");
}

/** What it takes to give a compute its user-assigned identities. */
export function identityPermissions(identity: Identity | undefined): readonly Permission[] {
  return Object.keys(identity?.userAssignedIdentities ?? {}).flatMap((id) =>
    required(
      id,
      "give computes the identity",
      "Microsoft.ManagedIdentity/userAssignedIdentities/read",
      "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    ),
  );
}
