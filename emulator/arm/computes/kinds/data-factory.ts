import type { EmulatedKind } from "../kind.ts";

/** A data factory: published, and attached by nothing but its id. */
export const dataFactory: EmulatedKind = {
  computeType: "DataFactory",
  apiVersions: "published",
  origin: "attached",
  exclusive: "never",
};
