import { loopback } from "../../azure/loopback.ts";
import type { Scoring } from "../../azure/scoring.ts";
import type { Clock } from "../../clock.ts";
import { pause } from "../../pause.ts";

export type Health =
  | { readonly state: "healthy"; /** Whether it answers with its interface. */ readonly hasSwagger: boolean }
  /** It is there no more. */
  | { readonly state: "ended"; readonly why: string }
  /** What it answered last, or why it did not. */
  | { readonly state: "silent"; readonly last: string }
  | { readonly state: "cancelled" };

export type HealthDeps = {
  readonly scoring: Scoring;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly until: number;
};

/** Seconds between two questions, and those that one may take. Our choice: a server of a small model is up within two. */
const firstPause = 0.1;
const longestPause = 1;
const askSeconds = 10;

/** Asks a server until it answers that it is well, or is there no more. */
export async function waitUntilHealthy(
  {
    port,
    healthPath,
    swaggerPath,
    ended,
  }: {
    readonly port: number;
    readonly healthPath: string;
    readonly swaggerPath?: string | undefined;
    readonly ended: () => Promise<string | undefined>;
  },
  { scoring, clock, signal, until }: HealthDeps,
): Promise<Health> {
  const ask = (path: string) => {
    // A server that listens and has not begun to answer holds the question.
    const seconds = Math.min(askSeconds, Math.max(1, (until - clock.now()) / 1000));
    return scoring({ place: "runner", method: "GET", url: `http://${loopback}:${port}${path}`, seconds });
  };
  let last = "nobody listens";
  for (let look = 0; ; look += 1) {
    const why = await ended();
    if (why !== undefined) return { state: "ended", why };
    const answer = await ask(healthPath);
    if (signal.aborted) return { state: "cancelled" };
    if (answer.ok && answer.value.status === 200) {
      // Another program may have been quicker to take the port.
      const gone = await ended();
      if (gone !== undefined) return { state: "ended", why: gone };
      const swagger = swaggerPath === undefined ? undefined : await ask(swaggerPath);
      return { state: "healthy", hasSwagger: swagger?.ok === true && swagger.value.status === 200 };
    }
    last = answer.ok ? `GET ${healthPath} answers ${answer.value.status}` : answer.failure.error.message;
    const over = await pause(Math.min(firstPause * 1.3 ** look, longestPause), { clock, signal, deadline: until });
    if (over !== undefined) return over === "timeout" ? { state: "silent", last } : { state: "cancelled" };
  }
}

/** Whether a server answers that it is well. */
export async function isHealthy(port: number, healthPath: string, scoring: Scoring): Promise<boolean> {
  const url = `http://${loopback}:${port}${healthPath}`;
  const answer = await scoring({ place: "runner", method: "GET", url, seconds: askSeconds });
  return answer.ok && answer.value.status === 200;
}
