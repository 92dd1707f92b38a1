import { access, constants } from "node:fs/promises";
import type { Azure } from "../azure/azure.ts";
import { AuthenticationFailed } from "../azure/credentials.ts";
import type { WorkspaceDiagnosis } from "../azure/diagnosis.ts";
import type { Permissions } from "../azure/permissions.ts";
import type { WorkspaceRef } from "../azure/workspace.ts";
import { originOf, secretsOf } from "../compute/target.ts";
import type { Declaration } from "../declaration/declaration.ts";
import type { SecretReference } from "../secret/secret.ts";
import { error, fine, notChecked, type Check } from "../doctor/check.ts";
import { identityFindings, type IdentityFindings } from "../doctor/identity.ts";
import { permissionFindings } from "../doctor/permissions.ts";
import { secretChecks, type UsedSecret } from "../doctor/secrets.ts";
import { leaseByRole, storageFindings, type StorageFindings } from "../doctor/storage.ts";
import { targetFindings, type FindMore, type TargetFindings } from "../doctor/targets.ts";
import { dataPlaneChecks, workspaceChecks, workspaceUnavailable } from "../doctor/workspace.ts";
import { isSecret } from "../job/definition.ts";
import { findPython } from "../run/on-runner/virtual-environment.ts";
import { neededFor, uploadsLocally, type NeedFacts, type NeedSources, type VaultAccess } from "../permissions/needs.ts";
import { createsOrAttaches } from "../plan/preflight.ts";
import { logGroups } from "../report/render/log.ts";
import { doctorSections } from "../report/sections/doctor.ts";
import type { DoctorReport } from "../report/result.ts";
import { failureOf } from "./azure-failure.ts";
import { join, type CommandContext, type CommandResult, type Diagnose } from "./context.ts";
import { elsewhere } from "../plan/elsewhere.ts";
import { planOptions } from "./plan.ts";
import { MissingInput, workspaceRef, workspaceReport } from "./workspace.ts";
import { isLocal } from "./train.ts";
import { checked } from "./validate.ts";

/** A part of the report while it is made: its checks know what the step fails with. */
type Part = { readonly title: string; readonly checks: readonly Check[] };

/**
 * Looks at everything that could stop the other commands, and goes on after each failure. Reads only: not a blob, not a
 * lease, and no value of a secret but what the service hands out to get at its own store.
 */
export async function doctor(context: CommandContext): Promise<CommandResult> {
  const declaration = await context.declare();
  const sources = withoutLocalRun(declaration);
  const ref = refOf(context, declaration);
  const diagnose = await context.diagnose();
  const identity = await goingOn(
    () => examineIdentity(diagnose),
    (check): Identity => ({ checks: [check], isSignedIn: false }),
  );
  const opened = await goingOn(
    () => openWorkspace(identity, ref, diagnose),
    (check): Opened => ({ check }),
  );
  const azure = opened.diagnosis?.azure.ok === true ? opened.diagnosis.azure.value : undefined;
  const [storage, targets, dataPlane, vaults, runner] = await Promise.all([
    goingOn(
      () => examineStorage(azure, sources),
      (check): StorageFindings => ({ access: { by: "secret" }, checks: [check] }),
    ),
    goingOn(
      () => examineTargets(azure, sources, context),
      (check): TargetFindings => ({ checks: [check], steps: [] }),
    ),
    goingOn(() => examineDataPlane(azure, sources), one),
    goingOn(
      () => vaultsOf(declaration, azure),
      () => [],
    ),
    goingOn(() => examineRunner(declaration, context), one),
  ]);
  const secrets = await goingOn(
    () => examineSecrets(declaration, { steps: targets.steps, vaults, azure }, context),
    one,
  );
  const needs = ref.ok
    ? neededFor(sources, { workspace: ref.value, store: storage.access, vaults, ...chosen(context) })
    : [];
  const name = ref.ok ? ref.value.name : "";
  const asked = (permissions: Permissions | undefined) =>
    permissionFindings(needs, permissions, name, context.inputs.parallel);
  const permissions = await goingOn(
    () => asked(opened.diagnosis?.permissions),
    async (check) => ({ ...(await asked(undefined)), checks: [check] }),
  );
  const leases = storage.leasesByRole === true ? leaseByRole(permissions.permissions) : [];
  const parts: readonly Part[] = [
    { title: "Identity", checks: identity.checks },
    { title: "Workspace", checks: examineWorkspace(opened, sources) },
    { title: "Permissions", checks: ref.ok ? permissions.checks : [] },
    { title: "Targets", checks: targets.checks },
    { title: "Storage", checks: [...storage.checks, ...leases] },
    { title: "Data plane", checks: dataPlane },
    { title: "Secrets", checks: secrets },
    { title: "This runner", checks: runner },
  ].filter(({ checks }) => checks.length > 0);
  const report: DoctorReport = {
    sections: parts.map(({ title, checks }) => ({ title, checks: checks.map(({ reason: _, ...check }) => check) })),
    ...(identity.claims === undefined ? {} : { claims: identity.claims }),
    ...(identity.federatedCredential === undefined ? {} : { federatedCredential: identity.federatedCredential }),
    ...(identity.principal === undefined ? {} : { principal: identity.principal }),
    permissions: permissions.permissions,
    missingActions: permissions.missingActions,
    roles: permissions.roles,
  };
  const blocks = doctorSections({ doctor: report }).flatMap((section) => section.blocks);
  for (const { title, lines } of logGroups(blocks)) context.log.group(title, lines);
  return join(checked(declaration), {
    doctor: report,
    ...(azure === undefined ? {} : { workspace: workspaceReport(azure) }),
    failures: context.signal.aborted
      ? [{ reason: "cancelled", message: "The workflow was cancelled before everything was looked at." }]
      : parts.flatMap(({ checks }) => checks.flatMap(failuresOf)),
  });
}

