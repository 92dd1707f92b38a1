import { join } from "node:path";
import * as z from "zod";
import { boolean, exactly, oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import { keepInside, leadsOutside, namedPath } from "../../yaml/named-path.ts";
import { valueAt } from "../../yaml/source.ts";
import type { CheckedPart } from "./kind.ts";
import { anyFile, anyMapping, recurrenceTrigger, resourceId, textTags } from "./parts.ts";
import { assignedIdentity, workspaceKeys } from "./workspace.ts";

const store = (type: string) => z.strictObject({ type: oneOf([type], { camelCase: true }), target: resourceId() });

export const featureStore = shape(() =>
  z.strictObject({
    ...workspaceKeys(),
    id: readOnly(),
    compute_runtime: z.strictObject({ spark_runtime_version: text().optional() }).optional(),
    offline_store: store("azure_data_lake_gen2").optional(),
    online_store: store("redis").optional(),
    materialization_identity: assignedIdentity().optional(),
  }),
);

const asset = () => ({
  ...anyFile(),
  id: readOnly(),
  latest_version: readOnly(),
  creation_context: readOnly(),
  name: text(),
  version: text(),
  tags: textTags(),
  stage: exactly(["Development", "Production", "Archived"]).optional(),
});

const columnTypes = ["string", "integer", "long", "float", "double", "binary", "datetime", "boolean"] as const;

export const featureStoreEntity = shape(() =>
  z.strictObject({
    ...asset(),
    properties: textTags(),
    index_columns: z.array(z.strictObject({ name: text(), type: oneOf(columnTypes) })),
  }),
);

export const featureSet = shape(() =>
  z.strictObject({
    ...asset(),
    properties: readOnly(),
    specification: z.strictObject({ path: text() }),
    entities: z.array(text()),
    materialization_settings: z
      .strictObject({
        schedule: recurrenceTrigger().optional(),
        notification: z
          .strictObject({
            email_on: z.array(exactly(["JobCompleted", "JobFailed", "JobCancelled"])),
            emails: z.array(text()),
          })
          .optional(),
        resource: z.strictObject({ instance_type: text().optional() }).optional(),
        spark_configuration: anyMapping(),
        offline_enabled: boolean().optional(),
        online_enabled: boolean().optional(),
      })
      .optional(),
  }),
);

/** az ml reads the specification when the feature set is registered, and it has a file of one name. */
export function checkFeatureSet({ node, add }: CheckedPart): void {
  const written = valueAt(node, ["specification", "path"]);
  if (typeof written !== "string" || /^[a-z][a-z0-9+.-]+:/i.test(written)) return;
  const folder = namedPath(written, node.document);
  const at = ["specification", "path"];
  if (folder.is === "outside") add("outside", at, `The folder ${JSON.stringify(written)} ${leadsOutside}.`, keepInside);
  else if (folder.is !== "folder")
    add(
      "missing-file",
      at,
      `The folder ${JSON.stringify(written)} does not exist.`,
      "Fix the path; it is relative to this file.",
    );
  else if (namedPath(join(folder.path, "FeatureSetSpec.yaml"), node.document).is !== "file")
    add(
      "missing-file",
      at,
      `The folder ${JSON.stringify(written)} has no FeatureSetSpec.yaml.`,
      "Name the folder with the specification of the feature set.",
    );
}
