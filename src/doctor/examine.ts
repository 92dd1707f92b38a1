import { access, constants } from "node:fs/promises";
import type { Azure } from "../azure/azure.ts";
import type { SignInDiagnosis, WorkspaceDiagnosis } from "../azure/diagnosis.ts";
import type { Permissions } from "../azure/permissions.ts";
import type { WorkspaceRef } from "../azure/workspace.ts";
import { originOf } from "../compute/target.ts";
import { isOnRunner } from "../run/on-runner/is-on-runner.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { neededFor, uploadsLocally, type NeedFacts, type NeedSources, type VaultAccess } from "../permissions/needs.ts";
import { elsewhere } from "../plan/elsewhere.ts";
import type { PlanOptions } from "../plan/step.ts";
import { reasonOf, sentenceOf } from "../report/failure.ts";
import { attempt, attemptChecks } from "./attempt.ts";
import { error, notChecked, type Check, type Part } from "./check.ts";
import { usedSecrets, vaultsByRole, vaultsOf } from "./declared-secrets.ts";
import { identityFindings, type IdentityFindings } from "./identity.ts";
import { permissionFindings, type PermissionFindings } from "./permissions.ts";
import { runnerChecks } from "./runner.ts";
import { secretChecks } from "./secrets.ts";
import { leaseByRole, storageFindings, type StorageFindings } from "./storage.ts";
import { targetFindings, type TargetFindings } from "./targets.ts";
import { dataPlaneChecks, workspaceChecks, workspaceUnavailable } from "./workspace.ts";

/** The workspace that is named, or why none is. */
export type NamedWorkspace =
  { readonly ok: true; readonly value: WorkspaceRef } | { readonly ok: false; readonly message: string };

export type ExamineDeps = {
  readonly signIn: () => Promise<SignInDiagnosis>;
  /** Throws what signing in throws. */
  readonly openWorkspace: (workspace: WorkspaceRef) => Promise<WorkspaceDiagnosis>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly options: PlanOptions;
  readonly parallel: number;
  /** What the inputs make necessary. */
  readonly chosen: Pick<NeedFacts, "downloads" | "removes">;
};

/** Everything that was found out. */
export type Examination = {
  readonly parts: readonly Part[];
  readonly identity: IdentityFindings;
  readonly permissions: PermissionFindings;
  /** Absent where the workspace could not be opened. */
  readonly azure?: Azure;
};

const blocked = "Fix the Identity and Workspace problems first.";

/**
 * Looks at everything that could stop the other commands, and continues after each failure. Reads only: not a blob, not a
 * lease, and no value of a secret but what the service hands out to get at its own store.
 */
export async function examine(declaration: Declaration, ref: NamedWorkspace, deps: ExamineDeps): Promise<Examination> {
  const sources = withoutRunOnRunner(declaration);
  const identity = await attempt(
    async () => identityOf(await deps.signIn()),
    (check): Identity => ({ checks: [check], isSignedIn: false }),
  );
  const opened = await attempt(
    () => openWorkspace(identity, ref, deps),
    (check): Opened => ({ check }),
  );
  const azure = opened.diagnosis?.azure.ok === true ? opened.diagnosis.azure.value : undefined;
  const [storage, targets, dataPlane, vaults, runner] = await Promise.all([
    attempt(
      () => examineStorage(azure, sources),
      (check): StorageFindings => ({ access: { by: "secret" }, checks: [check] }),
    ),
    attempt(
      () => examineTargets(azure, sources, deps),
      (check): TargetFindings => ({ checks: [check], steps: [] }),
    ),
    attemptChecks(() => examineDataPlane(azure, sources)),
    attempt(
      () => vaultsOf(declaration, azure),
      () => [],
    ),
    attemptChecks(() => runnerChecks(declaration, deps.environment)),
  ]);
  const secrets = await attemptChecks(() => examineSecrets(declaration, targets, vaults, azure, deps));
  const needs = ref.ok
    ? neededFor(sources, { workspace: ref.value, store: storage.access, vaults, ...deps.chosen })
    : [];
  const compare = (granted: Permissions | undefined) =>
    permissionFindings(needs, granted, ref.ok ? ref.value.name : "", deps.parallel);
  const permissions = await attempt(
    () => compare(opened.diagnosis?.permissions),
    async (check) => ({ ...(await compare(undefined)), checks: [check] }),
  );
  const leases = storage.leasesByRole === true ? leaseByRole(permissions.permissions) : [];
  const parts: readonly Part[] = [
    { title: "Identity", checks: identity.checks },
    { title: "Workspace", checks: workspacePart(opened, sources) },
    { title: "Permissions", checks: ref.ok ? permissions.checks : [] },
    { title: "Targets", checks: targets.checks },
    { title: "Storage", checks: [...storage.checks, ...leases] },
    { title: "Data plane", checks: dataPlane },
    { title: "Secrets", checks: secrets },
    { title: "This runner", checks: runner },
  ];
  return { parts, identity, permissions, ...(azure === undefined ? {} : { azure }) };
}

