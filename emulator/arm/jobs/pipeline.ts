import { randomUUID } from "node:crypto";
import { armError, type Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import { checkCompute } from "./checks.ts";
import { addressOfOutput, type JobDocument } from "./document.ts";
import { jobsOfSteps, type Value, type Values } from "./steps.ts";
import { JobFailed, type ChildRun, type EmulatedJobType, type JobRun } from "./type.ts";

type Members = Readonly<Record<string, unknown>>;

/** A step as the wire has it, in Python's spelling. */
type Step = Members & {
  readonly type?: string;
  readonly componentId?: string;
  readonly trial?: { readonly componentId?: string };
  readonly computeId?: string;
  /** Of an AutoML step. */
  readonly compute?: string;
  readonly display_name?: string;
  readonly environment_variables?: Members;
  readonly inputs?: Readonly<
    Record<string, { readonly job_input_type?: string; readonly value?: string; readonly uri?: string }>
  >;
  readonly outputs?: Readonly<Record<string, { readonly value?: string }>>;
};
type Steps = Readonly<Record<string, Step>>;

/** Steps that run as jobs of their own, each as soon as what it reads is there. */
export const pipeline: EmulatedJobType = {
  jobType: "Pipeline",
  runType: "azureml.PipelineRun",
  check: (properties, store) => {
    const { jobs, componentId, settings } = properties as { jobs?: Steps; componentId?: unknown; settings?: Members };
    if (Object.keys(jobs ?? {}).length === 0 && typeof componentId !== "string")
      return armError(400, "UserError", "The pipeline has no steps.");
    const computes = [settings?.["default_compute"], ...Object.values(jobs ?? {}).map(({ computeId }) => computeId)];
    return (
      checkCompute(properties, store) ??
      first(
        computes
          .filter((id) => typeof id === "string" && !id.includes("${{") && !id.endsWith("/serverless"))
          .map((computeId) => checkCompute({ computeId }, store)),
      ) ??
      first(Object.entries(jobs ?? {}).map(([name, step]) => checkStep(name, step, store)))
    );
  },
  run: async (run) => {
    const { properties } = run.job;
    const log = await run.log("logs/azureml/executionlogs.txt");
    run.setStatus("Running");
    const steps = (properties["jobs"] ?? {}) as Steps;
    const whole =
      typeof properties["componentId"] === "string" ? (specOf(properties["componentId"], run)["jobs"] as Steps) : steps;
    const graph = new GraphRun(run, (text) => log.line(`[${new Date().toISOString()}] ${text}`));
    const cancel = () => graph.cancelAll();
    run.signal.addEventListener("abort", cancel, { once: true });
    try {
      const done = await graph.runAll(whole, inputsOfJob(properties), (properties["settings"] ?? {}) as Members);
      run.putOutputs(outputsOf(whole, done));
    } finally {
      run.signal.removeEventListener("abort", cancel);
    }
    if (run.signal.aborted) run.endAs("Canceled");
    else if (graph.failed.length > 0)
      throw new JobFailed(
        "UserError",
        `Pipeline has some failed steps: ${graph.failed.join(", ")}. See child runs or execution logs for more details.`,
      );
  },
};

function first(replies: readonly (Reply | undefined)[]): Reply | undefined {
  return replies.find((reply) => reply !== undefined);
}

const componentOf = ({ componentId, trial }: Step) => componentId ?? trial?.componentId;

function checkStep(name: string, step: Step, store: Store): Reply | undefined {
  const { type = "command" } = step;
  if (!Object.hasOwn(jobsOfSteps, type))
    return armError(400, "UserError", `The emulator does not implement steps of type ${type} (${name}).`);
  const componentId = componentOf(step);
  // AutoML has no component, and those of Azure's own registry are not here.
  if (type === "automl" || (type === "data_transfer" && step["task"] !== "copy_data")) return undefined;
  const [, asset, version] = /\/components\/([^/]+)\/versions\/([^/]+)$/.exec(componentId ?? "") ?? [];
  const isThere = store.get("assets", `components/${String(asset)}/${String(version)}`.toLowerCase()) !== undefined;
  return isThere
    ? undefined
    : armError(400, "UserError", `The component ${String(componentId)} of the step ${name} could not be found.`);
}

/** What of the steps' outputs the pipeline's own are bound to. */
function outputsOf(steps: Steps, done: ReadonlyMap<string, Values>): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const [step, { outputs: declared = {} }] of Object.entries(steps)) {
    for (const [output, { value = "" }] of Object.entries(declared)) {
      const [, own] = /^\$\{\{parent\.outputs\.(.+)\}\}$/.exec(value) ?? [];
      const put = done.get(step)?.[output];
      if (own !== undefined && put !== undefined && "uri" in put) outputs[own] = put.uri;
    }
  }
  return outputs;
}

