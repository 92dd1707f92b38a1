import { beforeEach, describe, expect, it } from "@jest/globals";
import { arcId } from "../../emulator/resources/clusters.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { failed as refusal } from "../../src/azure/outcome.ts";
import type { Strategy } from "../../src/deployment/parts/strategy.ts";
import { plan } from "../../src/release/online-release.ts";
import { SecretUnavailable } from "../../src/secret/secret.ts";
import { ask, followed } from "../support/ask-emulator.ts";
import { assets, at, below, deployed, deploymentBody, endpointBody, made, share } from "../support/online-endpoints.ts";
import {
  connectTo,
  endpointWrites,
  liveState,
  onlineDefinition,
  onlineDeployment,
  onlineEndpoint,
  partsThere,
  pathOf,
  release,
  releaseDeps,
  requestTest,
} from "../support/online-release.ts";
import { useEmulator } from "../support/use-emulator.ts";

describe("a release", () => {
  const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });
  beforeEach(() => assets(emulator));
  const tests = [requestTest({ response: { endpoint: "ep-one" } })];
  const declared = (version: string, fields: Parameters<typeof onlineDeployment>[0] = {}) =>
    onlineDeployment({ tests, deployment: onlineDefinition(version), ...fields });

  /** A first release, with nothing in the journal of how it came about. */
  async function released(version = "1") {
    const connected = await connectTo(emulator);
    expect((await release(declared(version), connected)).failures).toEqual([]);
    emulator.clearJournal();
    return connected;
  }

  it("of the first deployment makes the endpoint, and gives it traffic after its tests", async () => {
    const connected = await connectTo(emulator);
    const { report, failures, planned } = await release(declared("1"), connected);
    expect(failures).toEqual([]);
    expect(report).toMatchObject({
      endpoint: "ep-one",
      deployment: "blue",
      action: "created",
      state: "Succeeded",
      traffic: 100,
      trafficBefore: {},
      trafficAfter: { blue: 100 },
      modelId: `${workspacePath}/models/clf/versions/1`,
      tests: [{ name: "tests[0]", passed: true, status: "200", calls: 1 }],
      scoringUri: `${emulator.origin}/_inference/ep-one/score`,
      url: expect.stringContaining("/endpoints/realtime/ep-one/detail?wsid=/subscriptions/"),
    });
    expect(planned.steps.map(({ action }) => action)).toEqual(["create", "create", "test", "move-traffic"]);
    expect(endpointWrites(emulator)).toEqual(["PUT ep-one", "PUT ep-one/blue", "PUT ep-one"]);
    expect(await liveState(emulator)).toMatchObject({ traffic: { blue: 100 }, deployments: ["blue"] });
  });

  it("of what is live already writes nothing and tests nothing", async () => {
    const connected = await released();
    const { report, planned } = await release(declared("1"), connected);
    expect(planned.steps).toEqual([{ action: "none", what: "the deployment 'blue'", reason: "It is as declared." }]);
    expect(report).toMatchObject({ action: "unchanged", deployment: "blue", state: "Succeeded", tests: [] });
    expect(endpointWrites(emulator)).toEqual([]);
    expect(emulator.scored()).toEqual([]);
    expect(emulator.journal().filter(({ path }) => /listKeys/i.test(path))).toEqual([]);
  });

  it("serves from the old deployment until the new one has passed, and removes the old one then", async () => {
    const connected = await released();
    const { report, planned } = await release(declared("2"), connected);
    expect(planned).toMatchObject({ deployment: "green", strategy: "blue-green", trafficAfter: { green: 100 } });
    expect(report).toMatchObject({
      action: "updated",
      deployment: "green",
      traffic: 100,
      trafficBefore: { blue: 100 },
      trafficAfter: { green: 100 },
      tests: [{ passed: true }],
    });
    expect(endpointWrites(emulator)).toEqual(["PUT ep-one/green", "PUT ep-one", "DELETE ep-one/blue"]);
    expect(emulator.scored().map(({ deployment }) => deployment)).toEqual(["green"]);
    expect(await liveState(emulator)).toMatchObject({ deployments: ["green"], versions: { green: "2" } });
  });

  it("masks the key before it is used, and shows it nowhere", async () => {
    const { shown, ...rest } = await release(declared("1"), await connectTo(emulator));
    const keys = (await ask(emulator, "POST", `${at("ep-one").replace("?", "/listKeys?")}`)).body as {
      readonly primaryKey: string;
    };
    expect(JSON.stringify([shown, rest])).not.toContain(keys.primaryKey);
    const connected = await released("2");
    expect(connected.masked).toContain(keys.primaryKey);
  });

  it.each(["AMLToken", "AADToken"] as const)("tests an endpoint that takes an %s with one", async (authMode) => {
    const connected = await connectTo(emulator);
    const { report } = await release(declared("1", { endpoint: onlineEndpoint({ authMode }) }), connected);
    expect(report.tests).toMatchObject([{ passed: true, status: "200" }]);
    expect(connected.masked.size).toBeGreaterThan(0);
  });

  it("says that nothing was tested where no tests are declared", async () => {
    const { report } = await release(declared("1", { tests: [] }), await connectTo(emulator));
    expect(report.notes).toEqual(["No tests are declared, so all that is known is that it was provisioned."]);
  });

  describe("whose test fails", () => {
    const wrong = [requestTest({ response: { predictions: [3] } })];

    it("leaves the traffic as it was, deletes the new one, and says what was wanted and got", async () => {
      const connected = await released();
      emulator.putScorer("ep-one", "green", { answer: { predictions: [4], id: 7 } });
      const { report, failures } = await release(declared("2", { tests: wrong }), connected);
      expect(failures).toMatchObject([{ reason: "smoke-test-failed" }]);
      expect(failures[0]?.message).toBe(
        "The release of 'green' on 'ep-one': a smoke test did not pass. tests[0]: predictions[0]: 3 wanted, 4 got.",
      );
      expect(report).toMatchObject({ action: "rolled-back", traffic: 0, trafficAfter: { blue: 100 } });
      expect(report.tests).toMatchObject([{ passed: false, message: "predictions[0]: 3 wanted, 4 got" }]);
      expect(endpointWrites(emulator)).toEqual(["PUT ep-one/green", "DELETE ep-one/green"]);
      expect(await liveState(emulator)).toMatchObject({ traffic: { blue: 100 }, deployments: ["blue"] });
    });

    it("keeps the new one at 0 % with keep_failed, which no later release cleans up", async () => {
      const connected = await released();
      const kept = await release(declared("2", { tests: wrong, keepFailed: true }), connected);
      expect(kept.report).toMatchObject({ action: "rolled-back", traffic: 0 });
      expect(kept.report.notes).toContain("The deployment 'green' is kept at 0 % to be looked at (keep_failed).");
      await release(declared("1"), connected);
      expect(await liveState(emulator)).toMatchObject({ traffic: { blue: 100 }, deployments: ["blue", "green"] });
      // Its definition is released: it is tested again, and not made anew.
      emulator.clearJournal();
      const { report } = await release(declared("2"), connected);
      expect(report).toMatchObject({ action: "updated", deployment: "green", traffic: 100 });
      expect(endpointWrites(emulator)).toEqual(["PUT ep-one", "DELETE ep-one/blue"]);
    });

    it("of a first release leaves no deployment behind, and no traffic", async () => {
      const { report } = await release(declared("1", { tests: wrong }), await connectTo(emulator));
      expect(report).toMatchObject({ action: "rolled-back", trafficAfter: {} });
      expect(await liveState(emulator)).toMatchObject({ status: 200, traffic: {}, deployments: [] });
    });

    it("says what the model itself has answered where the service hides it", async () => {
      const connected = await released();
      emulator.putScorer("ep-one", "green", { status: 500, answer: { error: "boom" } });
      const { failures } = await release(declared("2"), connected);
      expect(failures[0]?.message).toContain(
        'status 200 wanted, 424 got (the model itself answered with 500): {"error":"boom"}',
      );
    });
  });

  describe("whose deployment does not come up", () => {
    const crashes = {
      fails: {
        message: "ModuleNotFoundError: No module named 'sklearn'",
        log: ["Traceback (most recent call last):", '  File "score.py", line 1, in <module>'],
      },
    };

    it("names the leaf cause and what to do, reads the log, and deletes it", async () => {
      const connected = await released();
      emulator.putScorer("ep-one", "green", crashes);
      const { report, failures, shown } = await release(declared("2"), connected);
      expect(failures).toMatchObject([{ reason: "deployment-failed" }]);
      expect(failures[0]?.message).toContain("ModuleNotFoundError: No module named 'sklearn' [ModuleNotFound]");
      expect(failures[0]?.message).toContain("Add scikit-learn to the pip part of the environment's conda_file");
      expect(report).toMatchObject({ action: "rolled-back", state: "Failed", trafficAfter: { blue: 100 } });
      expect(report.logTail).toContain("Traceback (most recent call last):");
      expect(shown).toContain("Log of green (InferenceServer)");
      const written = emulator.journal().map(({ method, path }) => `${method} ${path}`);
      const read = written.findIndex((line) => line.endsWith("/green/getLogs"));
      const deletion = written.findIndex((line) => line.startsWith("DELETE"));
      expect(read >= 0 && read < deletion).toBe(true);
      expect(await liveState(emulator)).toMatchObject({ traffic: { blue: 100 }, deployments: ["blue"] });
    });

    it("says of an image that cannot be pulled that it is the image", async () => {
      const connected = await released();
      emulator.setImageAvailable("images.example.com/infer:1", false);
      const { failures } = await release(declared("2"), connected);
      expect(failures[0]?.message).toContain("AcrPull");
    });

    it("keeps it, marked, with keep_failed; its name is free for the next release", async () => {
      const connected = await released();
      emulator.putScorer("ep-one", "green", crashes);
      await release(declared("2", { keepFailed: true }), connected);
      expect(await liveState(emulator)).toMatchObject({ states: { blue: "Succeeded", green: "Failed" } });
      emulator.putScorer("ep-one", "green", undefined);
      const { report } = await release(declared("3"), connected);
      expect(report).toMatchObject({ action: "updated", deployment: "green", traffic: 100 });
      expect(await liveState(emulator)).toMatchObject({ deployments: ["green"], versions: { green: "3" } });
    });
  });

  it("whose traffic could not be moved says why, and asks no container", async () => {
    const connected = await released();
    const message = "traffic could not be set";
    const fault = { kind: "operation-fails", code: "InternalServerError", message } as const;
    emulator.faults.add({ method: "PUT", path: "/onlineEndpoints/ep-one$", ...fault });
    const { report, failures } = await release(declared("2"), connected);
    expect(failures[0]?.message).toContain("traffic could not be set [InternalServerError]");
    expect(report).toMatchObject({ action: "rolled-back", changed: true, trafficAfter: { blue: 100 } });
    expect(emulator.journal().some(({ path }) => path.endsWith("/getLogs"))).toBe(false);
  });

  describe("by canary", () => {
    const strategy: Strategy = { type: "canary", steps: [10, 50, 100], waitSeconds: 5, keepOld: false };

    it("moves the traffic in steps, and tests at each of them", async () => {
      const connected = await released();
      const { report } = await release(declared("2", { strategy }), connected);
      expect(report).toMatchObject({ action: "updated", strategy: "canary", trafficAfter: { green: 100 } });
      expect(
        emulator
          .endpointTraffic()
          .slice(2)
          .map(({ traffic }) => traffic),
      ).toEqual([{ blue: 90, green: 10 }, { blue: 50, green: 50 }, { green: 100 }]);
      expect(emulator.scored().filter(({ deployment }) => deployment === "green")).toHaveLength(4);
      expect(await liveState(emulator)).toMatchObject({ deployments: ["green"] });
    });

    it("goes back to the old one where a test fails on the way", async () => {
      const connected = await released();
      emulator.faults.add({ path: "_inference", kind: "status", status: 500, skip: 1, times: 1 });
      const { report, failures } = await release(declared("2", { strategy }), connected);
      expect(failures).toMatchObject([{ reason: "smoke-test-failed" }]);
      expect(report).toMatchObject({
        action: "rolled-back",
        trafficBefore: { blue: 100 },
        trafficAfter: { blue: 100 },
      });
      expect(report.notes).toContain("The traffic was put back to blue 100 %.");
      expect(await liveState(emulator)).toMatchObject({ traffic: { blue: 100 }, deployments: ["blue"], tags: {} });
    });
  });

  describe("by shadow", () => {
    const strategy: Strategy = { type: "shadow", mirror: 10, waitSeconds: 5, promote: false, keepOld: false };

    it("mirrors for a while, and leaves the new one at 0 %; promoted later, it is not made anew", async () => {
      const connected = await released();
      const { report } = await release(declared("2", { strategy }), connected);
      expect(report).toMatchObject({ action: "updated", deployment: "green", traffic: 0, trafficAfter: { blue: 100 } });
      expect(emulator.endpointTraffic().slice(2)).toMatchObject([
        { traffic: { blue: 100 }, mirrorTraffic: { green: 10 } },
        { traffic: { blue: 100 }, mirrorTraffic: {} },
      ]);
      expect((await release(declared("2", { strategy }), connected)).report.action).toBe("unchanged");
      emulator.clearJournal();
      const promoted = await release(declared("2", { strategy: { ...strategy, promote: true } }), connected);
      expect(promoted.report).toMatchObject({ action: "updated", deployment: "green", traffic: 100 });
      expect(endpointWrites(emulator)).toEqual(["PUT ep-one", "PUT ep-one", "DELETE ep-one/blue"]);
    });
  });

  describe("by replace", () => {
    const strategy: Strategy = { type: "replace" };

    it("updates the deployment in place, and moves no traffic", async () => {
      const connected = await released();
      const { report, planned } = await release(declared("2", { strategy }), connected);
      expect(planned.steps.map(({ action }) => action)).toEqual(["update", "test", "update"]);
      expect(report).toMatchObject({ action: "updated", deployment: "blue", traffic: 100 });
      expect(endpointWrites(emulator)).toEqual(["PUT ep-one/blue", "PUT ep-one"]);
      emulator.clearJournal();
      expect((await release(declared("2", { strategy }), connected)).report.action).toBe("unchanged");
      expect(emulator.scored()).toEqual([]);
    });

    it("knows its definition where the service leaves properties as they were made", async () => {
      const made = new Map<string, unknown>();
      await using endpoint = await emulator.openEndpoint({
        onReply: ({ path }, reply) => {
          const body = reply.body as {
            readonly name?: string;
            readonly properties?: object;
            readonly value?: readonly object[];
          };
          const kept = <Of extends object>(one: Of): Of => {
            const { name = "", properties } = one as { readonly name?: string; readonly properties?: object };
            const own = (properties as { readonly properties?: unknown } | undefined)?.properties;
            if (!made.has(name)) made.set(name, own);
            return { ...one, properties: { ...properties, properties: made.get(name) } };
          };
          if (reply.status >= 300 || !path.includes("/deployments")) return reply;
          return { ...reply, body: body.value === undefined ? kept(body) : { ...body, value: body.value.map(kept) } };
        },
      });
      const connected = await connectTo(emulator, { origin: endpoint.origin });
      expect((await release(declared("1"), connected)).failures).toEqual([]);
      const { report, failures } = await release(declared("2", { strategy }), connected);
      expect(failures).toEqual([]);
      expect(report).toMatchObject({ action: "updated", deployment: "blue", tests: [{ passed: true }] });
      expect((await release(declared("2", { strategy }), connected)).report.action).toBe("unchanged");
    });

    it("never calls unchanged what could not be put back: the next run tests it, and says what to do", async () => {
      const connected = await released();
      const wrong = [requestTest({ status: 418 })];
      emulator.faults.add({ kind: "status", status: 403, method: "PUT", path: pathOf("blue"), skip: 1 });
      const first = await release(declared("2", { strategy, tests: wrong }), connected);
      expect(first.report).toMatchObject({ action: "failed", trafficAfter: { blue: 100 } });
      const { report, failures } = await release(declared("2", { strategy, tests: wrong }), connected);
      expect(failures).toMatchObject([{ reason: "smoke-test-failed" }]);
      expect(report.notes.join()).toContain("Release a definition that passes");
      expect((await release(declared("2", { strategy }), connected)).report.action).toBe("updated");
      expect((await release(declared("2", { strategy }), connected)).report.action).toBe("unchanged");
    });

    it("puts back what was read without the service's own note of an operation", async () => {
      const connected = await released();
      await release(declared("2", { strategy, tests: [requestTest({ status: 418 })] }), connected);
      const back = emulator.journal().findLast(({ method, path }) => method === "PUT" && /\/blue$/.test(path))?.body;
      expect(back).toMatchObject({ properties: { environmentVariables: { VERSION: "1" } } });
      expect(JSON.stringify(back)).not.toContain("AzureAsyncOperationUri");
    });

    it("puts back what it was where a test fails", async () => {
      const connected = await released();
      const wrong = [requestTest({ status: 418 })];
      const { report } = await release(declared("2", { strategy, tests: wrong }), connected);
      expect(report).toMatchObject({ action: "rolled-back", trafficAfter: { blue: 100 } });
      expect(report.notes).toContain("The deployment 'blue' was put back to what it was.");
      expect(await liveState(emulator)).toMatchObject({ versions: { blue: "1" }, states: { blue: "Succeeded" } });
      expect((await release(declared("1"), connected)).report.action).toBe("unchanged");
    });
  });

  describe("on an endpoint", () => {
    it("that is not declared keeps everything that is set on it", async () => {
      await made(emulator, "ep-one", { authMode: "AMLToken", description: "by hand" });
      const connected = await connectTo(emulator);
      const { endpoint: _, ...rest } = declared("1");
      const { report } = await release(rest, connected);
      expect(report).toMatchObject({ action: "created", traffic: 100 });
      const shown = (await ask(emulator, "GET", at("ep-one"))).body;
      expect(shown).toMatchObject({
        tags: { a: "b" },
        identity: { type: "SystemAssigned" },
        properties: { authMode: "AMLToken", description: "by hand", traffic: { blue: 100 } },
      });
    });

    it("that is neither declared nor live is refused before the first write", async () => {
      const { endpoint: _, ...rest } = declared("1");
      const connected = await connectTo(emulator);
      expect(await plan(rest, partsThere, releaseDeps(connected))).toMatchObject({
        ok: false,
        failure: { error: { code: "EndpointNotFound" } },
      });
      expect(endpointWrites(emulator)).toEqual([]);
    });

    it("that differs is updated with its traffic, and tags of others stay", async () => {
      const connected = await released();
      const own = {
        location: "eastus",
        tags: { policy: "cost" },
        properties: { authMode: "Key", traffic: { blue: 100 } },
      };
      await followed(emulator, await ask(emulator, "PUT", at("ep-one"), { body: own }));
      emulator.clearJournal();
      const endpoint = onlineEndpoint({ tags: { team: "ml" }, identity: { type: "SystemAssigned" } });
      const { report } = await release(declared("1", { endpoint }), connected);
      expect(report.action).toBe("updated");
      expect(endpointWrites(emulator)).toEqual(["PUT ep-one"]);
      expect(await liveState(emulator)).toMatchObject({ traffic: { blue: 100 }, tags: { team: "ml", policy: "cost" } });
      expect((await release(declared("1", { endpoint }), connected)).report.action).toBe("unchanged");
    });

    it("has tags of any kind, and is as declared then", async () => {
      const connected = await connectTo(emulator);
      const endpoint = onlineEndpoint({ tags: { a: 1, b: true, c: "x" }, properties: { p: 2 } });
      expect((await release(declared("1", { endpoint }), connected)).failures).toEqual([]);
      expect((await release(declared("1", { endpoint }), connected)).report.action).toBe("unchanged");
    });

    it("that the service shows otherwise than it was written is released all the same, and that is said", async () => {
      await using endpoint = await emulator.openEndpoint({
        onReply: ({ method, path }, reply) => {
          const { properties } = (reply.body ?? {}) as { readonly properties?: object };
          if (method !== "GET" || !path.endsWith("/ep-one") || properties === undefined) return reply;
          const shown = { ...properties, description: "trimmed" };
          return { ...reply, body: { ...(reply.body as object), properties: shown } };
        },
      });
      const connected = await connectTo(emulator, { origin: endpoint.origin });
      const own = onlineEndpoint({ description: "trimmed " });
      const { report, failures } = await release(declared("1", { endpoint: own }), connected);
      expect(failures).toEqual([]);
      expect(report).toMatchObject({ action: "created", traffic: 100 });
      expect(report.notes).toContain(
        "The service shows description of the endpoint 'ep-one' differently from what was written.",
      );
    });

    it("alone is made once", async () => {
      const connected = await connectTo(emulator);
      const { deployment: _, ...rest } = declared("1");
      expect((await release(rest, connected)).report).toMatchObject({ action: "created", state: "Succeeded" });
      expect((await release(rest, connected)).report).toMatchObject({ action: "unchanged" });
      expect(endpointWrites(emulator)).toEqual(["PUT ep-one"]);
    });

    it("that does not come up is deleted, and made by the next release", async () => {
      const connected = await connectTo(emulator);
      const why = { code: "OutOfQuota", message: "No endpoints are left." };
      emulator.faults.add({ method: "PUT", path: "/ep-one$", kind: "operation-fails", ...why });
      const { report, failures } = await release(declared("1"), connected);
      expect(failures).toMatchObject([{ reason: "deployment-failed" }]);
      expect(failures[0]?.message).toContain("No endpoints are left [OutOfQuota].");
      expect(report).toMatchObject({ action: "rolled-back" });
      expect(report.notes).toContain("The endpoint 'ep-one', which did not come up, was deleted.");
      expect((await release(declared("1"), connected)).report.action).toBe("created");
    });

    it("on a cluster is released in the same way", async () => {
      emulator.putCompute({
        id: `${workspacePath}/computes/k8s`,
        name: "k8s",
        location: "eastus",
        tags: null,
        properties: { computeType: "Kubernetes", provisioningState: "Succeeded", resourceId: arcId("arc1") },
      });
      const connected = await connectTo(emulator);
      const endpoint = onlineEndpoint({ compute: "k8s" });
      const { report, failures } = await release(declared("1", { type: "kubernetes", endpoint }), connected);
      expect(failures).toEqual([]);
      expect(report).toMatchObject({ type: "kubernetes", action: "created", traffic: 100, tests: [{ passed: true }] });
    });
  });

  describe("beside others", () => {
    it("waits for an operation that is in flight on the endpoint", async () => {
      const connected = await released();
      emulator.faults.add({ method: "PUT", path: "/ep-one$", kind: "operation-takes", seconds: 0.3 });
      await ask(emulator, "PUT", at("ep-one"), { body: endpointBody({ traffic: { blue: 100 } }) });
      const { report, failures } = await release(declared("2"), connected);
      expect(failures).toEqual([]);
      expect(report).toMatchObject({ action: "updated", traffic: 100 });
    });

    it("waits for an endpoint that is being made, and takes no deployments yet", async () => {
      const connected = await connectTo(emulator);
      emulator.faults.add({ method: "PUT", path: "/ep-one$", kind: "operation-takes", seconds: 0.3 });
      await ask(emulator, "PUT", at("ep-one"), { body: endpointBody() });
      const { report, failures } = await release(declared("1"), connected);
      expect(failures).toEqual([]);
      expect(report).toMatchObject({ action: "created", traffic: 100 });
    });

    it("joins a deployment of its definition that is being made", async () => {
      const connected = await released();
      await release(declared("2"), connected, { wait: false });
      const { report } = await release(declared("2"), connected);
      expect(report).toMatchObject({ action: "updated", deployment: "green", traffic: 100 });
      expect(endpointWrites(emulator).filter((line) => line === "PUT ep-one/green")).toHaveLength(1);
    });

    it("leaves traffic alone that somebody else moves meanwhile, and says so", async () => {
      const connected = await released();
      await deployed(emulator, ["mine"]);
      await using endpoint = await emulator.openEndpoint({
        onRequest: async ({ path, method }) => {
          if (method === "POST" && path.includes("_inference")) await share(emulator, { blue: 40, mine: 60 });
          return "continue";
        },
      });
      const own = await connectTo(emulator, { origin: endpoint.origin });
      const { report, failures } = await release(declared("2"), own);
      expect(failures).toMatchObject([{ reason: "conflict" }]);
      expect(failures[0]?.message).toContain("Somebody else has changed the endpoint 'ep-one' during the release");
      expect(report.trafficAfter).toEqual({ blue: 40, mine: 60 });
      expect(await liveState(emulator)).toMatchObject({
        traffic: { blue: 40, mine: 60 },
        deployments: ["blue", "mine"],
      });
      expect(connected.signal.aborted).toBe(false);
    });

    it("reads back what it has written: traffic that somebody else moves right after it is not taken for its own", async () => {
      await released();
      await deployed(emulator, ["mine"]);
      let isWritten = false;
      await using endpoint = await emulator.openEndpoint({
        onRequest: async ({ path, method }) => {
          if (method === "GET" && path.endsWith("/ep-one") && isWritten) {
            isWritten = false;
            await share(emulator, { green: 40, mine: 60 });
          }
          if (method === "PUT" && path.endsWith("/ep-one")) isWritten = true;
          return "continue";
        },
      });
      const { report, failures } = await release(declared("2"), await connectTo(emulator, { origin: endpoint.origin }));
      expect(failures).toMatchObject([{ reason: "conflict" }]);
      expect(failures[0]?.message).toContain(
        "differs from what was written: somebody else has changed it in the meantime",
      );
      expect(report).toMatchObject({ action: "failed", trafficAfter: { green: 40, mine: 60 } });
      expect(await liveState(emulator)).toMatchObject({
        traffic: { green: 40, mine: 60 },
        deployments: ["blue", "green", "mine"],
      });
    });

    it("finds out why a deployment has failed whose reply was lost", async () => {
      const connected = await released();
      const green = { method: "PUT", path: "/deployments/green$" };
      emulator.faults.add({ ...green, kind: "operation-fails", code: "OutOfQuota", message: "No cores are left." });
      emulator.faults.add({ ...green, kind: "lost-reply" });
      const { report, failures } = await release(declared("2"), connected);
      expect(failures[0]?.message).toContain("No cores are left [OutOfQuota].");
      expect(report.action).toBe("rolled-back");
      expect(endpointWrites(emulator)).toEqual(["PUT ep-one/green", "DELETE ep-one/green"]);
    });

    it("stops writing once it has lost the lease", async () => {
      const connected = await released();
      const { failures } = await release(declared("2"), connected, { isHeld: () => false });
      expect(failures).toMatchObject([{ reason: "conflict" }]);
      expect(endpointWrites(emulator)).toEqual([]);
    });
  });

  it("whose sign-in is lost on the way says so, and what the next run will do", async () => {
    const connected = await released();
    let checks = 0;
    const isHeld = () => {
      checks += 1;
      // Of the new deployment's write, and of the traffic's.
      if (checks < 2) return true;
      throw Object.assign(new Error("The sign-in was refused."), { name: "AuthenticationFailed" });
    };
    const { report, failures } = await release(declared("2"), connected, { isHeld });
    expect(failures).toMatchObject([{ reason: "authentication-failed", message: "The sign-in was refused." }]);
    expect(report).toMatchObject({ action: "failed" });
    expect(report.notes.join(" ")).toContain("could not be undone: The sign-in was refused.");
    expect((await release(declared("2"), connected)).report).toMatchObject({ action: "updated", traffic: 100 });
  });

  it("with wait: false sends the deployment, and moves and tests nothing", async () => {
    const connected = await connectTo(emulator);
    const { report, failures } = await release(declared("1"), connected, { wait: false });
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ action: "submitted", deployment: "blue", tests: [] });
    expect(endpointWrites(emulator)).toEqual(["PUT ep-one", "PUT ep-one/blue"]);
    expect(emulator.scored()).toEqual([]);
  });

  it("that may not write writes nothing", async () => {
    const connected = await connectTo(emulator);
    const beforeWriting = async () =>
      refusal({ reason: "refused", status: 403, error: { code: "AuthorizationFailed", message: "no", details: [] } });
    const { failures, report } = await release(declared("1"), connected, { beforeWriting });
    expect(failures).toMatchObject([{ reason: "not-authorized" }]);
    expect(report.action).toBe("failed");
    expect(endpointWrites(emulator)).toEqual([]);
  });

  describe("that cannot begin writes nothing to the endpoint, and says what is missing:", () => {
    const place = { file: "azureml.yml", line: 7, column: 3 };

    it("a secret, at the place of its reference", async () => {
      const connected = await connectTo(emulator);
      const secret = { from: "env" as const, name: "TOKEN_OF_NOBODY", where: place };
      const { failures, report } = await release(
        declared("1", { deployment: onlineDefinition("1", { environmentVariables: { TOKEN: secret } }) }),
        connected,
        { resolveSecret: async (reference) => Promise.reject(new SecretUnavailable(reference, "It is not set.")) },
      );
      expect(failures).toEqual([{ reason: "secret-unavailable", message: "It is not set.", where: place }]);
      expect(report).toMatchObject({ action: "failed", endpoint: "ep-one", deployment: "blue" });
      expect(endpointWrites(emulator)).toEqual([]);
    });

    it("an asset that Azure refuses", async () => {
      const connected = await connectTo(emulator);
      const ensure = async () =>
        refusal({ reason: "refused", status: 400, error: { code: "BadEnvironment", message: "no", details: [] } });
      const { failures, report } = await release(declared("1"), connected, { parts: { ...partsThere, ensure } });
      expect(failures).toMatchObject([{ reason: "asset-failed", message: expect.stringContaining("BadEnvironment") }]);
      expect(report).toMatchObject({ action: "failed", error: { code: "BadEnvironment" } });
      expect(endpointWrites(emulator)).toEqual([]);
    });
  });

  it("ends when its time is over, and names what is still going", async () => {
    const connected = await released();
    emulator.faults.add({ method: "PUT", path: "/deployments/green$", kind: "operation-never-ends" });
    const { failures, leftGoing, report } = await release(declared("2", { timeoutSeconds: 5 }), connected);
    expect(failures).toMatchObject([{ reason: "timeout" }]);
    expect(leftGoing[0]?.what).toBe("The deployment 'green' of the endpoint 'ep-one' is still being provisioned");
    expect(leftGoing[0]?.next).toContain("command: deploy");
    expect(report.action).toBe("failed");
    emulator.endOperations();
    expect((await release(declared("2"), connected)).report).toMatchObject({ action: "updated", traffic: 100 });
    expect(await liveState(emulator)).toMatchObject({ traffic: { green: 100 }, deployments: ["green"] });
  });

  it("refused by the service says why, and leaves everything as it was", async () => {
    const connected = await released();
    const { instanceType: _, ...definition } = onlineDefinition("2");
    const { failures, report } = await release(declared("2", { deployment: definition }), connected);
    expect(failures).toMatchObject([{ reason: "deployment-failed" }]);
    expect(failures[0]?.message).toContain("InstanceType");
    expect(report.trafficAfter).toEqual({ blue: 100 });
    expect(await liveState(emulator)).toMatchObject({ traffic: { blue: 100 }, deployments: ["blue"] });
  });

  it("reads a deployment that somebody else has made as one to be updated in place", async () => {
    await made(emulator);
    await followed(emulator, await ask(emulator, "PUT", below("ep-one", "blue"), { body: deploymentBody() }));
    emulator.clearJournal();
    const { report } = await release(declared("1"), await connectTo(emulator));
    expect(report).toMatchObject({ action: "created", traffic: 100 });
    expect(endpointWrites(emulator)).toEqual(["PUT ep-one/blue", "PUT ep-one"]);
  });
});
