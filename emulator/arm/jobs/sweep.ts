import { armError } from "../../server/reply.ts";
import { valuesOf } from "../../data-plane/mlflow.ts";
import { checkCompute } from "./checks.ts";
import { addressOfOutput, artifactFolder, isTerminal, type JobDocument } from "./document.ts";
import { stoppedBy, type Course } from "./early-termination.ts";
import { createSampler, type Parameters, type SearchSpace } from "./sampling.ts";
import { JobFailed, type ChildRun, type EmulatedJobType, type JobRun } from "./type.ts";

type Sweep = {
  readonly trial: Readonly<Record<string, unknown>>;
  readonly searchSpace: SearchSpace;
  readonly samplingAlgorithm: Readonly<Record<string, unknown>>;
  readonly objective: { readonly goal: string; readonly primaryMetric: string };
  readonly limits: {
    readonly maxTotalTrials: number;
    readonly maxConcurrentTrials?: number;
    readonly timeout?: string;
    readonly trialTimeout?: string;
  };
  readonly earlyTermination?: Readonly<Record<string, unknown>>;
};

/** A search: trials that run as commands of their own, each with its sample of the parameters. */
export const sweep: EmulatedJobType = {
  jobType: "Sweep",
  runType: "azureml.HyperDrive",
  check: (properties, store) => {
    const refused = (what: string) => armError(400, "UserError", what);
    const { trial, searchSpace, samplingAlgorithm, objective, limits } = properties as Partial<Sweep>;
    if (typeof trial?.["command"] !== "string") return refused("The command of the trial is missing.");
    if (typeof trial["environmentId"] !== "string") return refused("The environmentId of the trial is missing.");
    if (Object.keys(searchSpace ?? {}).length === 0) return refused("The searchSpace of the job is missing.");
    if (samplingAlgorithm === undefined) return refused("The samplingAlgorithm of the job is missing.");
    if (objective?.primaryMetric === undefined || !/^(minimize|maximize)$/i.test(objective.goal))
      return refused("The objective of the job is missing.");
    const total = limits?.maxTotalTrials ?? 0;
    if (total < 1 || total > 1000) return refused("maxTotalTrials must be between 1 and 1000.");
    return checkCompute(properties, store);
  },
  run: async (run) => {
    const declared = run.job.properties as unknown as Sweep;
    run.describe({
      properties: {
        primary_metric_config: JSON.stringify({
          name: declared.objective.primaryMetric,
          goal: declared.objective.goal.toLowerCase(),
        }),
        runTemplate: "HyperDrive",
        "azureml.runsource": "hyperdrive",
        platform: "AML",
      },
    });
    const log = await run.log("azureml-logs/hyperdrive.txt");
    const say = (part: string, text: string) => log.line(`[${new Date().toISOString()}][${part}][INFO]${text}`);
    const sampler = createSampler(declared.samplingAlgorithm, declared.searchSpace);
    if (typeof sampler === "string") throw new JobFailed("UserError", sampler);
    run.setStatus("Running");
    const trials = new Trials(run, declared, say);
    const limit = limitOf(declared.limits.timeout, trials.cancelAll);
    const onAbort = () => trials.cancelAll();
    run.signal.addEventListener("abort", onAbort, { once: true });
    try {
      await trials.runAll(sampler);
    } finally {
      limit.clear();
      run.signal.removeEventListener("abort", onAbort);
    }
    if (run.signal.aborted || limit.passed()) {
      run.endAs("Canceled");
      return;
    }
    say("CONTROLLER", "Changing Run Status from Running to Completed");
    run.putOutputs(trials.outputsOfBest());
    if (trials.ended().every(({ status }) => status === "Failed"))
      throw new JobFailed("UserError", "User errors were found in at least one of the child runs.");
  },
};

/** How often courses are looked at: for the best trial, and for what a policy stops. */
const lookMs = 200;

class Trials {
  readonly #run: JobRun;
  readonly #declared: Sweep;
  readonly #say: (part: string, text: string) => void;
  readonly #going = new Map<string, ChildRun>();
  readonly #names: string[] = [];
  readonly #judged = new Map<string, number>();
  #isCancelled = false;

  constructor(run: JobRun, declared: Sweep, say: (part: string, text: string) => void) {
    this.#run = run;
    this.#declared = declared;
    this.#say = say;
  }

