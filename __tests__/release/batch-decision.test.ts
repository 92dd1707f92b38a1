import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { LiveBatchDeployment, LiveBatchEndpoint } from "../../src/azure/batch-endpoints.ts";
import type { BatchDeployment } from "../../src/deployment/batch/definition.ts";
import {
  asItWas,
  changedEndpoint,
  decideBatch,
  hasPassed,
  isNothing,
  testedKey,
  updatedEndpoint,
  type BatchDecision,
  type BatchLive,
} from "../../src/release/batch-decision.ts";
import { digestProperty } from "../../src/release/digest.ts";
import { nodeOf } from "../support/documents.ts";

const { node } = nodeOf("type: batch\n");
if (node === undefined) throw new Error("no YAML");
const digest = "d".repeat(64);

function declared(fields: Partial<BatchDeployment> = {}): BatchDeployment {
  return {
    type: "batch",
    source: node as NonNullable<typeof node>,
    endpointName: "ep",
    endpoint: {
      source: node as NonNullable<typeof node>,
      name: "ep",
      authMode: "aadToken",
      tags: { a: "b" },
      properties: {},
    },
    deployment: { name: "new" } as NonNullable<BatchDeployment["deployment"]>,
    tests: [{ kind: "invocation" }] as unknown as BatchDeployment["tests"],
    keepFailed: false,
    timeoutSeconds: 60,
    setDefault: true,
    ...fields,
  };
}

type Endpoint = { readonly default?: string; readonly passed?: readonly string[]; readonly description?: string };

function endpoint({ default: name, passed = [], description }: Endpoint = {}): LiveBatchEndpoint {
  const properties = passed.length === 0 ? {} : { "azureml-targets.tested": passed.join(" ") };
  const own = {
    authMode: "AADToken",
    properties,
    ...(name === undefined ? {} : { defaults: { deploymentName: name } }),
    ...(description === undefined ? {} : { description }),
  };
  return {
    id: "/ep",
    name: "ep",
    provisioningState: "Succeeded",
    tags: { a: "b", others: "too" },
    properties,
    wire: {
      location: "eastus",
      tags: { a: "b", others: "too" },
      identity: { type: "SystemAssigned", principalId: "p" },
      properties: own,
    },
    ...(name === undefined ? {} : { defaultDeployment: name }),
    ...(description === undefined ? {} : { description }),
  };
}

const deployment = (name: string, has = digest, provisioningState = "Succeeded"): LiveBatchDeployment => ({
  id: `/${name}`,
  name,
  provisioningState,
  tags: {},
  properties: { [digestProperty]: has },
  wire: {
    location: "eastus",
    tags: {},
    properties: { provisioningState, description: null, properties: { [digestProperty]: has } },
  },
});

const decided = (live: BatchLive, fields: Partial<BatchDeployment> = {}): BatchDecision => {
  const decision = decideBatch(declared(fields), digest, live);
  if ("refused" in decision) throw new Error(decision.refused);
  return decision;
};

const passed = [testedKey("new", digest)];

