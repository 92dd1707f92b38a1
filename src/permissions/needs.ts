import { userCollections } from "../azure/compute-users.ts";
import { workspaceId, type WorkspaceRef } from "../azure/workspace.ts";
import type { Permission } from "../compute/kind.ts";
import { kindOf, originOf, type ComputeTarget } from "../compute/target.ts";
import type { Declaration } from "../declaration/declaration.ts";
import { assetKinds, isUploadedToDatastore, withParts, type AssetUse } from "../asset/asset.ts";
import { collectionOf, partsOfDeclared, uploadOfDeclared } from "../asset/declared.ts";
import { namesAsset } from "../asset/reference.ts";
import { assetsOf, graphOf, isOfFirstSdk } from "../job/job.ts";
import type { Plane } from "../azure/grants.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { isOnRunner } from "../deployment/family.ts";
import { purposes, workspaces } from "./writes.ts";
import { needsOfDeployment, needsOfNamedAssets, uploadsModel, usesOf } from "./deployment-needs.ts";

/** An action that a command carries out, and where. */
export type Action = {
  /** `Microsoft.MachineLearningServices/workspaces/computes/write` */
  readonly action: string;
  readonly plane: Plane;
  /** ARM id. */
  readonly scope: string;
};

export type Need = Action &
  Permission & {
    /** Stand in for it where all of them are granted. */
    readonly unless?: readonly Action[];
  };

/** How the workspace's own store is accessed. */
export type StoreAccess = {
  /** `secret`: with the key or signature that the datastore holds. `identity`: with roles on the storage account. */
  readonly by: "secret" | "identity";
  /** ARM id of the container; unknown where the account is none of the workspace's own. */
  readonly container?: string;
};

/** A vault, and whether roles decide who reads its secrets; the vault's own access policies may do so in their place. */
export type VaultAccess = { readonly id: string; readonly byRoles: boolean | "unknown" };

export type NeedFacts = {
  readonly workspace: WorkspaceRef;
  readonly store: StoreAccess;
  /** The vaults that secrets are read from, as far as their ids are known. */
  readonly vaults: readonly VaultAccess[];
  /** Run outputs are to be downloaded. */
  readonly downloads: boolean;
  /** The inputs let targets be removed: `on-drift: reattach`, `on-conflict: replace`, `allow-delete: true`. */
  readonly removes: boolean;
};

/** What is declared, without a run that happens on the runner. */
export type NeedSources = Pick<Declaration, "targets" | "assets" | "run" | "deployments">;

const blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";

/**
 * Everything that the commands need for what is declared. Names are those of the published list of operations: a custom
 * role with any other name is refused.
 *
 * @see https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning
 */
export function neededFor(declared: NeedSources, facts: NeedFacts): readonly Need[] {
  const at = workspaceId(facts.workspace);
  const targets = declared.targets.filter((target) => originOf(target) !== "none");
  return merged([
    ...required(at, "read the workspace", `${workspaces}/read`),
    ...required(at, "compare the declaration with what is live", `${workspaces}/computes/read`),
    ...(targets.length === 0 ? [] : computeNeeds(targets, facts)),
    ...targets.flatMap((target) => needsOf(target, facts.workspace)),
    ...namedAssetNeeds(declared, at),
    ...runNeeds(declared, facts),
    ...declared.deployments.flatMap((deployment) => deploymentNeeds(deployment, at)),
    ...storeNeeds(declared, targets, facts),
    ...facts.vaults.flatMap(vaultNeeds),
  ]);
}

type Named = string | Pick<Action, "action" | "plane">;

function needs(level: Need["level"], scope: string, purpose: string, named: readonly Named[]): readonly Need[] {
  return named.map((one) => ({
    ...(typeof one === "string" ? { action: one, plane: "control" as const } : one),
    scope,
    level,
    purpose,
  }));
}

function required(scope: string, purpose: string, ...named: readonly Named[]): readonly Need[] {
  return needs("required", scope, purpose, named);
}

function recommended(scope: string, purpose: string, ...named: readonly Named[]): readonly Need[] {
  return needs("recommended", scope, purpose, named);
}

