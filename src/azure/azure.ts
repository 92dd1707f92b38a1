import { createArm, type Arm } from "./arm.ts";
import { createAssets, type Assets } from "./assets.ts";
import { createBatchEndpoints, type BatchEndpoints } from "./batch-endpoints.ts";
import { createBlobs, type Blobs } from "./blobs.ts";
import { discoverCloud, type Cloud } from "./cloud.ts";
import { createComputes, type Computes } from "./computes.ts";
import { createCredentials, type CredentialDeps } from "./credentials.ts";
import { discoverDataPlane, type DataPlane } from "./data-plane.ts";
import { createDatastores, defaultDatastore, type Datastores } from "./datastores.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { createKeyVault, createVaultReach } from "./key-vault.ts";
import { createLeases, type Leases } from "./leases.ts";
import { createLookups, type Lookups } from "./lookups.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createOnlineEndpoints, type OnlineEndpoints } from "./online-endpoints.ts";
import { readOtherWorkspaces, type OtherWorkspaces } from "./other-workspaces.ts";
import { succeeded, type AzureFailure, type Outcome } from "./outcome.ts";
import { newToken } from "./pipeline.ts";
import { createPermissions, type Permissions } from "./permissions.ts";
import { createResourceReads } from "./resource-reads.ts";
import { createRunHistory, type RunHistory } from "./run-history.ts";
import { createRunOutputs, type RunOutputs } from "./run-outputs.ts";
import { createRuns, type Runs } from "./runs.ts";
import { createScoring, type Scoring } from "./scoring.ts";
import type { ResourceReads } from "./resource-reads.ts";
import { leafCause } from "./service-error.ts";
import type { Identity } from "./sign-in.ts";
import { createComputeUsersReader, type ReadComputeUsers } from "./compute-users.ts";
import { createV1Artifacts, type V1Artifacts } from "./v1-artifacts.ts";
import { createV1Pipelines, type V1Pipelines } from "./v1-pipelines.ts";
import { createV1Runs, type V1Runs } from "./v1-runs.ts";
import { createV1Services, type V1Services } from "./v1-services.ts";
import { createV1Snapshots, type V1Snapshots } from "./v1-snapshots.ts";
import { readWorkspace, workspaceId, type Workspace, type WorkspaceRef } from "./workspace.ts";

/** Everything of one workspace. */
export type Azure = {
  readonly cloud: Cloud;
  readonly workspace: Workspace;
  readonly arm: Arm;
  readonly computes: Computes;
  /** In the workspace's own default storage. */
  readonly leases: Leases;
  readonly jobs: Jobs;
  /** The pipeline service of the first SDK. */
  readonly v1Pipelines: V1Pipelines;
  readonly v1Runs: V1Runs;
  readonly v1Snapshots: V1Snapshots;
  readonly v1Artifacts: V1Artifacts;
  /** Web services of the first SDK. */
  readonly v1Services: V1Services;
  readonly assets: Assets;
  /** Those of another workspace, with the same identity. */
  readonly assetsOf: (workspace: WorkspaceRef) => Assets;
  readonly batchEndpoints: BatchEndpoints;
  readonly datastores: Datastores;
  readonly lookups: Lookups;
  readonly runHistory: RunHistory;
  readonly runs: Runs;
  readonly runOutputs: RunOutputs;
  readonly metrics: Metrics;
  readonly onlineEndpoints: OnlineEndpoints;
  /** Asks models that are served. */
  readonly scoring: Scoring;
  /** Address of the regional data plane. */
  readonly dataPlane: DataPlane;
  readonly blobs: Blobs;
  /** The resources that targets point at. */
  readonly resources: ResourceReads;
  /** Reads that remember nothing from before: resources may have gone in the meantime. */
  readonly freshReads: () => ResourceReads;
  readonly usersOf: ReadComputeUsers;
  readonly permissions: Permissions;
  /** The other workspaces of the subscription, as far as the identity can read them. */
  readonly otherWorkspaces: () => Promise<OtherWorkspaces>;
  /** Reads a Key Vault secret by its address. */
  readonly keyVault: (url: string) => Promise<string>;
  /** Whether a vault answers, by the address of a secret in it. */
  readonly vaultReach: (url: string) => Promise<Outcome<string>>;
};

export type ConnectOptions = CredentialDeps & {
  readonly identity: Identity;
  readonly cloud: string;
  readonly metadataUrl?: string | undefined;
};

/** A workspace that cannot be worked with, and why. */
export class WorkspaceUnavailable extends Error {
  readonly failure: AzureFailure | undefined;
  constructor(message: string, failure?: AzureFailure) {
    super(message);
    this.name = "WorkspaceUnavailable";
    this.failure = failure;
  }
}

/** Finds the cloud out, signs in, and reads the workspace. @throws AuthenticationFailed, CloudUnknown, WorkspaceUnavailable */
export async function connect(ref: WorkspaceRef, options: ConnectOptions): Promise<Azure> {
  const { azure } = await connectInSteps(ref, options);
  return azure();
}

