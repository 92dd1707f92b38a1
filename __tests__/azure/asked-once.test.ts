import { beforeEach, describe, expect, it } from "@jest/globals";
import { askedOnce } from "../../src/azure/asked-once.ts";
import type { Assets } from "../../src/azure/assets.ts";
import { connectTo } from "../support/online-release.ts";
import { useEmulator } from "../support/use-emulator.ts";

describe("assets that are asked for once", () => {
  const emulator = useEmulator();
  let assets: Assets;
  const put = (version: string) => assets.put("models", "clf", version, { properties: { modelUri: "azureml://x" } });
  const asked = () => emulator.journal().filter(({ method }) => method === "GET").length;

  beforeEach(async () => {
    const { azure } = await connectTo(emulator);
    assets = askedOnce(azure.assets);
    await put("1");
    emulator.clearJournal();
  });

  it.each([
    { what: "a version", read: () => assets.get("models", "clf", "1") },
    { what: "the newest version", read: () => assets.versions("models", "clf") },
    { what: "the list of versions", read: () => assets.list("models", "clf") },
  ])("answer about $what as before, also to who asks meanwhile", async ({ read }) => {
    const answers = [...(await Promise.all([read(), read()])), await read()];
    expect(answers[0]).toMatchObject({ ok: true });
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(asked()).toBe(1);
  });

  it("are asked for each version and name", async () => {
    for (const version of ["1", "2"]) await assets.get("models", "clf", version);
    await assets.get("environments", "clf", "1");
    await assets.get("models", "other", "1");
    expect(asked()).toBe(4);
  });

  it("are asked for again once one was written", async () => {
    await assets.list("models", "clf");
    await assets.versions("models", "clf");
    await put("2");
    expect(await assets.list("models", "clf")).toMatchObject({ value: [{ version: "2" }, { version: "1" }] });
    expect(await assets.versions("models", "clf")).toMatchObject({ value: { latest: "2" } });
  });

  it("keep no answer from before a write that was read during it", async () => {
    const writing = put("2");
    const during = assets.list("models", "clf");
    await Promise.all([writing, during]);
    expect(await assets.list("models", "clf")).toMatchObject({ value: [{ version: "2" }, { version: "1" }] });
  });

  it("are asked for again where there was nothing, and after a failure", async () => {
    expect(await assets.get("models", "clf", "9")).toEqual({ ok: true, value: undefined });
    emulator.putAsset("models", "clf", "9");
    expect(await assets.get("models", "clf", "9")).toMatchObject({ ok: true, value: {} });
    emulator.faults.add({ kind: "status", path: "/models/clf/versions/1$", status: 403 });
    expect(await assets.get("models", "clf", "1")).toMatchObject({ ok: false });
    expect(await assets.get("models", "clf", "1")).toMatchObject({ ok: true, value: { modelUri: "azureml://x" } });
  });
});
