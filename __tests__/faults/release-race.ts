import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "../../emulator/faults.ts";
import { randomFrom, type Verdict } from "./campaign.ts";
import type { Flow } from "./kinds.ts";
import { runProcess } from "./process.ts";
import { leakedSecrets } from "./promises.ts";
import { paceFrom } from "./race.ts";
import type { Stand } from "./stand.ts";

/** Processes that release on the same endpoint at the same moment, and everything that is drawn for them. */
export type ReleaseRace = {
  readonly seed: number;
  /** What is there before them, and what the last one, in peace, declares. */
  readonly flow: Flow;
  readonly racers: readonly {
    /** What it declares: the same definition, or another one of the same endpoint. */
    readonly flow: Flow;
    readonly startsAfterMs: number;
    /** Seed of how long each of its requests is held up. */
    readonly pace: number;
    readonly faults: readonly Fault[];
    /** Killed when so many of its requests have arrived. */
    readonly killedAt?: number;
  }[];
};

/** Flows whose definition is raced, each with others that may be released at the same time. */
const stories: readonly (readonly [RegExp, RegExp])[] = [
  [/^first release$/, /^first release$/],
  [/^blue-green$/, /^blue-green$/],
  [/^blue-green$/, /^(canary|the colour after next|no-op)$/],
  [/^canary$/, /^(canary|blue-green|the colour after next)$/],
  [/^a model and code from files/, /^a model and code from files/],
  [/^a web service changes$/, /^a web service changes$/],
  [/^first release of a web service$/, /^first release of a web service$/],
  [/^a web service on AKS changes$/, /^a web service on AKS changes$/],
  [/^blue-green on Kubernetes$/, /^blue-green on Kubernetes$/],
  [/^first release of a batch deployment$/, /^first release of a batch deployment$/],
  [/^another batch deployment$/, /^(another batch deployment|a batch deployment changes)$/],
];

export function releaseRace(seed: number, flows: readonly Flow[]): ReleaseRace {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error("No flow that releases can be raced.");
    return item;
  };
  const known = stories.filter(([own]) => flows.some(({ name }) => own.test(name)));
  const [own, other] = pick(known);
  const flow = pick(flows.filter(({ name }) => own.test(name)));
  const others = flows.filter(({ name }) => other.test(name));
  const count = random() < 0.7 ? 2 : 4;
  const disturbed = random() < 0.4;
  const racers = Array.from({ length: count }, (_, index) => {
    const killed = disturbed && random() < 0.3;
    return {
      flow: index === 0 ? flow : pick(others),
      startsAfterMs: Math.floor(random() * 600),
      pace: Math.floor(random() * 2 ** 31),
      faults: disturbed && random() < 0.5 ? [drawnFault(random)] : [],
      ...(killed ? { killedAt: 8 + Math.floor(random() * 25) } : {}),
    };
  });
  return { seed, flow, racers };
}

function drawnFault(random: () => number): Fault {
  const kinds = [{ kind: "reset" }, { kind: "lost-reply" }, { kind: "status-after", status: 500 }] as const;
  const paths = ["/(online|batch)Endpoints/[^/]+$", "/deployments/[^/]+$", "/services", "/_inference/"];
  return {
    ...(kinds[Math.floor(random() * kinds.length)] ?? { kind: "reset" }),
    path: paths[Math.floor(random() * paths.length)] ?? "",
    method: "PUT|POST|PATCH|DELETE",
  };
}

function isDisturbed({ racers }: ReleaseRace): boolean {
  return racers.some(({ faults, killedAt }) => faults.length > 0 || killedAt !== undefined);
}

export function releaseRaceName(one: ReleaseRace): string {
  const names = one.racers.map(({ flow }) => flow.name).join(" + ");
  return `seed ${one.seed}: ${names}${isDisturbed(one) ? ", with faults" : ""}`;
}

/** @param main the program that is run; default: the built action. */
export async function playReleaseRace(one: ReleaseRace, stand: Stand, main?: string): Promise<Verdict> {
  const { flow, racers } = one;
  const { emulator } = stand;
  await stand.restore(flow.before);
  await flow.prepare?.(stand);
  const program = main === undefined ? {} : { main };
  const ended = await Promise.all(
    racers.map(async ({ flow: own, startsAfterMs, pace: seed, faults, killedAt }, index) => {
      await delay(startsAfterMs);
      const pace = paceFrom(seed);
      let kill: () => void = () => undefined;
      const leases = new Set<string>();
      await using endpoint = await emulator.openEndpoint({
        onRequest: async ({ number, leaseId }) => {
          if (leaseId !== undefined) leases.add(leaseId);
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
      const runId = String(1001 + index);
      const ran = await runProcess({ ...own.options, ...program, endpoint, runId, onStart: (end) => (kill = end) });
      // What a killed process held runs out; what others hold stays theirs.
      if (ran === "killed") for (const lease of leases) await emulator.expireLeases(lease);
      return { own, ran };
    }),
  );
  const broken: string[] = [];
  for (const { own, ran } of ended)
    if (ran !== "killed" && !isDisturbed(one) && ran.result.failureReason !== own.ends)
      broken.push(
        `${own.name} ended as ${ran.result.failureReason ?? "success"} beside the others: ${ran.result.failures.join(" ")}`,
      );
  // Whatever happened: one more in peace ends as it should.
  const last = await runProcess({ ...flow.options, ...program, endpoint: stand.endpoint, runId: "2001" });
  if (last === "killed" || last.result.failureReason !== flow.ends)
    broken.push(`a last run in peace is red: ${last === "killed" ? "" : last.result.failures.join(" ")}`);
  const isAlike = racers.every(({ flow: own }) => own.options.checkout === flow.options.checkout);
  const rans = [...ended.map(({ ran }) => ran), last].filter((ran) => ran !== "killed");
  broken.push(
    ...(await leakedSecrets(stand, rans)),
    // With other definitions in between it may have got another name.
    ...(flow.check?.(stand, { rans: racers.length + 1, found: [], isSameAttempt: false, isAnyName: !isAlike }) ?? []),
    ...(isAlike && !isDisturbed(one) ? madeTwice(stand) : []),
  );
  return { name: releaseRaceName(one), broken, again: true, met: true };
}

/** What agrees is made by one of them, and found by the others. */
function madeTwice({ emulator }: Stand): readonly string[] {
  const writes = emulator
    .journal()
    .filter(
      ({ method, path, status }) =>
        (method === "PUT" && /\/deployments\/[^/]+$/i.test(path) && Number(status) < 300) ||
        (method === "POST" && /\/modelmanagement\/.*\/services$/i.test(path) && Number(status) < 300),
    )
    .map(({ method, path }) => `${method} ${path.split("/").slice(-1).join("/")}`);
  const allowed = emulator.webServices().length > 0 ? 2 : 1;
  return writes.length <= allowed ? [] : [`one definition was deployed ${writes.length} times: ${writes.join(", ")}`];
}
