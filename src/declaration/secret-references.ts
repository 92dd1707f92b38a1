import { secretsOf } from "../compute/target.ts";
import type { SecretReference } from "../secret/secret.ts";
import type { Declaration } from "./declaration.ts";

/** Every secret that the targets and the run refer to. */
export async function secretReferencesOf({
  targets,
  run,
}: Pick<Declaration, "targets" | "run">): Promise<readonly SecretReference[]> {
  const ofTargets = targets.flatMap(secretsOf);
  if (run === undefined) return ofTargets;
  const { secretsOf: secretsOfJob } = await import("../job/job.ts");
  return [...ofTargets, ...secretsOfJob(run).map(({ reference }) => reference)];
}
