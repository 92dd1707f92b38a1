import { beforeEach, describe, expect, it } from "@jest/globals";
import { failed } from "../../src/azure/outcome.ts";
import { connectTo } from "../support/online-release.ts";
import {
  fieldsOf,
  liveServices,
  model,
  releaseService,
  service,
  serviceWrites,
  wants,
} from "../support/service-release.ts";
import { useEmulator } from "../support/use-emulator.ts";
import { aksTarget } from "../support/web-services.ts";

const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });
beforeEach(() => model(emulator));

const good = { service: "clf" };
/** What whoever answers says of itself: the candidate passes too. */
const anyone = wants({ modelIds: ["clf:1"] });

/** The service as an earlier run has left it. */
async function released(more = anyone, options: Parameters<typeof service>[1] = {}) {
  const connected = await connectTo(emulator);
  const done = await releaseService(service(more, options), connected);
  expect(done.failures).toEqual([]);
  emulator.clearJournal();
  return connected;
}

describe("the first release of a web service", () => {
  it("makes it under its own name, and tests it", async () => {
    const connected = await connectTo(emulator);
    const { report, failures, leftGoing, planned } = await releaseService(service(wants(good)), connected);
    expect(failures).toEqual([]);
    expect(leftGoing).toEqual([]);
    expect(report).toMatchObject({
      endpoint: "clf",
      deployment: "clf",
      type: "aci",
      strategy: "replace",
      action: "created",
      state: "Healthy",
      modelId: expect.stringMatching(/\/models\/clf\/versions\/1$/),
      tests: [{ name: "tests[0]", passed: true, status: "200" }],
      scoringUri: expect.stringMatching(/^http:\/\/.*\/score$/),
      swaggerUri: expect.stringMatching(/^http:\/\/.*\/swagger\.json$/),
    });
    expect(planned.steps.map(({ action, what }) => `${action} ${what}`)).toEqual([
      "create the web service clf",
      "test the web service clf",
    ]);
    expect(serviceWrites(emulator)).toEqual(["POST clf", "PATCH clf"]);
    expect(await liveServices(connected)).toEqual({ clf: "Healthy" });
  });

  it("asks with the service's key, which nobody is shown", async () => {
    const connected = await connectTo(emulator);
    const { report, shown } = await releaseService(service(`auth_enabled: true\n${wants(good)}`), connected);
    expect(report.tests).toMatchObject([{ passed: true }]);
    const keys = [...connected.masked];
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(`${JSON.stringify(report)}${shown.join("\n")}`).not.toContain(key);
  });

  it("gives it the declared keys, and asks with them", async () => {
    const connected = await connectTo(emulator);
    const { report, failures } = await releaseService(
      service(`auth_enabled: true\nprimary_key: { env: KEY }\n${wants(good)}`),
      connected,
      { resolveSecret: async () => "a-key-of-our-own-0123456789" },
    );
    expect(failures).toEqual([]);
    expect(report.tests).toMatchObject([{ passed: true }]);
    const keys = await connected.azure.v1Services.keys("clf");
    expect(keys).toMatchObject({ ok: true, value: { primary: "a-key-of-our-own-0123456789" } });
  });

  it("deletes what does not pass, after its log was read, and says why", async () => {
    const connected = await connectTo(emulator);
    const { report, failures } = await releaseService(service(wants({ service: "another" })), connected);
    expect(failures).toMatchObject([
      {
        reason: "smoke-test-failed",
        message: expect.stringMatching(/The web service clf did not pass 1 of 1 tests.*another/),
        where: { file: "deploy.yml" },
      },
    ]);
    expect(report).toMatchObject({ action: "failed", state: "NotFound", logTail: expect.stringContaining("scorer") });
    expect(serviceWrites(emulator)).toEqual(["POST clf", "DELETE clf"]);
    expect(await liveServices(connected)).toEqual({});
  });

  it("keeps it where keep_failed says so, until its name is needed", async () => {
    const connected = await connectTo(emulator);
    const declared = wants({ service: "another" }, "keep_failed: true\n");
    const { failures, report } = await releaseService(service(declared), connected);
    expect(failures).toMatchObject([{ reason: "smoke-test-failed" }]);
    expect(report.notes).toContainEqual(expect.stringContaining("keep_failed"));
    expect(await liveServices(connected)).toEqual({ clf: "Healthy" });
    emulator.clearJournal();
    const again = await releaseService(service(wants(good)), connected);
    expect(again.report.action).toBe("created");
    expect(serviceWrites(emulator)).toEqual(["DELETE clf", "POST clf", "PATCH clf"]);
  });

  it("says the leaf cause of a container that does not start, from its log, and what to do", async () => {
    emulator.putServiceScorer("clf", {
      fails: {
        message: "the worker exited",
        log: ["Traceback (most recent call last):", "ModuleNotFoundError: No module named 'sklearn'"],
      },
    });
    const connected = await connectTo(emulator);
    const { report, failures } = await releaseService(service(wants(good)), connected);
    emulator.putServiceScorer("clf", undefined);
    expect(failures).toMatchObject([
      {
        reason: "deployment-failed",
        message: expect.stringMatching(/No module named 'sklearn' \[ModuleNotFound\]\. Add scikit-learn/),
      },
    ]);
    expect(report.logTail).toContain("ModuleNotFoundError");
    expect(await liveServices(connected)).toEqual({});
  });

  it("is deployed to the declared cluster, and to no other place", async () => {
    emulator.putCompute(aksTarget);
    const connected = await connectTo(emulator);
    const { report, failures } = await releaseService(service(wants(good), { type: "aks" }), connected);
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ type: "aks", action: "created" });
  });

  it("on a cluster asks with a token, where the service wants one", async () => {
    emulator.putCompute(aksTarget);
    const connected = await connectTo(emulator);
    const declared = `token_auth_enabled: true\nauth_enabled: false\n${wants(good)}`;
    const { report, failures } = await releaseService(service(declared, { type: "aks" }), connected);
    expect(failures).toEqual([]);
    expect(report.tests).toMatchObject([{ passed: true }]);
    expect(connected.masked.size).toBeGreaterThan(0);
  });

  it("is deployed to the target that is live under another name than it is declared by", async () => {
    emulator.putCompute(aksTarget);
    const connected = await connectTo(emulator);
    const declared = service(wants(good), { type: "aks", compute: "declared" });
    const { failures } = await releaseService(declared, connected, { liveNames: new Map([["declared", "scoring"]]) });
    expect(failures).toEqual([]);
    expect(await fieldsOf("clf", connected)).toMatchObject({ computeName: "scoring" });
    const again = await releaseService(declared, connected, { liveNames: new Map([["declared", "scoring"]]) });
    expect(again.report.action).toBe("unchanged");
  });

  it("has the definition of an environment of the workspace, under its name and version", async () => {
    emulator.putAsset("environments", "infer", "3", {
      image: "images.example.com/infer:3",
      condaFile: "dependencies:\n- python=3.9\n- pip:\n  - azureml-defaults\n",
    });
    const connected = await connectTo(emulator);
    const declared = service(wants(good), { environment: "azureml:infer:3" });
    const { failures } = await releaseService(declared, connected);
    expect(failures).toEqual([]);
    expect(await fieldsOf("clf", connected)).toMatchObject({
      environmentImageRequest: {
        modelIds: ["clf:1"],
        environment: {
          name: "infer",
          version: "3",
          docker: { baseImage: "images.example.com/infer:3" },
          python: { condaDependencies: { dependencies: ["python=3.9", { pip: ["azureml-defaults"] }] } },
        },
      },
    });
  });

  it("is another release once the newest version of its environment is another one", async () => {
    emulator.putAsset("environments", "infer", "3", { image: "images.example.com/infer:3" });
    const connected = await connectTo(emulator);
    const newest = { environment: "azureml:infer@latest" };
    await releaseService(service(anyone, newest), connected);
    expect((await releaseService(service(anyone, newest), connected)).report.action).toBe("unchanged");
    emulator.putAsset("environments", "infer", "4", { image: "images.example.com/infer:4" });
    expect((await releaseService(service(anyone, newest), connected)).report.action).toBe("updated");
  });

  it("says where it comes from in its properties, and adds nothing else", async () => {
    const connected = await connectTo(emulator);
    await releaseService(service(`${wants(good)}properties: { p: q }\n`), connected);
    const { properties, kvTags } = await fieldsOf("clf", connected);
    expect(properties).toMatchObject({ p: "q", "azureml.git.commit": "c0ffee" });
    expect((properties as Readonly<Record<string, string>>)["azureml-targets.digest"]).toMatch(/^[\da-f]{64}$/);
    expect(kvTags ?? {}).toEqual({});
  });

  it.each([
    ["is not there", undefined],
    ["is of another type", { ...aksTarget, properties: { ...aksTarget.properties, computeType: "Kubernetes" } }],
  ])("writes nothing where the cluster %s", async (_, compute) => {
    if (compute !== undefined) emulator.putCompute(compute);
    const connected = await connectTo(emulator);
    const { failures } = await releaseService(service(wants(good), { type: "aks" }), connected);
    expect(failures).toMatchObject([
      {
        reason: "unknown-compute",
        where: { file: "deploy.yml", line: 3 },
        message: expect.stringContaining("'scoring'"),
      },
    ]);
    expect(serviceWrites(emulator)).toEqual([]);
  });

  it("writes nothing where the command may not write", async () => {
    const connected = await connectTo(emulator);
    const refused = failed({ reason: "refused", status: 403, error: { code: "No", message: "no", details: [] } });
    const { failures } = await releaseService(service(wants(good)), connected, { beforeWriting: async () => refused });
    expect(failures).toMatchObject([{ reason: "not-authorized" }]);
    expect(serviceWrites(emulator)).toEqual([]);
  });
});

