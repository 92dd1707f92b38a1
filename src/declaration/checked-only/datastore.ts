import * as z from "zod";
import { own } from "../../yaml/own.ts";
import { oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import type { Mapping } from "./kind.ts";
import { anyFile, anyMapping, textTags } from "./parts.ts";

/** A datastore is told by what it is; the file may spell it as the service does: `AzureBlob`. */
const base = <Word extends string>(type: Word) => ({
  ...anyFile(),
  id: readOnly(),
  name: text(),
  type: oneOf([type], { camelCase: true }),
});

const storage = () => ({
  account_name: text(),
  endpoint: text().optional(),
  protocol: text().optional(),
  tags: textTags(),
});

/** Whatever is given in place of the identity of whoever reads: one of the two. */
const keyOrToken = () =>
  z
    .strictObject({ account_key: text().optional(), sas_token: text().optional() })
    .superRefine((given, context) => oneOfTwo(given, ["account_key", "sas_token"], context))
    .optional();

const principalKeys = () => ({
  authority_url: text().optional(),
  resource_url: text().optional(),
  tenant_id: text().optional(),
  client_id: text().optional(),
  client_secret: text().optional(),
});

const identities = () =>
  z
    .strictObject({ ...principalKeys(), certificate: text().optional(), thumbprint: text().optional() })
    .superRefine((given, context) => {
      needsPrincipal(given, context);
      oneOfTwo(given, ["client_secret", "thumbprint"], context);
      if (given.certificate !== undefined && given.thumbprint === undefined)
        context.addIssue({ code: "custom", path: ["thumbprint"] });
    })
    .optional();

const secretIdentity = () => z.strictObject(principalKeys()).superRefine(needsPrincipal).optional();

/** A service principal is told by its tenant and its id; the secret may be given when az ml is called. */
function needsPrincipal(given: Mapping, context: z.RefinementCtx): void {
  if (Object.keys(given).length === 0) return;
  for (const key of ["tenant_id", "client_id"])
    if (given[key] === undefined) context.addIssue({ code: "custom", path: [key] });
}

function oneOfTwo(given: Mapping, [first, second]: readonly [string, string], context: z.RefinementCtx): void {
  if (given[first] === undefined || given[second] === undefined) return;
  const message = `The credentials have both ${first} and ${second}. Keep one of the two.`;
  context.addIssue({ code: "custom", path: [second], message });
}

const shapes = {
  azure_blob: shape(() =>
    z.strictObject({ ...base("azure_blob"), ...storage(), container_name: text(), credentials: keyOrToken() }),
  ),
  azure_file: shape(() =>
    z.strictObject({ ...base("azure_file"), ...storage(), file_share_name: text(), credentials: keyOrToken() }),
  ),
  azure_data_lake_gen1: shape(() =>
    z.strictObject({
      ...base("azure_data_lake_gen1"),
      store_name: text(),
      credentials: identities(),
      tags: z.record(z.string(), anyMapping()).optional(),
    }),
  ),
  azure_data_lake_gen2: shape(() =>
    z.strictObject({ ...base("azure_data_lake_gen2"), ...storage(), filesystem: text(), credentials: identities() }),
  ),
  one_lake: shape(() =>
    z.strictObject({
      ...base("one_lake"),
      one_lake_workspace_name: text(),
      endpoint: text(),
      artifact: z
        .strictObject({ name: text(), type: oneOf(["lake_house"], { camelCase: true }).optional() })
        .optional(),
      credentials: secretIdentity(),
      tags: textTags(),
    }),
  ),
};

export type DatastoreType = keyof typeof shapes;

/** @param fallback of a file whose `type` is none: its `$schema` says what it was meant to be. */
export const shapeOf =
  (fallback: DatastoreType) =>
  ({ type }: Mapping): (() => z.ZodType) =>
    (typeof type === "string" ? own(shapes, type.toLowerCase()) : undefined) ?? shapes[fallback];