  readonly cancelAll = (): void => {
    this.#isCancelled = true;
    for (const trial of this.#going.values()) trial.cancel();
  };

  /** The outputs of a sweep are those of its best trial. */
  readonly outputsOfBest = (): Readonly<Record<string, string>> => {
    const { name, properties } = this.#run.options.store.get<JobDocument>("jobs", this.#run.job.name) ?? this.#run.job;
    const { best_child_run_id: best = `${name}_0` } = (properties["properties"] ?? {}) as Readonly<
      Record<string, string>
    >;
    return Object.fromEntries(
      Object.keys(properties["outputs"] ?? {}).map((output) => [output, addressOfOutput(best, output)]),
    );
  };

  readonly ended = (): readonly JobDocument[] =>
    this.#names.flatMap((name) => this.#run.options.store.get<JobDocument>("jobs", name) ?? []).filter(isTerminal);

  readonly runAll = async (next: () => Parameters | undefined): Promise<void> => {
    const { maxTotalTrials: total, maxConcurrentTrials: concurrent = total } = this.#declared.limits;
    const look = setInterval(this.#look, lookMs);
    try {
      const worker = async () => {
        while (!this.#isCancelled && this.#names.length < total) {
          const parameters = next();
          if (parameters === undefined) return;
          await this.#runOne(parameters);
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrent, total) }, worker));
    } finally {
      clearInterval(look);
    }
    this.#say("GENERATOR", "All jobs generated.");
    this.#look();
  };

  readonly #runOne = async (parameters: Parameters): Promise<void> => {
    const { job, child, describe } = this.#run;
    const name = `${job.name}_${this.#names.length}`;
    this.#names.push(name);
    this.#say("SCHEDULER", `Scheduling job, id='${name}'`);
    // By these the first SDK finds the parameters of every trial.
    describe({ tags: { [`_aml_system_${name}`]: JSON.stringify(parameters) } });
    const trial = child(name, trialProperties(job, this.#declared, parameters));
    this.#going.set(name, trial);
    const limit = limitOf(this.#declared.limits.trialTimeout, trial.cancel);
    try {
      await trial.done;
    } finally {
      limit.clear();
      this.#going.delete(name);
      this.#look();
    }
  };

  readonly #courses = (): readonly Course[] =>
    this.#names.map((trial) => ({
      trial,
      values: valuesOf(trial, this.#declared.objective.primaryMetric, this.#run.options.store),
    }));

  /** Names the best trial so far in the sweep's own properties, as the service does, and stops what the policy says. */
  readonly #look = (): void => {
    const { objective, earlyTermination } = this.#declared;
    const isBetter = (a: number, b: number) => (/^maximize$/i.test(objective.goal) ? a > b : a < b);
    const courses = this.#courses();
    const best = courses
      .flatMap(({ trial, values }) => values.map((value) => ({ trial, value })))
      .reduce<{ trial: string; value: number } | undefined>(
        (a, b) => (a === undefined || isBetter(b.value, a.value) ? b : a),
        undefined,
      );
    if (best !== undefined) {
      this.#run.describe({
        properties: {
          best_child_run_id: best.trial,
          score: String(best.value),
          best_metric_status: "Succeeded",
          best_data_container_id: artifactFolder(best.trial).split("/").at(-1) ?? "",
        },
      });
    }
    if (earlyTermination === undefined) return;
    for (const name of stoppedBy(earlyTermination, objective.goal, courses, this.#judged)) {
      const trial = this.#going.get(name);
      if (trial === undefined) continue;
      this.#say("CONTROLLER", `Policy ${String(earlyTermination["policyType"])} cancels the job ${name}`);
      trial.cancel();
    }
  };
}

/** The trial as a command job of its own. */
function trialProperties(job: JobDocument, { trial }: Sweep, parameters: Parameters): JobDocument["properties"] {
  const { properties } = job;
  const text = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  const command = String(trial["command"]).replaceAll(
    /\$\{\{\s*search_space\.(\w+)(?:\.(\w+))?\s*\}\}/g,
    (_, name: string, below: string | undefined) => {
      const value = parameters[name];
      return text(below === undefined ? value : (value as Readonly<Record<string, unknown>> | undefined)?.[below]);
    },
  );
  return {
    jobType: "Command",
    ...trial,
    command,
    environmentVariables: {
      ...(trial["environmentVariables"] as object | undefined),
      ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`AZUREML_SWEEP_${name}`, text(value)])),
    },
    inputs: properties["inputs"],
    outputs: properties["outputs"],
    computeId: properties["computeId"],
    experimentName: properties["experimentName"],
    tags: { hyperparameters: JSON.stringify(parameters) },
  };
}

/** Does something when a duration of ARM's has passed. */
function limitOf(duration: string | undefined, then: () => void) {
  const seconds = duration === undefined ? undefined : secondsOf(duration);
  let hasPassed = false;
  const timer =
    seconds === undefined
      ? undefined
      : setTimeout(
          () => {
            hasPassed = true;
            then();
          },
          Math.min(seconds * 1000, 2 ** 31 - 1),
        );
  timer?.unref();
  return { passed: () => hasPassed, clear: () => clearTimeout(timer) };
}

/** Seconds of `P1DT1H1M1S`. */
function secondsOf(duration: string): number {
  const [, ...parts] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration) ?? [];
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
