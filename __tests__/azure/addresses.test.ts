import { describe, expect, it } from "@jest/globals";
import { ForeignAddress, plainAddress, trustedAddress, type Audience } from "../../src/azure/addresses.ts";
import { scoringAddress } from "../../src/azure/scoring.ts";

const cloud = {
  name: "AzureCloud",
  resourceManager: "https://management.azure.com",
  dataPlaneSuffixes: ["api.azureml.ms", "ml.azure.com"],
  storageSuffix: "core.windows.net",
};
const emulated = { name: "custom", resourceManager: "https://127.0.0.1:8443", dataPlaneSuffixes: [] };

describe("an address gets a token", () => {
  it.each<[string, Audience]>([
    ["https://management.azure.com/x?nextLink=1", "arm"],
    ["https://management.azure.com/x", "data-plane"],
    ["https://eastus.api.azureml.ms/discovery", "data-plane"],
    ["https://w.workspace.eastus.api.azureml.ms/history", "data-plane"],
    ["https://ml.azure.com/x", "data-plane"],
    ["https://account.blob.core.windows.net/c", "storage"],
    ["https://account.z12.blob.storage.azure.net/c", "storage"],
  ])("%s for %s", (url, audience) => {
    expect(trustedAddress(url, audience, cloud).href).toBe(url);
  });

  it("where all roles are at one address", () => {
    for (const audience of ["arm", "data-plane", "storage"] as const)
      expect(trustedAddress("https://127.0.0.1:8443/account/x", audience, emulated).port).toBe("8443");
  });

  it("where all roles are on this machine, each at a port of its own", () => {
    for (const audience of ["arm", "data-plane", "storage"] as const)
      for (const url of ["https://localhost:9001/x", "http://127.0.0.1:9002/x"])
        expect(trustedAddress(url, audience, emulated).href).toBe(url);
  });

  it("below the data plane's name at the port that belongs to it", () => {
    const own = { ...emulated, resourceManager: "https://management.example.com:8443" };
    const hosts = { ...own, dataPlaneSuffixes: ["ml.example.com", "ml.example.com:8443"] };
    for (const url of ["https://eastus.ml.example.com/x", "https://eastus.ml.example.com:8443/x"])
      expect(trustedAddress(url, "data-plane", hosts).href).toBe(url);
    expect(() => trustedAddress("https://eastus.ml.example.com:9443/x", "data-plane", hosts)).toThrow("was not sent");
  });
});

describe("a cloud of its own", () => {
  const own = {
    name: "custom",
    resourceManager: "https://management.fake.example",
    dataPlaneSuffixes: ["ml.fake.example", "fake.example"],
    storageSuffix: "core.fake.example",
    isCustom: true,
  };

  it("has its data plane anywhere below its name, but where files of everybody are", () => {
    for (const url of ["https://eastus.api.fake.example/x", "https://fake.example/x"])
      expect(trustedAddress(url, "data-plane", own).href).toBe(url);
    for (const url of ["https://account.blob.core.fake.example/x", "https://fake.example.evil.example/x"])
      expect(() => trustedAddress(url, "data-plane", own)).toThrow("was not sent");
    expect(trustedAddress("https://account.blob.core.fake.example/c", "storage", own).port).toBe("");
    const flat = { ...own, storageSuffix: "fake.example" };
    expect(trustedAddress("https://eastus.api.fake.example/x", "data-plane", flat).port).toBe("");
    expect(() => trustedAddress("https://account.blob.fake.example/x", "data-plane", flat)).toThrow("was not sent");
  });

  it("serves its models there as well", () => {
    expect(scoringAddress("https://ep.eastus.inference.fake.example/score", "online", own).port).toBe("");
    const azure = { ...own, isCustom: false };
    expect(() => scoringAddress("https://ep.eastus.inference.fake.example/score", "online", azure)).toThrow("no key");
  });
});

/** Every way in which an answer may turn an address into somebody else's. */
const strangers = (url: string): readonly string[] => {
  const { protocol, host, hostname, pathname } = new URL(url);
  return [
    `${protocol}//evil.example${pathname}`,
    `${protocol}//user@${host}${pathname}`,
    `${protocol}//${host}@evil.example${pathname}`,
    `${protocol}//${hostname}:8443${pathname}`,
    `http://${host}${pathname}`,
    `ftp://${host}${pathname}`,
    `${protocol}//${host}.evil.example${pathname}`,
    `${protocol}//evil-${hostname.split(".").slice(-3).join("")}${pathname}`,
    `${protocol}//x${hostname.replaceAll(".", "-")}.example${pathname}`,
    // A letter of another script: no region and no account is called so.
    `${protocol}//${hostname.replace("a", "\u0430")}${pathname}`,
    `${protocol}//127.0.0.1${pathname}`,
    `http://127.0.0.1${pathname}`,
    pathname,
    `//evil.example${pathname}`,
    "",
    "garbage",
    "https://",
  ];
};

describe("an address gets no token", () => {
  it.each<[string, Audience]>([
    ["https://management.azure.com/x", "arm"],
    ["https://eastus.api.azureml.ms/discovery", "data-plane"],
    ["https://account.blob.core.windows.net/c", "storage"],
  ])("made of %s for %s", (url, audience) => {
    for (const stranger of strangers(url))
      expect(() => trustedAddress(stranger, audience, cloud)).toThrow(ForeignAddress);
  });

  it.each<[string, Audience]>([
    ["https://eastus.api.azureml.ms/x", "arm"],
    ["https://account.blob.core.windows.net/c", "data-plane"],
    ["https://evilapi.azureml.ms/x", "data-plane"],
    ["https://mine.eastus.inference.ml.azure.com/score", "data-plane"],
    ["https://account.blob.evil.example/c", "storage"],
    ["https://account.blob.evilcore.windows.net/c", "storage"],
  ])("%s for %s", (url, audience) => {
    expect(() => trustedAddress(url, audience, cloud)).toThrow(/not sent there/);
  });

  it.each([[7], [null], [undefined], [{}], [["https://management.azure.com"]]])("that is %j", (value) => {
    expect(() => plainAddress(value)).toThrow(/as an address, which is not valid/);
  });

  it("and nothing of it but its host is named", () => {
    expect(() => plainAddress("http://store.example/c/b?sv=1&sig=secret")).toThrow(
      "The service named an address of store.example that is not https; nothing is sent or read unencrypted.",
    );
  });
});
