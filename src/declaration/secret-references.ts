import { secretsOf } from "../compute/target.ts";
import type { SecretReference } from "../secret/secret.ts";
import type { Declaration } from "./declaration.ts";

/** Every secret that the targets, the run and the deployments refer to. */
export async function secretReferencesOf({
  targets,
  run,
  deployments,
}: Pick<Declaration, "targets" | "run" | "deployments">): Promise<readonly SecretReference[]> {
  const ofTargets = targets.flatMap(secretsOf);
  return [...ofTargets, ...(await ofRun(run)), ...(await ofDeployments(deployments))];
}

async function ofRun(run: Declaration["run"]): Promise<readonly SecretReference[]> {
  if (run === undefined) return [];
  const { secretsOf: secretsOfJob } = await import("../job/job.ts");
  return secretsOfJob(run).map(({ reference }) => reference);
}

async function ofDeployments(deployments: Declaration["deployments"]): Promise<readonly SecretReference[]> {
  if (deployments.length === 0) return [];
  const { secretsOf: secretsOfDeployment } = await import("../deployment/deployment.ts");
  return deployments.flatMap(secretsOfDeployment).map(({ reference }) => reference);
}
