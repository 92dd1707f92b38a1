import type { LiveCompute } from "../../azure/computes.ts";
import { giveSubscriptionId, isSubscriptionId, parseResourceId } from "../../azure/resource-id.ts";
import type { Workspace } from "../../azure/workspace.ts";
import type { ProblemCode } from "../../yaml/problem-codes.ts";
import type { Problem } from "../../yaml/problem.ts";
import { text, version } from "../../yaml/shape.ts";
import { positionOf, type SourceNode } from "../../yaml/source.ts";
import type { Comparison } from "../compare.ts";
import type { ReadContext, TargetBase } from "../kind.ts";
import { namePartProblems, placeholderProblems } from "../resource-name.ts";

/** Which resource a kind attaches, and by which keys a declaration names its parts. */
export type AttachedKind = {
  /** `Microsoft.Compute/virtualMachines`: what parts name, and an id may. */
  readonly resourceType: string;
  /** Further types that only an id can name. */
  readonly otherTypes?: readonly string[];
  /** The keys of the names in the id, outermost first: `["vm_name"]`, `["workspace_name", "pool_name"]`. */
  readonly parts: readonly string[];
};

/** The keys by which every attached kind names its resource; the kind adds its own parts. */
export const resourceSchema = () => ({
  resource_id: text().optional().describe("ARM id of the resource, in place of its parts."),
  resource_group: text().optional().describe("Resource group of the resource, when it is named by parts."),
  subscription_id: text().optional().describe("Subscription of the resource. Default: the workspace's."),
  credentials_version: version()
    .optional()
    .describe("Raise it after a secret was rotated: the target is detached and attached again."),
});

type Declared = {
  readonly resource_id?: string | undefined;
  readonly resource_group?: string | undefined;
  readonly subscription_id?: string | undefined;
  readonly [part: string]: unknown;
};

/** The ARM id of the attached resource, from `resource_id` or from its parts, with what is wrong about it. */
export function attachedResource(
  kind: AttachedKind,
  declared: Declared,
  node: SourceNode,
  context: ReadContext,
): { readonly id?: string; readonly problems: readonly Problem[] } {
  const names = kind.parts.map((part) => declared[part]).filter((name) => typeof name === "string");
  const partKeys = [...kind.parts, "resource_group"];
  if (declared.resource_id !== undefined) {
    const stray = [...partKeys, "subscription_id"].find((key) => declared[key] !== undefined);
    if (stray !== undefined) {
      return fault(
        node,
        [stray],
        "id-and-parts",
        `The target has both resource_id and ${stray}.`,
        "Keep one of them: the id says everything.",
      );
    }
    return checkId(kind, declared.resource_id, node);
  }
  if (names.length === 0 && declared.resource_group === undefined) {
    return fault(
      node,
      [],
      "missing-key",
      "The target does not say which resource is attached.",
      `Add resource_id, or ${partKeys.join(" and ")}.`,
    );
  }
  const missing = partKeys.find((key) => declared[key] === undefined);
  if (missing !== undefined) {
    return fault(
      node,
      [],
      "missing-key",
      `${missing} is missing.`,
      `Name the resource by ${partKeys.join(" and ")}, or by resource_id alone.`,
    );
  }
  const subscription = declared.subscription_id ?? context.subscriptionId;
  if (subscription === undefined) {
    return fault(
      node,
      [],
      "missing-key",
      "The target names its resource by parts, and no subscription is known.",
      "Add subscription_id here or under workspace, or set the input subscription-id.",
    );
  }
  const malformed = [...partKeys, "subscription_id"].flatMap((key) => {
    const name = declared[key];
    const found = typeof name === "string" ? namePartProblems(name, node, [key]) : [];
    return key !== "subscription_id" || isSubscriptionId(String(name))
      ? found
      : found.map((problem) => ({
          ...problem,
          message: `subscription_id is ${JSON.stringify(name)}, which is not a GUID.`,
          fix: `${giveSubscriptionId}.`,
        }));
  });
  if (malformed.length > 0) return { problems: malformed };
  const [namespace, ...types] = kind.resourceType.split("/");
  const path = types.map((type, index) => `${type}/${String(names[index])}`).join("/");
  return {
    id: `/subscriptions/${subscription}/resourceGroups/${String(declared.resource_group)}/providers/${namespace}/${path}`,
    problems: [],
  };
}

function checkId(
  kind: AttachedKind,
  id: string,
  node: SourceNode,
): { readonly id?: string; readonly problems: readonly Problem[] } {
  const open = placeholderProblems(id, node, ["resource_id"]);
  if (open.length > 0) return { problems: open };
  const parsed = parseResourceId(id);
  const types = [kind.resourceType, ...(kind.otherTypes ?? [])];
  if (parsed !== undefined && types.some((type) => type.toLowerCase() === parsed.type.toLowerCase()))
    return { id: id.trim(), problems: [] };
  const example = types.map((type) => `/subscriptions/…/resourceGroups/…/providers/${type}/…`).join(" or ");
  return parsed === undefined
    ? fault(
        node,
        ["resource_id"],
        "malformed-resource-id",
        `${JSON.stringify(id)} is not an ARM resource id.`,
        `Write it as ${example}.`,
      )
    : fault(
        node,
        ["resource_id"],
        "wrong-resource-type",
        `The resource id is of type ${parsed.type}; this kind attaches ${types.join(" or ")}.`,
        `Write it as ${example}.`,
      );
}

function fault(node: SourceNode, path: readonly string[], code: ProblemCode, message: string, fix: string) {
  const problem: Problem = { code, severity: "error", where: positionOf(node, path), message, fix };
  return { problems: [problem] };
}

/** An attached target: a name for the resource behind it. */
export type Attached = TargetBase & {
  /** ARM id of the resource. */
  readonly resourceId: string;
};

/**
 * Body of `PUT …/computes/{name}` of an attachment, which is in the workspace's region, wherever its resource is.
 *
 * @param properties the kind's own part; absent for a kind that has none.
 */
export function attachRequest(
  { tags, description, resourceId }: Attached,
  computeType: string,
  workspace: Workspace,
  properties?: unknown,
): unknown {
  return {
    location: workspace.location,
    ...(tags === undefined ? {} : { tags }),
    properties: {
      computeType,
      ...(description === undefined ? {} : { description }),
      resourceId,
      ...(properties === undefined ? {} : { properties }),
    },
  };
}

export function resourceComparison({ resourceId }: Attached, live: LiveCompute): Comparison {
  return {
    field: "resource_id",
    declared: resourceId.replace(/\/+$/, ""),
    live: live.resourceId?.replace(/\/+$/, ""),
    means: "reattach",
    ignoreCase: true,
  };
}
