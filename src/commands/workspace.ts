import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import type { AzureFailure } from "../azure/outcome.ts";
import { giveSubscriptionId, isSubscriptionId } from "../azure/resource-id.ts";
import type { WorkspaceRef } from "../azure/workspace.ts";
import type { AttachDeps } from "../attach/dependencies.ts";
import type { Declaration, DeclaredWorkspace } from "../declaration/declaration.ts";
import type { WorkspaceReport } from "../report/result.ts";
import type { Position } from "../yaml/problem.ts";
import type { CommandContext } from "./context.ts";

/** An action input that is needed, and was not given or cannot be used. */
export class MissingInput extends Error {
  /** Where a file says the same thing. */
  readonly where: Position | undefined;
  constructor(message: string, where?: Position) {
    super(message);
    this.name = "MissingInput";
    this.where = where;
  }
}

/** The workspace: inputs first, then the declaration, then credentials and environment. */
export function workspaceRef(context: CommandContext, declared: DeclaredWorkspace, where?: Position): WorkspaceRef {
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
  if (!isSubscriptionId(subscriptionId)) {
    const isDeclared = inputs.subscriptionId === undefined && declared.subscriptionId !== undefined;
    const source = isDeclared ? "subscription_id under workspace:" : "AZURE_SUBSCRIPTION_ID, or of creds,";
    const message = `The subscription ${JSON.stringify(subscriptionId)} of ${source} is not a GUID. ${giveSubscriptionId}`;
    throw new MissingInput(message, isDeclared ? where : undefined);
  }
  return { subscriptionId, resourceGroup, name };
}

/** A connection to the workspace that the declaration or the inputs name. */
export async function connect(
  context: CommandContext,
  { workspace, workspaceAt }: Pick<Declaration, "workspace" | "workspaceAt">,
): Promise<Azure> {
  const ref = workspaceRef(context, workspace, workspaceAt);
  try {
    return await context.connect(ref);
  } catch (error) {
    // What a file names and is not there is to be mended in that file.
    const isDeclared = context.inputs.workspace === undefined && workspace.name !== undefined;
    const { failure } = error as { readonly failure?: AzureFailure };
    if (isDeclared && failure?.reason === "not-found") Object.assign(error as Error, { where: workspaceAt });
    throw error;
  }
}

export function workspaceReport(azure: Azure): WorkspaceReport {
  const { subscriptionId, resourceGroup, name, location, id } = azure.workspace;
  const { studio, portal } = azure.cloud;
  return {
    ...{ subscriptionId, resourceGroup, name, location },
    ...defined({
      url: studio === undefined ? undefined : `${studio}/home?wsid=${id}`,
      portalUrl: portal === undefined ? undefined : `${portal}/#resource${id}/overview`,
    }),
  };
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
