import { describe, expect, it } from "@jest/globals";
import type { Fault } from "../../emulator/faults.ts";
import type { InterceptedRequest } from "../../emulator/server/interceptor.ts";
import type { Clock } from "../../src/clock.ts";
import type { Strategy } from "../../src/deployment/parts/strategy.ts";
import { fastClock } from "../faults/fast-clock.ts";
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

/** `FAULTS=all` disturbs every request of a release; else it is every so many of them, others for each fault. */
const isWhole = process.env["FAULTS"] === "all";

const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });
const tests = [requestTest({ response: { endpoint: "ep-one" } })];
const canary: Strategy = { type: "canary", steps: [50, 100], waitSeconds: 1, keepOld: false };
const declared = (version: string, strategy?: Strategy) =>
  onlineDeployment({ tests, deployment: onlineDefinition(version), ...(strategy === undefined ? {} : { strategy }) });

/** The workspace with a first release, and nothing else; without one where the release is the first. */
async function begin(isFirst = false): Promise<void> {
  emulator.empty();
  await assets(emulator);
  created = 0;
  if (isFirst) return;
  const { failures } = await release(declared("1"), await connectTo(emulator));
  expect(failures).toEqual([]);
  created = 0;
}

/** What holds at any time: every map of traffic sums to 100, or to 0 before the first release. */
function expectSoundTraffic(): void {
  let isReleased = false;
  for (const { traffic } of emulator.endpointTraffic()) {
    const sum = Object.values(traffic).reduce((total, share) => total + share, 0);
    expect(sum === 100 || (sum === 0 && !isReleased)).toBe(true);
    isReleased ||= sum === 100;
  }
}

/** In the end: traffic as declared, nothing orphaned, nothing twice. */
async function expectReleased(name = "green"): Promise<void> {
  const { report, failures } = await release(declared("2"), await connectTo(emulator));
  expect(failures).toEqual([]);
  expect(report).toMatchObject({ deployment: name, traffic: 100, trafficAfter: { [name]: 100 } });
  // A deletion that the process before has begun may still be going on.
  emulator.endOperations();
  expect(await liveState(emulator)).toMatchObject({
    traffic: { [name]: 100 },
    mirror: {},
    deployments: [name],
    versions: { [name]: "2" },
    states: { [name]: "Succeeded" },
    tags: {},
  });
  expectSoundTraffic();
}

/** Creations of the new deployment that the service has carried out, whatever it has answered. */
let created = 0;

type Seen = Pick<InterceptedRequest, "method" | "path">;

/** A release one of whose requests meets a fault. @returns its requests. */
async function disturbed(fault: Disturbance, at: number, strategy?: Strategy): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  await using endpoint = await emulator.openEndpoint({
    onRequest: async ({ method, path }) => {
      if (isOfRelease(path)) seen.push({ method, path });
      return "continue";
    },
    onResponse: async ({ method, path }) => {
      if (method === "PUT" && path.endsWith("/deployments/green")) created += 1;
      return "continue";
    },
  });
  const connected = await connectTo(emulator, { origin: endpoint.origin });
  seen.length = 0;
  endpoint.faults.add({ ...fault, path: released.source, skip: at, times: 1 });
  await release(declared("2", strategy), connected).catch((error: unknown) => {
    // A plan that could not be made has written nothing.
    expect(String(error)).toMatch(/\[/);
  });
  // What was refused outright was not carried out.
  const { method, path = "" } = seen[at] ?? {};
  if (fault.kind === "status" && method === "PUT" && path.endsWith("/deployments/green")) created -= 1;
  return seen;
}

/** Requests of a release itself. */
const released = /\/(onlineEndpoints|mfeOperationsStatus|_inference)/;
const isOfRelease = (path: string) => released.test(path);

type WithoutPath<Of> = Of extends unknown ? Omit<Of, "path"> : never;
type Disturbance = WithoutPath<Fault>;

const faults: readonly (Disturbance & { readonly name: string })[] = [
  { name: "is reset before anything is done", kind: "reset" },
  { name: "loses its reply", kind: "lost-reply" },
  { name: "is answered with 503", kind: "status", status: 503 },
  { name: "is carried out and answered with 500", kind: "status-after", status: 500 },
  { name: "is answered with 429", kind: "status", status: 429, headers: { "retry-after": "1" } },
  { name: "is answered with half a body", kind: "truncated" },
];

