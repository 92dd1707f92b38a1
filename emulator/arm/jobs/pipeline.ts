import { randomUUID } from "node:crypto";
import { armError, type Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import { checkCompute } from "./checks.ts";
import type { JobDocument } from "./document.ts";
import { JobFailed, type ChildRun, type EmulatedJobType, type JobRun } from "./type.ts";

type Members = Readonly<Record<string, unknown>>;

/** A step as the wire has it, in Python's spelling. */
type Step = {
  readonly type?: string;
  readonly componentId: string;
  readonly computeId?: string;
  readonly display_name?: string;
  readonly environment_variables?: Members;
  readonly inputs?: Readonly<
    Record<string, { readonly job_input_type?: string; readonly value?: string; readonly uri?: string }>
  >;
  readonly outputs?: Readonly<Record<string, { readonly value?: string }>>;
};
type Steps = Readonly<Record<string, Step>>;

/** What an input is, or where an output was put. */
type Value = { readonly literal: string } | { readonly uri: string };
type Values = Readonly<Record<string, Value>>;

/** Steps that run as commands of their own, each as soon as what it reads is there. */
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
      await graph.runAll(whole, inputsOfJob(properties), (properties["settings"] ?? {}) as Members);
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

const runnable = ["command", "pipeline"];

function checkStep(name: string, { type = "command", componentId }: Step, store: Store): Reply | undefined {
  if (!runnable.includes(type))
    return armError(400, "UserError", `The emulator does not implement steps of type ${type} (${name}).`);
  const [, asset, version] = /\/components\/([^/]+)\/versions\/([^/]+)$/.exec(componentId) ?? [];
  const isThere = store.get("assets", `components/${String(asset)}/${String(version)}`.toLowerCase()) !== undefined;
  return isThere
    ? undefined
    : armError(400, "UserError", `The component ${componentId} of the step ${name} could not be found.`);
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
    const spec = specOf(step.componentId, this.#run);
    const given = { ...defaultsOf(spec), ...bound(step, around.inputs, around.done) };
    if (step.type === "pipeline") return this.#runInside(name, spec, given, around.settings);
    const { job, child } = this.#run;
    const id = randomUUID();
    this.#say(`The step ${name} starts as the run ${id}.`);
    const started = child(id, {
      ...commandOf(spec, given),
      displayName: step.display_name ?? name,
      experimentName: job.properties["experimentName"],
      computeId:
        computeOf(step.computeId, around.inputs) ?? around.settings["default_compute"] ?? job.properties["computeId"],
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
    const outputs = Object.keys(spec["outputs"] ?? {});
    return Object.fromEntries(
      outputs.map((output) => [
        output,
        { uri: `azureml://datastores/workspaceblobstore/paths/azureml/${id}/${output}/` },
      ]),
    );
  }

  async #runInside(name: string, spec: Members, given: Values, settings: Members): Promise<Values | undefined> {
    const failedBefore = this.failed.length;
    const inner = spec["jobs"] as Steps;
    const { on_init: _, on_finalize: __, ...rest } = settings;
    const done = await this.runAll(inner, given, rest);
    if (this.failed.length > failedBefore || this.#isCancelled) return undefined;
    this.#say(`The steps inside ${name} have ended.`);
    const outputs: Record<string, Value> = {};
    for (const [step, { outputs: declared = {} }] of Object.entries(inner)) {
      for (const [output, { value = "" }] of Object.entries(declared)) {
        const [, own] = /^\$\{\{parent\.outputs\.(.+)\}\}$/.exec(value) ?? [];
        const put = done.get(step)?.[output];
        if (own !== undefined && put !== undefined) outputs[own] = put;
      }
    }
    return outputs;
  }
}

function stepsBefore({ inputs = {} }: Step): readonly string[] {
  return Object.values(inputs).flatMap(({ value = "" }) =>
    [...value.matchAll(/\$\{\{parent\.jobs\.([^.]+)\.outputs\./g)].map(([, step = ""]) => step),
  );
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
      const [, own] = /^\$\{\{parent\.inputs\.(.+)\}\}$/.exec(value) ?? [];
      const [, step = "", output = ""] = /^\$\{\{parent\.jobs\.([^.]+)\.outputs\.(.+)\}\}$/.exec(value) ?? [];
      const found = own === undefined ? done.get(step)?.[output] : around[own];
      if (own === undefined && output === "") return [[name, { literal: value }]];
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

function computeOf(computeId: string | undefined, inputs: Values): string | undefined {
  const [, name] = /^\$\{\{parent\.inputs\.(.+)\}\}$/.exec(computeId ?? "") ?? [];
  const value = name === undefined ? undefined : inputs[name];
  return name === undefined ? computeId : value !== undefined && "literal" in value ? value.literal : undefined;
}

/** A component as a command job of its own. */
function commandOf(spec: Members, given: Values): Members {
  const withoutPrefix = (id: unknown) => (typeof id === "string" ? id.replace(/^azureml:(?=\/)/, "") : undefined);
  return {
    jobType: "Command",
    // A part in marks is there where all of its inputs are.
    command: String(spec["command"]).replaceAll(/\$\[\[(.*?)\]\]/gs, (_, part: string) =>
      [...part.matchAll(/\$\{\{\s*inputs\.(\w+)\s*\}\}/g)].every(([, name = ""]) => Object.hasOwn(given, name))
        ? part
        : "",
    ),
    codeId: withoutPrefix(spec["code"]),
    environmentId: withoutPrefix(spec["environment"]),
    inputs: Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        "uri" in value
          ? { jobInputType: "uri_folder", uri: value.uri }
          : { jobInputType: "literal", value: value.literal },
      ]),
    ),
    outputs: spec["outputs"],
  };
}