describe("an unchanged declaration", () => {
  it("is neither written nor tested", async () => {
    const connected = await released();
    const { report, failures, planned } = await releaseService(service(anyone), connected);
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ action: "unchanged", state: "Healthy", tests: [] });
    expect(planned.steps).toMatchObject([{ action: "none" }]);
    expect(serviceWrites(emulator)).toEqual([]);
    expect(emulator.journal().filter(({ path }) => /score|listkeys|artifact/i.test(path))).toEqual([]);
  });
});

describe("an unchanged declaration whose secrets have changed", () => {
  it("gives the service its new key, and nothing else", async () => {
    const connected = await connectTo(emulator);
    const declared = service(`auth_enabled: true\nprimary_key: { env: KEY }\n${anyone}`);
    await releaseService(declared, connected, { resolveSecret: async () => "first-key-0123456789abcdef" });
    emulator.clearJournal();
    const next = { resolveSecret: async () => "second-key-0123456789abcdef" };
    const { report, failures } = await releaseService(declared, connected, next);
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ action: "updated", tests: [] });
    expect(report.notes).toContainEqual(expect.stringContaining("keys"));
    expect(serviceWrites(emulator)).toEqual([]);
    expect(await connected.azure.v1Services.keys("clf")).toMatchObject({
      value: { primary: "second-key-0123456789abcdef" },
    });
    expect((await releaseService(declared, connected, next)).report.action).toBe("unchanged");
  });

  it("gives the service its renewed certificate", async () => {
    const connected = await connectTo(emulator);
    const declared = service(
      `ssl_enabled: true\nssl_cert_pem: { env: CERT }\nssl_key_pem: { env: KEY }\nssl_cname: clf.example.org\n`,
    );
    await releaseService(declared, connected, { resolveSecret: async () => "-----BEGIN first" });
    emulator.clearJournal();
    const next = { resolveSecret: async () => "-----BEGIN second" };
    const { report, failures } = await releaseService(declared, connected, next);
    expect(failures).toEqual([]);
    expect(report.action).toBe("updated");
    expect(serviceWrites(emulator)).toEqual(["PATCH clf"]);
    emulator.clearJournal();
    expect((await releaseService(declared, connected, next)).report.action).toBe("unchanged");
    expect(serviceWrites(emulator)).toEqual([]);
  });
});

