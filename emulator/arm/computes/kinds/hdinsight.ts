import { sparkCluster } from "../../../resources/hdinsight.ts";
import type { EmulatedKind } from "../kind.ts";
import { addressBySsh, checkLogin, unreachableBySsh, withoutLoginSecrets } from "../ssh-login.ts";

/** A Spark cluster that is reached by SSH. */
export const hdInsight: EmulatedKind = {
  computeType: "HDInsight",
  apiVersions: "published",
  origin: "attached",
  exclusive: "per-resource",
  takesPySpark: true,
  seeds: [sparkCluster("hdi1")],
  check: ({ own }) => checkLogin(own),
  foundOut: addressBySsh,
  missing: unreachableBySsh,
  hidden: withoutLoginSecrets,
};