/** What needs the workspace: a run that happens on the runner does not. */
function withoutRunOnRunner({ targets, assets, run, deployments }: Declaration): NeedSources {
  return { targets, assets, deployments, ...(run === undefined || isOnRunner(run, targets) ? {} : { run }) };
}

type Identity = IdentityFindings & { readonly isSignedIn: boolean };

function identityOf(diagnosis: SignInDiagnosis): Identity {
  return { ...identityFindings(diagnosis), isSignedIn: diagnosis.signedIn?.ok === true };
}

/** The workspace as far as it can be reached, or why nobody tried. */
type Opened = { readonly diagnosis?: WorkspaceDiagnosis; readonly check?: Check };

async function openWorkspace({ isSignedIn }: Identity, ref: NamedWorkspace, deps: ExamineDeps): Promise<Opened> {
  if (!ref.ok) {
    const advice = "Every command but validate needs to know the workspace.";
    return { check: error("invalid-input", "workspace", ref.message, advice) };
  }
  if (!isSignedIn) {
    const message = `The workspace '${ref.value.name}' was not read.`;
    return { check: notChecked("workspace", message, "Fix the Identity problems first.") };
  }
  return { diagnosis: await deps.openWorkspace(ref.value) };
}

function workspacePart({ diagnosis, check }: Opened, { run }: NeedSources): readonly Check[] {
  if (diagnosis === undefined) return check === undefined ? [] : [check];
  return diagnosis.azure.ok
    ? workspaceChecks(diagnosis.azure.value.workspace, run !== undefined)
    : [workspaceUnavailable(diagnosis.azure.error)];
}

async function examineDataPlane(azure: Azure | undefined, { run }: NeedSources): Promise<readonly Check[]> {
  return azure === undefined
    ? [notChecked("discovery", "The data plane was not checked.", blocked)]
    : dataPlaneChecks(azure, run !== undefined);
}

async function examineStorage(azure: Azure | undefined, sources: NeedSources): Promise<StorageFindings> {
  return azure === undefined
    ? { access: { by: "secret" }, checks: [notChecked("storage", "The storage was not checked.", blocked)] }
    : storageFindings(azure, uploadsLocally(sources));
}

async function examineTargets(
  azure: Azure | undefined,
  { targets }: NeedSources,
  { options, parallel }: ExamineDeps,
): Promise<TargetFindings> {
  if (!targets.some((target) => originOf(target) !== "none")) return { checks: [], steps: [] };
  if (azure === undefined)
    return { checks: [notChecked("targets", "The targets were not checked.", blocked)], steps: [] };
  const live = await azure.computes.list();
  if (!live.ok) {
    const message = `The computes of the workspace could not be listed: ${sentenceOf(live.failure.error)}.`;
    const advice = "Give the identity the role below; the missing permissions are listed under Permissions.";
    return { checks: [error(reasonOf(live.failure), "computes", message, advice)], steps: [] };
  }
  return targetFindings(targets, live.value, azure.resources, {
    ...options,
    parallel,
    more: [(steps) => elsewhere(steps, azure.workspace, azure.otherWorkspaces)],
  });
}

async function examineSecrets(
  declaration: Declaration,
  { steps }: TargetFindings,
  vaults: readonly VaultAccess[],
  azure: Azure | undefined,
  { environment }: ExamineDeps,
): Promise<readonly Check[]> {
  return secretChecks(usedSecrets(declaration, steps), {
    environment,
    fileExists: (path) =>
      access(path, constants.R_OK).then(
        () => true,
        () => false,
      ),
    ...(azure === undefined ? {} : { vaultReach: azure.vaultReach }),
    judgedVaults: vaultsByRole(vaults),
  });
}
