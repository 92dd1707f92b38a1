import type { Azure } from "../azure/azure.ts";
import { defined } from "../azure/defined.ts";
import { secretsOf } from "../compute/target.ts";
import { secretsOf as secretsOfJob, type Job } from "../job/job.ts";
import { createsOrAttaches } from "../plan/preflight.ts";
import type { Plan } from "../plan/step.ts";
import { failureOfThrown } from "../report/failure.ts";
import type { Failure } from "../report/result.ts";
import { formatSecretReference, type SecretReference } from "../secret/secret.ts";
import { inFile } from "../yaml/problem.ts";
import type { CommandContext } from "./context.ts";

/**
 * Every secret that is about to be sent, read before the first write: one that is missing must not be found when other
 * targets have been written already.
 */
export async function missingSecrets(
  { steps }: Plan,
  run: Job | undefined,
  azure: Azure,
  context: Pick<CommandContext, "resolveSecretWith">,
): Promise<readonly Failure[]> {
  const used: readonly (readonly [name: string, reference: SecretReference])[] = [
    ...steps
      .filter(createsOrAttaches)
      .flatMap(({ target }) => secretsOf(target).map((reference) => [target.name, reference] as const)),
    ...(run === undefined ? [] : secretsOfJob(run)).map(
      ({ name, reference }) => [`The run's ${name}`, reference] as const,
    ),
  ];
  const resolve = context.resolveSecretWith(azure);
  const failures: Failure[] = [];
  for (const [name, reference] of used) {
    try {
      await resolve(reference);
    } catch (error) {
      const { reason, message } = failureOfThrown(error);
      failures.push({
        reason,
        message: `${name}, ${formatSecretReference(reference)}: ${message}`,
        // One that several targets share is read once, and missed at each of them.
        ...defined({ where: inFile(reference.where) }),
      });
    }
  }
  return failures;
}
