import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import { text } from "../../yaml/shape.ts";
import { isMapping } from "../../yaml/wording.ts";
import { liveMember, type Comparison } from "../compare.ts";
import type { AddProblem } from "../kind.ts";

/** Kinds of nodes and shares of them that jobs choose from, in ARM's spelling. */
export type InstanceTypes = Readonly<
  Record<
    string,
    {
      readonly nodeSelector?: Readonly<Record<string, string>>;
      readonly resources?: {
        readonly requests?: Readonly<Record<string, string>>;
        readonly limits?: Readonly<Record<string, string>>;
      };
    }
  >
>;

/** Kubernetes writes quantities as text; people write whole ones as numbers. */
const quantities = () => z.record(z.string(), z.union([z.string(), z.number()]));

export const instanceTypesSchema = () =>
  z
    .record(
      z.string(),
      z.strictObject({
        node_selector: z.record(z.string(), text()).optional(),
        resources: z.strictObject({ requests: quantities().optional(), limits: quantities().optional() }).optional(),
      }),
    )
    .describe(
      "Instance types by name: node_selector, and resources with requests and limits (cpu, memory, nvidia.com/gpu).",
    );

type Declared = {
  readonly instance_types?: z.infer<ReturnType<typeof instanceTypesSchema>> | undefined;
  readonly default_instance_type?: string | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
};

/** The type that the extension brings along. */
const builtIn = "defaultinstancetype";

export function instanceTypeProblems(declared: Declared, add: AddProblem): void {
  const { instance_types: types = {}, default_instance_type: chosen, properties = {} } = declared;
  for (const [key, own] of [
    ["instance_types", "instanceTypes"],
    ["default_instance_type", "defaultInstanceType"],
  ] as const) {
    if (declared[key] === undefined || properties[own] === undefined) continue;
    add("said-twice", ["properties", own], `${key} and properties.${own} say the same thing.`, "Keep one of them.");
  }
  const names = Object.keys(types);
  if (chosen !== undefined && names.length > 0 && chosen !== builtIn && !names.includes(chosen)) {
    add(
      "unknown-instance-type",
      ["default_instance_type"],
      `default_instance_type is ${JSON.stringify(chosen)}, which is not among instance_types.`,
      `Use one of ${[...names, builtIn].join(", ")}.`,
    );
  }
  for (const [name, { resources = {} }] of Object.entries(types)) {
    for (const part of ["requests", "limits"] as const) {
      for (const [resource, quantity] of Object.entries(resources[part] ?? {})) {
        if (/^\d+(\.\d+)?(m|[kKMGTPE]i?)?$/.test(String(quantity))) continue;
        add(
          "malformed-quantity",
          ["instance_types", name, "resources", part, resource],
          `${resource} is ${JSON.stringify(quantity)}, which is not a Kubernetes quantity.`,
          "Write it as 2, 500m or 4Gi.",
        );
      }
    }
  }
}

export function toInstanceTypes(declared: z.infer<ReturnType<typeof instanceTypesSchema>>): InstanceTypes {
  const asText = (values: Readonly<Record<string, string | number>>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
  return Object.fromEntries(
    Object.entries(declared).map(([name, { node_selector: nodeSelector, resources }]) => [
      name,
      {
        ...(nodeSelector === undefined ? {} : { nodeSelector }),
        ...(resources === undefined
          ? {}
          : {
              resources: {
                ...(resources.requests === undefined ? {} : { requests: asText(resources.requests) }),
                ...(resources.limits === undefined ? {} : { limits: asText(resources.limits) }),
              },
            }),
      },
    ]),
  );
}

/** Only declared instance types are compared; the service may show those of the cluster beside them. */
export function instanceTypeComparisons(
  field: string,
  declared: InstanceTypes | undefined,
  live: LiveCompute,
): readonly Comparison[] {
  return Object.entries(declared ?? {}).map(([name, type]) => ({
    field: `${field}.${name}`,
    declared: plain(type),
    live: plain(withoutUnknown(liveMember(live, "instanceTypes", name), type)),
    means: "reattach",
  }));
}

/**
 * An instance type as the service shows it, without members that are neither known nor declared: a later version of the
 * service may show more. The keys of selectors and quantities are the user's own, and all of them count.
 */
function withoutUnknown(live: unknown, declared: unknown): unknown {
  const type = restricted(live, ["nodeSelector", "resources"], declared);
  if (!isMapping(type)) return type;
  const resources = isMapping(declared) ? declared["resources"] : undefined;
  return { ...type, resources: restricted(type["resources"], ["requests", "limits"], resources) };
}

function restricted(live: unknown, known: readonly string[], declared: unknown): unknown {
  if (!isMapping(live)) return live;
  const isDeclared = (key: string) => isMapping(declared) && Object.hasOwn(declared, key);
  return Object.fromEntries(Object.entries(live).filter(([key]) => known.includes(key) || isDeclared(key)));
}

/**
 * An instance type in one form: quantities as text, and without members that have no value, which the service may show as
 * `null` or empty.
 */
function plain(value: unknown): unknown {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, one]) => [key, plain(one)] as const)
      .filter(([, one]) => one !== null && !isEmpty(one)),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
