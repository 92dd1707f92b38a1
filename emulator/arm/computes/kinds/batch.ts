import { batchAccount } from "../../../resources/batch.ts";
import type { EmulatedKind } from "../kind.ts";

/** A Batch account. Only the first SDK attaches one, by an api-version that was never published. */
export const batch: EmulatedKind = {
  computeType: "Batch",
  apiVersions: { only: "2020-02-02" },
  origin: "attached",
  exclusive: "per-resource",
  seeds: [batchAccount("batch1")],
};
