import { createHash } from "node:crypto";
import { stripTypeScriptTypes } from "node:module";

/** A jest transform: Node's own type stripping, which is also how the sources run without a build. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
  getCacheKey: (source) => createHash("sha256").update(process.version).update(source).digest("hex"),
};
