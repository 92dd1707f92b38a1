import { randomUUID } from "node:crypto";
import { armError, type Reply } from "../../server/reply.ts";
import { seeded, workspacePath } from "../../settings.ts";
import type { Family } from "./document.ts";

/** What the service behind the endpoints says, as its front end hands it on: JSON within a message. */
export function invalid(member: string, ...messages: readonly string[]): Reply {
  const text = JSON.stringify({
    errors: { [member]: messages },
    title: "One or more validation errors occurred.",
  });
  const additionalInfo = [
    { type: "ComponentName", info: { value: "managementfrontend" } },
    {
      type: "Correlation",
      info: { value: { operation: randomUUID().replaceAll("-", ""), request: randomUUID().slice(0, 16) } },
    },
    { type: "Environment", info: { value: seeded.location } },
    { type: "Location", info: { value: seeded.location } },
    { type: "Time", info: { value: new Date().toISOString() } },
  ];
  return {
    status: 400,
    body: {
      error: {
        code: "BadRequest",
        message: "The request is invalid.",
        target: null,
        details: [
          { code: "InferencingClientCallFailed", message: text, target: null, details: [], additionalInfo: [] },
        ],
        additionalInfo,
      },
    },
  };
}

export function userError(message: string): Reply {
  return armError(400, "UserError", message);
}

export function notFound(family: Family, endpoint: string, deployment?: string): Reply {
  const below = deployment === undefined ? endpoint : `${endpoint}/deployments/${deployment}`;
  const type = `Microsoft.MachineLearningServices/workspaces/${seeded.workspace}/${family}/${below}`;
  return armError(
    404,
    "ResourceNotFound",
    `The Resource '${type}' under resource group '${seeded.resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

export function inProgress(endpoint: string): Reply {
  return armError(409, "Conflict", `Another operation is in progress on the endpoint '${endpoint}'. Try again later.`);
}

export function notAllowed(method: string, what: string): Reply {
  return armError(405, "MethodNotAllowed", `${method} is not allowed on ${what}.`);
}

/** How the troubleshooting guide's sections are named in messages. */
export function guide(code: string): string {
  return `Please see troubleshooting guide, available here: https://aka.ms/oe-tsg#error-${code.toLowerCase()}`;
}

const namePattern = /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;

/** Names of endpoints and of deployments have the same form. */
export function refusedName(name: string, what: "endpoint" | "deployment"): Reply | undefined {
  return namePattern.test(name) && name.length >= 3 && name.length <= 32
    ? undefined
    : userError(
        `The ${what} name '${name}' is invalid. It has 3 to 32 characters: letters, digits and dashes, the first a letter, the last a letter or a digit.`,
      );
}

/** ARM's path of an endpoint or a deployment. */
export function pathOf(family: Family, endpoint: string, deployment?: string): string {
  const below = deployment === undefined ? "" : `/deployments/${deployment}`;
  return `${workspacePath}/${family}/${endpoint}${below}`;
}
