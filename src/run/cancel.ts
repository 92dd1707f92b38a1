import type { Jobs } from "../azure/jobs.ts";
import type { Outcome } from "../azure/outcome.ts";
import type { Clock } from "../clock.ts";

/** The runner kills 10 s after its first signal; the cancellation has to be out well before. */
const longestSeconds = 6;
/** A submission that was cut off may still be on its way when the cancellation arrives. */
const looksForRun = 4;

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

/** Asks for the cancellation of a run, whatever else has been aborted. A run that cannot be found is looked for a little. */
export async function cancelRun(name: string, jobs: Jobs, clock: Clock): Promise<Outcome<void>> {
  const until = AbortSignal.timeout(longestSeconds * 1000);
  for (let look = 1; ; look += 1) {
    const asked = await jobs.cancel(name, until);
    if (asked.ok || asked.failure.reason !== "not-found" || look >= looksForRun || until.aborted) return asked;
    await clock.sleep(0.5);
  }
}
