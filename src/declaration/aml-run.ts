import { problemsAt } from "../compute/problems-at.ts";
import type { AddProblem } from "../compute/kind.ts";
import { toJob } from "../job/runconfig/run-configuration.ts";
import { translatedDocument, translation } from "../job/runconfig/translation.ts";
import { loadFiles } from "../yaml/files.ts";
import { namedPath } from "../yaml/named-path.ts";
import type { Problem } from "../yaml/problem.ts";
import { withoutFaults } from "../yaml/salvage.ts";
import { checkShape } from "../yaml/shape.ts";
import { positionOf, type NodePath, type SourceDocument, type SourceNode } from "../yaml/source.ts";
import { isMapping } from "../yaml/wording.ts";
import { amlRunSchema, type AmlRun } from "./aml-run-shape.ts";
import type { RunDefaults } from "./run-defaults.ts";

const defaults = {
  runconfig_yaml_file: "code/train/run_config.yml",
  pipeline_yaml_file: "code/train/pipeline.yml",
  runconfig_python_file: "code/train/run_config.py",
} as const;
/** aml-run takes the first so many characters of an experiment's name. */
const longestExperiment = 36;

/** What came of a `run.json`: the job that it names, with what it says of it. */
export type ReadAmlRun = {
  readonly node?: SourceNode;
  readonly defaults?: RunDefaults;
  readonly problems: readonly Problem[];
  /** What was read on the way. */
  readonly documents: readonly SourceDocument[];
};

type Folders = { readonly workingDirectory: string; readonly checkout: string };

/** Reads a `run.json`: the run configuration that it names becomes the run. */
export async function readAmlRun(document: SourceDocument, folders: Folders): Promise<ReadAmlRun> {
  const node: SourceNode = { document, path: Array.isArray(document.value) ? [0] : [] };
  const checked = checkShape(amlRunSchema, node);
  const rest = checked.value === undefined ? withoutFaults(amlRunSchema, node) : undefined;
  const value = checked.value ?? (rest === undefined ? undefined : checkShape(amlRunSchema, rest).value) ?? {};
  const { found, add } = problemsAt(node);
  checkLength(document, found as Problem[]);
  warnOfUnused(value, add);
  // Its paths start from the root of the repository.
  const root = { folder: folders.checkout, root: folders.checkout };
  const inRoot: SourceDocument = { ...document, ...root };
  const job = await jobOf(value, node, folders, add);
  const problems = [...checked.problems, ...found, ...(job?.problems ?? [])];
  if (job === undefined) return { problems, documents: [inRoot] };
  return {
    node: { document: withNames(job.document, value, node, add), path: [] },
    defaults: {
      wait: value.wait_for_completion ?? true,
      download: value.download_artifacts === true ? ["**"] : [],
      experimentOfBranch: value.experiment_name === undefined,
    },
    problems: [...checked.problems, ...found, ...job.problems],
    documents: [inRoot, job.document],
  };
}

function checkLength(document: SourceDocument, problems: Problem[]): void {
  if (!Array.isArray(document.value) || document.value.length < 2) return;
  problems.push({
    code: "two-runs",
    severity: "error",
    where: positionOf({ document, path: [1] }),
    message: "The list has several runs, but a step takes one.",
    fix: "Write a file for each, and name them by strategy.matrix and the input run.",
  });
}

type Job = { readonly document: SourceDocument; readonly problems: readonly Problem[] };

/** The first that is there: a run configuration, a pipeline, Python. */
async function jobOf(value: AmlRun, node: SourceNode, folders: Folders, add: AddProblem): Promise<Job | undefined> {
  const isThere = (key: keyof typeof defaults) => fileOf(value[key] ?? defaults[key], folders) !== undefined;
  const path = fileOf(value.runconfig_yaml_file ?? defaults.runconfig_yaml_file, folders);
  if (path !== undefined) {
    const unused = value.pipeline_yaml_file !== undefined && isThere("pipeline_yaml_file");
    if (unused)
      notCarriedOver(add, "pipeline_yaml_file", "runconfig_yaml_file takes precedence.", "Keep one of the two.");
    for (const key of ["runconfig_python_file", "runconfig_python_function_name"] as const)
      if (value[key] !== undefined)
        notCarriedOver(add, key, "the run is that of runconfig_yaml_file.", "Remove it; no Python is called.");
    return loadJob(path, "runconfig_yaml_file", node, folders);
  }
  const at = (key: keyof typeof defaults): NodePath => (value[key] === undefined ? [] : [key]);
  const pipeline = fileOf(value.pipeline_yaml_file ?? defaults.pipeline_yaml_file, folders);
  if (pipeline !== undefined) {
    for (const key of ["runconfig_python_file", "runconfig_python_function_name"] as const)
      if (value[key] !== undefined)
        notCarriedOver(add, key, "the run is that of pipeline_yaml_file.", "Remove it; no Python is called.");
    return loadJob(pipeline, "pipeline_yaml_file", node, folders);
  }
  const isPython = value.runconfig_python_file !== undefined || isThere("runconfig_python_file");
  if (isPython) {
    const file = value.runconfig_python_file ?? defaults.runconfig_python_file;
    const message = `The run is made by the Python file ${JSON.stringify(file)} with the retired SDK, which is not called here.`;
    const fix = `Write what it makes as an az ml job, and name that as the run; or as a run configuration, ${defaults.runconfig_yaml_file}.`;
    add("not-carried-over", at("runconfig_python_file"), message, fix);
    return undefined;
  }
  const file = value.runconfig_yaml_file ?? defaults.runconfig_yaml_file;
  add(
    "missing-file",
    at("runconfig_yaml_file"),
    `The run configuration ${JSON.stringify(file)} does not exist.`,
    "Fix the path of runconfig_yaml_file; it is relative to the root of the repository.",
  );
  return undefined;
}