function specOf(componentId: string, { options }: JobRun): Members {
  const [, name = "", version = ""] = /\/components\/([^/]+)\/versions\/([^/]+)$/.exec(componentId) ?? [];
  const found = options.assets.find("components", name, version);
  if (found === undefined) throw new JobFailed("UserError", `The component ${componentId} does not exist.`);
  return found.properties["componentSpec"] as Members;
}

function inputsOfJob({ inputs }: JobDocument["properties"]): Values {
  const given = (inputs ?? {}) as Readonly<Record<string, { jobInputType?: string; value?: string; uri?: string }>>;
  return Object.fromEntries(
    Object.entries(given).map(([name, { jobInputType, value = "", uri = "" }]) => [
      name,
      jobInputType === "literal" ? { literal: value } : { uri },
    ]),
  );
}

class GraphRun {
  readonly failed: string[] = [];
  readonly #run: JobRun;
  readonly #say: (text: string) => void;
  readonly #going = new Set<ChildRun>();
  #isCancelled = false;

  constructor(run: JobRun, say: (text: string) => void) {
    this.#run = run;
    this.#say = say;
  }

  cancelAll(): void {
    this.#isCancelled = true;
    for (const child of this.#going) child.cancel();
  }

  /** @returns where the outputs of each step are; those that did not end well have none. */
  async runAll(steps: Steps, inputs: Values, settings: Members): Promise<ReadonlyMap<string, Values>> {
    const done = new Map<string, Values | undefined>();
    const { on_init: init, on_finalize: last, continue_on_step_failure: goesOn } = settings;
    const apart = [init, last];
    const started = new Map<string, Promise<void>>();
    const start = (name: string): Promise<void> => {
      const known = started.get(name);
      if (known !== undefined) return known;
      const step = steps[name];
      if (step === undefined) return Promise.resolve();
      // Steps that wait for each other wait for nothing more than once.
      started.set(name, Promise.resolve());
      const before = stepsBefore(step);
      const end = Promise.all(before.map(start)).then(async () => {
        const isBlocked =
          before.some((one) => done.get(one) === undefined) || (this.failed.length > 0 && goesOn !== true);
        if (this.#isCancelled || (isBlocked && name !== last)) {
          this.#say(`The step ${name} is skipped.`);
          return;
        }
        done.set(name, await this.#runStep(name, step, { inputs, done, settings }));
      });
      started.set(name, end);
      return end;
    };
    if (typeof init === "string") await start(init);
    await Promise.all(
      Object.keys(steps)
        .filter((name) => !apart.includes(name))
        .map(start),
    );
    if (typeof last === "string") await start(last);
    return new Map([...done].flatMap(([name, values]) => (values === undefined ? [] : [[name, values] as const])));
  }

  async #runStep(
    name: string,
    step: Step,
    around: {
      readonly inputs: Values;
      readonly done: ReadonlyMap<string, Values | undefined>;
      readonly settings: Members;
    },
  ): Promise<Values | undefined> {
    const { type = "command" } = step;
    const toJob = jobsOfSteps[type];
    if (toJob === undefined) throw new JobFailed("UserError", `There are no steps of the type ${type}.`);
    const componentId = componentOf(step);
    const isKnown = componentId !== undefined && !componentId.startsWith("azureml://registries/");
    const spec = isKnown ? specOf(componentId, this.#run) : {};
    const given = { ...defaultsOf(spec), ...bound(step, around.inputs, around.done) };
    const { job, child } = this.#run;
    const id = randomUUID();
    this.#say(`The step ${name} starts as the run ${id}.`);
    const compute = step.computeId ?? step.compute?.replace(/^azureml:/, "");
    const { on_init: _, on_finalize: __, ...settings } = around.settings;
    const properties = toJob(resolved(step, around) as Members, spec, given);
    const own = computeOf(compute, around.inputs);
    // Spark that names nodes of its own runs on these, and not on what is the pipeline's default.
    const other = type === "spark" ? undefined : (around.settings["default_compute"] ?? job.properties["computeId"]);
    const started = child(id, {
      ...properties,
      displayName: step.display_name ?? name,
      experimentName: job.properties["experimentName"],
      computeId: own ?? other,
      ...(type === "pipeline" ? { settings } : {}),
      environmentVariables: step.environment_variables,
      properties: { "azureml.pipelinerunid": job.name, "azureml.moduleName": name },
    });
    this.#going.add(started);
    await started.done;
    this.#going.delete(started);
    const ended = this.#run.options.store.get<JobDocument>("jobs", id);
    this.#say(`The step ${name} has ended: ${String(ended?.status)}.`);
    if (ended?.status !== "Completed") {
      if (!this.#isCancelled) this.failed.push(name);
      return undefined;
    }
    const outputs = Object.keys(properties["outputs"] ?? spec["outputs"] ?? {});
    return Object.fromEntries(
      outputs.map((output) => [output, { uri: ended.outputs?.[output] ?? addressOfOutput(id, output) }]),
    );
  }
}

/** Every text of a step with what it is bound to put in: a value, or the address of data. */
function resolved(
  value: unknown,
  around: { readonly inputs: Values; readonly done: ReadonlyMap<string, Values | undefined> },
): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, around));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolved(member, around)]));
  if (typeof value !== "string") return value;
  const found = boundTo(value, around.inputs, around.done);
  return found === undefined ? value : "uri" in found ? found.uri : found.literal;
}