describe("an update of a web service", () => {
  const steps = ["POST clf-c", "DELETE clf-c", "PATCH clf", "PATCH clf"];

  it("tests a candidate first, and then the service", async () => {
    const connected = await released();
    const { report, failures, planned } = await releaseService(service(anyone, { version: "2" }), connected);
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ action: "updated", state: "Healthy", tests: [{ passed: true }] });
    expect(report.notes).toContainEqual(expect.stringContaining("not atomic"));
    expect(planned.steps.map(({ action }) => action)).toEqual(["create", "test", "delete", "update", "test"]);
    expect(serviceWrites(emulator)).toEqual(steps);
    expect(await liveServices(connected)).toEqual({ clf: "Healthy" });
  });

  it("gives the candidate none of what is the service's own", async () => {
    const own = `auth_enabled: true
primary_key: { env: KEY }
dns_name_label: clf-octo
ssl_enabled: true
ssl_cert_pem: { env: CERT }
ssl_key_pem: { env: TLS }
ssl_cname: clf.example.org
`;
    const resolveSecret = async () => "a-secret-of-our-own-0123456789";
    const connected = await connectTo(emulator);
    await releaseService(service(own), connected, { resolveSecret });
    emulator.clearJournal();
    const { failures } = await releaseService(service(own, { version: "2" }), connected, { resolveSecret });
    expect(failures).toEqual([]);
    const candidate = emulator.journal().find(({ method, path }) => method === "POST" && /\/services$/.test(path));
    expect(candidate?.body).toMatchObject({ name: "clf-c", dnsNameLabel: null, cname: null, authEnabled: true });
    expect(candidate?.body).not.toHaveProperty("sslEnabled");
    expect(JSON.stringify(candidate?.body)).not.toContain("a-secret-of-our-own");
  });

  it("leaves the service as it is where the candidate does not pass", async () => {
    const connected = await released();
    emulator.putServiceScorer("clf-c", { status: 500, answer: { error: "no" } });
    const { report, failures } = await releaseService(service(anyone, { version: "2" }), connected);
    emulator.putServiceScorer("clf-c", undefined);
    expect(failures).toMatchObject([
      { reason: "smoke-test-failed", message: expect.stringContaining("The candidate clf-c") },
    ]);
    expect(report).toMatchObject({ action: "failed", state: "Healthy" });
    expect(serviceWrites(emulator)).toEqual(["POST clf-c", "DELETE clf-c"]);
    const unchanged = await releaseService(service(anyone), connected);
    expect(unchanged.report.action).toBe("unchanged");
  });

  it("sets the changed fields back where the service does not pass, and to what they were", async () => {
    const connected = await released(`${anyone}description: first\ntags: { a: b }\n`);
    const before = await fieldsOf("clf", connected);
    emulator.putServiceScorer("clf-c", { answer: { ok: true } });
    const next = `${wants({ ok: true })}description: second\ntags: { c: d }\n`;
    const { report, failures } = await releaseService(service(next, { version: "2" }), connected);
    emulator.putServiceScorer("clf-c", undefined);
    expect(failures).toMatchObject([
      { reason: "smoke-test-failed", message: expect.stringContaining("The web service clf did not pass") },
    ]);
    expect(report).toMatchObject({ action: "rolled-back", state: "Healthy", tests: [{ passed: false }] });
    expect(serviceWrites(emulator)).toEqual(steps);
    const after = await fieldsOf("clf", connected);
    for (const field of ["environmentImageRequest", "description", "kvTags"])
      expect(after[field]).toEqual(before[field]);
    const unchanged = await releaseService(service(`${anyone}description: first\ntags: { a: b }\n`), connected);
    expect(unchanged.report.action).toBe("unchanged");
  });

  it("never sends a body that was made of a read: a patch has the changed fields alone", async () => {
    const connected = await released(`${anyone}tags: { a: b }\nauth_enabled: true\n`);
    await releaseService(service(`${anyone}tags: { a: b }\nauth_enabled: true\n`, { version: "2" }), connected);
    const patches = emulator.journal().filter(({ method }) => method === "PATCH");
    const paths = patches.flatMap(({ body }) => (body as readonly { readonly path: string }[]).map(({ path }) => path));
    expect(paths.filter((path) => !path.startsWith("/properties/"))).toEqual(["/environmentImageRequest"]);
    for (const { body } of patches) expect(JSON.stringify(body)).not.toContain("keys");
  });

  it("on a cluster changes what is declared of its size, and nothing else", async () => {
    emulator.putCompute(aksTarget);
    const connected = await connectTo(emulator);
    const sized = (replicas: number) =>
      service(`${anyone}cpu_cores: 0.5\nautoscale_enabled: true\nautoscale_max_replicas: ${replicas}\n`, {
        type: "aks",
      });
    await releaseService(sized(2), connected);
    emulator.clearJournal();
    const { report, failures } = await releaseService(sized(3), connected);
    expect(failures).toEqual([]);
    expect(report.action).toBe("updated");
    const [patch] = emulator.journal().filter(({ method }) => method === "PATCH");
    const changes = patch?.body as readonly { readonly path: string; readonly value: unknown }[];
    expect(changes.filter(({ path }) => !/^\/(properties|environmentImageRequest)/.test(path))).toEqual([
      { op: "replace", path: "/autoScaler/maxReplicas", value: 3 },
    ]);
  });

  it("is refused before anything is written where no update can change a declared key", async () => {
    const connected = await released(`${anyone}cpu_cores: 1\n`);
    const { failures } = await releaseService(service(`${anyone}cpu_cores: 2\n`), connected);
    expect(failures).toMatchObject([
      { reason: "not-supported", message: expect.stringMatching(/cpu_cores of the web service clf is 1/) },
    ]);
    expect(serviceWrites(emulator)).toEqual([]);
  });

  it("is refused where the candidate's name would be too long", async () => {
    const name = "a234567890123456789012345678901";
    const declared = wants({ modelIds: ["clf:1"] });
    const connected = await released(declared, { name });
    const { failures } = await releaseService(service(declared, { name, version: "2" }), connected);
    expect(failures).toMatchObject([{ reason: "not-supported", message: expect.stringContaining("at most 30") }]);
    expect(serviceWrites(emulator)).toEqual([]);
  });

  it("leaves a service alone that has the candidate's name and is somebody else's", async () => {
    const connected = await released();
    await releaseService(service("", { name: "clf-c" }), connected);
    emulator.clearJournal();
    const { failures } = await releaseService(service(anyone, { version: "2" }), connected);
    expect(failures).toMatchObject([{ reason: "conflict", message: expect.stringContaining("clf-c") }]);
    expect(serviceWrites(emulator)).toEqual([]);
    expect(await liveServices(connected)).toEqual({ clf: "Healthy", "clf-c": "Healthy" });
  });

  it("gives the service the keys that are declared by now", async () => {
    const connected = await released(`${anyone}auth_enabled: true\n`);
    const { failures } = await releaseService(
      service(`${anyone}auth_enabled: true\nprimary_key: { env: KEY }\n`, { version: "2" }),
      connected,
      { resolveSecret: async () => "another-key-of-ours-0123456789" },
    );
    expect(failures).toEqual([]);
    const keys = await connected.azure.v1Services.keys("clf");
    expect(keys).toMatchObject({ ok: true, value: { primary: "another-key-of-ours-0123456789" } });
  });
});