/** To attach, create, update, and to take away what was attached twice or has to be attached again. */
function computeNeeds(targets: readonly ComputeTarget[], { workspace, removes }: NeedFacts): readonly Need[] {
  const at = workspaceId(workspace);
  const removal = removes ? required : recommended;
  const users = new Set(targets.flatMap((target) => kindOf(target).users));
  return [
    ...required(at, purposes.creates, `${workspaces}/computes/write`),
    ...removal(at, "detach, re-attach and delete targets", `${workspaces}/computes/delete`),
    ...removal(
      at,
      "see what still uses a target before it is taken away",
      ...userCollections.filter((list) => users.has(list)).map((list) => `${workspaces}/${list}/read`),
    ),
  ];
}

/** What a target takes outside the workspace, which its kind knows. */
function needsOf(target: ComputeTarget, workspace: WorkspaceRef): readonly Need[] {
  return kindOf(target)
    .permissionsOf(target, workspace)
    .map((permission) => ({ ...permission, plane: "control" }));
}

function namedAssetNeeds({ assets }: NeedSources, at: string): readonly Need[] {
  return assets.flatMap((asset) => {
    const collection = `${workspaces}/${collectionOf(asset).collection}`;
    return [
      ...required(
        at,
        purposes.registers,
        `${collection}/read`,
        `${collection}/write`,
        `${collection}/versions/read`,
        `${collection}/versions/write`,
      ),
      ...partsOfDeclared(asset).flatMap((use) => assetNeeds(use, at)),
    ];
  });
}

/** @see https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles for what submitting a job takes */
function runNeeds({ run }: NeedSources, { workspace, downloads }: NeedFacts): readonly Need[] {
  if (run === undefined) return [];
  const at = workspaceId(workspace);
  return [
    ...(isOfFirstSdk(run) ? firstSdkNeeds(at, graphOf(run) !== undefined) : jobNeeds(at)),
    ...required(
      at,
      purposes.submits,
      `${workspaces}/metadata/artifacts/write`,
      `${workspaces}/environments/build/action`,
      `${workspaces}/environments/readSecrets/action`,
    ),
    ...required(at, "follow the run, its log and its metrics", `${workspaces}/experiments/runs/read`),
    ...(downloads ? required(at, "download the run's outputs", `${workspaces}/metadata/artifacts/read`) : []),
    ...withParts(assetsOf(run)).flatMap((use) => assetNeeds(use, at)),
  ];
}

function deploymentNeeds(deployment: Deployment, at: string): readonly Need[] {
  return [
    ...[...needsOfDeployment(deployment), ...needsOfNamedAssets(deployment)].flatMap(
      ({ purpose, level, actions, plane }) =>
        needs(
          level,
          at,
          purpose,
          actions.map((action): Named => ({ action: `${workspaces}/${action}`, plane: plane ?? "control" })),
        ),
    ),
    ...withParts(usesOf(deployment)).flatMap((use) => assetNeeds(use, at)),
  ];
}

function jobNeeds(at: string): readonly Need[] {
  return [
    ...required(at, purposes.submits, `${workspaces}/jobs/read`, `${workspaces}/jobs/write`),
    ...required(at, "cancel the run when the workflow is cancelled", `${workspaces}/jobs/cancel/action`),
  ];
}

/** What goes to the services of the first SDK needs none of what a job needs; a graph is made of modules. */
function firstSdkNeeds(at: string, hasModules: boolean): readonly Need[] {
  const { experiments, modules, snapshots } = {
    experiments: `${workspaces}/experiments`,
    modules: `${workspaces}/modules`,
    snapshots: `${workspaces}/metadata/snapshots`,
  };
  return [
    ...required(
      at,
      purposes.submits,
      `${experiments}/read`,
      `${experiments}/write`,
      `${experiments}/runs/submit/action`,
      ...(hasModules ? [`${modules}/read`, `${modules}/write`, `${workspaces}/datastores/read`] : []),
    ),
    ...required(at, purposes.uploadsCode, `${snapshots}/read`, `${snapshots}/write`),
    ...required(at, "cancel the run when the workflow is cancelled", `${experiments}/runs/write`),
  ];
}