const one = (check: Check): readonly Check[] => [check];

/** Looks at one thing. Whatever comes of it, the others are looked at as well. */
async function goingOn<Value>(
  work: () => Promise<Value>,
  otherwise: (check: Check) => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof AuthenticationFailed)
      return otherwise(error("authentication-failed", "sign-in", thrown.message, "Run the job again."));
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return otherwise(
      error("internal-error", "internal-error", `This is a mistake of the action: ${text}`, "Please report it."),
    );
  }
}

/** What of the inputs decides which permissions are needed. */
function chosen({ inputs }: CommandContext): Pick<NeedFacts, "downloads" | "removes"> {
  return {
    downloads: inputs.download.length > 0,
    removes: inputs.onDrift === "reattach" || inputs.onConflict === "replace" || inputs.allowDelete,
  };
}

const blocked = "Repair what stands under Identity and Workspace first.";

function failuresOf({ state, reason, message, advice }: Check): CommandResult["failures"] {
  return state !== "error" || reason === undefined
    ? []
    : [{ reason, message: advice === undefined ? message : `${message} ${advice}` }];
}

/** What needs the workspace: a run that happens on the runner does not. */
function withoutLocalRun({ targets, environments, run }: Declaration): NeedSources {
  return { targets, environments, ...(run === undefined || isLocal(run, targets) ? {} : { run }) };
}

type Ref = { readonly ok: true; readonly value: WorkspaceRef } | { readonly ok: false; readonly message: string };

function refOf(context: CommandContext, { workspace }: Declaration): Ref {
  try {
    return { ok: true, value: workspaceRef(context, workspace) };
  } catch (thrown) {
    if (!(thrown instanceof MissingInput)) throw thrown;
    return { ok: false, message: thrown.message };
  }
}

type Identity = IdentityFindings & { readonly isSignedIn: boolean };

async function examineIdentity(diagnose: Diagnose): Promise<Identity> {
  const diagnosis = await diagnose.signIn();
  return { ...identityFindings(diagnosis), isSignedIn: diagnosis.signedIn?.ok === true };
}

/** The workspace as far as it can be got at, or why nobody tried. */
type Opened = { readonly diagnosis?: WorkspaceDiagnosis; readonly check?: Check };

async function openWorkspace({ isSignedIn }: Identity, ref: Ref, diagnose: Diagnose): Promise<Opened> {
  if (!ref.ok)
    return {
      check: error(
        "invalid-input",
        "workspace",
        ref.message,
        "Every command but validate needs to know the workspace.",
      ),
    };
  if (!isSignedIn) {
    const message = `The workspace '${ref.value.name}' was not read.`;
    return { check: notChecked("workspace", message, "Repair what stands under Identity first.") };
  }
  return { diagnosis: await diagnose.workspace(ref.value) };
}

