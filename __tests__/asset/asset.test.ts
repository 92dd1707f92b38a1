import { describe, expect, it } from "@jest/globals";
import {
  assetKinds,
  createTaker,
  ensureAssets,
  environmentWord,
  isUploadedToDatastore,
  withParts,
  type AssetUse,
} from "../../src/asset/asset.ts";
import type { AssetDeps } from "../../src/asset/kind.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { failing } from "../support/jobs.ts";
import { checkoutOf } from "../support/step.ts";

const takeAsset = (use: AssetUse) => createTaker()(use);
const never = () => Promise.reject(new Error("This is not asked for."));

/** A workspace with storage: what was completed stays, and everything that is written is noted. */
function workspace() {
  const written: string[] = [];
  const completed = new Map<string, Readonly<Record<string, string>>>();
  const code = new Map<string, string>();
  const components = new Map<string, Readonly<Record<string, unknown>>>();
  const container = { url: "https://store/container", access: { by: "sas", token: "" } } as const;
  const deps: AssetDeps = {
    assets: {
      findCode: async (_, hash) => succeeded(code.get(hash)),
      startCodeUpload: async () => succeeded(container),
      put: async (collection, name, version, body) => {
        written.push(`put ${collection}`);
        const { hash_sha256: hash } =
          (body as { properties: { properties?: { hash_sha256?: string } } }).properties.properties ?? {};
        const id = `/ws/${collection}/${name}/versions/${version}`;
        if (hash !== undefined) code.set(hash, id);
        if (collection === "components") components.set(id, {});
        return succeeded({ id, conflict: false });
      },
      get: async (collection, name, version) =>
        succeeded(components.get(`/ws/${collection}/${name}/versions/${version}`)),
      idOf: async () => succeeded(undefined),
      list: async () => succeeded([]),
      versions: async () => succeeded(undefined),
    },
    blobs: {
      upload: async (_, files) => {
        written.push(`upload ${files.length}`);
        for (const { name, metadata } of files) if (metadata !== undefined) completed.set(name, metadata);
        return succeeded(undefined);
      },
      note: async () => succeeded(undefined),
      remove: async () => succeeded(undefined),
      metadata: async (_, blob) => succeeded(completed.get(blob)),
      setMetadata: async (_, blob, metadata) => {
        completed.set(blob, metadata);
        return succeeded(undefined);
      },
      reach: never,
      read: never,
      download: never,
      list: never,
      fetch: never,
    },
    datastores: { open: async () => succeeded(container), look: never },
    workspaceId: "/ws",
    computeIdOf: (compute) => `/ws/computes/${compute}`,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
  return { deps, written };
}

const code = (folder: string, where = "code"): AssetUse => ({
  kind: "code",
  where,
  what: "the code",
  declared: { from: "local", path: ".", folder, root: folder },
});
const environment = (folder?: string, where = "environment"): AssetUse => ({
  kind: "environment",
  where,
  what: "the environment",
  declared:
    folder === undefined
      ? { image: "ubuntu", tags: {} }
      : { build: { context: { from: "local", path: ".", folder, root: folder } }, tags: {} },
});
const localInput = (local: string) => ({
  where: "inputs.data",
  what: "the input data",
  declared: { type: "uri_folder", local, root: local },
});
const data = (local: string): AssetUse => ({ kind: "data", ...localInput(local) });
const model = (local: string): AssetUse => ({ kind: "model", ...localInput(local) });
const component = (folder: string, where = "jobs.a.component"): AssetUse => ({
  kind: "component",
  where,
  what: "the component",
  declared: {
    tags: {},
    isGraph: false,
    parts: [code(folder), environment()],
    toSpec: ({ idOf }) => ({ command: "x", code: idOf("code"), environment: idOf("environment") }),
  },
});

describe("an asset kind", () => {
  it.each(Object.entries(assetKinds))("says how %s are called, and where a workspace keeps them", (_, kind) => {
    expect(kind.label).not.toBe("");
    expect(Object.values(assetKinds).filter(({ collection }) => collection === kind.collection)).toHaveLength(1);
  });

  const uses = (folder: string): readonly (readonly [string, AssetUse])[] => [
    ["code", code(folder)],
    ["environment", environment(folder)],
    ["data", data(folder)],
    ["model", model(folder)],
    ["component", component(folder)],
  ];
  const kinds = uses("").map(([name]) => name);
  const useOf = (name: string, folder: string) => {
    const found = uses(folder).find(([kind]) => kind === name);
    if (found === undefined) throw new Error(`There is no use of ${name}.`);
    return found[1];
  };
  /** Folders of one name, so that only their contents tell them apart. */
  const folderOf = (text: string) => `${checkoutOf({ "asset/file.txt": text })}/asset`;

  it.each(kinds)("tells two of the kind %s apart by their content, and by nothing else", async (name) => {
    const [one, same, other] = await Promise.all(
      ["a", "a", "b"].map(async (text) => (await takeAsset(useOf(name, folderOf(text)))).identity),
    );
    expect(one).toBe(same);
    expect(one).not.toBe(other);
  });

  it.each(kinds)("uploads and registers the same content of the kind %s once", async (name) => {
    const { deps, written } = workspace();
    const taken = await Promise.all(
      ["first", "second"].map(async (where) => takeAsset({ ...useOf(name, folderOf("a")), where })),
    );
    const first = await ensureAssets(taken, deps);
    const uploads = written.filter((write) => write.startsWith("upload"));
    expect(uploads).toEqual(["upload 1"]);
    if (!first.ok) throw new Error("The assets were not ensured.");
    expect(first.value.get("first")).toBe(first.value.get("second"));

    written.length = 0;
    expect(await ensureAssets(taken, deps)).toEqual(first);
    // An anonymous environment is put again onto itself, because it cannot be asked for by its content.
    expect(written.filter((write) => write !== "put environments")).toEqual([]);
  });
});

describe("a component", () => {
  it("is put after what it is made of, once for all steps that run it, and not at all where it is there", async () => {
    const { deps, written } = workspace();
    const folder = checkoutOf({ "a.py": "" });
    const take = createTaker();
    const taken = [
      await take(component(folder, "jobs.a.component")),
      await take(component(folder, "jobs.b.component")),
    ];
    const ids = await ensureAssets(taken, deps);
    if (!ids.ok) throw new Error("The components were not ensured.");
    expect(ids.value.get("jobs.a.component")).toBe(ids.value.get("jobs.b.component"));
    expect(written.sort()).toEqual(["put codes", "put components", "put environments", "upload 1"]);
    expect(written.filter((write) => write === "put components")).toHaveLength(1);

    written.length = 0;
    const there: AssetDeps = { ...deps, assets: { ...deps.assets, get: async () => succeeded({}) } };
    expect((await ensureAssets(taken, there)).ok).toBe(true);
    expect(written.filter((write) => write !== "put environments")).toEqual([]);
  });

  it("is not put where a part of it failed, and the failure has the place of its step", async () => {
    const { deps, written } = workspace();
    const refusing: AssetDeps = {
      ...deps,
      assets: {
        ...deps.assets,
        put: async (collection) => {
          written.push(`put ${collection}`);
          return collection === "codes" ? failing("refused", { status: 403 }) : succeeded({ id: "x", conflict: false });
        },
      },
    };
    const taken = [await takeAsset(component(checkoutOf({ "a.py": "" })))];
    expect(await ensureAssets(taken, refusing)).toMatchObject({
      ok: false,
      failure: { status: 403, error: { target: "jobs.a.component" } },
    });
    expect(written).not.toContain("put components");
  });

  it("shows its parts, each of which may have to be there", () => {
    expect(withParts([component("/checkout")]).map(({ kind }) => kind)).toEqual(["component", "code", "environment"]);
  });
});

describe("the assets of a job", () => {
  it("fail with the failure of the first one that has one", async () => {
    const { deps } = workspace();
    const refusing: AssetDeps = {
      ...deps,
      assets: {
        ...deps.assets,
        put: async (collection) => failing("refused", { status: collection === "codes" ? 403 : 400 }),
      },
    };
    const taken = await Promise.all([environment(), code(checkoutOf({ "a.py": "" }))].map(createTaker()));
    expect(await ensureAssets(taken, refusing)).toMatchObject({ ok: false, failure: { status: 400 } });
  });

  it.each([
    ["code", code("/checkout"), false],
    ["an environment with an image", environment(), false],
    ["an environment with a build context", environment("/checkout"), true],
    ["data", data("/checkout"), true],
    ["a model", model("/checkout"), true],
    ["a component", component("/checkout"), false],
  ])("%s goes to a datastore: %p", (_, use, expected) => {
    expect(isUploadedToDatastore(use)).toBe(expected);
  });

  const referred = (where: string): AssetUse => ({
    kind: "environment",
    where,
    what: "the environment",
    reference: "azureml:env:1",
  });
  it.each([
    ["its reference", [referred("a")], "azureml:env:1"],
    ["its image", [code("/checkout"), environment()], "ubuntu"],
    ["its build context", [environment("/checkout")], "built from ."],
    ["nothing where there are two", [referred("a"), referred("b")], undefined],
  ])("name the environment by %s", (_, uses, expected) => {
    expect(environmentWord(uses)).toBe(expected);
  });
});
