import { defined } from "../azure/defined.ts";
import { refused, succeeded, type Outcome } from "../azure/outcome.ts";
import type { LiveV1Service } from "../azure/v1-live-service.ts";
import type { TestReport } from "../report/result.ts";
import type { ReleaseDeps } from "./kind.ts";
import { runRequestTests } from "./smoke-test.ts";
import type { AnyService } from "./service-parts.ts";
import type { ServiceLogs } from "./service-report.ts";

/**
 * Asks a service what its tests say, with a key or a token of its own.
 *
 * @returns nothing where none are declared: the service's state was the only test.
 */
export async function testService(
  { tests }: AnyService,
  live: LiveV1Service,
  { azure, clock, signal, deadline, onProgress }: ReleaseDeps,
): Promise<Outcome<readonly TestReport[]>> {
  const requests = tests.filter((test) => test.kind === "request");
  if (requests.length === 0) return succeeded([]);
  if (live.scoringUri === undefined) {
    const message = `The web service ${live.name} has no scoring address.`;
    return refused("NoScoringUri", message);
  }
  const headers = await headersFor(live, azure.v1Services);
  if (!headers.ok) return headers;
  onProgress(`${live.name}: ${requests.length} ${requests.length === 1 ? "test" : "tests"}.`);
  return runRequestTests(
    requests,
    { place: "cluster", uri: live.scoringUri, headers: headers.value },
    {
      scoring: azure.scoring,
      clock,
      signal,
      deadline,
      onProgress: (message) => onProgress(`${live.name}: ${message}`),
    },
  );
}

/** Keys and tokens are masked by what reads them. */
async function headersFor(
  { name, auth }: LiveV1Service,
  services: ReleaseDeps["azure"]["v1Services"],
): Promise<Outcome<Readonly<Record<string, string>>>> {
  if (auth === "none") return succeeded({});
  if (auth === "token") {
    const token = await services.token(name);
    return token.ok ? succeeded({ authorization: `Bearer ${token.value.token}` }) : token;
  }
  const keys = await services.keys(name);
  return keys.ok ? succeeded({ authorization: `Bearer ${keys.value.primary}` }) : keys;
}

/** Lines of a container's log that are read. Our choice. */
const readLines = 1000;
const longestBuildLog = 4 * 1024 * 1024;

/** What the container and the build of its image have written. Read before anything is removed. */
export async function logsOf(
  name: string,
  buildLog: string | undefined,
  { azure, onGroup }: ReleaseDeps,
): Promise<ServiceLogs> {
  const logs = await azure.v1Services.logs(name, readLines);
  const container = logs.ok && logs.value.trim() !== "" ? logs.value : undefined;
  const read = buildLog === undefined ? undefined : await azure.blobs.read(buildLog, 0, longestBuildLog);
  const build = read?.ok === true ? Buffer.from(read.value).toString("utf8") : undefined;
  for (const [what, text] of [
    ["the build of the image", build],
    ["the container", container],
  ] as const)
    if (text !== undefined) onGroup(`Log of ${what} of ${name}`, text.trimEnd().split(/\r?\n/));
  return defined({ container, build });
}
