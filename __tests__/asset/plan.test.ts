import { describe, expect, it } from "@jest/globals";
import type { EnvironmentDefinition } from "../../src/asset/environment/definition.ts";
import * as environment from "../../src/asset/environment/environment.ts";
import type { NamedAsset } from "../../src/asset/kind.ts";
import { planAsset } from "../../src/asset/plan.ts";
import { registerAsset } from "../../src/asset/register.ts";
import type { Assets } from "../../src/azure/assets.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { nowhere } from "../support/targets.ts";

const never = () => Promise.reject(new Error("This is not asked for."));

const definition: EnvironmentDefinition = { image: "ubuntu:24.04", tags: { team: "Vision" } };
const asset = (fields: Partial<NamedAsset<EnvironmentDefinition>> = {}): NamedAsset<EnvironmentDefinition> => ({
  source: nowhere,
  name: "trained-with",
  definition,
  ...fields,
});

/** A workspace that has these versions of the environment; versions with `fixed` content cannot be changed. */
function assetsOf(
  versions: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  fixed: readonly string[] = [],
) {
  const put: string[] = [];
  const numbers = Object.keys(versions);
  const assets: Assets = {
    findCode: never,
    startCodeUpload: never,
    get: async (_, __, version) => succeeded(versions[version]),
    put: async (_, name, version) => {
      put.push(version);
      return succeeded({ id: `${name}:${version}`, conflict: fixed.includes(version) });
    },
    idOf: never,
    list: never,
    versions: async () => {
      const latest = numbers.at(-1);
      return succeeded(latest === undefined ? undefined : { latest, next: String(Number(latest) + 1) });
    },
  };
  return { assets, put };
}

/** As the service shows it, with what it fills in. */
const live = { image: "ubuntu:24.04", tags: { team: "Vision" }, isAnonymous: false, isArchived: null, osType: "Linux" };
const other = { ...live, image: "ubuntu:22.04" };

describe("a declared environment", () => {
  it.each([
    ["no version", {}, {}, { action: "create", version: "1" }],
    ["its newest version as declared", { 1: other, 2: live }, {}, { action: "none", version: "2" }],
    ["another newest version", { 2: other }, {}, { action: "update", version: "2", otherwise: "3" }],
    ["the declared version", { 7: live }, { version: "7" }, { action: "none", version: "7" }],
    ["the declared version with other content", { 7: other }, { version: "7" }, { action: "update", version: "7" }],
    ["another version than the declared one", { 7: live }, { version: "8" }, { action: "create", version: "8" }],
  ])("where the workspace has %s: %j", async (_, versions, fields, expected) => {
    const planned = await planAsset(asset(fields), undefined, environment, assetsOf(versions).assets);
    expect(planned).toMatchObject({ ok: true, value: expected });
    expect(planned.ok && "otherwise" in planned.value).toBe("otherwise" in expected);
  });

  it.each([
    ["the image", { image: "ubuntu:22.04" }, ["image"]],
    ["a tag", { tags: { team: "Audio" } }, ["tags"]],
    ["nothing but the case", { tags: { team: "vision" } }, []],
    ["what the service filled in", { condaFile: "channels: []", inferenceConfig: null }, []],
  ])("differs from a live version by %s", (_, change, expected) => {
    expect(environment.differencesFrom(definition, undefined, { ...live, ...change })).toEqual(expected);
  });

  it.each([
    ["the planned version", {}, [], { ok: true, value: { version: "2" } }, ["2"]],
    ["the next one, where that cannot be changed", {}, ["2"], { ok: true, value: { version: "3" } }, ["2", "3"]],
    [
      "nothing, where the declared version cannot be changed",
      { version: "2" },
      ["2"],
      { ok: false, failure: { error: { code: "VersionExists" } } },
      ["2"],
    ],
  ])("is registered as %s", async (_, fields, fixed, expected, sent) => {
    const { assets, put } = assetsOf({ 2: other }, fixed);
    const planned = await planAsset(asset(fields), undefined, environment, assets);
    if (!planned.ok) throw new Error("The environment was not compared.");
    const deps = {
      assets,
      blobs: {
        upload: never,
        note: never,
        remove: never,
        setMetadata: never,
        metadata: never,
        reach: never,
        read: never,
        download: never,
        list: never,
        fetch: never,
      },
      datastores: { open: never, look: never },
      workspaceId: "/ws",
      computeIdOf: (compute: string) => compute,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    };
    expect(
      await registerAsset(planned.value, environment, deps, {
        ...deps,
        idOf: (where: string) => where,
        fingerprint: "",
      }),
    ).toMatchObject(expected);
    expect(put).toEqual(sent);
  });
});
