import { describe, expect, it } from "@jest/globals";
import type { ServiceError } from "../../src/azure/outcome.ts";
import { adviceFor } from "../../src/report/advice.ts";

const error = (code: string, message: string, ...details: readonly ServiceError[]): ServiceError => ({
  code,
  message,
  details,
});

describe("the advice for a failure", () => {
  it.each([
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
      expected: /Contributor on the Databricks workspace/,
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
      failure: error("UserError", "outer", error("BadRequest", "Permission denied (publickey,password).")),
      expected: /refused the login/,
    },
    {
      of: "a setup script",
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
  ])("of $of says what helps there", ({ failure, expected }) => {
    expect(adviceFor(failure)).toMatch(expected);
  });
});
