import { secretsOf } from "../compute/target.ts";
import { secretsOf as secretsOfJob } from "../job/job.ts";
import type { SecretReference } from "../secret/secret.ts";
import type { Declaration } from "./declaration.ts";

/** Every secret that the targets and the run refer to. */
export function secretReferencesOf({ targets, run }: Pick<Declaration, "targets" | "run">): readonly SecretReference[] {
  return [
    ...targets.flatMap(secretsOf),
    ...(run === undefined ? [] : secretsOfJob(run)).map(({ reference }) => reference),
  ];
}
