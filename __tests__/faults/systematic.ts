import { randomUUID } from "node:crypto";
import type { Verdict } from "./campaign.ts";
import { disturbances, positionsOf, shownPosition, type Disturbance, type Position } from "./disturbances.ts";
import type { Flow, Kind } from "./kinds.ts";
import { duplicateWrites, leakedSecrets, stateMismatches } from "./promises.ts";
import { run, type Ran } from "./run.ts";
import type { Source } from "./source.ts";
import type { Stand } from "./stand.ts";
import { parents, settled, untrue } from "./submissions.ts";

/** One disturbance at one request of one flow. */
export type SystematicCase = {
  readonly flow: Flow;
  readonly position: Position;
  readonly disturbance: Disturbance;
};

export function systematicCases(kinds: readonly Kind[]): readonly SystematicCase[] {
  return kinds.flatMap(({ flows }) =>
    flows.flatMap((flow) =>
      positionsOf(flow.requests).flatMap((position) =>
        disturbances.filter(({ at }) => at(position)).map((disturbance) => ({ flow, position, disturbance })),
      ),
    ),
  );
}

export function nameOf({ flow, position, disturbance }: SystematicCase): string {
  return `${flow.kind}, ${flow.name}: ${disturbance.name} at ${shownPosition(position)}`;
}

/** Plays a case: the disturbed run, a second one where the first was red, and every promise. */
export async function playSystematic(one: SystematicCase, stand: Stand, source: Source): Promise<Verdict> {
  const { flow, position, disturbance } = one;
  const { emulator, endpoint } = stand;
  await stand.restore(flow.before);
  await flow.prepare?.(stand);
  for (const effect of disturbance.fault(position))
    endpoint.faults.add({ ...effect, method: position.method, path: position.path, skip: position.nth });
  // Cases that play side by side share a checkout and this process: two would write one file at a time.
  const inputs = { ...flow.options.inputs, "download-path": `outputs-${randomUUID()}` };
  const options = { ...flow.options, inputs, environment: stand.environment };
  const broken: string[] = [];
  const first = await run(source, {
    ...options,
    ...(disturbance.seconds === undefined ? {} : { seconds: disturbance.seconds }),
    ...(disturbance.requestSeconds === undefined ? {} : { requestSeconds: disturbance.requestSeconds }),
  });
  const rans = [first];
  const met = emulator.journal().some(({ fault }) => fault !== undefined && fault !== "");
  endpoint.faults.clear();
  broken.push(...mistakes(first));
  if (disturbance.name === "operation never ends" && met && flow.untrue === undefined)
    broken.push(...unended(first, flow));
  // Between two runs of a workflow minutes pass.
  emulator.endOperations();
  await emulator.expireLeases();
  if (flow.check !== undefined) {
    await settled(stand);
    broken.push(...(flow.untrue ?? untrue)(stand, first));
  }
  const again = first.result.failureReason !== flow.ends || flow.isDone?.(stand) === false;
  const found = again ? parents(stand) : [];
  if (again) {
    const second = await run(source, { ...options, runId: "1002" });
    rans.push(second);
    broken.push(...mistakes(second));
    if (second.result.failureReason !== flow.ends)
      broken.push(
        `a second run did not succeed either: ${second.result.failures.join(" ")} (first: ${first.result.failures.join(" ")})`,
      );
  }
  await settled(stand);
  broken.push(
    ...stateMismatches(stand, flow.after),
    ...duplicateWrites(stand, flow.before),
    ...(await leakedSecrets(stand, rans)),
    ...(flow.check?.(stand, { rans: rans.length, found, isSameAttempt: false }) ?? []),
  );
  return { name: nameOf(one), broken, again, met };
}

function mistakes({ result }: Ran): readonly string[] {
  return result.failureReason === "internal-error"
    ? [`the action calls it a mistake of its own: ${result.failures.join(" ")}`]
    : [];
}

/** A run that waits for what never ends: fails by the time limit, and names what is still running. */
function unended({ result }: Ran, flow: Flow): readonly string[] {
  if (result.failureReason !== "timeout")
    return [`it ended as ${result.failureReason ?? result.conclusion}, not by the time limit`];
  const names = [...flow.before, ...flow.after].map(({ name }) => name);
  const text = result.leftGoing.map(({ what }) => what).join(" ");
  return names.some((name) => text.includes(name)) ? [] : [`what is still running is not named: ${text}`];
}