/** The same in two steps: permissions can be read even where the workspace cannot. */
export async function connectInSteps(
  ref: WorkspaceRef,
  options: ConnectOptions,
): Promise<{
  readonly permissions: Permissions;
  /** @throws WorkspaceUnavailable */ readonly azure: () => Promise<Azure>;
}> {
  const connection = await connectArm(ref, options);
  return {
    permissions: createPermissions(connection.arm),
    azure: async () => {
      const read = await readWorkspace(connection.arm, ref);
      if (!read.ok) throw new WorkspaceUnavailable(explain(ref, read.failure), read.failure);
      return assemble(connection, read.value, options);
    },
  };
}

function assemble(
  { cloud, arm, newCredential }: Awaited<ReturnType<typeof connectArm>>,
  workspace: Workspace,
  options: ConnectOptions,
): Azure {
  const ref = workspace;
  const dataPlane = discoverDataPlane(arm, workspace);
  const place = async () => succeeded(workspace);
  const v1Pipelines = createV1Pipelines(arm, place, dataPlane);
  const v1Runs = createV1Runs(arm, place, dataPlane);
  const datastores = createDatastores(arm, ref, { cloud, newCredential, mask: options.mask });
  const jobs = createJobs(arm, ref, [v1Pipelines, v1Runs]);
  const runHistory = createRunHistory(arm, workspace, dataPlane);
  const blobs = createBlobs(options, { newCredential, cloud });
  const freshReads = () => createResourceReads(arm, cloud, workspace);
  return {
    cloud,
    workspace,
    arm,
    computes: createComputes(arm, ref, options.clock),
    jobs,
    v1Pipelines,
    v1Runs,
    v1Snapshots: createV1Snapshots(arm, workspace, { blobs, dataPlane, mask: options.mask }),
    v1Artifacts: createV1Artifacts(arm, workspace, { blobs, dataPlane, mask: options.mask }),
    v1Services: createV1Services(arm, workspace, { ...options, dataPlane }),
    assets: createAssets(arm, ref),
    assetsOf: (workspace) => createAssets(arm, workspace),
    batchEndpoints: createBatchEndpoints(arm, ref, { ...options, cloud, newCredential }),
    datastores,
    lookups: createLookups(arm, ref),
    leases: createLeases((fresh) => datastores.open(defaultDatastore, fresh), options),
    runHistory,
    runs: createRuns(jobs, runHistory),
    runOutputs: createRunOutputs(arm, workspace, dataPlane),
    metrics: createMetrics(arm, workspace),
    onlineEndpoints: createOnlineEndpoints(arm, ref, {
      ...options,
      entraToken: async () => (await newToken(newCredential, cloud.mlScope)).token,
    }),
    scoring: createScoring(cloud, options.signal),
    dataPlane,
    blobs,
    resources: freshReads(),
    freshReads,
    usersOf: createComputeUsersReader(arm, ref, dataPlane),
    permissions: createPermissions(arm),
    otherWorkspaces: () => readOtherWorkspaces(arm, ref, options.clock),
    keyVault: createKeyVault(newCredential, cloud, options.signal),
    vaultReach: createVaultReach(cloud, options),
  };
}

/** Just enough to cancel a job. The workspace is read only for what its own region alone can cancel. */
export async function connectJobs(ref: WorkspaceRef, options: ConnectOptions): Promise<Jobs> {
  const { arm } = await connectArm(ref, options);
  let read: ReturnType<typeof readWorkspace> | undefined;
  const workspace = () => (read ??= readWorkspace(arm, ref));
  const dataPlane: DataPlane = async (service) => {
    const found = await workspace();
    return found.ok ? discoverDataPlane(arm, found.value)(service) : found;
  };
  return createJobs(arm, ref, [createV1Pipelines(arm, workspace, dataPlane), createV1Runs(arm, workspace, dataPlane)]);
}

async function connectArm(ref: WorkspaceRef, options: ConnectOptions) {
  const cloud = await discoverCloud(options);
  const newCredential = createCredentials(options.identity, cloud, options);
  // The sign-in is a matter of its own server: the library for ARM is loaded while it is waited for.
  const firstToken = newToken(newCredential, cloud.armScope);
  // The first request is sent with this token and reports its failure.
  firstToken.catch(() => undefined);
  const arm = await createArm({ ...options, cloud, subscriptionId: ref.subscriptionId, newCredential, firstToken });
  return { cloud, arm, newCredential };
}

function explain(ref: WorkspaceRef, failure: AzureFailure): string {
  const leaf = leafCause(failure.error);
  const reply = `${leaf.message} [${leaf.code}]`;
  if (failure.status === 403) {
    return `The identity may not read the workspace '${ref.name}': it needs Microsoft.MachineLearningServices/workspaces/read on ${workspaceId(ref)}. The service said: ${reply}`;
  }
  if (failure.reason === "not-found") {
    return `There is no workspace '${ref.name}' in the resource group '${ref.resourceGroup}' of the subscription ${ref.subscriptionId}. The service said: ${reply}`;
  }
  return `The workspace '${ref.name}' could not be read: ${reply}`;
}
