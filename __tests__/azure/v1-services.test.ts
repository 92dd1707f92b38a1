import { describe, expect, it } from "@jest/globals";
import { seeded } from "../../emulator/settings.ts";
import type { Arm } from "../../src/azure/arm.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { leafCause } from "../../src/azure/service-error.ts";
import { liveV1Service, v1ServicePhase } from "../../src/azure/v1-live-service.ts";
import { createV1Services, type V1Services } from "../../src/azure/v1-services.ts";
import { sleepingClock } from "../support/clock.ts";
import { workspace } from "../support/targets.ts";
import { useStand } from "../support/use-stand.ts";
import { aciBody, aksTarget, noCode, servicesOf, uploadScript } from "../support/web-services.ts";

const stand = useStand([aksTarget]);

/** The operations of writes fail without anything being started. */
function failAll(code = "CrashLoopBackOff", message = "Error in entry script") {
  stand.endpoint.faults.add({ path: "/services(/[^/]+)?$", kind: "operation-fails", code, message, times: 100 });
}

const operationOf = (accepted: Awaited<ReturnType<V1Services["create"]>>) => {
  if (!accepted.ok || accepted.value.operation === undefined) throw new Error("It was not taken.");
  return accepted.value.operation;
};

const writes = (method: string) =>
  stand.requests().filter((request) => request.method === method && /\/services(\/[^/]+)?$/.test(request.path)).length;

describe("a web service", () => {
  it("is made, read, listed and removed", async () => {
    failAll();
    const { services } = await servicesOf(stand);
    expect(await services.get("svc")).toEqual({ ok: true, value: undefined });
    const body = aciBody("svc", noCode, { description: "of a test", dnsNameLabel: "octo" });
    const operation = operationOf(await services.create(body));
    const end = await services.follow(operation, { seconds: 600 });
    expect(end).toMatchObject({ ok: true, value: { end: "failed", how: "failed", step: "DeployService" } });
    const read = await services.get("svc");
    expect(read).toMatchObject({
      ok: true,
      value: {
        name: "svc",
        computeType: "ACI",
        state: "Failed",
        description: "of a test",
        auth: "key",
        kvTags: { a: "b" },
        properties: { digest: "1" },
        modelIds: [],
        operationId: operation.id,
        fields: { dnsNameLabel: "octo" },
      },
    });
    expect(await services.list()).toMatchObject({ ok: true, value: [{ name: "svc" }] });
    expect(await services.remove("svc")).toMatchObject({ ok: true, value: {} });
    stand.endpoint.faults.clear();
    expect(await services.remove("other")).toEqual({ ok: true, value: undefined });
  });

  it("has failed for a reason that is the leaf of what the service says", async () => {
    failAll("CrashLoopBackOff", "Error in entry script, ModuleNotFoundError: No module named 'ruamel'");
    const { services } = await servicesOf(stand);
    const end = await services.follow(operationOf(await services.create(aciBody("svc"))), { seconds: 600 });
    if (!end.ok || end.value.end !== "failed") throw new Error("It has not failed.");
    expect(leafCause(end.value.error)).toMatchObject({
      code: "CrashLoopBackOff",
      message: expect.stringContaining("ruamel"),
    });
    const read = await services.get("svc");
    expect(read.ok && read.value?.error?.code).toBe("AciDeploymentFailed");
  });

  it("shows what it is doing, step by step", async () => {
    failAll();
    const { services } = await servicesOf(stand);
    const seen: string[] = [];
    const operation = operationOf(await services.create(aciBody("svc")));
    await services.follow(operation, { seconds: 600, onProgress: ({ status, log }) => seen.push(status, ...log) });
    expect(seen.filter((text) => text === "Submitting deployment to compute.")).toHaveLength(1);
    expect(seen.at(-1)).not.toBe("");
    expect(seen).toContain("Failed");
  });

  it("that is refused says why, by the service's own code", async () => {
    const { services } = await servicesOf(stand);
    const refused = await services.create(aciBody("Not-a-name"));
    expect(refused).toMatchObject({ ok: false, failure: { reason: "refused", status: 400 } });
    expect(!refused.ok && leafCause(refused.failure.error).code).toBe("InvalidServiceName");
    failAll();
    await services.create(aciBody("svc"));
    const second = await services.create(aciBody("svc"));
    expect(second).toMatchObject({ ok: false, failure: { reason: "refused", status: 409 } });
    expect(!second.ok && leafCause(second.failure.error).code).toBe("ServiceExists");
  });
});

