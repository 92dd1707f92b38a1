import type { Verdict } from "./campaign.ts";
import { positionsOf, shownPosition } from "./disturbances.ts";
import type { Flow, Kind } from "./kinds.ts";
import { duplicateWrites, leakedSecrets, stateMismatches } from "./promises.ts";
import { runProcess } from "./process.ts";
import type { Ran } from "./run.ts";
import type { Stand } from "./stand.ts";
import { parents, settled } from "./submissions.ts";

/** A flow whose process is killed once so many of its requests were carried out. */
export type CrashCase = {
  readonly flow: Flow;
  /** Requests that were carried out; the next one finds nobody. */
  readonly carriedOut: number;
  /** For people: the request at which it happens. */
  readonly at: string;
  readonly next: Next;
};

/** What the next run finds. */
type Next =
  /** Everything as it is. */
  | "the workspace as it is"
  /** The same, and it is a later step of the same attempt of the workflow run. */
  | "the workspace as it is, in the same attempt"
  /** The operation that the killed process started is still running. */
  | "the operation in flight"
  /** Lists that do not show yet what the killed process wrote. */
  | "lagging lists";

/** Plays every flow once as a process, and counts its requests. */
export async function crashCases(kinds: readonly Kind[], stand: Stand, main?: string): Promise<readonly CrashCase[]> {
  const cases: CrashCase[] = [];
  for (const flow of kinds.flatMap(({ flows }) => flows)) {
    await stand.restore(flow.before);
    await flow.prepare?.(stand);
    const requests: { readonly method: string; readonly path: string }[] = [];
    await using endpoint = await stand.emulator.openEndpoint({
      onRequest: async ({ method, path }) => {
        requests.push({ method, path });
        return "continue";
      },
    });
    const ran = await runProcess({ ...flow.options, endpoint, ...(main === undefined ? {} : { main }) });
    if (ran === "killed" || ran.result.failureReason !== flow.ends)
      throw new Error(`${flow.kind}, ${flow.name}: the process does not end undisturbed as it should.`);
    const positions = positionsOf(requests);
    const firstWrite = positions.findIndex(
      ({ of, method }) => (of === "compute" || of === "release") && method !== "GET",
    );
    for (const [carriedOut, position] of positions.entries()) {
      const afterWrite = firstWrite !== -1 && carriedOut > firstWrite;
      const nexts: readonly Next[] = afterWrite
        ? [
            "the workspace as it is",
            "the operation in flight",
            ...(flow.kind === "release" ? [] : ["lagging lists" as const]),
          ]
        : flow.check === undefined || flow.kind === "release"
          ? ["the workspace as it is"]
          : ["the workspace as it is", "the workspace as it is, in the same attempt"];
      for (const next of nexts) cases.push({ flow, carriedOut, at: shownPosition(position), next });
    }
    cases.push({ flow, carriedOut: positions.length, at: "its end", next: "the workspace as it is" });
  }
  return cases;
}

export function crashName({ flow, at, next }: CrashCase): string {
  return `${flow.kind}, ${flow.name}: killed before ${at}, the next run finds ${next}`;
}

/** Seconds that an operation takes which the killed process leaves in flight: longer than the start of the next one. */
const inFlightSeconds = 3;

/** @param main the program that is killed and run again; default: the built action. */
export async function playCrash(one: CrashCase, stand: Stand, main?: string): Promise<Verdict> {
  const { flow, carriedOut, next } = one;
  const { emulator } = stand;
  await stand.restore(flow.before);
  await flow.prepare?.(stand);
  const program = { ...flow.options, ...(main === undefined ? {} : { main }) };
  let kill: () => void = () => undefined;
  let met = false;
  let isOver = false;
  const rans: Ran[] = [];
  // One address for both: it is in what the runs of a checkout write.
  await using endpoint = await emulator.openEndpoint({
    onRequest: async ({ number }) => {
      if (isOver || number <= carriedOut) return "continue";
      met = true;
      kill();
      return "disconnect";
    },
  });
  if (next === "the operation in flight")
    endpoint.faults.add({
      method: "PUT|PATCH|DELETE",
      path: "/(computes|onlineEndpoints|batchEndpoints|deployments|services)/[^/]+$",
      kind: "operation-takes",
      seconds: inFlightSeconds,
      times: 10,
    });
  const first = await runProcess({ ...program, endpoint, onStart: (end) => (kill = end) });
  if (first !== "killed") rans.push(first);
  isOver = true;
  endpoint.faults.clear();
  await emulator.expireLeases();
  if (next === "lagging lists")
    endpoint.faults.add({ method: "GET", path: "/computes$", kind: "lagging", times: 1000 });
  const isSameAttempt = next === "the workspace as it is, in the same attempt";
  const found = parents(stand);
  const second = await runProcess({ ...program, endpoint, runId: isSameAttempt ? "1001" : "1002" });
  const broken: string[] = [];
  if (second !== "killed") {
    rans.push(second);
    if (second.result.failureReason !== flow.ends)
      broken.push(
        `the next run ends as ${second.result.failureReason ?? "success"}: ${second.result.failures.join(" ")}`,
      );
  }
  await settled(stand);
  broken.push(
    ...stateMismatches(stand, flow.after),
    ...duplicateWrites(stand, flow.before),
    ...(await leakedSecrets(stand, rans)),
    ...(flow.check?.(stand, { rans: 2, found, isSameAttempt }) ?? []),
  );
  return { name: crashName(one), broken, again: true, met: met || carriedOut > 0 };
}
