import type { TokenCredential } from "@azure/core-auth";

/** A container, and how it is accessed. The access is a secret, never printed. */
export type BlobContainer = {
  /** `https://{account}.blob…/{container}`, without a signature. */
  readonly url: string;
  readonly access:
    | { readonly by: "sas"; /** Without `?`. */ readonly token: string }
    | { readonly by: "key"; readonly account: string; readonly key: string }
    | { readonly by: "identity"; readonly credential: TokenCredential };
};
