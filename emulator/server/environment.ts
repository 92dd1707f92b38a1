import { seeded } from "../settings.ts";

/** Which way a client comes in: by an address of the emulator's own, or by its proxy in front of the real names. */
export type Route = "cloud" | "proxy";

export type Environment = Readonly<Record<string, string>>;

/** What the environment of a client needs that comes in by an address of the emulator's own. */
export function environmentAt(origin: string, caFile: string): Environment {
  return {
    ...common(caFile),
    ARM_CLOUD_METADATA_URL: `${origin}/metadata/endpoints`,
    GITHUB_API_URL: `${origin}/_github/api/v3`,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}/_github/id-token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: seeded.idTokenRequestToken,
  };
}

/** The same for one that comes in by the proxy. */
export function environmentBehind(proxyUrl: string, caFile: string): Environment {
  return {
    ...common(caFile),
    HTTPS_PROXY: proxyUrl,
    // Web services are asked in the clear. What is on this machine needs no proxy.
    HTTP_PROXY: proxyUrl,
    NO_PROXY: "127.0.0.1,localhost",
    GITHUB_API_URL: "https://api.github.com",
    ACTIONS_ID_TOKEN_REQUEST_URL: "https://pipelines.actions.githubusercontent.com/_github/id-token?api-version=2.0",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: seeded.idTokenRequestToken,
  };
}

function common(caFile: string): Environment {
  return {
    NODE_EXTRA_CA_CERTS: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    AZURE_TENANT_ID: seeded.tenantId,
    AZURE_CLIENT_ID: seeded.clientId,
    AZURE_CLIENT_SECRET: seeded.clientSecret,
    AZURE_SUBSCRIPTION_ID: seeded.subscriptionId,
    AZURE_RESOURCE_GROUP: seeded.resourceGroup,
    AZURE_ML_WORKSPACE: seeded.workspace,
  };
}
