import type { JobCode } from "../../job/parts/code.ts";
import type { JobEnvironment } from "../../job/parts/environment.ts";
import type { EnvironmentValue } from "../../job/parts/variables.ts";
import type { SecretReference } from "../../secret/secret.ts";
import type { DeploymentBase } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";

/** What web services on ACI and AKS share. What is absent is left to the service. */
export type Service = DeploymentBase & {
  readonly name: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly model?: DeployedModel;
  readonly environment: JobEnvironment;
  /** Of an environment that is defined beside the service; made of the service's name where none is declared. */
  readonly environmentName?: string;
  readonly code: LocalCode;
  /** Below the folder of the code, with `/`. */
  readonly scoringScript: string;
  /** Absent where none are declared, which is not the same as none. */
  readonly environmentVariables?: Readonly<Record<string, EnvironmentValue>>;
  readonly primaryKey?: SecretReference;
  readonly secondaryKey?: SecretReference;
  readonly cpuCores?: number;
  readonly memoryGb?: number;
  readonly authEnabled?: boolean;
  readonly enableAppInsights?: boolean;
  readonly collectModelData?: boolean;
};

/** Web services take a folder of this machine. */
export type LocalCode = Extract<JobCode, { readonly from: "local" }>;

/** A web service on Azure Container Instances. */
export type AciService = Service & {
  readonly type: "aci";
  readonly location?: string;
  readonly dnsNameLabel?: string;
  readonly sslEnabled?: boolean;
  readonly sslCname?: string;
  readonly sslCertificate?: SecretReference;
  readonly sslKey?: SecretReference;
  readonly network?: { readonly vnetName: string; readonly subnetName: string };
  readonly customerKey?: {
    readonly vaultBaseUrl: EnvironmentValue;
    readonly keyName: EnvironmentValue;
    readonly keyVersion: EnvironmentValue;
  };
};

/** A web service on an attached or created AKS cluster. */
export type AksService = Service & {
  readonly type: "aks";
  /** Name in this workspace, or a full id. */
  readonly compute: string;
  readonly namespace?: string;
  readonly cpuCoresLimit?: number;
  readonly memoryGbLimit?: number;
  readonly gpuCores?: number;
  readonly numReplicas?: number;
  readonly autoscale?: Autoscale;
  readonly tokenAuthEnabled?: boolean;
  readonly scoringTimeoutMs?: number;
  readonly maxConcurrentRequests?: number;
  readonly maxRequestWaitTime?: number;
  readonly probe: Probe;
  readonly blobfuseEnabled?: boolean;
};

export type Autoscale = {
  readonly enabled: boolean;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly refreshSeconds?: number;
  readonly targetUtilization?: number;
};

/** The liveness probe. */
export type Probe = {
  readonly periodSeconds?: number;
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
};
