import { setTimeout } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Strategy } from "../../src/deployment/parts/strategy.ts";
import { assets } from "../support/online-endpoints.ts";
import {
  connectTo,
  liveState,
  onlineDefinition,
  onlineDeployment,
  release,
  requestTest,
} from "../support/online-release.ts";
import { useEmulator } from "../support/use-emulator.ts";

describe("a release whose workflow is cancelled", () => {
  const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });
  const tests = [requestTest({ response: { endpoint: "ep-one" } })];
  const canary: Strategy = { type: "canary", steps: [10, 100], waitSeconds: 600, keepOld: false };
  const declared = (version: string, strategy?: Strategy) =>
    onlineDeployment({ tests, deployment: onlineDefinition(version), ...(strategy === undefined ? {} : { strategy }) });

  beforeEach(async () => {
    await assets(emulator);
    expect((await release(declared("1"), await connectTo(emulator))).failures).toEqual([]);
  });

  /** Releases, and cancels as soon as a line of the log or a request says so. */
  async function cancelled(when: RegExp, strategy?: Strategy) {
    const controller = new AbortController();
    await using endpoint = await emulator.openEndpoint({
      onResponse: async ({ method, path }) => {
        if (when.test(`${method} ${path}`)) controller.abort();
        return "continue";
      },
    });
    const connected = await connectTo(emulator, { origin: endpoint.origin, signal: controller.signal });
    const from = Date.now();
    const done = await release(declared("2", strategy), connected);
    return { ...done, seconds: (Date.now() - from) / 1000 };
  }

  it("while the new one is being made moves nothing, and says what is left and how to go on", async () => {
    const { report, failures, leftGoing, seconds } = await cancelled(/PUT .*\/deployments\/green$/);
    expect(failures).toMatchObject([{ reason: "cancelled" }]);
    expect(report).toMatchObject({ action: "failed", changed: true, trafficAfter: { blue: 100 } });
    expect(leftGoing).toHaveLength(1);
    expect(leftGoing[0]?.what).toMatch(/^The deployment 'green' of the endpoint 'ep-one'/);
    expect(leftGoing[0]?.next).toContain("To resume: command: deploy");
    expect(leftGoing[0]?.next).toContain("az ml online-deployment delete --endpoint-name ep-one --name green");
    expect(seconds).toBeLessThan(6);
    const { report: next } = await release(declared("2"), await connectTo(emulator));
    expect(next).toMatchObject({ action: "updated", deployment: "green", traffic: 100 });
  });

  it("while what serves is changed in place tells nobody to delete it, and the next run tests it", async () => {
    const strategy: Strategy = { type: "replace" };
    const { leftGoing, report } = await cancelled(/PUT .*\/deployments\/blue$/, strategy);
    expect(report.trafficAfter).toEqual({ blue: 100 });
    expect(leftGoing).toMatchObject([{ what: expect.stringContaining("has traffic, was being changed") }]);
    expect(JSON.stringify(leftGoing)).not.toContain("delete");
    const { report: next } = await release(declared("2", strategy), await connectTo(emulator));
    expect(next).toMatchObject({ action: "updated", deployment: "blue", tests: [{ passed: true }] });
  });

  it("before its first write leaves nothing", async () => {
    let reads = 0;
    const controller = new AbortController();
    await using endpoint = await emulator.openEndpoint({
      // The plan reads them once, and the release again.
      onResponse: async ({ path }) => {
        if (path.endsWith("/deployments") && (reads += 1) === 2) controller.abort();
        return "continue";
      },
    });
    const connected = await connectTo(emulator, { origin: endpoint.origin, signal: controller.signal });
    const { report, failures, leftGoing } = await release(declared("2"), connected);
    expect(failures).toMatchObject([{ reason: "cancelled" }]);
    expect([report.action, report.changed, leftGoing]).toEqual(["failed", false, []]);
    expect(await liveState(emulator)).toMatchObject({ traffic: { blue: 100 }, deployments: ["blue"] });
  });

  it("in the middle of a canary puts the traffic back within the grace", async () => {
    let moves = 0;
    const controller = new AbortController();
    await using endpoint = await emulator.openEndpoint({
      onResponse: async ({ method, path }) => {
        if (method === "GET" && moves > 0 && path.includes("/mfeOperationsStatus/oeidp")) controller.abort();
        if (method === "PUT" && path.endsWith("/ep-one")) moves += 1;
        return "continue";
      },
    });
    const connected = await connectTo(emulator, { origin: endpoint.origin, signal: controller.signal });
    const from = Date.now();
    const { report, leftGoing } = await release(declared("2", canary), connected);
    expect(Date.now() - from).toBeLessThan(8000);
    expect(
      emulator
        .endpointTraffic()
        .slice(2)
        .map(({ traffic }) => traffic),
    ).toEqual([{ blue: 90, green: 10 }, { blue: 100 }]);
    expect(report.notes).toContain("The traffic was put back to blue 100 %.");
    expect(report).toMatchObject({ changed: true, traffic: 0, trafficAfter: { blue: 100 } });
    expect(leftGoing.map(({ what }) => what)).toEqual([
      "The deployment 'green' of the endpoint 'ep-one' is there, without traffic",
    ]);
    expect(await liveState(emulator)).toMatchObject({ tags: {}, deployments: ["blue", "green"] });
    const next = await release(declared("2"), await connectTo(emulator));
    expect(next.report).toMatchObject({ action: "updated", deployment: "green", traffic: 100 });
    expect(await liveState(emulator)).toMatchObject({ traffic: { green: 100 }, deployments: ["green"] });
  });

  it("once the traffic has moved leaves it, and the next run removes the old one", async () => {
    const { report, failures, leftGoing } = await cancelled(/DELETE .*\/deployments\/blue$/);
    expect(failures).toMatchObject([{ reason: "cancelled" }]);
    expect(report).toMatchObject({ action: "updated", trafficAfter: { green: 100 } });
    expect(leftGoing[0]?.what).toContain("'blue' of the endpoint 'ep-one' was replaced");
    expect(emulator.endpointTraffic().at(-1)?.traffic).toEqual({ green: 100 });
    await release(declared("2"), await connectTo(emulator));
    // The service may be carrying out the first deletion still, which the next run leaves to it.
    while ((await liveState(emulator)).states["blue"] === "Deleting") await setTimeout(20);
    expect(await liveState(emulator)).toMatchObject({ traffic: { green: 100 }, deployments: ["green"] });
  });
});
