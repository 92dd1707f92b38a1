/** Minutes after which GitHub ends a job, whatever it is doing, and in front of that the ones that reports need. */
const jobMinutes = 360;
const minutesForReports = 5;
/** The token that ID tokens are asked for with outlives a job's longest time by ten minutes. */
const tokenOutlivesMinutes = 10;

/**
 * When a wait has to end for the action to say what is still running: before GitHub ends the job, and before no more ID
 * tokens can be had. When the job began is known from the token alone; without it the step's own start counts.
 *
 * @param startedAt of the step, in milliseconds since the epoch.
 * @returns milliseconds since the epoch.
 * @see https://docs.github.com/actions/reference/limits
 */
export function lastMomentOfJob(environment: Readonly<Record<string, string | undefined>>, startedAt: number): number {
  const fromStep = startedAt + (jobMinutes - minutesForReports) * 60_000;
  const expires = expiryOf(environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);
  const fromToken = (expires ?? 0) - (tokenOutlivesMinutes + minutesForReports) * 60_000;
  // A token that has run out already tells nothing of the job.
  return fromToken <= startedAt ? fromStep : Math.min(fromStep, fromToken);
}

/** The claim `exp` of a JSON web token, in milliseconds; nothing for any other text. */
function expiryOf(token: string | undefined): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token?.split(".")[1] ?? "", "base64url").toString("utf8"));
    const { exp } = claims as { readonly exp?: unknown };
    return typeof exp === "number" && exp > 0 ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