function examineWorkspace({ diagnosis, check }: Opened, { run }: NeedSources): readonly Check[] {
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

/** What else is said of targets. */
function moreFindings(azure: Azure): readonly FindMore[] {
  return [(steps) => elsewhere(steps, azure.workspace, azure.otherWorkspaces)];
}

async function examineTargets(
  azure: Azure | undefined,
  { targets }: NeedSources,
  context: CommandContext,
): Promise<TargetFindings> {
  if (!targets.some((target) => originOf(target) !== "none")) return { checks: [], steps: [] };
  if (azure === undefined)
    return { checks: [notChecked("targets", "The targets were not checked.", blocked)], steps: [] };
  const live = await azure.computes.list();
  if (!live.ok) {
    const { reason, message } = failureOf(live.failure, "The computes of the workspace could not be listed");
    return {
      checks: [error(reason, "computes", message, "Give the identity the role below; what is missing stands there.")],
      steps: [],
    };
  }
  return targetFindings(targets, live.value, azure.resources, {
    ...planOptions(context),
    parallel: context.inputs.parallel,
    more: moreFindings(azure),
  });
}

/** What is known by then of the targets, the vaults and the workspace. */
type SecretSources = Pick<TargetFindings, "steps"> & {
  readonly vaults: readonly VaultAccess[];
  readonly azure: Azure | undefined;
};

async function examineSecrets(
  { targets, run }: Declaration,
  { steps, vaults, azure }: SecretSources,
  { environment }: CommandContext,
): Promise<readonly Check[]> {
  const used: readonly UsedSecret[] = [
    ...targets.flatMap((target) => {
      const step = steps.find((one) => one.target.name === target.name);
      return secretsOf(target).map((reference) => ({
        reference,
        usedBy: target.name,
        isSentNext: step === undefined || createsOrAttaches(step),
      }));
    }),
    ...Object.entries(run?.environmentVariables ?? {}).flatMap(([name, value]) =>
      isSecret(value) ? [{ reference: value, usedBy: `the run's ${name}`, isSentNext: true }] : [],
    ),
  ];
  return secretChecks(used, {
    environment,
    fileExists: (path) =>
      access(path, constants.R_OK).then(
        () => true,
        () => false,
      ),
    ...(azure === undefined ? {} : { vaultReach: azure.vaultReach }),
    judgedVaults: vaults
      .filter(({ byRoles }) => byRoles === true)
      .map(({ id }) => id.split("/").at(-1)?.toLowerCase() ?? ""),
  });
}

/** The vaults of the declaration's secrets. An address says nothing of an id, which only the workspace's own vault tells. */
async function vaultsOf({ targets, run }: Declaration, azure: Azure | undefined): Promise<readonly VaultAccess[]> {
  const own = azure?.workspace.keyVault;
  const name = own?.split("/").at(-1)?.toLowerCase();
  if (azure === undefined || own === undefined || name === undefined) return [];
  const references = [
    ...targets.flatMap((target) => secretsOf(target)),
    ...Object.values(run?.environmentVariables ?? {}).filter(isSecret),
  ];
  const isOwn = (reference: SecretReference) =>
    reference.from === "key_vault" && new URL(reference.url).hostname.toLowerCase().startsWith(`${name}.`);
  if (!references.some(isOwn)) return [];
  const vault = await azure.resources.get(own, "2023-07-01");
  const properties = (vault.ok ? vault.value["properties"] : undefined) as
    { readonly enableRbacAuthorization?: boolean } | undefined;
  return [{ id: own, byRoles: vault.ok ? properties?.enableRbacAuthorization === true : "unknown" }];
}

/** A run on the runner needs Python there. */
async function examineRunner(
  { run, targets }: Declaration,
  { environment }: CommandContext,
): Promise<readonly Check[]> {
  if (run === undefined || !isLocal(run, targets)) return [];
  const python = await findPython(environment["PATH"] ?? "");
  return [
    python === undefined
      ? error(
          "environment-failed",
          "python",
          "The run happens on this runner, which has no Python 3.9 or newer with venv.",
          "Add actions/setup-python before this step.",
        )
      : fine("python", `The run happens on this runner, with Python ${python.version}.`),
  ];
}
