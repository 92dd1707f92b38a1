import type { JobCode } from "../../job/parts/code.ts";
import type { JobEnvironment } from "../../job/parts/environment.ts";
import type { EnvironmentValue } from "../../job/parts/variables.ts";
import type { DeploymentBase } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";

/** A model that the runner itself serves until the job ends. */
export type LocalDeployment = DeploymentBase & {
  readonly type: "local";
  readonly name: string;
  readonly model?: DeployedModel;
  readonly environment?: JobEnvironment;
  readonly code?: JobCode;
  readonly scoringScript?: string;
  readonly environmentVariables: Readonly<Record<string, EnvironmentValue>>;
  /** Absent: a free one. */
  readonly port?: number;
};

/** Whether its model is kept in a workspace: everything else is on the runner. */
export function needsWorkspace({ model }: Pick<LocalDeployment, "model">): boolean {
  return model !== undefined && (model.from === "reference" || model.file.location.from === "address");
}
