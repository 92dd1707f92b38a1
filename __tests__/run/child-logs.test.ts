import { AppendBlobClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { seeded } from "../../emulator/settings.ts";
import { failed, succeeded, type Outcome } from "../../src/azure/outcome.ts";
import type { ChildRun, RunDetails } from "../../src/azure/run-history.ts";
import type { Blobs } from "../../src/azure/blobs.ts";
import type { ChildrenKind } from "../../src/job/kind.ts";
import { createChildLogs } from "../../src/run/child-logs.ts";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { runHistoryOf, storageOf } from "../support/storage.ts";
import { sweepFiles } from "../support/trials.ts";
import { useStand } from "../support/use-stand.ts";

/** Logs of what a run has started: they grow in a real storage, and are followed over HTTP. */
const stand = useStand([cpuCluster]);
const source = await loadSource();
const log = "user_logs/std_log.txt";
let number = 0;
beforeEach(() => void (number += 1));

type Started = Partial<ChildRun> & { readonly below?: Readonly<Record<string, Started>> };

/** What a run shows of the runs that it has started: by the names of these, so that a test can move them on. */
function following(started: () => Readonly<Record<string, Started>>, kind: ChildrenKind) {
  const { blobs } = storageOf(stand);
  const history = runHistoryOf(stand);
  const nameOf = (name: string) => `run-${number}-${name}`;
  const all = (level: Readonly<Record<string, Started>>): readonly (readonly [string, Started])[] =>
    Object.entries(level).flatMap(([name, one]) => [[name, one] as const, ...all(one.below ?? {})]);
  const asked: string[] = [];
  const children = async (of: string): Promise<Outcome<readonly ChildRun[]>> => {
    asked.push(of);
    const level = of === "parent" ? started() : (all(started()).find(([name]) => nameOf(name) === of)?.[1].below ?? {});
    return succeeded(
      Object.entries(level).map(([name, { below: _, ...run }]) => ({
        ...{ name: nameOf(name), status: "Running", displayName: name, tags: {}, properties: {} },
        ...run,
      })),
    );
  };
  const details = async (of: string): Promise<Outcome<RunDetails>> => {
    const found = all(started()).find(([name]) => nameOf(name) === of)?.[1];
    if (found === undefined)
      return failed({ reason: "not-found", error: { code: "NotFound", message: "No such run.", details: [] } });
    const listed = await history.artifacts(of, "");
    if (!listed.ok) return listed;
    const logFiles = Object.fromEntries(listed.value.map(({ path, url = "" }) => [path, url]));
    return succeeded({ status: found.status ?? "Running", warnings: [], logFiles });
  };
  let fetched = 0;
  let now = 0;
  const read: Blobs["read"] = async (...range) => {
    const answer = await blobs.read(...range);
    if (answer.ok) fetched += answer.value.length;
    return answer;
  };
  const lines: string[] = [];
  const troubles: string[] = [];
  const states: string[] = [];
  const more: number[] = [];
  const logs = createChildLogs("parent", kind, {
    runHistory: { ...history, children, details },
    blobs: { read },
    clock: { now: () => (now += 11_000) },
    onLines: (of, file, some) => lines.push(...some.map((line) => `${of}: ${file}: ${line}`)),
    onTrouble: (of, file, why) => troubles.push(`${of}: ${file}: ${why}`),
    onState: (of, status) => states.push(`${of}: ${status}`),
    onWaiting: async (of, compute = "nothing") => void states.push(`${of} waits on ${compute}`),
    onMore: (count) => more.push(count),
  });
  const print = async (name: string, text: string, file = log) => {
    const blob = new AppendBlobClient(
      `${stand.endpoint.origin}/${seeded.storageAccount}/azureml/ExperimentRun/dcid.${nameOf(name)}/${file}`,
      new StorageSharedKeyCredential(seeded.storageAccount, seeded.storageKey),
    );
    await blob.createIfNotExists();
    await blob.appendBlock(text, Buffer.byteLength(text));
  };
  return { logs, print, lines, troubles, states, more, asked, nameOf, fetched: () => fetched };
}

const steps: ChildrenKind = { are: "steps" };
const trials: ChildrenKind = { are: "trials" };

describe("the logs of what a run has started", () => {
  it("are those of its steps while they run, each by what is new, and no byte twice", async () => {
    let started: Readonly<Record<string, Started>> = { prepare: {}, train: { status: "NotStarted" } };
    const { logs, print, lines, fetched, nameOf } = following(() => started, steps);
    await print("prepare", "building\n", "azureml-logs/20_image_build_log.txt");
    await logs.look();
    await print("prepare", "one\ntw");
    await logs.look();
    await print("prepare", "o\n");
    started = { prepare: { status: "Completed" }, train: {} };
    await logs.look();
    await print("train", "epoch 1\nepoch 2");
    await logs.look();
    started = { prepare: { status: "Completed" }, train: { status: "Failed" } };
    await logs.finish();
    expect(lines).toEqual([
      "prepare: azureml-logs/20_image_build_log.txt: building",
      ...["one", "two"].map((line) => `prepare: ${log}: ${line}`),
      ...["epoch 1", "epoch 2"].map((line) => `train: ${log}: ${line}`),
    ]);
    const produced = "building\none\ntwo\nepoch 1\nepoch 2".length;
    expect(fetched()).toBe(produced);
    expect(logs.tailOf(nameOf("train"))).toBe("epoch 1\nepoch 2");
  });

  it("are read with the states of the steps: each once, its end behind its log, and what it waits on", async () => {
    let started: Readonly<Record<string, Started>> = { train: { status: "Queued", compute: "cpu" } };
    const { logs, print, states, lines } = following(() => started, steps);
    await logs.look();
    await logs.look();
    started = { train: { status: "Running", compute: "cpu" } };
    await logs.look();
    await print("train", "one\n");
    started = { train: { status: "Completed", compute: "cpu" } };
    expect(logs.progress()).toBe("0 of 1 steps have ended");
    await logs.finish();
    expect(states).toEqual([
      "train: Queued",
      "train waits on cpu",
      "train waits on cpu",
      "train: Running",
      "train: Completed",
    ]);
    expect(lines).toEqual([`train: ${log}: one`]);
    expect(logs.progress()).toBe("1 of 1 steps have ended");
  });

  it("are those of the steps of a step that is a pipeline, and of its failed trials where it is a sweep", async () => {
    const started = {
      inner: { jobType: "Pipeline", below: { first: {} } },
      // Nothing says of this one that it has started others, but that it runs and has no log.
      opaque: { below: { second: {} } },
      tune: { jobType: "Sweep", below: { tune_0: { status: "Failed" }, tune_1: { status: "Completed" } } },
    };
    const { logs, print, lines } = following(() => started, steps);
    for (const name of ["first", "second", "tune_0", "tune_1"]) await print(name, `of ${name}\n`);
    await logs.look();
    await logs.look();
    await logs.finish();
    expect(lines.sort()).toEqual([
      `inner, first: ${log}: of first`,
      `opaque, second: ${log}: of second`,
      expect.stringMatching(/^tune, trial \d+: .*: of tune_0$/),
    ]);
  });

  it("are those of failed trials alone, of ten at most, with the number of the others", async () => {
    const started = Object.fromEntries(
      Array.from({ length: 14 }, (_, index) => [`t_${index}`, { status: index < 2 ? "Completed" : "Failed" }]),
    );
    const { logs, print, lines, more } = following(() => started, trials);
    for (const name of Object.keys(started)) await print(name, `of ${name}\n`);
    await logs.look();
    await logs.finish();
    expect(lines).toHaveLength(10);
    expect(lines.join("\n")).not.toMatch(/of t_[01]$/m);
    expect(more).toEqual([2]);
  });

  it("are those of what failed alone where the run was over before anybody looked", async () => {
    const started = { well: { status: "Completed" }, badly: { status: "Failed" } };
    const { logs, print, lines } = following(() => started, steps);
    await print("well", "of well\n");
    await print("badly", "of badly\n");
    await logs.finish();
    expect(lines).toEqual([`badly: ${log}: of badly`]);
  });

  it("are not those of a step that was taken over from an earlier run", async () => {
    const started = { prepare: { status: "Completed", properties: { "azureml.isreused": "true" } } };
    const { logs, print, lines } = following(() => started, steps);
    await print("prepare", "printed then\n");
    await logs.look();
    await logs.finish();
    expect(lines).toEqual([]);
  });

  it("that cannot be read are said to be so, by the step's name", async () => {
    const { logs, print, troubles } = following(() => ({ train: {} }), steps);
    await print("train", "one\n");
    stand.endpoint.faults.add({
      ...{ method: "GET", path: `/azureml/.*/${log}$`, kind: "status", status: 403, times: 99 },
      headers: { "x-ms-error-code": "AuthenticationFailed" },
    });
    await logs.look();
    await logs.look();
    expect(troubles).toEqual([expect.stringMatching(/^train: user_logs\/std_log\.txt: .*\[AuthenticationFailed\]$/)]);
  });
});

describe("a run that has started others", () => {
  const train = (files: Readonly<Record<string, string>>) =>
    run(source, { command: "train", checkout: checkoutOf(files), environment: stand.environment });

  it("shows what its steps print, each line once", async () => {
    const step = (name: string, command: string, rest = "") =>
      `  ${name}:\n    command: ${command}\n    environment: { image: ubuntu }\n${rest}`;
    const { result, text } = await train({
      "azureml.yml": "run: pipeline.yml\n",
      "pipeline.yml": `type: pipeline\nsettings: { default_compute: azureml:cpu-cluster }\njobs:\n${[
        step("prepare", "bash -c 'echo hello from prepare; sleep 1; echo more of it'", "    outputs: { data: }\n"),
        step(
          "fail",
          "bash -c 'echo last words; exit 3'",
          '    inputs: { data: "${{parent.jobs.prepare.outputs.data}}" }\n',
        ),
      ].join("")}`,
    });
    expect(result.failureReason).toBe("run-failed");
    const shown = text.slice(0, text.indexOf("The run '"));
    for (const line of ["hello from prepare", "more of it", "last words"]) expect(shown.split(line)).toHaveLength(2);
    expect(shown).toContain(`prepare: ${log}\nhello from prepare\n`);
    expect(result.run?.logTail).toContain("last words");
    // The end of the failed step's log is that of the log which was followed: it is not read again.
    const failedChild = result.run?.children?.find(({ step: name }) => name === "fail")?.name ?? "";
    const reads = stand.requests().filter(({ path }) => path.includes(`dcid.${failedChild}/${log}`));
    expect(reads.length).toBeLessThanOrEqual(3);
  });

  it("shows what its failed trials print", async () => {
    const { text } = await train(sweepFiles({ rates: [-1, 2] }));
    const shown = text.slice(0, text.indexOf("## Azure ML"));
    expect(shown).toContain(`trial 0: ${log}\nrate -1\nA rate below 0 makes no sense.\n`);
    expect(shown).not.toContain("rate 2\n");
  });
});