describe("after a lost reply", () => {
  const faults = ["lost-reply", "status-after"] as const;
  const lose = (method: string, kind: (typeof faults)[number]) =>
    stand.endpoint.faults.add(
      kind === "lost-reply"
        ? { method, path: "/services(/svc)?$", kind }
        : { method, path: "/services(/svc)?$", kind, status: 503 },
    );

  it.each(faults)("nothing is sent a second time, and the service tells what came of it: %s", async (kind) => {
    failAll();
    const { services } = await servicesOf(stand);
    lose("POST", kind);
    expect(await services.create(aciBody("svc"))).toMatchObject({ ok: false, failure: { reason: "unknown" } });
    expect(writes("POST")).toBe(1);
    const read = await services.get("svc");
    expect(read).toMatchObject({ ok: true, value: { properties: { digest: "1" } } });
    const id = read.ok ? read.value?.operationId : undefined;
    expect(await services.follow({ id: id ?? "" }, { seconds: 600 })).toMatchObject({
      ok: true,
      value: { end: "failed" },
    });

    lose("PATCH", kind);
    const patch = [{ op: "add", path: "/properties/digest", value: "2" } as const];
    expect(await services.update("svc", patch)).toMatchObject({ ok: false, failure: { reason: "unknown" } });
    expect(writes("PATCH")).toBe(1);
    expect(await services.get("svc")).toMatchObject({ value: { properties: { digest: "2" } } });

    stand.endpoint.faults.clear();
    lose("DELETE", kind);
    expect(await services.remove("svc")).toMatchObject({ ok: false, failure: { reason: "unknown" } });
    expect(writes("DELETE")).toBe(1);
    expect(await services.get("svc")).toEqual({ ok: true, value: undefined });
  });

  it("reads and questions are asked again", async () => {
    const { services } = await servicesOf(stand);
    stand.endpoint.faults.add({ method: "GET", path: "/services/svc", kind: "status", status: 503, times: 2 });
    stand.endpoint.faults.add({ method: "POST", path: "/validate", kind: "reset", times: 2 });
    expect(await services.get("svc")).toEqual({ ok: true, value: undefined });
    const request = { type: "Create", name: "svc", body: aciBody("svc"), overwrite: false } as const;
    expect(await services.validate(request)).toMatchObject({ ok: true });
  });
});

describe("what is asked beforehand", () => {
  const create = (name: string, body: unknown, overwrite = false) =>
    ({ type: "Create", name, body, overwrite }) as const;

  it("stops a request that the service would refuse", async () => {
    failAll();
    const { services } = await servicesOf(stand);
    await services.create(aciBody("svc"));
    expect(await services.validate(create("svc", aciBody("svc")))).toMatchObject({
      ok: false,
      failure: { reason: "refused" },
    });
    expect(await services.validate(create("svc", aciBody("svc"), true))).toMatchObject({ ok: true });
    expect(await services.validate(create("other", aciBody("other", noCode, {}, ["clf:7"])))).toMatchObject({
      ok: false,
      failure: { error: { message: expect.stringContaining("clf:7") } },
    });
    const patch = [{ op: "replace", path: "/kvTags", value: {} } as const];
    expect(await services.validate({ type: "Update", name: "svc", patch })).toMatchObject({ ok: true });
    expect(await services.validate({ type: "Update", name: "other", patch })).toMatchObject({ ok: false });
    expect(await services.validate({ type: "Delete", name: "svc" })).toMatchObject({ ok: true });
  });

  it("stops nothing where it cannot be asked", async () => {
    const { services } = await servicesOf(stand);
    stand.endpoint.faults.add({ path: "/validate", kind: "status", status: 400, times: 3 });
    expect(await services.validate(create("svc", aciBody("svc")))).toMatchObject({ ok: true });
  });
});