function assetNeeds(use: AssetUse, at: string): readonly Need[] {
  const collection = `${workspaces}/${assetKinds[use.kind].collection}`;
  const read = [`${collection}/read`, `${collection}/versions/read`];
  switch (use.kind) {
    case "environment":
      return [
        ...required(at, "use the environment", ...read),
        ...("declared" in use
          ? required(at, "register the environment", `${collection}/write`, `${collection}/versions/write`)
          : []),
      ];
    case "component":
      return [
        ...required(at, "use the components of the run's steps", ...read),
        ...("declared" in use
          ? required(
              at,
              "register the components of the run's steps",
              `${collection}/write`,
              `${collection}/versions/write`,
            )
          : []),
      ];
    case "code":
      return "declared" in use && use.declared.from === "local"
        ? required(at, purposes.uploadsCode, `${collection}/versions/read`, `${collection}/versions/write`)
        : [];
    case "data":
    case "model":
      return "reference" in use && namesAsset(use.reference) ? required(at, "use the run's inputs", ...read) : [];
  }
}

function vaultNeeds({ id, byRoles }: VaultAccess): readonly Need[] {
  const action = { plane: "data" as const, action: "Microsoft.KeyVault/vaults/secrets/getSecret/action" };
  return byRoles === false
    ? []
    : needs(byRoles === true ? "required" : "recommended", id, "read the secrets of the declaration", [action]);
}

/** True when files of the checkout go to the workspace's store: data of the run, build contexts. Code has a place of its own. */
export function uploadsLocally({
  run,
  assets,
  deployments,
}: Pick<NeedSources, "run" | "assets" | "deployments">): boolean {
  return (
    deployments.some(uploadsModel) ||
    deployments.flatMap((deployment) => withParts(usesOf(deployment))).some(isUploadedToDatastore) ||
    assets.some((asset) => uploadOfDeclared(asset) !== undefined) ||
    assets.flatMap(partsOfDeclared).some(isUploadedToDatastore) ||
    (run !== undefined && withParts(assetsOf(run)).some(isUploadedToDatastore))
  );
}

/** Leases by which runs of the action exclude each other, and uploads, are both blobs in the workspace's own store. */
function storeNeeds(
  declared: NeedSources,
  targets: readonly ComputeTarget[],
  { workspace, store }: NeedFacts,
): readonly Need[] {
  const uploads = uploadsLocally(declared);
  // Two calls that submit the same to the first SDK's services, or release on one endpoint, take turns by a lease.
  const takesTurns =
    (declared.run !== undefined && isOfFirstSdk(declared.run)) ||
    declared.deployments.some((deployment) => !isOnRunner(deployment));
  if (!uploads && !takesTurns && targets.length === 0) return [];
  const at = workspaceId(workspace);
  const level = uploads ? "required" : "recommended";
  const purpose = uploads
    ? "upload local data and build contexts, and to exclude other runs by leases"
    : "exclude other runs by leases on blobs";
  const inside = (["read", "write"] as const).map((verb): Omit<Action, "scope"> => ({
    action: `${blobs}/${verb}`,
    plane: "data",
  }));
  const scope = store.container;
  const read = needs(level, at, purpose, [`${workspaces}/datastores/read`]);
  if (store.by === "identity") return scope === undefined ? read : [...read, ...needs(level, scope, purpose, inside)];
  return [
    ...read,
    ...needs(level, at, purpose, [`${workspaces}/datastores/listsecrets/action`]).map((need) => ({
      ...need,
      ...(scope === undefined ? {} : { unless: inside.map((action) => ({ ...action, scope })) }),
    })),
  ];
}

/** Each action once for each scope: at its strictest level, with the purpose that came first at that level. */
function merged(all: readonly Need[]): readonly Need[] {
  const byKey = new Map<string, Need>();
  for (const need of all) {
    const key = `${need.scope} ${need.action}`.toLowerCase();
    const known = byKey.get(key);
    if (known === undefined || (known.level === "recommended" && need.level === "required")) byKey.set(key, need);
  }
  return [...byKey.values()];
}
