import { membersOf, textOf } from "./azure/members.ts";
import type { Identity } from "./azure/sign-in.ts";
import { givenByRunner, type Environment, type Inputs } from "./inputs.ts";

/** The JSON that `azure/login` and the `aml-*` actions take. */
type Creds = {
  readonly clientId?: unknown;
  readonly clientSecret?: unknown;
  readonly tenantId?: unknown;
  readonly subscriptionId?: unknown;
  readonly resourceManagerEndpointUrl?: unknown;
};

/** Identity, cloud and subscription as inputs, `creds` and environment give them, in this order. */
export type SignIn = {
  readonly identity: Identity;
  readonly cloud: string;
  readonly metadataUrl?: string | undefined;
  readonly subscriptionId?: string | undefined;
};

/** `creds` that cannot be used. The message never holds any of it. */
class MalformedCreds extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MalformedCreds";
  }
}

export function signInOf(inputs: Inputs, environment: Environment): SignIn {
  const creds = inputs.creds === undefined ? {} : parseCreds(inputs.creds);
  const variable = (name: string) => textOf(environment[name]);
  const armEndpoint = textOf(creds.resourceManagerEndpointUrl);
  const named = inputs.cloud !== "AzureCloud";
  return {
    identity: {
      auth: inputs.auth,
      clientId: inputs.clientId ?? textOf(creds.clientId) ?? variable("AZURE_CLIENT_ID"),
      tenantId: inputs.tenantId ?? textOf(creds.tenantId) ?? variable("AZURE_TENANT_ID"),
      clientSecret: inputs.clientSecret ?? textOf(creds.clientSecret) ?? variable("AZURE_CLIENT_SECRET"),
      idTokenRequestUrl: variable("ACTIONS_ID_TOKEN_REQUEST_URL"),
      idTokenRequestToken: variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    },
    cloud: !named && armEndpoint !== undefined ? armEndpoint : inputs.cloud,
    metadataUrl: variable("ARM_CLOUD_METADATA_URL"),
    subscriptionId: textOf(creds.subscriptionId),
  };
}

const whole =
  "Give the whole object that az ad sp create-for-rbac --json-auth prints, with clientId, clientSecret, tenantId and subscriptionId; without a secret, leave creds out and sign in by OIDC with client-id and tenant-id.";

function parseCreds(text: string): Creds {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new MalformedCreds(`The input 'creds' is not JSON. ${whole}`);
  }
  const creds: Creds = membersOf(parsed);
  const missing = (["clientId", "clientSecret", "tenantId"] as const).filter((key) => textOf(creds[key]) === undefined);
  if (missing.length > 0) throw new MalformedCreds(`The input 'creds' has no ${missing.join(" and no ")}. ${whole}`);
  return creds;
}

/** The secret texts of inputs and environment that are known before anything is parsed. */
export function earlySecrets(environment: Environment): readonly string[] {
  const given = givenByRunner(environment);
  const creds = given("creds");
  const inner = /"clientSecret"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(creds)?.[1];
  return [
    given("client-secret"),
    given("github-token"),
    creds,
    inner ?? "",
    environment["AZURE_CLIENT_SECRET"] ?? "",
    environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "",
  ].filter((secret) => secret !== "");
}
