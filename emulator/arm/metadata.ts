import { ok, type Incoming, type Reply } from "../server/reply.ts";

/** What a client asks first of a cloud that it does not know: the addresses of its roles. */
export function metadata({ endpoints, query }: Incoming): Reply {
  const cloud = {
    name: "AzureEmulator",
    portal: endpoints.studio,
    resourceManager: endpoints.arm,
    authentication: {
      loginEndpoint: endpoints.login,
      audiences: [endpoints.arm],
      tenant: "common",
      identityProvider: "AAD",
    },
    suffixes: {
      storage: "core.windows.net",
      keyVaultDns: new URL(endpoints.vault).hostname.replace(/^[^.]+\.(?=vault\.)/, ""),
    },
  };
  return ok(
    query.get("api-version") === "2015-01-01"
      ? { galleryEndpoint: "", graphEndpoint: "", portalEndpoint: cloud.portal, authentication: cloud.authentication }
      : [cloud],
  );
}
