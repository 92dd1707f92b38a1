import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "../../emulator/faults.ts";
import { machineId } from "../../emulator/resources/machines.ts";
import { randomFrom, type Verdict } from "./campaign.ts";
import { duplicateWrites, leakedSecrets } from "./promises.ts";
import { runProcess } from "./process.ts";
import { run, type Ran } from "./run.ts";
import type { Source } from "./source.ts";
import type { Stand } from "./stand.ts";

/** Some processes at the same moment, and everything that is drawn for them; one seed always draws the same. */
export type RaceCase = {
  readonly seed: number;
  readonly story: Story;
  readonly racers: readonly Racer[];
  readonly storage: boolean;
};

type Story =
  /** All use the same name for the machine. */
  | "agreeing names"
  /** Each uses another name, and leaves somebody else's attachment alone. */
  | "conflicting names"
  /** Each uses another name, and replaces the attachment of any other. */
  | "replacing each other"
  /** One detaches what the others attach. */
  | "attaching and detaching"
  /** All declare the same cluster. */
  | "one cluster";

type Racer = {
  readonly name: string;
  readonly command: "apply" | "detach";
  readonly startsAfterMs: number;
  /** Seed of how long each of its requests is held up. */
  readonly pace: number;
  readonly faults: readonly Fault[];
  /** Killed when so many of its requests have arrived. */
  readonly killedAt?: number;
};

/** Unusable storage is a story of its own: without a lease, what a lease prevents can only be detected. */
export function raceCase(seed: number, { storage }: { readonly storage: boolean }): RaceCase {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[Math.floor(random() * items.length)] ?? items[0];
  const story: Story = storage
    ? pick([
        "agreeing names",
        "conflicting names",
        "conflicting names",
        "replacing each other",
        "attaching and detaching",
        "one cluster",
      ])
    : pick(["agreeing names", "conflicting names", "conflicting names"]);
  // Two are the usual case; eight have to be possible.
  const count = pick([2, 2, 2, 2, 2, 3, 3, 4, 5, 8]);
  const disturbed = random() < 0.5;
  const racers = Array.from({ length: count }, (_, index): Racer => {
    const detaches = story === "attaching and detaching" && index === 0;
    const ownName = story === "conflicting names" || story === "replacing each other";
    const killed = disturbed && random() < 0.15;
    return {
      name: ownName ? `racer-${"abcdefgh"[index] ?? "z"}` : "agreed",
      command: detaches ? "detach" : "apply",
      startsAfterMs: Math.floor(random() * 300),
      pace: Math.floor(random() * 2 ** 31),
      faults: disturbed ? Array.from({ length: Math.floor(random() * 3) }, () => drawnFault(random, pick)) : [],
      ...(killed ? { killedAt: 5 + Math.floor(random() * 20) } : {}),
    };
  });
  return { seed, story, racers, storage };
}

function drawnFault(random: () => number, pick: <Item>(items: readonly [Item, ...Item[]]) => Item): Fault {
  const at = pick([
    { method: "PUT", path: "/computes/[^/]+$" },
    { method: "PUT|DELETE", path: "/computes/[^/]+$" },
    { method: "GET", path: "/computes/[^/]+$" },
    { method: "GET", path: "/computes$" },
    { path: "/computeOperationsStatus/" },
    { path: "/azureml-blobstore/" },
  ]);
  const what = pick<
    | { readonly kind: "reset" | "lost-reply" | "lagging" }
    | { readonly kind: "status" | "status-after"; readonly status: number; headers?: Readonly<Record<string, string>> }
  >([
    { kind: "reset" },
    { kind: "lost-reply" },
    { kind: "lagging" },
    { kind: "status", status: 503 },
    { kind: "status", status: 429, headers: { "Retry-After": "1" } },
    { kind: "status-after", status: 500 },
  ]);
  return { ...at, ...what, skip: Math.floor(random() * 3) };
}

