import { describe, expect, it } from "@jest/globals";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Azure } from "../../src/azure/azure.ts";
import { discoverCloud } from "../../src/azure/cloud.ts";
import { workspaceReport } from "../../src/commands/workspace.ts";
import { workspace } from "../support/targets.ts";

const deps = {
  clock: { now: () => 0, sleep: () => Promise.resolve() },
  random: () => 1,
  signal: new AbortController().signal,
};

/** The pages of a workspace, in the cloud whose ARM endpoint says this of itself. */
async function linksIn(metadata: { readonly loginEndpoint: string; readonly portal?: unknown }) {
  const { loginEndpoint, ...more } = metadata;
  const server = createServer((_, response) => {
    response.end(JSON.stringify([{ name: "Some", authentication: { loginEndpoint, audiences: [] }, ...more }]));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cloud = await discoverCloud({ cloud: origin, ...deps });
    const { url, portalUrl } = workspaceReport({ workspace, cloud } as unknown as Azure);
    return { url, portalUrl };
  } finally {
    await new Promise<void>((closed) => server.close(() => closed()));
  }
}

describe("the pages of a workspace", () => {
  it.each([
    ["https://login.microsoftonline.com", "https://ml.azure.com", "https://portal.azure.com"],
    ["https://login.microsoftonline.us", "https://ml.azure.us", "https://portal.azure.us"],
    ["https://login.chinacloudapi.cn", "https://studio.ml.azure.cn", "https://portal.azure.cn"],
  ])("are those of its cloud, whatever the metadata names: %s", async (loginEndpoint, studio, portal) => {
    expect(await linksIn({ loginEndpoint, portal: "https://elsewhere.example" })).toEqual({
      url: `${studio}/home?wsid=${workspace.id}`,
      portalUrl: `${portal}/#resource${workspace.id}/overview`,
    });
  });

  it.each([
    ["the portal that its metadata names", "https://portal.private.example/", "https://portal.private.example"],
    ["none where it names none", undefined, undefined],
    ["none where it names something else", "javascript:alert(1)", undefined],
    ["none where it names a page that is not https", "http://portal.private.example", undefined],
  ])("of a cloud of one's own are %s", async (_, portal, expected) => {
    expect(await linksIn({ loginEndpoint: "https://login.private.example", portal })).toEqual({
      url: undefined,
      portalUrl: expected === undefined ? undefined : `${expected}/#resource${workspace.id}/overview`,
    });
  });
});
