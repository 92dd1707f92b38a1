import * as localPath from "./upload/local-path.ts";

export const label = "model";
export const collection = "models";
/** A model of this machine that a job reads is uploaded, and not registered. */
export const { uploadOf, contentOf, identityOf, upload } = localPath;