/** How long a request is held up: mostly hardly, at times so long that everybody else overtakes it. */
export function paceFrom(seed: number): () => number {
  const random = randomFrom(seed);
  return () => {
    const kind = random();
    return kind < 0.6 ? random() * 20 : kind < 0.95 ? 20 + random() * 200 : 200 + random() * 600;
  };
}

const machine = "vm1";

function declarationOf({ story }: RaceCase, name: string): string {
  const target =
    story === "one cluster"
      ? { name, type: "amlcompute", size: "Standard_DS3_v2", max_instances: 2 }
      : {
          name,
          type: "virtualmachine",
          resource_id: machineId(machine),
          ssh_settings: { admin_username: "azureuser", admin_password: { env: "DSVM_PASSWORD" } },
        };
  return JSON.stringify({ targets: [target] });
}

export type RacePlace = {
  readonly stand: Stand;
  readonly source: Source;
  /** The program that races; default: the built action. */
  readonly main?: string;
};

export async function playRace(one: RaceCase, { stand, source, main }: RacePlace): Promise<Verdict> {
  const { story, racers, storage, seed } = one;
  const { emulator } = stand;
  await stand.restore([]);
  const withoutStorage: Fault = {
    path: "/datastores/workspaceblobstore$",
    kind: "status",
    status: 403,
    times: 1_000_000,
  };
  if (!storage) emulator.faults.add(withoutStorage);
  const folder = mkdtempSync(join(tmpdir(), "race-"));
  const checkoutOf = (name: string) => {
    const checkout = mkdtempSync(join(folder, "checkout-"));
    writeFileSync(join(checkout, "azureml.yml"), declarationOf(one, name));
    return checkout;
  };
  const onConflict = story === "replacing each other" ? "replace" : "fail";
  const ended = await Promise.all(
    racers.map(async (racer, index) => {
      await delay(racer.startsAfterMs);
      const pace = paceFrom(racer.pace);
      let kill: () => void = () => undefined;
      const leases = new Set<string>();
      await using endpoint = await emulator.openEndpoint({
        onRequest: async ({ number, leaseId }) => {
          if (leaseId !== undefined) leases.add(leaseId);
          await delay(pace());
          if (number !== racer.killedAt) return "continue";
          kill();
          return "disconnect";
        },
        onResponse: async () => {
          await delay(pace());
          return "continue";
        },
      });
      for (const fault of racer.faults) endpoint.faults.add(fault);
      const ran = await runProcess({
        command: racer.command,
        checkout: checkoutOf(racer.name),
        inputs: { "on-conflict": onConflict, ...(racer.command === "detach" ? { only: racer.name } : {}) },
        endpoint,
        runId: String(1001 + index),
        onStart: (end) => (kill = end),
        ...(main === undefined ? {} : { main }),
      });
      // What a killed process held runs out; what others hold stays theirs.
      if (ran === "killed") for (const lease of leases) await emulator.expireLeases(lease);
      return { racer, ran };
    }),
  );
  emulator.faults.clear();
  const rans = ended.flatMap(({ ran }) => (ran === "killed" ? [] : [ran]));
  const broken = [
    ...(storage ? withLease(one, ended, stand) : withoutLease(ended, stand)),
    ...(await leakedSecrets(stand, rans)),
  ];
  // Whatever happened: one more run of one of them, in peace, ends in what it declares, or says whose the machine is.
  const checkout = checkoutOf(racers[0]?.name ?? "agreed");
  const last = await run(source, { command: "apply", checkout, environment: stand.environment });
  if (last.result.conclusion !== "success" && last.result.failureReason !== "conflict")
    broken.push(`a last run in peace is red: ${last.result.failures.join(" ")}`);
  const repair = storage ? undefined : repairNamedIn(last.result.failures.join(" "));
  if (usable(stand).length !== 1 && repair !== undefined) {
    // What somebody else's attachment needs is not repaired for them, but the message says how, and following it has to help.
    const inputs = { "on-drift": "reattach" };
    await run(source, { command: "apply", checkout: checkoutOf(repair), inputs, environment: stand.environment });
  }
  if (usable(stand).length !== 1) broken.push(`in the end ${shown(stand)}`);
  rmSync(folder, { recursive: true, force: true });
  const name = `seed ${seed}: ${racers.length} processes, ${story}${storage ? "" : ", without storage"}${isDisturbed(one) ? ", with faults" : ""}`;
  return { name, broken, again: false, met: true };
}