describe("a release right after another one", () => {
  it("takes the traffic from nobody where reads of the endpoint lag behind the last move", async () => {
    await begin();
    emulator.faults.add({ method: "GET", path: "/onlineEndpoints/ep-one$", kind: "lagging", times: 3 });
    const { report, failures } = await release(declared("2"), await connectTo(emulator));
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ deployment: "green", trafficBefore: { blue: 100 }, trafficAfter: { green: 100 } });
    expectSoundTraffic();
    await expectReleased();
  });
});

describe.each([
  { name: "blue-green", strategy: undefined, requests: 24, every: isWhole ? 1 : 8 },
  { name: "canary", strategy: canary, requests: 40, every: isWhole ? 1 : 37 },
])("a $name release", ({ strategy, requests, every }) => {
  it.each(faults)(
    "of which a request $name ends, with the next run, as declared",
    async ({ name, ...fault }) => {
      const offset = faults.findIndex((one) => one.name === name) % every;
      for (let at = offset; at < requests; at += every) {
        await begin();
        await disturbed(fault, at, strategy);
        expectSoundTraffic();
        const once = created;
        await expectReleased();
        // Made once: at most once more where the first try was taken back.
        expect({ at, fault: fault.kind, created: once <= 1 }).toEqual({ at, fault: fault.kind, created: true });
      }
    },
    600_000,
  );
});

/** A clock that stands still once the process is gone: whatever waits then never goes on. */
function mortalClock(isDead: () => boolean): Clock {
  const clock = fastClock();
  return {
    now: clock.now,
    sleep: async (seconds, signal) => {
      await clock.sleep(seconds, signal);
      if (isDead()) await new Promise(() => undefined);
    },
  };
}

/** Runs a release whose process is gone at a request: before it is carried out, or after. @returns whether it came so far. */
async function killed(at: number, when: "before" | "after", strategy?: Strategy): Promise<boolean> {
  let count = -1;
  let isDead = false;
  const dead = Promise.withResolvers<boolean>();
  const forever = new Promise<never>(() => undefined);
  const meet = async (isHere: boolean) => {
    if (isDead || isHere) {
      isDead = true;
      dead.resolve(true);
      await forever;
    }
    return "continue" as const;
  };
  const endpoint = await emulator.openEndpoint({
    onRequest: async ({ path }) => {
      if (isOfRelease(path)) count += 1;
      return meet(when === "before" && isOfRelease(path) && count === at);
    },
    onResponse: async ({ path }) => meet(when === "after" && isOfRelease(path) && count === at),
  });
  const connected = await connectTo(emulator, {
    origin: endpoint.origin,
    clock: mortalClock(() => isDead),
    requestSeconds: 600,
  });
  const ended = release(declared("2", strategy), connected, { isHeld: () => !isDead }).then(
    () => false,
    () => false,
  );
  const reached = await Promise.race([dead.promise, ended]);
  await endpoint.close();
  return reached;
}

describe.each<{ readonly name: string; readonly strategy?: Strategy; readonly step: number; readonly isFirst?: true }>([
  { name: "first", step: isWhole ? 1 : 6, isFirst: true },
  { name: "blue-green", step: isWhole ? 1 : 6 },
  { name: "canary", strategy: canary, step: isWhole ? 1 : 13 },
  {
    name: "shadow",
    strategy: { type: "shadow", mirror: 10, waitSeconds: 1, promote: true, keepOld: false },
    step: isWhole ? 1 : 13,
  },
])("a $name release whose process is killed", ({ strategy, step, isFirst }) => {
  it.each(["before", "after"] as const)(
    "%s any request is repaired by the next run",
    async (when) => {
      for (let at = when === "before" ? 0 : 1; ; at += step) {
        await begin(isFirst);
        const reached = await killed(at, when, strategy);
        expectSoundTraffic();
        await expectReleased(isFirst === true ? "blue" : "green");
        if (!reached) {
          expect(at).toBeGreaterThan(10);
          return;
        }
      }
    },
    600_000,
  );
});