describe("an operation", () => {
  it("is followed until its time is up, and goes on in Azure", async () => {
    failAll();
    stand.endpoint.faults.add({ path: "/services$", kind: "operation-takes", seconds: 3600 });
    const { services } = await servicesOf(stand);
    const operation = operationOf(await services.create(aciBody("svc")));
    expect(await services.follow(operation, { seconds: 30 })).toEqual({
      ok: true,
      value: { end: "in-flight", why: "timeout" },
    });
    expect(await services.get("svc")).toMatchObject({ value: { state: "Transitioning" } });
    stand.emulator.endOperations();
    expect(await services.follow(operation, { seconds: 600 })).toMatchObject({ value: { end: "failed" } });
  });

  it("is followed no longer once the workflow is cancelled", async () => {
    failAll();
    stand.endpoint.faults.add({ path: "/services$", kind: "operation-takes", seconds: 3600 });
    const controller = new AbortController();
    const { services } = await servicesOf(stand, controller.signal);
    const operation = operationOf(await services.create(aciBody("svc")));
    const following = services.follow(operation, { seconds: 3600, onProgress: () => controller.abort() });
    expect(await following).toEqual({ ok: true, value: { end: "in-flight", why: "cancelled" } });
    stand.emulator.endOperations();
  });

  it("that nobody knows cannot be followed", async () => {
    const { services } = await servicesOf(stand);
    expect(await services.follow({ id: "none" }, { seconds: 60 })).toMatchObject({
      ok: false,
      failure: { reason: "not-found" },
    });
  });

  it.each([
    ["Succeeded", { end: "succeeded" }],
    ["Failed", { end: "failed", how: "failed" }],
    ["Cancelled", { end: "failed", how: "cancelled" }],
    ["TimedOut", { end: "failed", how: "timed-out", error: { code: "TimedOut" } }],
  ])("ends as %s", async (state, value) => {
    const states = ["NotStarted", "Running", "SomethingNew", state];
    const services = answering(() => ({ state: states.shift(), error: null }));
    expect(await services.follow({ id: "1", retryAfterSeconds: 1 }, { seconds: 600 })).toMatchObject({
      ok: true,
      value,
    });
    expect(states).toEqual([]);
  });

  it.each([undefined, null, "", "<html>", [], {}, { state: "" }, { state: 5 }])(
    "is not what is answered as %j",
    async (body) => {
      expect(await answering(() => body).follow({ id: "1" }, { seconds: 600 })).toMatchObject({
        ok: false,
        failure: { reason: "unreachable", error: { code: "BrokenReply" } },
      });
    },
  );
});

/** A client whose every read is answered so, and whose writes name this operation. */
function answering(body: () => unknown, headers: Readonly<Record<string, string>> = {}): V1Services {
  const sent: string[] = [];
  const answer = () => Promise.resolve(succeeded({ status: 202, headers, body: body() }));
  const arm: Pick<Arm, "getData" | "sendData"> = {
    getData: (url) => {
      sent.push(url);
      return answer();
    },
    sendData: answer,
  };
  const clock = sleepingClock();
  const { signal } = new AbortController();
  return createV1Services(arm as Arm, workspace, {
    dataPlane: () => Promise.resolve(succeeded("https://eastus.api.azureml.ms")),
    clock,
    signal,
    mask: () => undefined,
  });
}

describe("an answer to a write", () => {
  it.each([
    ["https://eastus.api.azureml.ms/modelmanagement/v1.0/x/operations/0a-1b", "0a-1b"],
    // Whatever host it names: only the id is taken, and asked for at the service's own.
    ["https://elsewhere.example.com/operations/0a-1b?sig=1", "0a-1b"],
    ["../../x y", undefined],
    ["", undefined],
  ])("names its operation by %j: %s", async (location, id) => {
    const accepted = await answering(() => ({}), { "operation-location": location }).create({});
    expect(accepted).toEqual({ ok: true, value: id === undefined ? {} : { operation: { id } } });
  });

  it("may name it in the service itself", async () => {
    expect(await answering(() => ({ name: "svc", operationId: "7" })).update("svc", [])).toEqual({
      ok: true,
      value: { operation: { id: "7" } },
    });
  });
});

