import { join } from "node:path";
import { interpretStatus } from "../../azure/job-status.ts";
import type { ChildrenKind, RunnerProcess, RunnerWork } from "../../job/kind.ts";
import { valueText } from "../../job/parts/sampling.ts";
import type { ChildReport, StepSeries } from "../../report/result.ts";
import { bestByMetric, type Children } from "../children.ts";
import { lastValuesOf } from "../metrics.ts";
import { limitedTo, runProcess, type LocalDeps, type LocalRun } from "./run-on-runner.ts";

type OrderDeps = LocalDeps & {
  /** For what is drawn at random. */
  readonly seed: number;
  /** Told of each process before it starts. */
  readonly onProcess: (title: string) => void;
};

export type OrderedRun = LocalRun &
  Partial<Children> & {
    /** The courses of what the steps of a pipeline have logged. */
    readonly stepMetrics?: readonly StepSeries[];
  };

/** What makes two runs on the runner the same. Where the checkout is on the machine does not count. */
export function runnerDefinition({ processes, children }: RunnerWork): unknown {
  const all = processes(0).map(definitionOf);
  return children === undefined ? all[0] : [all, children];
}

function definitionOf({ command, environment, inputs, parameters }: RunnerProcess): unknown {
  return {
    command,
    environment: environment.from === "reference" ? environment.id : environment.definition.condaFile,
    inputs: Object.values(inputs).map((input) =>
      input.kind === "literal" ? input.value : input.kind === "data" ? input.path : [input.step, input.name],
    ),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

/** Runs a job on this machine: its only process, or all of them, one after the other. */
export async function runInOrder(name: string, work: RunnerWork, deps: OrderDeps): Promise<OrderedRun> {
  const { children: kind, processes, timeoutSeconds } = work;
  const all = processes(deps.seed);
  if (kind === undefined) {
    const [only] = all;
    if (only === undefined) throw new Error(`The run ${name} has nothing to run.`);
    deps.onProcess(`Run ${name} on this runner`);
    return runProcess(name, { ...only, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) }, deps);
  }
  const signal = limitedTo(timeoutSeconds, deps.signal);
  const ended: Ended[] = [];
  for (const process of all) {
    if (signal.aborted) break;
    const missing = process.step?.after.find((step) => !isCompleted(step, ended));
    if (process.step !== undefined && missing !== undefined) {
      deps.onLine("", `The step ${process.step.name} is skipped: ${missing} did not complete.`);
      continue;
    }
    try {
      ended.push(await runChild(name, ended.length, process, { ...deps, signal }));
    } catch (error) {
      // The limit may pass while the environment is built.
      if (!signal.aborted || deps.signal.aborted) throw error;
    }
  }
  const timedOut = signal.aborted && !deps.signal.aborted;
  const isCancelled = signal.aborted;
  return kind.are === "trials"
    ? bestOf(ended, kind, deps, { timedOut, isCancelled })
    : wholeOf(ended, deps, { timedOut, isCancelled });
}

function isCompleted(step: string, ended: readonly Ended[]): boolean {
  return ended.some(({ child }) => child.step === step && child.conclusion === "success");
}

type Ended = { readonly child: ChildReport; readonly run: LocalRun };

async function runChild(parent: string, number: number, process: RunnerProcess, deps: OrderDeps): Promise<Ended> {
  const { parameters = {}, step } = process;
  // The service names trials in the same way.
  const own = step?.name ?? String(number);
  const name = `${parent}_${own}`;
  const values = Object.entries(parameters).map(([key, value]) => `${key} = ${valueText(value)}`);
  deps.onProcess([`Run ${name} on this runner`, ...values].join(", "));
  const startedAt = deps.clock.now();
  const run = await runProcess(name, process, {
    ...deps,
    rootName: parent,
    rootFolder: deps.runFolder,
    runFolder: join(deps.runFolder, own),
    folderOfStep: (other) => join(deps.runFolder, other),
  });
  const child: ChildReport = {
    name,
    ...(step === undefined ? { trial: number } : { step: step.name }),
    status: run.status,
    conclusion: interpretStatus(run.status).conclusion,
    parameters,
    metrics: lastValuesOf(run.metrics),
    startedAt: new Date(startedAt).toISOString(),
    durationSeconds: (deps.clock.now() - startedAt) / 1000,
  };
  return { child, run };
}

type Stop = { readonly timedOut: boolean; readonly isCancelled: boolean };

/** A sweep is its best trial: one that fails is no failure of the sweep while another completes. */
function bestOf(
  ended: readonly Ended[],
  { objective }: Extract<ChildrenKind, { are: "trials" }>,
  { runFolder }: OrderDeps,
  { timedOut, isCancelled }: Stop,
): OrderedRun {
  const children = ended.map(({ child }) => child);
  const best = objective === undefined ? undefined : bestByMetric(children, objective);
  const ofBest = ended.find(({ child }) => child.name === best?.name)?.run;
  const failed = ended.find(({ child }) => child.conclusion !== "success");
  const isComplete = children.some(({ conclusion }) => conclusion === "success");
  const status = isCancelled ? "Canceled" : isComplete ? "Completed" : "Failed";
  const why =
    failed === undefined ? "" : `Trial ${String(failed.child.trial)}: ${failed.run.error ?? failed.run.status}`;
  return {
    status,
    metrics: ofBest?.metrics ?? [],
    tail: failed?.run.tail ?? [],
    outputsFolder: ofBest?.outputsFolder ?? runFolder,
    timedOut,
    children,
    ...(best === undefined ? {} : { best }),
    ...(timedOut ? { error: "Its own time limit passed." } : {}),
    ...(status === "Failed" ? { error: `None of its trials completed. ${why}` } : {}),
  };
}

/** A pipeline is all of its steps. */
function wholeOf(ended: readonly Ended[], { runFolder }: OrderDeps, { timedOut, isCancelled }: Stop): OrderedRun {
  const failed = ended.find(({ child }) => child.conclusion !== "success");
  const why = failed && `Its step '${String(failed.child.step)}': ${failed.run.error ?? failed.run.status}`;
  return {
    status: isCancelled ? "Canceled" : failed === undefined ? "Completed" : "Failed",
    metrics: [],
    tail: failed?.run.tail ?? [],
    outputsFolder: runFolder,
    timedOut,
    children: ended.map(({ child }) => child),
    stepMetrics: ended.flatMap(({ child: { step }, run }) =>
      step === undefined ? [] : run.metrics.map((series) => ({ step, ...series })),
    ),
    ...(timedOut ? { error: "Its time limit passed." } : why === undefined ? {} : { error: why }),
  };
}
