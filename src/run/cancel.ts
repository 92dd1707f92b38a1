import type { Jobs } from "../azure/jobs.ts";
import type { Outcome } from "../azure/outcome.ts";
import type { Clock } from "../clock.ts";

/** The runner kills 10 s after its first signal; the cancellation has to be out well before. */
const longestSeconds = 6;
/** How long a run that cannot be found is looked for, in seconds, and how often in a second. */
const shortLook = 1.5;
const looksInASecond = 2;

/**
 * A submission that was cut off may still be on its way when the cancellation arrives, for as long as the service takes to
 * make a run: in the runner's grace, and then by the post step, which nobody kills so soon. Seconds.
 */
export const lookForSubmission = { inGrace: 5, afterwards: 12 };

/** Seconds in which a run is read whose cancellation was refused, within the same grace. */
const longestRead = 2;

/**
 * What a run is once its cancellation was refused: mostly it has ended meanwhile. `undefined` where nothing can be read,
 * and where there is no such run.
 */
export async function statusAfterRefusal(name: string, jobs: Jobs): Promise<string | undefined> {
  const job = await jobs.get(name, AbortSignal.timeout(longestRead * 1000));
  return job.ok ? job.value?.status : undefined;
}

/**
 * Asks for the cancellation of a run, whatever else has been aborted. A run that cannot be found is looked for a little.
 *
 * @param seconds how long it is looked for.
 */
export async function cancelRun(
  name: string,
  jobs: Jobs,
  clock: Clock,
  seconds: number = shortLook,
): Promise<Outcome<void>> {
  const until = AbortSignal.timeout(Math.max(longestSeconds, seconds) * 1000);
  let missing: Outcome<void> | undefined;
  for (let look = 1; ; look += 1) {
    const asked = await jobs.cancel(name, until);
    const mayCome = !asked.ok && asked.failure.reason === "not-found";
    // A request that the end of the time has cut off says less than the one before it.
    if (!asked.ok && !mayCome && until.aborted) return missing ?? asked;
    if (!mayCome || look > seconds * looksInASecond || until.aborted) return asked;
    missing = asked;
    await clock.sleep(1 / looksInASecond);
  }
}
