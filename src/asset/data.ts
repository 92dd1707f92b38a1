import * as localPath from "./upload/local-path.ts";

export const label = "data asset";
export const collection = "data";
/** Data of this machine is uploaded, and not registered: a job reads it by its address. */
export const { uploadOf, contentOf, identityOf, upload } = localPath;