describe("how a batch deployment is released", () => {
  it.each<{
    readonly when: string;
    readonly live: BatchLive;
    readonly fields?: Partial<BatchDeployment>;
    readonly expected: Partial<BatchDecision>;
  }>([
    {
      when: "nothing is live",
      live: { deployments: [] },
      expected: { endpoint: "create", deployment: "create", isTested: true, setDefault: "new" },
    },
    {
      when: "everything is as declared, has passed, and is the default",
      live: { endpoint: endpoint({ default: "NEW", passed }), deployments: [deployment("New")] },
      expected: { endpoint: "none", deployment: "none", isTested: false },
    },
    {
      when: "it is there and has not passed its tests",
      live: { endpoint: endpoint({ default: "new" }), deployments: [deployment("new")] },
      expected: { endpoint: "none", deployment: "finish", isTested: true },
    },
    {
      when: "it has passed and another one is the default",
      live: { endpoint: endpoint({ default: "old", passed }), deployments: [deployment("new"), deployment("old")] },
      expected: { deployment: "finish", isTested: false, setDefault: "new" },
    },
    {
      when: "its definition is another one than the one that has passed",
      live: { endpoint: endpoint({ default: "new", passed }), deployments: [deployment("new", "other")] },
      expected: { deployment: "update", isTested: true },
    },
    {
      when: "one of the same definition has failed",
      live: { endpoint: endpoint({ default: "new", passed }), deployments: [deployment("new", digest, "Failed")] },
      expected: { deployment: "update", isTested: true },
    },
    {
      when: "it is not to be the default",
      live: { endpoint: endpoint({ default: "old" }), deployments: [deployment("old")] },
      fields: { setDefault: false },
      expected: { deployment: "create", isTested: true },
    },
    {
      when: "it has no tests and is the default",
      live: { endpoint: endpoint({ default: "new" }), deployments: [deployment("new")] },
      fields: { tests: [] },
      expected: { endpoint: "none", deployment: "none", isTested: false },
    },
    {
      when: "the endpoint has another description",
      live: {
        endpoint: endpoint({ default: "new", passed, description: "of somebody" }),
        deployments: [deployment("new")],
      },
      expected: { endpoint: "update", deployment: "none", isTested: false },
    },
    {
      when: "the endpoint is not declared",
      live: { endpoint: endpoint({ default: "old" }), deployments: [] },
      fields: { endpoint: undefined } as unknown as Partial<BatchDeployment>,
      expected: { endpoint: "none", deployment: "create", setDefault: "new" },
    },
  ])("when $when", ({ live, fields, expected }) => {
    const decision = decided(live, fields);
    expect(decision).toMatchObject(expected);
    if (expected.setDefault === undefined) expect(decision).not.toHaveProperty("setDefault");
  });

  it("is refused where there is no endpoint and none is declared", () => {
    const without = { ...declared() } as { endpoint?: unknown };
    delete without.endpoint;
    expect(decideBatch(without as BatchDeployment, digest, { deployments: [] })).toHaveProperty("refused");
  });

  it("comes to an end: what was decided and written leaves nothing to be decided", () => {
    const names = fc.constantFrom("new", "old");
    const lives = fc.record({
      has: fc.constantFrom("none", "same", "other", "failed"),
      isDefault: fc.option(names, { nil: undefined }),
      hasPassed: fc.boolean(),
      setDefault: fc.boolean(),
      isTested: fc.boolean(),
    });
    fc.assert(
      fc.property(lives, ({ has, isDefault, hasPassed: was, setDefault, isTested }) => {
        const there =
          has === "none"
            ? []
            : [deployment("new", has === "other" ? "other" : digest, has === "failed" ? "Failed" : "Succeeded")];
        const before = {
          endpoint: endpoint({ ...(isDefault === undefined ? {} : { default: isDefault }), passed: was ? passed : [] }),
          deployments: [...there, deployment("old")],
        };
        const fields = { setDefault, ...(isTested ? {} : { tests: [] }) };
        const decision = decided(before, fields);
        const change = { ...(decision.setDefault === undefined ? {} : { default: decision.setDefault }) };
        const after = {
          endpoint: endpoint({
            ...(isDefault === undefined ? {} : { default: isDefault }),
            ...change,
            passed: was || decision.isTested ? passed : [],
          }),
          deployments: [deployment("new"), deployment("old")],
        };
        expect(isNothing(decided(after, fields))).toBe(true);
        // The default is nobody else's than it was, or the new one.
        expect([isDefault, "new"]).toContain(after.endpoint.defaultDeployment);
      }),
    );
  });
});

describe("a PUT of what is live", () => {
  it("changes the default and what has passed, and keeps everything else", () => {
    const live = endpoint({ default: "old", passed: ["old:1", "new:0"], description: "kept" });
    expect(changedEndpoint(live, { defaultDeployment: "new", passed: "new:2" })).toEqual({
      location: "eastus",
      tags: { a: "b", others: "too" },
      identity: { type: "SystemAssigned" },
      properties: {
        authMode: "AADToken",
        description: "kept",
        properties: { "azureml-targets.tested": "old:1 new:2" },
        defaults: { deploymentName: "new" },
      },
    });
    expect(changedEndpoint(live, { passed: "new:2" })).toMatchObject({
      properties: { defaults: { deploymentName: "old" } },
    });
    expect(changedEndpoint(live, { defaultDeployment: null })).not.toHaveProperty("properties.defaults");
  });

  it("of a declared endpoint keeps what has passed", () => {
    const request = { location: "eastus", properties: { properties: { own: "1" } } };
    expect(updatedEndpoint(request, endpoint({ passed: ["new:1"] }))).toEqual({
      location: "eastus",
      properties: { properties: { own: "1", "azureml-targets.tested": "new:1" } },
    });
    expect(hasPassed(endpoint({ passed: ["new:1"] }), "new:1")).toBe(true);
    expect(hasPassed(endpoint({ passed: ["new:12"] }), "new:1")).toBe(false);
  });

  it("of a deployment has nothing that the service alone says", () => {
    expect(asItWas(deployment("new"))).toEqual({
      location: "eastus",
      tags: {},
      properties: { properties: { [digestProperty]: digest } },
    });
  });
});
