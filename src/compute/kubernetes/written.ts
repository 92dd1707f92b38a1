import { isMapping } from "../../yaml/wording.ts";
import { elsewhereAllowed } from "../attached/written.ts";
import { liveMember } from "../compare.ts";
import type { WriteTarget } from "../kind.ts";
import { writtenIdentity } from "../managed/written.ts";
import { isArc } from "../attached/kubernetes-cluster.ts";

/** The instance type that the extension brings along: not one of the attachment's own. */
const builtIn = "defaultinstancetype";

export const writeKubernetes: WriteTarget = (live, { workspace }) => {
  const types = writtenTypes(liveMember(live, "instanceTypes"));
  const chosen = liveMember(live, "defaultInstanceType") ?? undefined;
  const isKnown =
    types === undefined || chosen === builtIn || (typeof chosen === "string" && Object.hasOwn(types, chosen));
  return {
    keys: {
      resource_id: live.resourceId,
      namespace: liveMember(live, "namespace") ?? "default",
      identity: writtenIdentity(live),
      instance_types: types,
      default_instance_type: isKnown ? chosen : undefined,
      allow_other_subscription: isArc(live.resourceId ?? "") ? undefined : elsewhereAllowed(live, workspace),
    },
  };
};

function writtenTypes(live: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isMapping(live)) return undefined;
  const own = Object.entries(live).filter(([name]) => name !== builtIn);
  if (own.length === 0) return undefined;
  return Object.fromEntries(
    own.map(([name, type]) => {
      const { nodeSelector, resources } = isMapping(type) ? type : {};
      const parts = isMapping(resources) ? resources : {};
      return [
        name,
        {
          node_selector: unlessEmpty(nodeSelector),
          resources: unlessEmpty({ requests: unlessEmpty(parts["requests"]), limits: unlessEmpty(parts["limits"]) }),
        },
      ];
    }),
  );
}

/** What has a value in a mapping; nothing where nothing has. */
function unlessEmpty(value: unknown): unknown {
  if (!isMapping(value)) return undefined;
  const told = Object.entries(value).filter(([, one]) => one !== undefined && one !== null);
  return told.length === 0 ? undefined : Object.fromEntries(told);
}