describe("secrets of a service", () => {
  it("are masked before anybody has them", async () => {
    failAll();
    const { services, masked } = await servicesOf(stand);
    await services.create(aciBody("svc", noCode, { keys: { primaryKey: "one-key", secondaryKey: "two-key" } }));
    expect(await services.keys("svc")).toEqual({ ok: true, value: { primary: "one-key", secondary: "two-key" } });
    expect(masked).toEqual(["one-key", "two-key"]);
    expect(await services.setKey("svc", "Primary", "three-key")).toMatchObject({ ok: true });
    expect(await services.keys("svc")).toMatchObject({ value: { primary: "three-key" } });
    expect(masked).toContain("three-key");
    expect(JSON.stringify(await services.get("svc"))).not.toMatch(/(one|two|three)-key/);
  });

  it.each([undefined, {}, { primaryKey: 5 }, { accessToken: "" }])("are not what is answered as %j", async (body) => {
    const services = answering(() => body);
    expect(await services.keys("svc")).toMatchObject({ ok: false, failure: { error: { code: "BrokenReply" } } });
    expect(await services.token("svc")).toMatchObject({ ok: false, failure: { error: { code: "BrokenReply" } } });
  });

  it("give no access where there are none", async () => {
    failAll();
    const { services } = await servicesOf(stand);
    await services.create(aciBody("svc"));
    expect(await services.token("svc")).toMatchObject({ ok: false, failure: { reason: "refused" } });
    expect(await services.keys("other")).toMatchObject({ ok: false, failure: { reason: "not-found" } });
    expect(await services.logs("other", 10)).toMatchObject({ ok: false, failure: { reason: "not-found" } });
  });
});

describe("a service as it is read", () => {
  it.each([undefined, null, "svc", [], {}, { name: "svc" }, { computeType: "ACI" }, { name: 5, computeType: "ACI" }])(
    "is not %j",
    (wire) => {
      expect(liveV1Service(wire)).toBeUndefined();
    },
  );

  it("holds nothing that stands for a secret, and nothing of another type than it should be", () => {
    const read = liveV1Service({
      name: "svc",
      computeType: "AKS",
      state: 7,
      kvTags: { a: "b", c: 1 },
      properties: null,
      scoringUri: {},
      environmentImageRequest: { modelIds: ["clf:1", 2] },
      keys: { primaryKey: null },
      sslKey: null,
      sslCertificate: null,
      aadAuthEnabled: true,
      authEnabled: false,
    });
    expect(read).toMatchObject({
      state: "Unknown",
      kvTags: { a: "b" },
      properties: {},
      modelIds: ["clf:1"],
      auth: "token",
    });
    expect(read).not.toHaveProperty("scoringUri");
    expect(Object.keys(read?.fields ?? {})).not.toEqual(expect.arrayContaining(["keys"]));
    for (const secret of ["keys", "sslKey", "sslCertificate"]) expect(read?.fields).not.toHaveProperty(secret);
  });

  it.each([
    ["Healthy", "healthy"],
    ["Transitioning", "in-flight"],
    ["Failed", "failed"],
    ["Unhealthy", "failed"],
    ["Unschedulable", "failed"],
    ["SomethingNew", "in-flight"],
  ])("is %s: %s", (state, phase) => {
    expect(v1ServicePhase(state)).toBe(phase);
  });
});

describe("the code of a service", () => {
  it("goes to places of its own, and is named as the official client names it", async () => {
    const masked: string[] = [];
    const { driverProgram, assets, places } = await uploadScript(stand, "def init(): pass\n", masked);
    expect({ driverProgram, assets }).toEqual({
      driverProgram: "driver.py",
      assets: [
        { id: "driver.py", url: `aml://artifact/LocalUpload/${places[0]}/driver.py`, mimeType: "application/x-python" },
        {
          mimeType: "application/octet-stream",
          id: "code.tar.gz",
          url: `aml://artifact/LocalUpload/${places[1]}/code.tar.gz`,
          unpack: true,
        },
      ],
    });
    const puts = stand.requests().filter(({ method }) => method === "PUT");
    expect(puts.map(({ path }) => path)).toEqual([
      `/${seeded.storageAccount}/azureml/LocalUpload/${places[0]}/driver.py`,
      `/${seeded.storageAccount}/azureml/LocalUpload/${places[1]}/code.tar.gz`,
    ]);
    expect(masked).toHaveLength(2);
    for (const secret of masked) expect(secret).toContain("sig=");
  });
});
