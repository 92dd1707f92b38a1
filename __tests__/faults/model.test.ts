import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machineId } from "../../emulator/resources/machines.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { durableState } from "./promises.ts";
import { run } from "./run.ts";
import { useStand } from "../support/use-stand.ts";
import { loadSource, type Source } from "./source.ts";
import { bystanders, type Stand } from "./stand.ts";

/** For any live state and any declaration: after apply there is nothing left to plan. */

type Declared =
  | { readonly type: "virtualmachine"; readonly machine: string; readonly port: number }
  | { readonly type: "amlcompute"; readonly size: string; readonly most: number; readonly tag: string };

/** What is declared at the moment, by name. */
type Model = { declared: Readonly<Record<string, Declared>> };
type Real = { readonly stand: Stand; readonly source: Source };

const source = await loadSource();
const stand = useStand();

const names = ["one", "two", "three"];
const machines = ["vm1", "vm2"];

function textOf(declared: Model["declared"]): string {
  const targets = Object.entries(declared).map(([name, target]) =>
    target.type === "virtualmachine"
      ? {
          name,
          type: target.type,
          resource_id: machineId(target.machine),
          ssh_settings: {
            admin_username: "azureuser",
            admin_password: { env: "DSVM_PASSWORD" },
            ssh_port: target.port,
          },
        }
      : { name, type: target.type, size: target.size, max_instances: target.most, tags: { of: target.tag } },
  );
  return JSON.stringify({ targets });
}

/** The author writes another declaration. */
class Declare implements fc.AsyncCommand<Model, Real> {
  readonly declared: Model["declared"];
  constructor(declared: Model["declared"]) {
    this.declared = declared;
  }
  check = () => true;
  run = async (model: Model) => {
    model.declared = this.declared;
  };
  toString = () => `declare ${textOf(this.declared)}`;
}

/** Somebody else attaches a machine, under a name of theirs or of ours; its operation may still be in flight. */
class SomebodyAttaches implements fc.AsyncCommand<Model, Real> {
  readonly name: string;
  readonly machine: string;
  readonly seconds: number;
  constructor(name: string, machine: string, seconds: number) {
    this.name = name;
    this.machine = machine;
    this.seconds = seconds;
  }
  check = () => true;
  run = async (_: Model, { stand: { emulator } }: Real) => {
    const { name, machine } = this;
    emulator.faults.add({ method: "PUT", path: `/computes/${name}$`, kind: "operation-takes", seconds: this.seconds });
    await ask("PUT", name, "", {
      location: "eastus",
      properties: {
        computeType: "VirtualMachine",
        resourceId: machineId(machine),
        properties: { sshPort: 22, administratorAccount: { username: "somebody", password: "x" } },
      },
    });
    emulator.faults.clear();
  };
  toString = () => `somebody attaches ${this.machine} as ${this.name} in ${this.seconds} s`;
}

class SomebodyDetaches implements fc.AsyncCommand<Model, Real> {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  check = () => true;
  run = async () => {
    await ask("DELETE", this.name, "&underlyingResourceAction=Detach");
  };
  toString = () => `somebody detaches ${this.name}`;
}

/** The service breaks a live compute. */
class Breaks implements fc.AsyncCommand<Model, Real> {
  readonly name: string;
  readonly state: string;
  constructor(name: string, state: string) {
    this.name = name;
    this.state = state;
  }
  check = () => true;
  run = async (_: Model, { stand: { emulator } }: Real) => {
    const found = emulator.computes().find(({ name }) => name === this.name);
    if (found === undefined || found.operation !== undefined) return;
    emulator.putCompute({ ...found, properties: { ...found.properties, provisioningState: this.state } });
  };
  toString = () => `${this.name} becomes ${this.state}`;
}

