import { beforeEach, describe, expect, it } from "@jest/globals";
import type { LiveEndpoint, LiveOnlineDeployment, OnlineEndpoints } from "../../src/azure/online-endpoints.ts";
import { failed, succeeded, type AzureFailure, type Outcome } from "../../src/azure/outcome.ts";
import type { FollowedBy } from "../../src/azure/operation.ts";
import { rollBack, stopInGrace } from "../../src/release/online-roll-back.ts";
import { carryOutSteps, type OnlineRelease, type Progress, type StepDeps } from "../../src/release/online-steps.ts";
import { tagsOf } from "../../src/release/online-live.ts";
import type { EndpointState, RolloutStep } from "../../src/release/rollout.ts";
import { fastClock } from "../faults/fast-clock.ts";
import { requestTest } from "../support/online-release.ts";

const nothing: EndpointState = { traffic: {}, mirror: {}, marks: { kept: [] } };

function endpoint({ traffic, marks }: EndpointState): LiveEndpoint {
  return {
    ...{ id: "", name: "clf-ep", provisioningState: "Succeeded", authMode: "Key" },
    ...{ traffic, mirrorTraffic: {}, tags: tagsOf(marks), properties: {} },
  };
}

/** What the service has, what it is sent, and how it answers the next writes. */
let live: LiveEndpoint | undefined;
let deployments: Map<string, LiveOnlineDeployment>;
let writes: string[];
let answers: AzureFailure[];

beforeEach(() => {
  live = undefined;
  deployments = new Map();
  writes = [];
  answers = [];
});

function written(what: string, carryOut: () => void): Promise<Outcome<FollowedBy>> {
  writes.push(what);
  const answer = answers.shift();
  if (answer !== undefined) return Promise.resolve(failed(answer));
  carryOut();
  return Promise.resolve(succeeded({}));
}

const endpoints = {
  get: () => Promise.resolve(succeeded(live)),
  put: (_, body) => written("PUT endpoint", () => (live = endpoint(body as EndpointState))),
  deployment: (_, name) => Promise.resolve(succeeded(deployments.get(name))),
  putDeployment: (_, name) => written(`PUT ${name}`, () => undefined),
  removeDeployment: (_, name) => written(`DELETE ${name}`, () => void deployments.delete(name)),
} as Partial<OnlineEndpoints> as OnlineEndpoints;

const release: OnlineRelease = {
  ...{ endpoint: "clf-ep", type: "managed", tests: [], timeoutSeconds: 600, digest: "abc", deploymentBody: {} },
  endpointBody: (_, to) => to,
};

function carryOut(steps: readonly RolloutStep[], progress: Progress) {
  return carryOutSteps(steps, release, progress, [...deployments.values()], deps());
}

function deps(): StepDeps {
  const clock = fastClock();
  return {
    ...{ endpoints, clock, signal: new AbortController().signal, deadline: clock.now() + 3_600_000 },
    scoring: () => Promise.reject(new Error("nothing is asked here")),
    isHeld: () => true,
    onProgress: () => undefined,
  };
}

const progressFrom = (before: LiveEndpoint | undefined): Progress => ({
  ...{ live: before, mayHaveMoved: false, tests: [], notes: [] },
});

const refusal: AzureFailure = {
  ...{ reason: "refused", status: 400 },
  error: { code: "BadArgument", message: "The size is not known.", details: [] },
};
const lost: AzureFailure = {
  ...{ reason: "unknown" },
  error: { code: "ECONNRESET", message: "The connection was closed.", details: [] },
};

describe("a step of a release", () => {
  it("that was refused has made nothing, so nothing is taken back, and nothing is said to have been deleted", async () => {
    live = endpoint({ ...nothing, traffic: { blue: 100 } });
    const progress = progressFrom(live);
    answers = [refusal];

    const stop = await carryOut([{ do: "deploy", name: "green", how: "create" }], progress);
    const back = await rollBack(
      stop ?? { why: "failed", message: "", mayBeDone: false },
      release,
      progress,
      { state: { ...nothing, traffic: { blue: 100 } }, keepFailed: false },
      deps(),
    );

    expect(stop?.why).toBe("refused");
    expect(back).toEqual({ isComplete: true, notes: [], leftGoing: [] });
    expect(writes).toEqual(["PUT green"]);
  });

  it("that makes the endpoint takes no traffic from one that somebody else has made meanwhile", async () => {
    live = endpoint({ ...nothing, traffic: { theirs: 100 } });

    const stop = await carryOut([{ do: "put-endpoint", why: "create", to: nothing }], progressFrom(undefined));

    expect(stop?.why).toBe("conflict");
    expect(writes).toEqual([]);
  });

  it("that tests again does so with a login that is still good, however long the wait before it was", async () => {
    const used: (string | undefined)[] = [];
    let token = 0;
    const before = { ...endpoint({ ...nothing, traffic: { blue: 100 } }), scoringUri: "https://clf-ep.test/score" };
    const steps: readonly RolloutStep[] = [
      { do: "test", name: "green" },
      { do: "wait", seconds: 50 },
      { do: "test", name: "green" },
    ];
    const stop = await carryOutSteps(steps, { ...release, tests: [requestTest()] }, progressFrom(before), [], {
      ...deps(),
      endpoints: { ...endpoints, credential: () => Promise.resolve(succeeded(`token-${(token += 1)}`)) },
      scoring: ({ headers }) => {
        used.push(headers?.["authorization"]);
        return Promise.resolve(succeeded({ status: 200, headers: {}, text: "", isWhole: true, milliseconds: 1 }));
      },
    });

    expect(stop).toBeUndefined();
    expect(used).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  it("that notes what is kept is sent again, where the reply was lost and the note is not there", async () => {
    const to: EndpointState = { ...nothing, traffic: { blue: 100 }, marks: { kept: ["green:0123456789ab"] } };
    live = endpoint({ ...to, marks: { kept: [] } });
    answers = [lost];

    const stop = await carryOut([{ do: "put-endpoint", why: "mark", to }], progressFrom(live));

    expect(stop).toBeUndefined();
    expect(writes).toEqual(["PUT endpoint", "PUT endpoint"]);
    expect(live?.tags).toEqual(tagsOf(to.marks));
  });

  it("that is cancelled once somebody else has moved the traffic leaves it there", async () => {
    live = endpoint({ ...nothing, traffic: { theirs: 100 } });
    const progress = { ...progressFrom(live), mayHaveMoved: true, isTakenOver: true };
    const restore = { state: { ...nothing, traffic: { blue: 100 } }, keepFailed: false };
    expect(await stopInGrace(release, progress, restore, deps())).toEqual({
      isComplete: true,
      notes: [],
      leftGoing: [],
    });
    expect(writes).toEqual([]);
  });
});
