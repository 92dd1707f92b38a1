import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { prepareStep } from "../../demo/runner.ts";
import { startEmulator, type Emulator } from "../../emulator/emulator.ts";
import { act, actIn, checkoutOf } from "../support/step.ts";

const root = join(import.meta.dirname, "../..");

describe("the requests of a call", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), "emulator-"));
    emulator = await startEmulator({ stateFolder, durations: { default: 0 }, pageSize: 2 });
  });
  afterAll(() => emulator.stop());

  it("reads metadata, workspace and the pages of one list for an apply of targets that are as declared", async () => {
    const targets = ["one", "two", "three", "four", "five"].map((name) => `  - { name: ${name}, type: amlcompute }`);
    const checkout = checkoutOf({ "azureml.yml": ["targets:", ...targets, ""].join("\n") });
    expect((await actIn(emulator, "apply", checkout)).exitCode).toBe(0);
    emulator.clearJournal();

    const again = await actIn(emulator, "apply", checkout);

    expect(again.outputs["changed"]).toBe("false");
    const signIn = /\/_github\/|\/oauth2\/|\/discovery\/|openid-configuration/;
    const requests = emulator.journal().filter(({ path }) => !signIn.test(path));
    expect(requests.map(({ method, path }) => `${method} ${basename(path)}`)).toEqual([
      "GET endpoints",
      "GET mlw-main",
      ...["GET computes", "GET computes", "GET computes"],
    ]);
  });

  it("keeps its connections through a proxy: one to each host", async () => {
    const before = emulator.traffic().connections;
    const done = await act(
      emulator,
      "plan",
      { "azureml.yml": "targets:\n  - { name: one, type: amlcompute }\n" },
      {
        way: "proxy",
        inputs: {
          auth: "service-principal",
          "client-secret": emulator.environment("proxy")["AZURE_CLIENT_SECRET"] ?? "",
        },
      },
    );
    expect(done.exitCode).toBe(0);
    // Azure Resource Manager, Entra ID.
    expect(emulator.traffic().connections - before).toBe(2);
  });
});

describe("the modules that validate loads", () => {
  /** Addresses of all modules that an entry loads for a valid file. */
  function loadedBy(entry: string): readonly string[] {
    const checkout = checkoutOf({ "azureml.yml": "targets:\n  - { name: one, type: amlcompute }\n" });
    const list = join(checkout, "loaded");
    const { environment } = prepareStep({ checkout, inputs: { command: "validate" } });
    const { status } = spawnSync(
      join(root, "node_modules", ".bin", "node"),
      ["--import", join(root, "__tests__", "support", "loaded.ts"), join(root, entry)],
      { cwd: checkout, env: { ...environment, LOADED_MODULES: list } },
    );
    expect(status).toBe(0);
    return readFileSync(list, "utf8").trim().split("\n");
  }

  it("include no package of Azure", () => {
    const loaded = loadedBy("src/start.ts");
    expect(loaded.some((url) => url.includes("/node_modules/zod/"))).toBe(true);
    expect(loaded.filter((url) => url.includes("/node_modules/@azure/"))).toEqual([]);
  });

  it("include no part of the bundle with such a package", () => {
    const parts = readdirSync(join(root, "dist")).filter((name) => name.endsWith(".js"));
    // Every client of Azure sends one, or signs in by MSAL.
    const ofAzure = parts.filter((name) =>
      /x-ms-client-request-id|msal\.js|azsdk/.test(readFileSync(join(root, "dist", name), "utf8")),
    );
    const loaded = loadedBy("dist/index.js").map((url) => basename(url));
    expect(loaded).toContain("main.js");
    expect(ofAzure).toEqual(expect.arrayContaining(["core-rest-pipeline.js", "identity.js", "storage-blob.js"]));
    expect(loaded.filter((name) => ofAzure.includes(name))).toEqual([]);
  });

  it("include no HTTP client, because the one for comments is in its own part", () => {
    const withClient = readdirSync(join(root, "dist")).filter(
      (name) => name.endsWith(".js") && readFileSync(join(root, "dist", name), "utf8").includes("undici:request"),
    );
    expect(withClient).not.toEqual([]);
    expect(loadedBy("dist/index.js").filter((url) => withClient.includes(basename(url)))).toEqual([]);
  });
});
