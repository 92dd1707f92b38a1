import { describe, expect, it } from "@jest/globals";
import type { ServiceError } from "../../src/azure/outcome.ts";
import { adviceFor, whatToDo } from "../../src/report/advice.ts";

const error = (code: string, message: string, ...details: readonly ServiceError[]): ServiceError => ({
  code,
  message,
  details,
});

describe("the advice for a failure", () => {
  it.each([
    {
      of: "a token that is not taken",
      failure: error("InvalidAuthenticationToken", "The access token is invalid."),
      expected: /cloud and tenant-id/,
    },
    {
      of: "a subnet that the identity may not join",
      failure: error(
        "LinkedAuthorizationFailed",
        "The client '1' has permission to perform action 'Microsoft.MachineLearningServices/workspaces/computes/write' on scope '/w'; however, it does not have permission to perform action 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) '/s' or the linked scope(s) are invalid.",
      ),
      expected: /refers to/,
    },
    {
      of: "a cluster whose credentials the identity may not list",
      failure: error(
        "AuthorizationFailed",
        "The client '1' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action' over scope '/k'.",
      ),
      expected: /refers to/,
    },
    {
      of: "a compute that the identity may not write",
      failure: error(
        "AuthorizationFailed",
        "The client '1' does not have authorization to perform action 'Microsoft.MachineLearningServices/workspaces/computes/write' over scope '/w'.",
      ),
      expected: /AzureML Compute Operator/,
    },
    {
      of: "a Databricks workspace that the identity may not read",
      failure: error(
        "AuthorizationFailed",
        "The client '1' does not have authorization to perform action 'Microsoft.Databricks/workspaces/read' over scope '/d'.",
      ),
      expected: /on \/d, which the target refers to\. The role Contributor has it/,
    },
    {
      of: "a script that may not read a file",
      failure: error(
        "UserError",
        "ExecutionFailed",
        error("UserError", "PermissionError: [Errno 13] Permission denied: '/mnt/data'"),
      ),
      expected: /job's own command/,
    },
    {
      of: "a script that does not reach its database",
      failure: error("ExecutionFailed", "exit_code 1: unable to connect to redis:6379"),
      expected: /job's own command/,
    },
    {
      of: "a machine that refuses the login",
      about: { type: "virtualmachine" },
      failure: error("UserError", "outer", error("BadRequest", "Permission denied (publickey,password).")),
      expected: /refused the login/,
    },
    {
      of: "a setup script",
      about: { type: "computeinstance" },
      failure: error("SetupFailed", "The setup script ended with exit code 1."),
      expected: /setup script failed/,
    },
    {
      of: "a machine that is locked",
      failure: error(
        "ScopeLocked",
        "The scope '/g' cannot perform write operation because following scope(s) are locked.",
      ),
      expected: /^A lock keeps the service from/,
    },
  ])("of $of says what helps there", ({ failure, about, expected }) => {
    expect(adviceFor(failure, about)).toMatch(expected);
  });

  const refused = error(
    "AuthorizationFailed",
    "The client '7f' with object id 'a1' does not have authorization to perform action 'Microsoft.MachineLearningServices/workspaces/computes/write' over scope '/subscriptions/s/w' or the scope is invalid. If access was recently granted, please refresh your credentials.",
  );

  it.each(["amlcompute", "virtualmachine", "hdinsight", "databricks", "synapsespark", "kubernetes", "aks", undefined])(
    "of a missing permission names identity, action, scope and role, for the kind %s",
    (type) => {
      expect(adviceFor(error("BadRequest", "It failed.", refused), { type })).toBe(
        "The identity a1 lacks the action Microsoft.MachineLearningServices/workspaces/computes/write on /subscriptions/s/w. The role AzureML Compute Operator has it: assign that there. A new role assignment takes up to an hour. The command doctor lists everything that is missing.",
      );
    },
  );

  it.each([
    "The specified subscription has a total vCPU quota of 4 and is less than the requested compute training cluster and/or compute instance's min nodes of 1 which maps to 24 vCPUs",
    "The specified subscription has a total vCPU quota of 4 and cannot accomodate for at least 1 requested compute training cluster or compute instance which maps to 24 vCPUs",
    "The specified subscription has a total vCPU quota of 0 and cannot accomodate for at least 1 requested managed compute node which maps to 2 vCPUs.",
  ])("of a quota under a code that says nothing names family, region and where it is raised: %s", (message) => {
    const about = { type: "amlcompute", size: "Standard_NC24ads_A100_v4", region: "westus2" };
    expect(adviceFor(error("BadRequest", message), about)).toBe(
      "The quota of the family NCADSA100v4 (size Standard_NC24ads_A100_v4) in westus2 does not cover it. Lower min_instances, choose another size or region, or ask for more quota at https://ml.azure.com/quota (Azure portal: Quotas, Machine learning).",
    );
  });

  it.each([
    [
      "AKS role check failed for user assigned identity. Please check the role assignment.",
      "kubernetes",
      /lacks a role/,
    ],
    ["Subnet mysubnet does not have enough available IP addresses.", "amlcompute", /too few free addresses/],
    ["VM size STANDARD_NC6 is not supported for region uksouth.", "amlcompute", /does not offer/],
    ["Compute name is invalid. It has to be between 2 and 16 characters.", "kubernetes", /service's rule/],
  ])("of a lasting refusal under BadRequest is of its own: %s", (message, type, expected) => {
    expect(whatToDo({ ...error("BadRequest", message), correlationId: "1" }, { type })).toMatch(expected);
  });

  it.each([
    [
      "MissingSubscriptionRegistration",
      "The subscription is not registered to use namespace 'Microsoft.MachineLearningServices'.",
      /az provider register --namespace Microsoft\.MachineLearningServices$/,
    ],
    [
      "ReadOnlyDisabledSubscription",
      "The subscription 's' is disabled and therefore marked as read only.",
      /Its owner has to enable it/,
    ],
    [
      "RequestDisallowedByPolicy",
      'Resource \'c\' was disallowed by policy. Policy identifiers: \'[{"policyAssignment":{"name":"A","id":"/a"},"policyDefinition":{"name":"No public clusters","id":"/d"}}]\'.',
      /'No public clusters', forbids .* ask whoever assigns policies/,
    ],
  ])("of %s names what only others can change", (code, message, expected) => {
    expect(whatToDo({ ...error(code, message), correlationId: "1" })).toMatch(expected);
  });

  it("of what is not known to pass is never to run it again", () => {
    const ids = { correlationId: "1" };
    expect(whatToDo({ ...error("BadRequest", "The moon is full."), ...ids })).toBeUndefined();
    expect(whatToDo({ ...error("SomethingElse", "Invalid credentials of a kind."), ...ids })).toBeUndefined();
    expect(whatToDo({ ...error("InternalServerError", "Try later."), ...ids })).toMatch(/^Run the command again/);
    expect(whatToDo({ ...error("InternalServerError", "", error("Strange", "It is so.")), ...ids })).toBeUndefined();
  });

  it("checks no id where none was declared", () => {
    const gone = error("ResourceNotFound", "The resource was not found.");
    expect(adviceFor(gone, { type: "aks", declaresId: false })).toBeUndefined();
    expect(adviceFor(gone, { type: "aks", declaresId: true })).toMatch(/^Check the ID/);
  });
});
