import type { Azure } from "../azure/azure.ts";
import type { WorkspaceRef } from "../azure/workspace.ts";
import type { AttachDeps } from "../attach/dependencies.ts";
import type { Declaration, DeclaredWorkspace } from "../declaration/declaration.ts";
import type { WorkspaceReport } from "../report/result.ts";
import type { CommandContext } from "./context.ts";

/** An action input that is needed and was not given. */
export class MissingInput extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MissingInput";
  }
}

/** The workspace: inputs first, then the declaration, then credentials and environment. */
export function workspaceRef(context: CommandContext, declared: DeclaredWorkspace): WorkspaceRef {
  const { inputs, fallbackWorkspace: fallback } = context;
  const subscriptionId = inputs.subscriptionId ?? declared.subscriptionId ?? fallback.subscriptionId;
  const resourceGroup = inputs.resourceGroup ?? declared.resourceGroup ?? fallback.resourceGroup;
  const name = inputs.workspace ?? declared.name ?? fallback.name;
  const missing = [
    subscriptionId === undefined ? "subscription-id" : undefined,
    resourceGroup === undefined ? "resource-group" : undefined,
    name === undefined ? "workspace" : undefined,
  ].filter((input) => input !== undefined);
  if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) {
    throw new MissingInput(
      `The workspace is not known: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing. ` +
        "Name it under workspace: in the declaration file, as inputs, or in AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP and AZURE_ML_WORKSPACE.",
    );
  }
  return { subscriptionId, resourceGroup, name };
}

/** A connection to the workspace that the declaration or the inputs name. */
export async function connect(context: CommandContext, declaration: Pick<Declaration, "workspace">): Promise<Azure> {
  return context.connect(workspaceRef(context, declaration.workspace));
}

export function workspaceReport(azure: Azure): WorkspaceReport {
  const { subscriptionId, resourceGroup, name, location } = azure.workspace;
  return { subscriptionId, resourceGroup, name, location };
}

export function attachDeps(
  context: CommandContext,
  azure: Azure,
  shown: Pick<AttachDeps, "onProgress" | "onEnd">,
): AttachDeps {
  return {
    computes: azure.computes,
    leases: azure.leases,
    usersOf: azure.usersOf,
    freshReads: azure.freshReads,
    newId: context.newId,
    ...(context.github.runUrl === undefined ? {} : { run: context.github.runUrl }),
    workspace: azure.workspace,
    clock: context.clock,
    resolveSecret: context.resolveSecretWith(azure),
    signal: context.signal,
    deadline: context.deadline,
    ...shown,
  };
}
