import { describe, expect, it } from "@jest/globals";
import {
  isBlobService,
  isOwnHost,
  isRealHost,
  ownEndpoints,
  realEndpoints,
} from "../../emulator/server/cloud-endpoints.ts";
import { environmentAt, environmentBehind } from "../../emulator/server/environment.ts";

describe("the names that the emulator answers for", () => {
  it.each([
    ["management.azure.com", true],
    ["eastus.api.azureml.ms", true],
    ["stmlwmain.blob.core.windows.net", true],
    ["api.github.com", true],
    ["github.com", false],
    ["azureml.ms.example.com", false],
  ])("as a proxy: %s is %s", (host, expected) => {
    expect(isRealHost(host)).toBe(expected);
  });

  it.each([
    ["127.0.0.1:4711", true],
    ["localhost", true],
    ["management.azure.com", false],
    ["127.0.0.1.example.com", false],
  ])("as its own: %s is %s", (host, expected) => {
    expect(isOwnHost(host)).toBe(expected);
  });

  it.each([
    ["stmlwmain.blob.core.windows.net", "/azureml/a", true],
    ["127.0.0.1:4711", "/stmlwmain/azureml/a", true],
    ["127.0.0.1:4711", "/subscriptions", false],
  ])("as the storage: %s%s is %s", (host, path, expected) => {
    expect(isBlobService(host, path)).toBe(expected);
  });
});

describe("the way in", () => {
  it("by the emulator's own address names that address for every role", () => {
    const endpoints = ownEndpoints("https://127.0.0.1:4711", "http://127.0.0.1:4712");
    expect([endpoints.arm, endpoints.login, endpoints.api, endpoints.vault]).toEqual(
      Array.from({ length: 4 }, () => "https://127.0.0.1:4711"),
    );
    expect(endpoints.blob("stmlwmain")).toBe("https://127.0.0.1:4711/stmlwmain");
    const environment = environmentAt("https://127.0.0.1:4711", "ca.pem");
    expect(environment["ARM_CLOUD_METADATA_URL"]).toBe("https://127.0.0.1:4711/metadata/endpoints");
    expect(environment).not.toHaveProperty("HTTPS_PROXY");
  });

  it("by the proxy names the hosts of Azure, and needs nothing but the proxy", () => {
    expect(realEndpoints.arm).toBe("https://management.azure.com");
    const environment = environmentBehind("http://127.0.0.1:4712", "ca.pem");
    expect(environment["HTTPS_PROXY"]).toBe("http://127.0.0.1:4712");
    expect(environment).not.toHaveProperty("ARM_CLOUD_METADATA_URL");
  });
});
