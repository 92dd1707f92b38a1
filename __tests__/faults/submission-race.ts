import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "../../emulator/faults.ts";
import { randomFrom, type Verdict } from "./campaign.ts";
import type { Flow } from "./kinds.ts";
import { runProcess } from "./process.ts";
import { paceFrom } from "./race.ts";
import type { Stand } from "./stand.ts";
import { parents, settled, untrue } from "./submissions.ts";

/** Processes that submit the same definition at the same moment, and everything that is drawn for them. */
export type SubmissionRace = {
  readonly seed: number;
  readonly flow: Flow;
  readonly racers: readonly {
    readonly startsAfterMs: number;
    /** Seed of how long each of its requests is held up. */
    readonly pace: number;
    readonly faults: readonly Fault[];
    /** Killed when so many of its requests have arrived. */
    readonly killedAt?: number;
  }[];
};

/** What is uploaded for a build context is named by its address, and each of the processes comes in by another. */
const flowsOfRaces = /a sweep|pipeline of components|preempted twice/;

export function submissionRace(seed: number, flows: readonly Flow[]): SubmissionRace {
  const random = randomFrom(seed);
  const chosen = flows.filter(({ name }) => flowsOfRaces.test(name));
  const flow = chosen[Math.floor(random() * chosen.length)];
  if (flow === undefined) throw new Error("No flow that submits can be raced.");
  const count = random() < 0.7 ? 2 : 4;
  const disturbed = random() < 0.4;
  const racers = Array.from({ length: count }, () => {
    const killed = disturbed && random() < 0.3;
    return {
      startsAfterMs: Math.floor(random() * 300),
      pace: Math.floor(random() * 2 ** 31),
      faults: disturbed && random() < 0.5 ? [drawnFault(random)] : [],
      ...(killed ? { killedAt: 5 + Math.floor(random() * 25) } : {}),
    };
  });
  return { seed, flow, racers };
}

function drawnFault(random: () => number): Fault {
  const kinds = [{ kind: "reset" }, { kind: "lost-reply" }, { kind: "status-after", status: 500 }] as const;
  const paths = ["/jobs/[^/]+$", "/versions/[^/]+$", "/startPendingUpload$"];
  return {
    ...(kinds[Math.floor(random() * kinds.length)] ?? { kind: "reset" }),
    path: paths[Math.floor(random() * paths.length)] ?? "",
    method: "PUT|POST",
  };
}

export function submissionRaceName({ seed, flow, racers }: SubmissionRace): string {
  const disturbed = racers.some(({ faults, killedAt }) => faults.length > 0 || killedAt !== undefined);
  return `seed ${seed}: ${racers.length} processes, ${flow.name}${disturbed ? ", with faults" : ""}`;
}

export async function playSubmissionRace(one: SubmissionRace, stand: Stand, main?: string): Promise<Verdict> {
  const { flow, racers } = one;
  const { emulator } = stand;
  await stand.restore(flow.before);
  await flow.prepare?.(stand);
  const program = { ...flow.options, ...(main === undefined ? {} : { main }) };
  const ended = await Promise.all(
    racers.map(async ({ startsAfterMs, pace: seed, faults, killedAt }, index) => {
      await delay(startsAfterMs);
      const pace = paceFrom(seed);
      let kill: () => void = () => undefined;
      await using endpoint = await emulator.openEndpoint({
        onRequest: async ({ number }) => {
          await delay(pace());
          if (number !== killedAt) return "continue";
          kill();
          return "disconnect";
        },
        onResponse: async () => {
          await delay(pace());
          return "continue";
        },
      });
      for (const fault of faults) endpoint.faults.add(fault);
      // Its endpoint is closed when this function ends.
      return await runProcess({ ...program, endpoint, runId: String(1001 + index), onStart: (end) => (kill = end) });
    }),
  );
  const broken: string[] = [];
  const isDisturbed = racers.some(({ faults, killedAt }) => faults.length > 0 || killedAt !== undefined);
  for (const ran of ended) {
    if (ran === "killed") continue;
    broken.push(...untrue(stand, ran));
    if (!isDisturbed && ran.result.conclusion !== "success")
      broken.push(`not every process is green: ${ran.result.failures.join(" ")}`);
  }
  // Whatever happened: one more in peace ends as it should.
  const found = parents(stand);
  const last = await runProcess({ ...program, endpoint: stand.endpoint, runId: "2001" });
  if (last === "killed" || last.result.failureReason !== flow.ends)
    broken.push(`a last run in peace is red: ${last === "killed" ? "" : last.result.failures.join(" ")}`);
  await settled(stand);
  broken.push(...(flow.check?.(stand, { rans: racers.length + 1, found, isSameAttempt: false }) ?? []));
  return { name: submissionRaceName(one), broken, again: true, met: true };
}