/** The broken target to apply again, where a message says how to repair it. */
function repairNamedIn(message: string): string | undefined {
  return /command: apply with on-drift: reattach where '([^']+)' is declared/.exec(message)?.[1];
}

type Ended = { readonly racer: Racer; readonly ran: Ran | "killed" };

function isDisturbed({ racers }: RaceCase): boolean {
  return racers.some(({ faults, killedAt }) => faults.length > 0 || killedAt !== undefined);
}

function usable({ emulator }: Stand) {
  return emulator
    .computes()
    .filter(
      ({ name, properties }) => !name.startsWith("bystander-") && properties["provisioningState"] === "Succeeded",
    );
}

function shown({ emulator }: Stand): string {
  const own = emulator.computes().filter(({ name }) => !name.startsWith("bystander-"));
  return `live are ${own.map(({ name, properties }) => `'${name}' (${String(properties["provisioningState"])})`).join(", ") || "none"}`;
}

/** Never twice at a time; and without a disturbance exactly once, with a result that says so for every run. */
function withLease(one: RaceCase, ended: readonly Ended[], stand: Stand): readonly string[] {
  const broken = [...duplicateWrites(stand, [])];
  if (isDisturbed(one)) return broken;
  const live = usable(stand);
  const green = (name: string) => ended.filter(({ racer, ran }) => racer.name === name && isGreen(ran));
  const results = () => ended.map(({ racer, ran }) => `${racer.name}: ${wordOf(ran)}`).join("; ");
  switch (one.story) {
    case "agreeing names":
    case "one cluster":
      if (live.length !== 1) broken.push(shown(stand));
      if (green("agreed").length !== ended.length) broken.push(`not every run succeeded: ${results()}`);
      if (stand.emulator.writes().length !== 1)
        broken.push(`${stand.emulator.writes().length} writes were carried out, where one is enough`);
      return broken;
    case "conflicting names":
      if (live.length !== 1) broken.push(shown(stand));
      for (const { racer, ran } of ended) {
        const has = live.some(({ name }) => name === racer.name);
        if (isGreen(ran) !== has)
          broken.push(`'${racer.name}' ${has ? "is live and failed" : "succeeded and is not live"}: ${results()}`);
      }
      return broken;
    case "replacing each other":
      if (live.length !== 1) broken.push(shown(stand));
      if (!ended.some(({ ran }) => isGreen(ran))) broken.push(`no run succeeded: ${results()}`);
      return broken;
    case "attaching and detaching":
      if (live.length > 1) broken.push(shown(stand));
      return broken;
  }
}

/** Without a lease a collision is detected: attached once in the end, or a failure with the command that repairs it. */
function withoutLease(ended: readonly Ended[], stand: Stand): readonly string[] {
  const own = stand.emulator.computes().filter(({ name }) => !name.startsWith("bystander-"));
  const whole = own.length === 1 && usable(stand).length === 1;
  const repair = ended.some(
    ({ ran }) =>
      ran !== "killed" &&
      ran.result.conclusion !== "success" &&
      /on-drift: reattach/.test(ran.result.failures.join(" ")),
  );
  const killed = ended.some(({ ran }) => ran === "killed");
  return whole || repair || killed || own.length === 0 ? [] : [`${shown(stand)}, and no message says how to repair it`];
}

function isGreen(ran: Ran | "killed"): boolean {
  return ran !== "killed" && ran.result.conclusion === "success";
}

function wordOf(ran: Ran | "killed"): string {
  return ran === "killed" ? "killed" : `${ran.result.failureReason ?? "success"} ${ran.result.failures.join(" ")}`;
}
