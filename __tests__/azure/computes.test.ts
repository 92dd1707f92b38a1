import { describe, expect, it } from "@jest/globals";
import type { Arm } from "../../src/azure/arm.ts";
import { createComputes, liveCompute } from "../../src/azure/computes.ts";
import { succeeded } from "../../src/azure/outcome.ts";
import { isInFlight, isUsable } from "../../src/compute/state.ts";
import { workspace } from "../support/targets.ts";

describe("a compute that a service answers", () => {
  const answered = (properties: object | null) => liveCompute({ name: "dsvm", properties });

  it.each([
    { when: "it has no provisioning state, as ARM allows", properties: { computeType: "VirtualMachine" } },
    { when: "its state is null", properties: { computeType: "VirtualMachine", provisioningState: null } },
    { when: "its state is in another case", properties: { computeType: "AKS", provisioningState: "SUCCEEDED" } },
  ])("is done when $when", ({ properties }) => {
    expect(isUsable(answered(properties))).toBe(true);
  });

  it.each([
    { when: "it has no properties", properties: null },
    { when: "its state is a new word", properties: { computeType: "AKS", provisioningState: "Warming" } },
    { when: "its state is not known", properties: { computeType: "AKS", provisioningState: "Unknown" } },
  ])("is waited for when $when", ({ properties }) => {
    expect(isInFlight(answered(properties))).toBe(true);
  });
});

describe("an operation", () => {
  it.each([
    { status: 200, body: { status: "SUCCEEDED" }, state: "succeeded" },
    { status: 200, body: { status: "InProgress" }, state: "running" },
    { status: 202, body: undefined, state: "running" },
    { status: 202, body: { status: null }, state: "running" },
    { status: 204, body: undefined, state: "succeeded" },
    { status: 200, body: { status: null, name: "dsvm", properties: {} }, state: "succeeded" },
  ])("that answers $status $body is $state", async ({ status, body, state }) => {
    const arm: Pick<Arm, "getUrl"> = {
      getUrl: () => Promise.resolve(succeeded({ status, headers: {}, body })),
    };
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const computes = createComputes(arm as Arm, workspace, clock);
    expect(await computes.progress("https://management.azure.com/operation")).toMatchObject({
      ok: true,
      value: { state },
    });
  });
});
