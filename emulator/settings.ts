import type { Azurites } from "./azurites.ts";

/** `process`: Azure ML's inference server for each deployment. `light`: nothing is started, and scorers answer. */
export type ServingMode = "process" | "light";

/** How the emulator is started; everything but the folder has a default. */
export type EmulatorOptions = {
  /** Where state, certificates, blobs and journal are kept. */
  readonly stateFolder: string;
  /** Where the certificates are kept, for several emulators that one client trusts; default: in the state's folder. */
  readonly certificatesFolder?: string;
  /** Where its Azurite comes from; default: one of its own, with the blobs in the state's folder. */
  readonly azurites?: Azurites | undefined;
  /** 0 picks a free one. */
  readonly port?: number;
  /** How online deployments and web services are served; default `process`: each by Azure ML's inference server. */
  readonly serving?: ServingMode;
  /** Where the environments of what is served are kept by their content; default: one folder for all emulators of the machine. */
  readonly environmentsFolder?: string;
  /**
   * Seconds that an operation takes: on a compute by its type, on `onlineEndpoints`, `onlineDeployments`, `batchEndpoints`,
   * `batchDeployments`, and on a `WebService`; `default` for the others.
   */
  readonly durations?: Readonly<Record<string, number>>;
  /** Computes and jobs on one page of a list. */
  readonly pageSize?: number;
  readonly maxParallelJobs?: number;
  readonly accessTokenSeconds?: number;
  /** Subjects of GitHub's ID tokens that the federated credential takes; compared as Entra does, to the letter. */
  readonly federatedSubjects?: readonly string[];
};

/** The one tenant, subscription and workspace that there are from the start. More workspaces can be added. */
export const seeded = {
  tenantId: "11111111-1111-4111-8111-111111111111",
  clientId: "22222222-2222-4222-8222-222222222222",
  clientSecret: "emulator-client-secret-0123456789",
  subscriptionId: "33333333-3333-4333-8333-333333333333",
  resourceGroup: "rg-ml",
  workspace: "mlw-main",
  location: "eastus",
  storageAccount: "stmlwmain",
  storageKey: Buffer.from("emulator storage account key, known to everybody who reads this").toString("base64"),
  vault: "kvmlw",
  workspaceId: "c23c3b64-fbfc-531c-ad0c-5d6bf5446be0",
  machine: "dsvm",
  identityHeader: "emulator-identity-header",
  idTokenRequestToken: "emulator-id-token-request-token",
  /** A workflow's own token, the one that a fork's workflow gets, and one of a person. */
  githubToken: "ghs_emulatedGithubToken0123456789",
  githubReadToken: "ghs_emulatedReadOnlyToken01234567",
  githubUserToken: "ghp_emulatedPersonalToken01234567",
  githubUser: "octocat",
  subject: "repo:octo-org/octo-repo:ref:refs/heads/main",
} as const;

export function pathOfWorkspace({
  resourceGroup,
  name,
}: {
  readonly resourceGroup: string;
  readonly name: string;
}): string {
  return `/subscriptions/${seeded.subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
}

export const workspacePath = pathOfWorkspace({ resourceGroup: seeded.resourceGroup, name: seeded.workspace });