function stepsBefore(step: Step): readonly string[] {
  const { outputs: _, ...rest } = step;
  const text = JSON.stringify(rest);
  return [...new Set([...text.matchAll(/\$\{\{parent\.jobs\.([^.]+)\.outputs\./g)].map(([, name = ""]) => name))];
}

function defaultsOf({ inputs }: Members): Values {
  return Object.fromEntries(
    Object.entries((inputs ?? {}) as Readonly<Record<string, { default?: string }>>).flatMap(
      ([name, { default: value }]) => (value === undefined ? [] : [[name, { literal: value }]]),
    ),
  );
}

/** The inputs of a step, with what they are bound to. */
function bound({ inputs = {} }: Step, around: Values, done: ReadonlyMap<string, Values | undefined>): Values {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { job_input_type: type, value = "", uri = "" }]): [string, Value][] => {
      if (type !== "literal") return [[name, { uri }]];
      if (!value.startsWith("${{parent.")) return [[name, { literal: value }]];
      const found = boundTo(value, around, done);
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

function boundTo(value: string, around: Values, done: ReadonlyMap<string, Values | undefined>): Value | undefined {
  const [, own] = /^\$\{\{parent\.inputs\.(.+)\}\}$/.exec(value) ?? [];
  const [, step = "", output = ""] = /^\$\{\{parent\.jobs\.([^.]+)\.outputs\.(.+)\}\}$/.exec(value) ?? [];
  return own === undefined ? done.get(step)?.[output] : around[own];
}

function computeOf(computeId: string | undefined, inputs: Values): string | undefined {
  const [, name] = /^\$\{\{parent\.inputs\.(.+)\}\}$/.exec(computeId ?? "") ?? [];
  const value = name === undefined ? undefined : inputs[name];
  return name === undefined ? computeId : value !== undefined && "literal" in value ? value.literal : undefined;
}
