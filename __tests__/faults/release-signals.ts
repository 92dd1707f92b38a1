import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { runStep } from "../../demo/runner.ts";
import type { Fault } from "../../emulator/faults.ts";
import type { Result } from "../../src/report/result.ts";
import { randomFrom, type Verdict } from "./campaign.ts";
import type { Flow } from "./kinds.ts";
import { runProcess } from "./process.ts";
import { leakedSecrets } from "./promises.ts";
import type { Stand } from "./stand.ts";

/** One cancelled release, and everything that is drawn for it; one seed always draws the same. */
export type ReleaseSignal = {
  readonly seed: number;
  readonly flow: Flow;
  /** The signal comes so long after so many of its requests have arrived. */
  readonly afterRequest: number;
  readonly delayMs: number;
  /** Seconds that each operation of the service takes. */
  readonly slow: number;
};

const flowsOfSignals =
  /^(first release|blue-green|replace in place|canary|shadow, promoted|blue-green whose test fails|a web service changes|first release of a web service|a web service on AKS changes|blue-green on Kubernetes|first release of a batch deployment|another batch deployment)$/;

export function releaseSignal(seed: number, flows: readonly Flow[]): ReleaseSignal {
  const random = randomFrom(seed);
  const chosen = flows.filter(({ name }) => flowsOfSignals.test(name));
  const flow = chosen[Math.floor(random() * chosen.length)];
  if (flow === undefined) throw new Error("No flow that releases can be cancelled.");
  return {
    seed,
    flow,
    // Before the first write nothing can be in between.
    afterRequest: 8 + Math.floor(random() * Math.max(1, flow.requests.length - 8)),
    delayMs: Math.floor(random() * 400),
    slow: random() < 0.5 ? 0 : 1 + Math.floor(random() * 5),
  };
}

export function releaseSignalName({ seed, flow, afterRequest, delayMs, slow }: ReleaseSignal): string {
  const how = slow === 0 ? "" : `, operations take ${slow} s`;
  return `seed ${seed}: ${flow.name}, cancelled ${delayMs} ms after request ${afterRequest}${how}`;
}

/** @param main the program that is cancelled; default: the built action. */
export async function playReleaseSignal(one: ReleaseSignal, stand: Stand, main?: string): Promise<Verdict> {
  const { flow, afterRequest, delayMs, slow } = one;
  const { emulator } = stand;
  await stand.restore(flow.before);
  await flow.prepare?.(stand);
  let cancel: (() => void) | undefined;
  let isSignalled = false;
  await using endpoint = await emulator.openEndpoint({
    onRequest: async ({ number }) => {
      if (number >= afterRequest && !isSignalled) {
        isSignalled = true;
        setTimeout(() => cancel?.(), delayMs);
      }
      return "continue";
    },
  });
  const path = "/(onlineEndpoints|batchEndpoints|deployments|services)/[^/]+$";
  const slowly: Fault = { method: "PUT|PATCH|DELETE", path, kind: "operation-takes", seconds: slow, times: 100 };
  if (slow > 0) endpoint.faults.add(slowly);
  const { AZURE_CLIENT_SECRET: _, ...environment } = endpoint.environment;
  const program = main === undefined ? {} : { main };
  const step = await runStep({
    ...{ checkout: flow.options.checkout, inputs: { command: flow.options.command }, environment, ...program },
    // The post step is no longer part of what is cancelled.
    onStart: (_kill, begin) => (cancel ??= begin),
  });
  const file = step.outputs["result-path"] ?? "";
  const result = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Result) : undefined;
  const text = [...step.log, step.summary].join("\n");
  const broken: string[] = [];
  if (result === undefined) broken.push(`it left no result: ${step.log.slice(-4).join(" / ")}`);
  else {
    if (isSignalled && !["cancelled", flow.ends, undefined].includes(result.failureReason))
      broken.push(`it ended as ${String(result.failureReason)}: ${result.failures.join(" ")}`);
    // What was sent last is carried out, whoever waits for it.
    await delay(slow * 1000 + 200);
    broken.push(...(flow.untrue?.(stand, { result, text, masks: step.masks }) ?? []));
  }
  endpoint.faults.clear();
  emulator.endOperations();
  await emulator.expireLeases();
  const last = await runProcess({ ...flow.options, ...program, endpoint, runId: "1002" });
  if (last === "killed" || last.result.failureReason !== flow.ends)
    broken.push(`the next run is red: ${last === "killed" ? "" : last.result.failures.join(" ")}`);
  else broken.push(...(await leakedSecrets(stand, [last])));
  broken.push(...(flow.check?.(stand, { rans: 2, found: [], isSameAttempt: false }) ?? []));
  return { name: releaseSignalName(one), broken, again: true, met: isSignalled };
}
