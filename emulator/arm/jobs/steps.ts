import type { JobDocument } from "./document.ts";

type Members = Readonly<Record<string, unknown>>;

/** What an input is, or where an output was put. */
export type Value = { readonly literal: string } | { readonly uri: string };
export type Values = Readonly<Record<string, Value>>;

/** A step as the wire has it, in Python's spelling; what it is bound to is put in. */
type Step = Members;

/** A step as a job of its own: what its type runs, with the inputs that it is given. */
type ToJob = (step: Step, spec: Members, given: Values) => JobDocument["properties"];

/** Steps by their types, each as the job that it runs as. */
export const jobsOfSteps: Readonly<Record<string, ToJob>> = {
  command: (_, spec, given) => ({ jobType: "Command", ...commandOf(spec, given), ...portsOf(spec, given) }),
  sweep: (step, spec, given) => ({
    jobType: "Sweep",
    ...sweepOf(step, withParameters(commandOf(spec, given), membersOf(step["search_space"]))),
    ...portsOf(spec, given),
  }),
  parallel: (step, spec, given) => {
    const task = membersOf(step["task"] ?? spec["task"]);
    return {
      jobType: "Parallel",
      ...spec,
      ...step,
      task,
      codeId: withoutPrefix(task["code"]),
      environmentId: withoutPrefix(task["environment"]),
      ...portsOf(spec, given),
    };
  },
  spark: (step, spec, given) => ({ jobType: "Spark", ...sparkOf(step, spec), ...portsOf(spec, given) }),
  automl: (step) => ({
    jobType: "AutoML",
    taskDetails: {
      taskType: String(step["task"]).replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      trainingData: { jobInputType: "mltable", uri: step["training_data"] },
    },
  }),
  data_transfer: (step, spec, given) => ({
    jobType: "DataTransfer",
    task: step["task"],
    data_copy_mode: step["data_copy_mode"],
    ...portsOf(spec, given),
  }),
  // Its steps are its own children.
  pipeline: (_, spec, given) => ({ jobType: "Pipeline", jobs: spec["jobs"], ...portsOf({}, given) }),
};

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

function withoutPrefix(id: unknown): string | undefined {
  return typeof id === "string" ? id.replace(/^azureml:(?=\/)/, "") : undefined;
}

function portsOf(spec: Members, given: Values): Members {
  return {
    inputs: Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        "uri" in value
          ? { jobInputType: "uri_folder", uri: value.uri }
          : { jobInputType: "literal", value: value.literal },
      ]),
    ),
    outputs: spec["outputs"] === undefined ? undefined : outputsOfJob(spec["outputs"]),
  };
}

/** Outputs of a component in the spelling of jobs. */
function outputsOfJob(outputs: unknown): Members {
  return Object.fromEntries(
    Object.entries(membersOf(outputs)).map(([name, output]) => [
      name,
      { jobOutputType: membersOf(output)["type"] ?? "uri_folder", mode: "ReadWriteMount", uri: null },
    ]),
  );
}

/** A part in marks is there where all of its inputs are. */
function withGiven(text: unknown, given: Values): string {
  return String(text ?? "").replaceAll(/\$\[\[(.*?)\]\]/gs, (_, part: string) =>
    [...part.matchAll(/\$\{\{\s*inputs\.(\w+)\s*\}\}/g)].every(([, name = ""]) => Object.hasOwn(given, name))
      ? part
      : "",
  );
}

function commandOf(spec: Members, given: Values) {
  return {
    command: withGiven(spec["command"], given),
    codeId: withoutPrefix(spec["code"]),
    environmentId: withoutPrefix(spec["environment"]),
  };
}

/** The parameters of the search are inputs of the trial's component. */
function withParameters(trial: ReturnType<typeof commandOf>, space: Members) {
  const command = trial.command.replaceAll(/\$\{\{\s*inputs\.(\w+)\s*\}\}/g, (binding, name: string) =>
    Object.hasOwn(space, name) ? `\${{search_space.${name}}}` : binding,
  );
  return { ...trial, command };
}

/** Of each distribution, its parameters in ARM's order. */
const parameterOrder = ["min_value", "max_value", "mu", "sigma", "q", "upper"];

function sweepOf(step: Step, trial: ReturnType<typeof commandOf>): Members {
  const limits = membersOf(step["limits"]);
  const objective = membersOf(step["objective"]);
  const sampling = step["sampling_algorithm"];
  const seconds = (value: unknown) => (Number(value) > 0 ? `PT${Number(value)}S` : undefined);
  return {
    trial,
    searchSpace: Object.fromEntries(
      Object.entries(membersOf(step["search_space"])).map(([name, one]) => [name, distributionOf(membersOf(one))]),
    ),
    samplingAlgorithm:
      typeof sampling === "string"
        ? { samplingAlgorithmType: sampling }
        : { ...membersOf(sampling), samplingAlgorithmType: membersOf(sampling)["type"] },
    objective: { goal: objective["goal"], primaryMetric: objective["primary_metric"] },
    limits: {
      maxTotalTrials: Number(limits["max_total_trials"]),
      maxConcurrentTrials: limits["max_concurrent_trials"],
      timeout: seconds(limits["timeout"]),
      trialTimeout: seconds(limits["trial_timeout"]),
    },
    earlyTermination:
      step["early_termination"] === undefined ? undefined : inCamelCase(membersOf(step["early_termination"])),
  };
}

function distributionOf({ type, values, ...rest }: Members): readonly unknown[] {
  if (Array.isArray(values)) return [type, [values]];
  return [type, parameterOrder.flatMap((key) => (rest[key] === undefined ? [] : [Number(rest[key])]))];
}

function inCamelCase(members: Members): Members {
  return Object.fromEntries(
    Object.entries(members).map(([key, value]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

/** A component in Azure says what the step does not. */
function sparkOf(step: Step, spec: Members): Members {
  const entry = membersOf(step["entry"] ?? spec["entry"]);
  const conf = { ...membersOf(spec["conf"]), ...membersOf(step["conf"]) };
  return {
    codeId: withoutPrefix(spec["code"]),
    entry: { sparkJobEntryType: "SparkJobPythonEntry", file: entry["file"] },
    args: step["args"] ?? spec["args"],
    conf: Object.fromEntries(Object.entries(conf).map(([name, value]) => [name, String(value)])),
    pyFiles: step["py_files"] ?? spec["py_files"],
    jars: step["jars"] ?? spec["jars"],
    files: step["files"] ?? spec["files"],
    archives: step["archives"] ?? spec["archives"],
    environmentId: withoutPrefix(spec["environment"]),
    resources: step["resources"] === undefined ? undefined : inCamelCase(membersOf(step["resources"])),
  };
}
