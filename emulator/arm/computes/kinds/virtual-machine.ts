import { machineWithNetwork } from "../../../resources/machines.ts";
import { seeded } from "../../../settings.ts";
import type { EmulatedKind } from "../kind.ts";
import { addressBySsh, checkLogin, unreachableBySsh, withoutLoginSecrets } from "../ssh-login.ts";

/** A machine that is reached by SSH. */
export const virtualMachine: EmulatedKind = {
  computeType: "VirtualMachine",
  apiVersions: "published",
  origin: "attached",
  exclusive: "per-resource",
  seeds: [seeded.machine, "vm1", "vm2", "vm3"].flatMap(machineWithNetwork),
  check: ({ own }) => checkLogin(own),
  foundOut: addressBySsh,
  missing: unreachableBySsh,
  hidden: withoutLoginSecrets,
};
