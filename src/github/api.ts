import type { getOctokit } from "@actions/github";
import { pauseSeconds } from "../retry-after.ts";
import type { Clock } from "../clock.ts";
import { version } from "../version.ts";

/** GitHub's REST API as `@actions/github` has it: `GITHUB_API_URL` and proxies are its own. */
export type GithubApi = ReturnType<typeof getOctokit>;

export type ApiDeps = { readonly clock: Clock; readonly signal: AbortSignal };

/** Which repository and pull request a call is about, and for whom it is made. */
export type PullRequestRef = {
  readonly token: string;
  /** `owner/name` */
  readonly repository: string;
  readonly number: number;
};

/** Why GitHub did not do what was asked. */
export type ApiFailure = {
  /** `unknown`: no answer came, or none that says whether it was done. */
  readonly reason: "refused" | "unknown";
  readonly status?: number;
  readonly message: string;
};

/** How long one request may take before it counts as lost. Our choice. */
const requestTimeoutMs = 20_000;
/** How often one request is sent at most, and seconds that all its pauses may take together: GitHub's secondary limits ask for one minute. */
const mostTries = 4;
const longestWait = 90;

/**
 * A client that sends a request again where that is safe: after 429 and the two rate limits, with which nothing was
 * done, and for everything but POST after timeouts, resets and 5xx too. The library is loaded here, and by nobody else.
 */
export async function githubApi(token: string, { clock, signal }: ApiDeps): Promise<GithubApi> {
  const { getOctokit: open } = await import("@actions/github");
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const api = open(token, { userAgent: `azureml-targets/${version}`, log: silent });
  api.hook.wrap("request", async (request, options) => {
    refuseStranger(options);
    let waited = 0;
    for (let attempt = 1; ; attempt += 1) {
      // Changed in place: the hook that adds the token hands on the options that it was bound to.
      options.request = {
        ...options.request,
        signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
      };
      try {
        const response = await request(options);
        if (typeof response.data === "string" && response.data !== "") throw new Error("GitHub's answer is not JSON.");
        return response;
      } catch (error) {
        const isQuestion = options.method !== "POST" || options.url.endsWith("/graphql");
        const pause = pauseAfter(error, attempt, isQuestion, clock);
        if (signal.aborted || pause === undefined || attempt >= mostTries || waited + pause > longestWait) throw error;
        waited += pause;
        await clock.sleep(pause, signal);
      }
    }
  });
  return api;
}

/** The next page of a list is an address that an answer names: the token goes to GitHub's own origin only. */
function refuseStranger({ url, baseUrl }: { readonly url: string; readonly baseUrl: string }): void {
  const own = new URL(baseUrl).origin;
  if (url.startsWith("/") && !url.startsWith("//")) return;
  const asked = URL.canParse(url, baseUrl) ? new URL(url, baseUrl) : undefined;
  if (asked === undefined) throw new Error("GitHub returned a next page that is not a valid address");
  if (asked.origin !== own || asked.username !== "")
    throw new Error(`GitHub referred to ${asked.host}, which is not ${own}; the token is not sent there`);
}

type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
};

function answerOf(error: unknown): Answered | undefined {
  return error instanceof Error && "response" in error ? (error.response as Answered | undefined) : undefined;
}

/** Seconds until the next try; `undefined` when there must be none. */
function pauseAfter(error: unknown, attempt: number, isQuestion: boolean, clock: Clock): number | undefined {
  const answer = answerOf(error);
  const headers = Object.fromEntries(
    Object.entries(answer?.headers ?? {}).map(([name, value]) => [name, String(value ?? "")]),
  );
  if (answer !== undefined && isLimited(answer)) {
    if (headers["retry-after"] !== undefined) return pauseSeconds(attempt, headers, clock, Math.random);
    if (headers["x-ratelimit-remaining"] === "0")
      return Math.max(1, Number(headers["x-ratelimit-reset"] ?? 0) - clock.now() / 1000);
    // GitHub's advice where it names no time.
    return answer.status === 403 ? 60 : pauseSeconds(attempt, headers, clock, Math.random);
  }
  const passing = answer === undefined || answer.status === 408 || answer.status >= 500;
  return passing && isQuestion ? pauseSeconds(attempt, headers, clock, Math.random) : undefined;
}

/** @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function isLimited({ status, headers, data }: Answered): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers["retry-after"] !== undefined ||
    headers["x-ratelimit-remaining"] === "0" ||
    /secondary rate limit|abuse detection/i.test(messageOf(data))
  );
}

function messageOf(data: unknown): string {
  const message = (data as { readonly message?: unknown } | undefined)?.message;
  return typeof message === "string" ? message : "";
}

/** What a call's error means. */
export function apiFailure(error: unknown): ApiFailure {
  const answer = answerOf(error);
  if (answer === undefined)
    return { reason: "unknown", message: error instanceof Error ? error.message : String(error) };
  const message = messageOf(answer.data);
  return {
    reason: answer.status === 408 || answer.status >= 500 ? "unknown" : "refused",
    status: answer.status,
    message: `status ${answer.status}${message === "" ? "" : ` (${message})`}`,
  };
}

export function ownerAndName(repository: string): { readonly owner: string; readonly repo: string } {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
}
