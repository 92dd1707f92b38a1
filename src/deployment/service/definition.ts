import type { JobCode } from "../../job/parts/code.ts";
import type { JobEnvironment } from "../../job/parts/environment.ts";
import type { SecretReference } from "../../secret/secret.ts";
import type { EnvironmentValue } from "../../job/parts/variables.ts";
import type { DeploymentBase } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";

/** What web services on ACI and AKS share. */
export type Service = DeploymentBase & {
  readonly name: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly model?: DeployedModel;
  readonly environment?: JobEnvironment;
  readonly code?: JobCode;
  readonly scoringScript?: string;
  readonly environmentVariables: Readonly<Record<string, EnvironmentValue>>;
  readonly primaryKey?: SecretReference;
  readonly secondaryKey?: SecretReference;
};

/** A web service on Azure Container Instances. */
export type AciService = Service & {
  readonly type: "aci";
};

/** A web service on an attached or created AKS cluster. */
export type AksService = Service & {
  readonly type: "aks";
  readonly compute: string;
};
