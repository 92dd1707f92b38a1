import { databricksWorkspace } from "../../../resources/databricks.ts";
import { armError } from "../../../server/reply.ts";
import type { Json } from "../document.ts";
import type { EmulatedKind } from "../kind.ts";

/** A Databricks workspace, attached with an access token of its own. */
export const databricks: EmulatedKind = {
  computeType: "Databricks",
  apiVersions: "published",
  origin: "attached",
  exclusive: "per-resource",
  seeds: [databricksWorkspace("dbx1")],
  check: ({ own }) =>
    typeof own["databricksAccessToken"] === "string"
      ? undefined
      : armError(400, "BadRequest", "databricksAccessToken is required."),
  foundOut: (resource) => {
    const workspaceUrl = (resource?.["properties"] as Json | undefined)?.["workspaceUrl"];
    return workspaceUrl === undefined ? {} : { workspaceUrl };
  },
  hidden: (own) => (own["databricksAccessToken"] === undefined ? {} : { databricksAccessToken: null }),
};
