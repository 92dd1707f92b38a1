import type { LiveCompute } from "../../azure/computes.ts";
import { parseResourceId } from "../../azure/resource-id.ts";
import type { Workspace } from "../../azure/workspace.ts";
import { liveMember } from "../compare.ts";
import type { WriteTarget } from "../kind.ts";

/** Where nothing but the resource is said. */
export const writeAttached: WriteTarget = (live) => ({ keys: { resource_id: live.resourceId } });

/** A service that Azure has closed is declared only on purpose. */
export const writeRetired: WriteTarget = (live) => ({ keys: { resource_id: live.resourceId, allow_retired: true } });

/** What is declared where nobody can know it: the name that Azure's portal suggests. */
const usualUser = "azureuser";

/** A machine or a cluster that is entered by SSH: the service shows no password and no key, and not always the user. */
export const writeWithLogin: WriteTarget = (live, { secret }) => {
  const user = liveMember(live, "administratorAccount", "username");
  const isShown = typeof user === "string" && user !== "";
  return {
    keys: {
      resource_id: live.resourceId,
      ssh_settings: {
        ssh_port: Number(liveMember(live, "sshPort") ?? 22),
        admin_username: isShown ? user : usualUser,
        admin_password: secret("PASSWORD"),
      },
    },
    notes: [
      "Where the service logs in with a key, write ssh_private_key_file in place of admin_password.",
      ...(isShown ? [] : ["The service does not show admin_username: write the real one."]),
    ],
  };
};

/** Only where the resource is elsewhere does a declaration have to say that this is meant. */
export function elsewhereAllowed({ resourceId }: LiveCompute, { subscriptionId }: Workspace): true | undefined {
  const own = parseResourceId(resourceId ?? "")?.subscriptionId;
  return own === undefined || own.toLowerCase() === subscriptionId.toLowerCase() ? undefined : true;
}
