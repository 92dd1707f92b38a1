import { cpSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kinds } from "../../src/compute/target.ts";
import type { ComputeDocument } from "../../emulator/arm/computes/document.ts";
import type { JobDocument } from "../../emulator/arm/jobs/document.ts";
import type { Reply } from "../../emulator/server/reply.ts";
import { workspacePath } from "../../emulator/settings.ts";
import type { FailureReason } from "../../src/report/result.ts";
import { run, type Ran, type RunOptions } from "./run.ts";
import { root, type Source } from "./source.ts";
import { duplicateWrites, leftInStorage } from "./promises.ts";
import type { Stand } from "./stand.ts";

/** What is declared, and everything that is done with it. */
export type Kind = {
  /** A file of `examples/targets/`. */
  readonly file: string;
  readonly flows: readonly Flow[];
};

/** One command on one state of the workspace. */
export type Flow = {
  readonly kind: string;
  readonly name: string;
  /** The computes at its start. */
  readonly before: readonly ComputeDocument[];
  /** The computes after its success. */
  readonly after: readonly ComputeDocument[];
  readonly options: RunOptions;
  /** Requests of a run that nothing disturbs. */
  readonly requests: ReturnType<Stand["requests"]>;
  /** What is there besides the computes. */
  readonly prepare?: (stand: Stand) => void | Promise<void>;
  /** What is answered in place of the emulator's own answers. */
  readonly answers?: (path: string, reply: Reply) => Reply;
  /** Why it ends red; absent where it ends green. */
  readonly ends?: FailureReason;
  /** Whether everything is as it is in the end; absent: where it has ended as it should. What is not is left to the next run. */
  readonly isDone?: (stand: Stand) => boolean;
  /** What a run says that is not so; default: of runs that were submitted. */
  readonly untrue?: (stand: Stand, ran: Ran) => readonly string[];
  /** What must hold in the end beside the state of the computes. */
  readonly check?: (stand: Stand, course: Course) => readonly string[];
};

/** What has happened in a case. */
export type Course = {
  /** How often the action was run. */
  readonly rans: number;
  /** The jobs that its last run found, of those that were submitted and not started by others. */
  readonly found: readonly JobDocument[];
  /** True where its runs were steps of one attempt of one workflow run. */
  readonly isSameAttempt: boolean;
  /** True where others have released in between, so that a deployment may have got another name. */
  readonly isAnyName?: boolean;
};

/**
 * Changes of the examples, as lines of the input `set`, beside the one that every kind has: another tag. A kind whose plan
 * knows no difference in a tag needs an entry here.
 */
const changes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "amlcompute.yml": {
    scale: ["targets.cpu-cluster.max_instances=8"],
    size: ["targets.cpu-cluster.size=Standard_DS2_v2"],
  },
  "virtualmachine.yml": { port: ["targets.dsvm.ssh_settings.ssh_port=2222"] },
};

/** Kinds that are not computes of the workspace, so that there is nothing to disturb. */
const withoutRequests: readonly string[] = Object.entries(kinds)
  .filter(([, { origin }]) => origin === "none")
  .map(([type]) => type);

const examples = join(root, "examples", "targets");

/** Every documented example with its flows, each played once without a disturbance. @throws where a kind has none. */
export async function readKinds(source: Source, stand: Stand, only?: RegExp): Promise<readonly Kind[]> {
  const checkout = mkdtempSync(join(tmpdir(), "faults-checkout-"));
  cpSync(examples, checkout, { recursive: true });
  const found: Kind[] = [];
  const types = new Set(withoutRequests);
  for (const file of readdirSync(examples).filter((name) => name.endsWith(".yml"))) {
    if (only !== undefined && !only.test(file)) continue;
    found.push({ file, flows: await flowsOf(file, checkout, source, stand, types) });
  }
  const missing = Object.keys(kinds).filter((kind) => !types.has(kind));
  if (only === undefined && missing.length > 0)
    throw new Error(`No file of examples/targets/ declares a target of type ${missing.join(", ")}.`);
  return found;
}

async function flowsOf(
  file: string,
  checkout: string,
  source: Source,
  stand: Stand,
  types: Set<string>,
): Promise<readonly Flow[]> {
  const declared = await source.readDeclaration({
    config: [file],
    inlineTargets: undefined,
    run: undefined,
    set: [],
    only: [],
    workingDirectory: checkout,
    checkout,
    subscriptionId: "33333333-3333-4333-8333-333333333333",
    resourceGroup: "rg-ml",
  });
  for (const { type } of declared.targets) types.add(type);
  const names = declared.targets.map(({ name }) => name);
  const { environment } = stand;
  const play = async (
    name: string,
    before: readonly ComputeDocument[],
    command: RunOptions["command"],
    inputs: Readonly<Record<string, string>>,
  ): Promise<Flow> => {
    // Whatever has to be done to get there is allowed, so that a second run can repair what a first one left.
    const allowed = { "on-drift": "reattach", "allow-delete": "true" };
    const options: RunOptions = { command, checkout, environment, inputs: { config: file, ...allowed, ...inputs } };
    await stand.restore(before);
    const { result } = await run(source, options);
    if (result.conclusion !== "success")
      throw new Error(`${file}, ${name}: does not even succeed undisturbed: ${result.failures.join(" ")}`);
    const requests = stand.requests();
    const broken = [...duplicateWrites(stand, before), ...(await leftInStorage(stand))];
    if (broken.length > 0) throw new Error(`${file}, ${name}: keeps no promise undisturbed: ${broken.join("; ")}`);
    return { kind: file, name, before, after: stand.emulator.computes().filter(isOwn), options, requests };
  };

  const attach = await play("attach", [], "apply", {});
  const attached = attach.after;
  // What the service made belongs to its one name: nobody else has it attached.
  const theirs = attached.filter(({ properties }) => properties.isAttachedCompute === true).map(renamed);
  const flows = [
    attach,
    await play("attach again", attached, "apply", {}),
    await play("detach", attached, "detach", { only: names.join(",") }),
  ];
  if (theirs.length > 0) flows.push(await play("replace", theirs, "apply", { "on-conflict": "replace" }));
  const changed = { tags: names.map((name) => `targets.${name}.tags={campaign: changed}`), ...changes[file] };
  let effective = 0;
  for (const [name, set] of Object.entries(changed)) {
    const flow = await play(`change ${name}`, attached, "apply", { set: set.join("\n") });
    if (stand.emulator.writes().length === 0) continue;
    effective += 1;
    flows.push(flow);
  }
  if (effective === 0)
    throw new Error(
      `${file}: no change of it leads to a write. Give it an entry in 'changes' of ${import.meta.filename}.`,
    );
  return flows;
}

function isOwn({ name }: ComputeDocument): boolean {
  return !name.startsWith("bystander-");
}

/** The same resource attached by somebody else, under a name of theirs. */
function renamed(compute: ComputeDocument, index: number): ComputeDocument {
  const name = `theirs-${String.fromCharCode(97 + index)}`;
  return { ...compute, id: `${workspacePath}/computes/${name}`, name };
}
