import * as z from "zod";
import { speltType, spelt } from "../../job/parts/spelling.ts";
import { own } from "../../yaml/own.ts";
import { boolean, oneOf, readOnly, shape, text } from "../../yaml/shape.ts";
import type { Mapping } from "./kind.ts";
import { anyFile, anyMapping, anyTags } from "./parts.ts";

/** A secret is never missed: it is better given when az ml is called (`--set credentials.pat=…`) than kept in a file. */
const credentialTypes = {
  pat: () => ({ pat: text().optional() }),
  sas: () => ({ sas_token: text().optional() }),
  username_password: () => ({ username: text().optional(), password: text().optional() }),
  managed_identity: () => ({ client_id: text().optional(), resource_id: text().optional() }),
  service_principal: () => ({
    client_id: text().optional(),
    client_secret: text().optional(),
    tenant_id: text().optional(),
  }),
  access_key: () => ({ access_key_id: text().optional(), secret_access_key: text().optional() }),
  api_key: () => ({ key: text().optional() }),
  account_key: () => ({ account_key: text().optional() }),
  aad: () => ({}),
  none: () => ({}),
};
type CredentialType = keyof typeof credentialTypes;

function credentials(types: readonly CredentialType[] = Object.keys(credentialTypes) as CredentialType[]) {
  const branches = types.map((type) => z.strictObject({ type: z.literal(type), ...credentialTypes[type]() }));
  const [first, ...others] = branches;
  if (first === undefined) return z.strictObject({}).optional();
  return speltType(types, z.discriminatedUnion("type", [first, ...others])).optional();
}

const base = <Word extends string>(types: readonly [Word, ...Word[]], allowed?: readonly CredentialType[]) => ({
  ...anyFile(),
  id: readOnly(),
  creation_context: readOnly(),
  name: text(),
  type: oneOf(types, { camelCase: true }),
  target: text().optional(),
  credentials: credentials(allowed),
  is_shared: boolean().optional(),
  metadata: anyMapping(),
  tags: anyTags(),
});

const nullable = () => z.union([text(), z.null()]).optional();

const plainTypes = [
  ...["git", "container_registry", "python_feed", "s3", "snowflake", "azure_sql_db", "azure_synapse_analytics"],
  ...["azure_my_sql_db", "azure_postgres_db", "custom", "azure_data_lake_gen2"],
] as const;

const service = (type: string, others: Readonly<Record<string, z.ZodType>> = {}) =>
  shape(() => z.strictObject({ ...base([type]), api_key: nullable(), endpoint: text(), ...others }));

/** Types that have keys of their own. */
const ownShapes: Readonly<Record<string, () => z.ZodType>> = {
  azure_open_ai: shape(() =>
    z.strictObject({
      ...base(["azure_open_ai"]),
      api_key: nullable(),
      api_version: nullable(),
      azure_endpoint: text(),
      open_ai_resource_id: nullable(),
    }),
  ),
  azure_ai_services: service("azure_ai_services", { ai_services_resource_id: text() }),
  azure_ai_search: service("azure_ai_search"),
  azure_content_safety: service("azure_content_safety"),
  azure_speech_services: service("azure_speech_services"),
  api_key: shape(() => z.strictObject({ ...base(["api_key"]), api_key: text().optional(), api_base: text() })),
  open_ai: shape(() => z.strictObject({ ...base(["open_ai"]), api_key: text().optional() })),
  serp: shape(() => z.strictObject({ ...base(["serp"]), api_key: text().optional() })),
  serverless: shape(() => z.strictObject({ ...base(["serverless"]), api_key: text().optional(), endpoint: text() })),
  azure_blob: shape(() =>
    z.strictObject({
      ...base(["azure_blob"], ["sas", "account_key", "aad"]),
      url: text(),
      account_name: text(),
      container_name: text(),
    }),
  ),
  azure_one_lake: shape(() =>
    z.strictObject({
      ...base(["azure_one_lake"], ["service_principal", "aad"]),
      endpoint: text(),
      one_lake_workspace_name: text(),
      artifact: z.union([
        z.strictObject({ name: text(), type: oneOf(["lake_house"], { camelCase: true }).optional() }),
        z.null(),
      ]),
    }),
  ),
};

const plain = shape(() => z.strictObject({ ...base(plainTypes), target: text() }));
const someType = shape(() =>
  z.looseObject({ name: text(), type: oneOf([...plainTypes, ...Object.keys(ownShapes)], { camelCase: true }) }),
);

export function shapeOf({ type }: Mapping): () => z.ZodType {
  if (typeof type !== "string") return someType;
  const word = spelt(type, [...plainTypes, ...Object.keys(ownShapes)]);
  return own(ownShapes, word) ?? (plainTypes.some((one) => one === word) ? plain : someType);
}

/** The connection that a distillation job has in its place: of any of these, or serverless. */
export const inlineConnection = shape(() =>
  speltType(
    ["serverless", ...plainTypes],
    z.discriminatedUnion("type", [
      z.strictObject({
        ...base(["serverless"]),
        type: z.literal("serverless"),
        api_key: text().optional(),
        endpoint: text(),
      }),
      z.strictObject({ ...base(plainTypes), type: z.enum(plainTypes), target: text() }),
    ]),
  ),
);
