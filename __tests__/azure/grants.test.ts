import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isAllowed, matches, type Grant } from "../../src/azure/grants.ts";

const grant = (parts: Partial<Grant>): Grant => ({
  actions: [],
  notActions: [],
  dataActions: [],
  notDataActions: [],
  ...parts,
});

describe("a pattern", () => {
  it.each([
    ["*", "Microsoft.Compute/virtualMachines/read", true],
    ["*/read", "Microsoft.Compute/virtualMachines/read", true],
    ["*/read", "Microsoft.Compute/virtualMachines/write", false],
    ["Microsoft.Compute/*", "Microsoft.Compute/virtualMachines/read", true],
    ["Microsoft.Compute/*", "Microsoft.ComputeOther/virtualMachines/read", false],
    ["microsoft.compute/VIRTUALMACHINES/Read", "Microsoft.Compute/virtualMachines/read", true],
    ["Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/read/action", false],
    [
      "Microsoft.MachineLearningServices/workspaces/*/read",
      "Microsoft.MachineLearningServices/workspaces/jobs/read",
      true,
    ],
    ["Microsoft.MachineLearningServices/workspaces/*/read", "Microsoft.MachineLearningServices/workspaces/read", true],
    [
      "Microsoft.MachineLearningServices/workspaces/*/read",
      "Microsoft.MachineLearningServices/workspacesX/read",
      false,
    ],
    [
      "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
      "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
      true,
    ],
    ["Microsoft.X/a.b/read", "Microsoft.X/aXb/read", false],
    ["", "Microsoft.X/a/read", false],
  ])("%j covers %j: %j", (pattern, action, expected) => {
    expect(matches(pattern, action)).toBe(expected);
  });
});

describe("roles that people have", () => {
  const dataScientist = grant({
    actions: ["read", "action", "delete", "write"].map(
      (verb) => `Microsoft.MachineLearningServices/workspaces/*/${verb}`,
    ),
    notActions: [
      "Microsoft.MachineLearningServices/workspaces/delete",
      "Microsoft.MachineLearningServices/workspaces/write",
      "Microsoft.MachineLearningServices/workspaces/computes/*/write",
      "Microsoft.MachineLearningServices/workspaces/computes/*/delete",
      "Microsoft.MachineLearningServices/workspaces/computes/listKeys/action",
    ],
  });
  const operator = grant({ actions: ["Microsoft.MachineLearningServices/workspaces/computes/*"] });
  const reader = grant({ actions: ["*/read"] });
  it.each([
    ["AzureML Data Scientist submits jobs", [dataScientist], "workspaces/jobs/write", true],
    ["AzureML Data Scientist makes no computes", [dataScientist], "workspaces/computes/write", false],
    ["what one role excludes another gives", [dataScientist, operator], "workspaces/computes/write", true],
    ["Reader reads", [reader], "workspaces/computes/read", true],
    ["Reader does nothing else", [reader], "workspaces/jobs/cancel/action", false],
    ["nothing is granted by nothing", [], "workspaces/read", false],
  ])("%s", (_, grants, action, expected) => {
    expect(isAllowed(grants, `Microsoft.MachineLearningServices/${action}`, "control")).toBe(expected);
  });

  it("data actions grant no control actions, and control actions no data actions", () => {
    const owner = grant({ actions: ["*"] });
    const action = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write";
    expect(isAllowed([owner], action, "data")).toBe(false);
    expect(isAllowed([grant({ dataActions: ["*"] })], action, "data")).toBe(true);
    expect(isAllowed([grant({ dataActions: ["*"], notDataActions: ["*/blobs/write"] })], action, "data")).toBe(false);
  });
});

const segment = fc.stringMatching(/^[A-Za-z.]{1,8}$/);
const action = fc.array(segment, { minLength: 2, maxLength: 6 }).map((parts) => parts.join("/"));
const anyGrant = fc.record({
  actions: fc.array(fc.oneof(action, fc.constant("*"), fc.constant("*/read"))),
  notActions: fc.array(action),
  dataActions: fc.array(action),
  notDataActions: fc.array(action),
});

it("one more assignment never revokes an action", () => {
  fc.assert(
    fc.property(fc.array(anyGrant), anyGrant, action, (grants, more, asked) => {
      if (isAllowed(grants, asked, "control")) expect(isAllowed([...grants, more], asked, "control")).toBe(true);
    }),
  );
});

it("an action covers itself in any case, and excluding it revokes it whatever else the assignment grants", () => {
  fc.assert(
    fc.property(anyGrant, action, (given, asked) => {
      expect(matches(asked.toUpperCase(), asked)).toBe(true);
      const excluded = { ...given, actions: [...given.actions, asked], notActions: [asked.toLowerCase()] };
      expect(isAllowed([excluded], asked, "control")).toBe(false);
    }),
  );
});

it("a wildcard in place of any part of an action covers it", () => {
  fc.assert(
    fc.property(action, fc.nat(), fc.nat(), (asked, a, b) => {
      const [from = 0, to = 0] = [a % (asked.length + 1), b % (asked.length + 1)].sort((x, y) => x - y);
      expect(matches(`${asked.slice(0, from)}*${asked.slice(to)}`, asked)).toBe(true);
    }),
  );
});
