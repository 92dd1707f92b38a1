import { describe, expect, it } from "@jest/globals";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudUnknown, discoverCloud } from "../../src/azure/cloud.ts";
import { createCredentials, requestIdToken } from "../../src/azure/credentials.ts";

const deps = {
  clock: { now: () => 0, sleep: () => Promise.resolve() },
  random: () => 1,
  signal: new AbortController().signal,
};

/** Serves one answer at the metadata address of an ARM endpoint. */
async function armEndpoint(answer: (origin: string) => unknown, status = 200) {
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host ?? ""}`;
    response
      .writeHead(request.url?.startsWith("/metadata/endpoints?api-version=") === true ? status : 404)
      .end(JSON.stringify(answer(origin)));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(() => closed())) };
}

const authentication = {
  loginEndpoint: "https://login.private.example/",
  audiences: ["https://management.private.example/guid"],
};

describe("a cloud", () => {
  it.each([
    {
      form: "the list of today",
      answer: (origin: string) => [
        {
          name: "Private",
          resourceManager: `${origin}/`,
          authentication,
          suffixes: { keyVaultDns: ".vault.private.example" },
        },
      ],
    },
    {
      form: "the object of older versions",
      answer: () => ({ name: "Private", authentication, suffixes: { keyVaultDns: "vault.private.example" } }),
    },
  ])("is what its ARM endpoint's metadata says, in $form", async ({ answer }) => {
    await using server = await armEndpoint(answer);
    expect(await discoverCloud({ cloud: server.origin, ...deps })).toMatchObject({
      name: "Private",
      resourceManager: server.origin,
      authority: "https://login.private.example",
      armScope: "https://management.private.example/guid/.default",
      mlScope: "https://ml.azure.com/.default",
      keyVaultSuffix: "vault.private.example",
      isCustom: true,
    });
  });

  it.each([
    ["https://portal.azurestack.private.example/", "https://ml.azure.private.example/.default"],
    ["https://portal.azure.private/", "https://ml.azure.private/.default"],
    ["https://127.0.0.1:8443/", "https://ml.azure.com/.default"],
    ["no address", "https://ml.azure.com/.default"],
  ])("has the service's audience as the official client makes it of the portal: %s", async (portal, mlScope) => {
    await using server = await armEndpoint(() => [{ authentication, portal }]);
    expect(await discoverCloud({ cloud: server.origin, ...deps })).toMatchObject({ mlScope });
  });

  it("is what an older version of the metadata says where the newer one is not known", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const isKnown = request.url?.endsWith("api-version=2019-05-01") === true;
      response.writeHead(isKnown ? 200 : 400).end(`\uFEFF${JSON.stringify(isKnown ? { authentication } : {})}`);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const cloud = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await discoverCloud({ cloud, ...deps })).toMatchObject({ authority: "https://login.private.example" });
    expect(asked).toHaveLength(2);
    await new Promise<void>((closed) => server.close(() => closed()));
  });

  it.each([
    ["https://management.fake.example", ["ml.fake.example", "fake.example", "management.fake.example"]],
    ["https://arm.fake.example:8443", ["ml.fake.example", "fake.example", "arm.fake.example"]],
    ["https://azure.fake.example", ["ml.fake.example", "azure.fake.example"]],
    ["https://fake.example", ["fake.example"]],
    ["https://10.1.2.3:8443", []],
    ["https://[::1]:8443", []],
  ])("of its own has its data plane below its own name: %s", async (resourceManager, names) => {
    await using server = await armEndpoint(() => [{ authentication, resourceManager }]);
    const { dataPlaneSuffixes = [] } = await discoverCloud({ cloud: server.origin, ...deps });
    expect(dataPlaneSuffixes.filter((suffix) => !suffix.includes(":"))).toEqual(names);
    expect(dataPlaneSuffixes.filter((suffix) => suffix.endsWith(":8443"))).toHaveLength(
      resourceManager.includes("arm") ? names.length : 0,
    );
  });

  it("may be named by the metadata address alone", async () => {
    await using server = await armEndpoint(() => [{ authentication }]);
    const cloud = await discoverCloud({
      cloud: "AzureCloud",
      metadataUrl: `${server.origin}/metadata/endpoints?api-version=2019-05-01`,
      ...deps,
    });
    expect(cloud.resourceManager).toBe(server.origin);
  });

  it.each([
    { what: "no metadata", answer: () => ({}), status: 404 },
    { what: "metadata without a login endpoint", answer: () => [{ name: "Broken" }], status: 200 },
  ])("is an error that says what was found where there is $what", async ({ answer, status }) => {
    await using server = await armEndpoint(answer, status);
    await expect(discoverCloud({ cloud: server.origin, ...deps })).rejects.toThrow(CloudUnknown);
  });

  it("is refused when its name is unknown", async () => {
    await expect(discoverCloud({ cloud: "AzureGermany", ...deps })).rejects.toThrow(
      /AzureCloud, AzureUSGovernment, AzureChinaCloud/,
    );
  });
});

describe("an input that cannot be a part of an address is named", () => {
  it.each([
    [{ cloud: "http://arm.example" }, "The input 'cloud' is an http address at arm.example"],
    [{ cloud: "https://" }, "The input 'cloud' is not a valid address"],
    [{ cloud: "https://user:word@arm.example" }, "The input 'cloud' has a user name before arm.example"],
    [{ cloud: "AzureCloud", metadataUrl: "garbage" }, "ARM_CLOUD_METADATA_URL is not a valid address"],
    [{ cloud: "AzureCloud", metadataUrl: "ftp://x.example" }, "ARM_CLOUD_METADATA_URL is not a valid address"],
  ])("%j", async (request, sentence) => {
    await expect(discoverCloud({ ...request, ...deps })).rejects.toThrow(sentence);
    await expect(discoverCloud({ ...request, ...deps })).rejects.toThrow(CloudUnknown);
  });

  const cloud = {
    name: "AzureCloud",
    resourceManager: "https://management.azure.com",
    authority: "https://login.microsoftonline.com",
    armScope: "x",
    mlScope: "https://ml.azure.com/.default",
    oidcAudience: "x",
    isCustom: false,
  };
  it.each([
    [{ tenantId: "a/../b" }, "The input 'tenant-id' is \"a/../b\""],
    [{ tenantId: "x?y" }, "The input 'tenant-id'"],
    [{ clientId: "a b" }, "The input 'client-id'"],
  ])("%j", async (part, sentence) => {
    const identity = { auth: "service-principal" as const, clientId: "c", tenantId: "t", clientSecret: "s", ...part };
    await expect(createCredentials(identity, cloud, { ...deps, mask: () => undefined })()).rejects.toThrow(sentence);
  });

  it("the runner's own address for tokens too", async () => {
    const identity = { auth: "oidc" as const, idTokenRequestUrl: "http://x.example", idTokenRequestToken: "t" };
    await expect(requestIdToken(identity, "a", { ...deps, mask: () => undefined })).rejects.toThrow(
      "ACTIONS_ID_TOKEN_REQUEST_URL is not an https address",
    );
  });

  it.each([
    [[{ authentication: { loginEndpoint: "http://login.example" } }]],
    [[{ authentication: { loginEndpoint: 7 } }]],
    [[{ authentication, resourceManager: "http://arm.example" }]],
    [[7, null, "x", []]],
    [7],
  ])("and metadata that names no usable endpoints: %j", async (answer) => {
    await using server = await armEndpoint(() => answer);
    await expect(discoverCloud({ cloud: server.origin, ...deps })).rejects.toThrow(CloudUnknown);
  });
});