/** The absolute path of a file of the repository; one in a working directory below its root is found as well. */
function fileOf(path: string, { workingDirectory, checkout }: Folders): string | undefined {
  const places = [checkout, workingDirectory].map((folder) => namedPath(path, { folder, root: checkout }));
  return places.find(({ is }) => is === "file")?.path;
}

async function loadJob(
  path: string,
  key: "runconfig_yaml_file" | "pipeline_yaml_file",
  node: SourceNode,
  folders: Folders,
): Promise<Job | undefined> {
  const where = positionOf(node, [key]);
  const { files, problems } = await loadFiles([path], folders.workingDirectory, folders, where);
  const [loaded] = files;
  const [document] = loaded?.documents ?? [];
  const ofFile = [...problems, ...(loaded?.problems ?? [])];
  if (document !== undefined) {
    // A pipeline has a form of its own.
    const job = key === "pipeline_yaml_file" ? asPipeline(document) : toJob(document);
    return { document: job.document, problems: [...ofFile, ...job.problems] };
  }
  const empty: Problem = {
    code: "not-a-declaration",
    severity: "error",
    where,
    message: key === "pipeline_yaml_file" ? "The pipeline is empty." : "The run configuration is empty.",
    fix: key === "pipeline_yaml_file" ? "Write pipeline, with its steps." : "Write script and target.",
  };
  return { document: node.document, problems: ofFile.length > 0 ? ofFile : [empty] };
}

/** What has the key of a pipeline of the first SDK is read as one, whatever is below it. */
function asPipeline(document: SourceDocument): Job {
  const root: SourceNode = { document, path: [] };
  if (!isMapping(document.value) || !Object.hasOwn(document.value, "pipeline")) return { document, problems: [] };
  const made = translation();
  for (const [key, member] of Object.entries(document.value)) made.put([key], member, { document, path: [key] });
  made.put(["type"], "v1_pipeline", root);
  return { document: translatedDocument(made, root), problems: [] };
}

/** Experiment and tags, which a run configuration has no keys for. */
function withNames(job: SourceDocument, value: AmlRun, node: SourceNode, add: AddProblem): SourceDocument {
  const made = translation();
  for (const [key, member] of Object.entries(isMapping(job.value) ? job.value : {}))
    made.put([key], member, { document: job, path: [key] });
  const from = (key: string): SourceNode => ({ ...node, path: [...node.path, key] });
  const { experiment_name: experiment, tags } = value;
  if (experiment !== undefined) {
    const name = experiment.slice(0, longestExperiment);
    if (name !== experiment)
      notCarriedOver(
        add,
        "experiment_name",
        `aml-run takes its first ${longestExperiment} characters.`,
        `Write ${name}.`,
      );
    made.put(["experiment_name"], name, from("experiment_name"));
  }
  if (tags !== undefined) made.put(["tags"], tags, from("tags"));
  return translatedDocument(made, { document: job, path: [] });
}

/** Nothing publishes pipelines here. */
function warnOfUnused(value: AmlRun, add: AddProblem): void {
  const keys = [
    "pipeline_publish",
    "publish_pipeline",
    "pipeline_name",
    "pipeline_version",
    "pipeline_continue_on_step_failure",
  ] as const;
  for (const key of keys)
    if (value[key] !== undefined && value[key] !== false)
      notCarriedOver(add, key, "no pipeline is published.", "Remove it.");
}

function notCarriedOver(add: AddProblem, key: keyof AmlRun, why: string, fix: string): void {
  add("not-carried-over", [key], `${key} is not carried over: ${why}`, fix, "warning");
}