class Apply implements fc.AsyncCommand<Model, Real> {
  readonly inputs: Readonly<Record<string, string>>;
  constructor(inputs: Readonly<Record<string, string>>) {
    this.inputs = inputs;
  }
  check = ({ declared }: Model) => Object.keys(declared).length > 0;
  run = async ({ declared }: Model, { stand: at, source: of }: Real) => {
    const { emulator } = at;
    const checkout = mkdtempSync(join(tmpdir(), "model-"));
    writeFileSync(join(checkout, "azureml.yml"), textOf(declared));
    const violations = emulator.violations().length;
    // What somebody else's operation is still working on may be gone afterwards by itself.
    const untouched = emulator
      .computes()
      .filter(({ name, operation }) => !(name in declared) && operation === undefined);
    const options = { checkout, inputs: this.inputs, environment: at.environment };
    const applied = await run(of, { ...options, command: "apply" });
    expect(applied.result.failureReason).not.toBe("internal-error");
    // Nothing of ours broke anything, and what nobody declared is what it was, unless it had to give way.
    expect(emulator.violations()).toHaveLength(violations);
    if (this.inputs["on-conflict"] !== "replace") {
      const now = emulator.computes().map(({ name }) => name);
      expect(now).toEqual(expect.arrayContaining(untouched.map(({ name }) => name)));
    }
    const stranger = emulator.computes().filter(({ name }) => name.startsWith("bystander-"));
    expect(durableState(stranger)).toEqual(durableState(bystanders));
    emulator.clearJournal();
    const planned = await run(of, { ...options, command: "plan" });
    expect(planned.result.plan?.steps.filter(({ action }) => action === "wait")).toEqual([]);
    expect(planned.result.plan?.hasChanges).toBe(false);
    expect(emulator.writes()).toEqual([]);
    const again = await run(of, { ...options, command: "apply" });
    // The failures stand in both, so that a difference shows why the first one failed.
    const { conclusion, failures = [] } = applied.result;
    expect([again.result.conclusion, failures]).toEqual([conclusion, failures]);
    expect(emulator.writes()).toEqual([]);
  };
  toString = () => `apply ${JSON.stringify(this.inputs)}`;
}

async function ask(method: string, name: string, query: string, body?: unknown): Promise<void> {
  const { emulator } = stand;
  await fetch(`${emulator.origin}${workspacePath}/computes/${name}?api-version=2023-08-01-preview${query}`, {
    method,
    headers: { authorization: `Bearer ${emulator.accessToken()}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const target = (machine: string | undefined): fc.Arbitrary<Declared> => {
  const cluster = fc.record({
    type: fc.constant("amlcompute" as const),
    size: fc.constantFrom("Standard_DS3_v2", "Standard_DS2_v2"),
    most: fc.integer({ min: 1, max: 3 }),
    tag: fc.constantFrom("this", "that"),
  });
  if (machine === undefined) return cluster;
  const attached = fc.record({
    type: fc.constant("virtualmachine" as const),
    machine: fc.constant(machine),
    port: fc.constantFrom(22, 2222),
  });
  return fc.oneof({ arbitrary: attached, weight: 3 }, { arbitrary: cluster, weight: 1 });
};

/** Up to three targets; no machine is declared twice, which no declaration may do. */
const declaration = fc
  .tuple(fc.shuffledSubarray(names, { minLength: 1 }), fc.shuffledSubarray(machines))
  .chain(([chosen, free]) =>
    fc
      .tuple(...chosen.map((_, index) => target(free[index])))
      .map((targets) => Object.fromEntries(chosen.map((name, index) => [name, targets[index] as Declared]))),
  );

const anyName = fc.constantFrom(...names, "theirs");
const commands = fc.commands<Model, Real, false>(
  [
    declaration.map((declared) => new Declare(declared)),
    fc
      .tuple(anyName, fc.constantFrom(...machines), fc.constantFrom(0, 0.3))
      .map(([name, machine, seconds]) => new SomebodyAttaches(name, machine, seconds)),
    anyName.map((name) => new SomebodyDetaches(name)),
    fc.tuple(anyName, fc.constantFrom("Failed", "Canceled")).map(([name, state]) => new Breaks(name, state)),
    fc
      .record({
        "on-drift": fc.constantFrom("fail", "update", "reattach", "ignore"),
        "on-conflict": fc.constantFrom("fail", "adopt", "replace"),
        "allow-delete": fc.constantFrom("true", "false"),
      })
      .map((inputs) => new Apply(inputs)),
  ],
  { size: "+1", maxCommands: 12 },
);

it("leaves nothing to plan after apply, for any live state and any declaration", async () => {
  await fc.assert(
    fc.asyncProperty(declaration, commands, async (first, given) => {
      await stand.restore([]);
      await fc.asyncModelRun(() => ({ model: { declared: first }, real: { stand, source } }), given);
    }),
    { numRuns: 20 },
  );
}, 180_000);
