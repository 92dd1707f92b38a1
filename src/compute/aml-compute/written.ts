import * as z from "zod";
import { fromIsoDuration } from "../../azure/iso-duration.ts";
import { liveForm, shownBy } from "../compare.ts";
import type { WriteTarget } from "../kind.ts";
import { writtenIdentity, writtenLocation, writtenNetwork } from "../managed/written.ts";
import { wordOf } from "../word.ts";

export const writeAmlCompute: WriteTarget = (live, { workspace, secret }) => {
  const at = shownBy(live);
  const word = (...path: readonly string[]) => wordOf(at(...path));
  const idle = liveForm(live, z.string(), "scaleSettings", "nodeIdleTimeBeforeScaleDown");
  const access = word("remoteLoginPortPublicAccess");
  const user = at("userAccountCredentials", "adminUserName");
  const key = at("userAccountCredentials", "adminUserSshPublicKey");
  return {
    keys: {
      location: writtenLocation(live.computeLocation ?? live.location, workspace),
      size: at("vmSize"),
      tier: word("vmPriority") === "lowpriority" ? "low_priority" : undefined,
      min_instances: at("scaleSettings", "minNodeCount"),
      max_instances: at("scaleSettings", "maxNodeCount"),
      idle_time_before_scale_down: idle === undefined ? undefined : fromIsoDuration(idle),
      ssh_public_access_enabled: access === "enabled" || access === "disabled" ? access === "enabled" : undefined,
      ssh_settings:
        user === undefined
          ? undefined
          : {
              admin_username: user,
              ...(key === undefined ? { admin_password: secret("PASSWORD") } : { ssh_key_value: key }),
            },
      ...writtenNetwork(live),
      identity: writtenIdentity(live),
    },
    notes:
      user === undefined || key !== undefined
        ? []
        : ["Where users of the nodes log in with a key, write ssh_key_value in place of admin_password."],
  };
};
