import { readFileSync } from "node:fs";
import { basename, dirname, posix } from "node:path";
import { problemsAt } from "../../compute/problems-at.ts";
import { keepInside, leadsOutside, namedPath } from "../../yaml/named-path.ts";
import type { Problem } from "../../yaml/problem.ts";
import { withoutFaults } from "../../yaml/salvage.ts";
import { checkShape } from "../../yaml/shape.ts";
import { shownPath, type NodePath, type SourceDocument, type SourceNode } from "../../yaml/source.ts";
import { isMapping } from "../../yaml/wording.ts";
import { readDocuments } from "../../yaml/yaml.ts";
import { readCommand } from "./command.ts";
import { readCompute } from "./compute.ts";
import { readData, warnOfVariables } from "./data.ts";
import { readEnvironment } from "./environment.ts";
import { notCarriedOver, sourceFolder, type RunConfigurationReader } from "./reader.ts";
import { checkSecrets } from "./secrets.ts";
import { runConfigurationSchema, unusedIn } from "./shape.ts";
import { translatedDocument, translation } from "./translation.ts";

/** What came of a run configuration: a job whose places are those of the run configuration. */
export type TranslatedJob = { readonly document: SourceDocument; readonly problems: readonly Problem[] };

/**
 * A run configuration as the az ml job that it describes, to be read like any other job. One that az ml has no job for stays
 * what it is, as a job of its own type.
 *
 * @param isWhole where its target is known to be a compute that az ml has no jobs for.
 */
export function toJob(original: SourceDocument, isWhole = false): TranslatedJob {
  const { document, problems: ofFile } = withEnvironmentFile(inSourceFolder(original));
  const node: SourceNode = { document, path: [] };
  if (isMapping(document.value) && (isWhole || document.value["framework"] === "PySpark")) {
    const job = translation();
    job.put(["type"], "v1_run", node);
    job.put(["runconfig"], document.value, node);
    return { document: translatedDocument(job, node), problems: ofFile };
  }
  const checked = checkShape(runConfigurationSchema, node);
  const rest = checked.value === undefined ? withoutFaults(runConfigurationSchema, node) : undefined;
  const value =
    checked.value ?? (rest === undefined ? undefined : checkShape(runConfigurationSchema, rest).value) ?? {};
  const { found, add } = problemsAt(node);
  const reader: RunConfigurationReader = { value, node, job: translation(), add };
  checkSecrets(node, add);
  readFramework(reader);
  const bindings = readData(reader);
  readCommand(reader, bindings, checked.value !== undefined);
  readCompute(reader);
  readEnvironment(reader);
  warnOfVariables(reader);
  for (const path of unusedIn(runConfigurationSchema(), value)) warnOfUnused(path, reader);
  return {
    document: translatedDocument(reader.job, node),
    problems: [...ofFile, ...checked.problems, ...found],
  };
}

/** Paths start from the folder of the project, of which the SDK keeps its own files in a folder below. */
function inSourceFolder(document: SourceDocument): SourceDocument {
  if (![".azureml", "aml_config"].includes(basename(document.folder))) return document;
  return {
    ...document,
    folder: dirname(document.folder),
    shownFolder: posix.dirname(posix.dirname(document.file)),
  };
}

/** The environment may be kept in a file of its own, which is then named in its place. */
export function withEnvironmentFile(document: SourceDocument): TranslatedJob {
  const root: SourceNode = { document, path: [] };
  const { value } = document;
  if (!isMapping(value) || typeof value["environment"] !== "string") return { document, problems: [] };
  const path = value["environment"];
  const { found, add } = problemsAt(root);
  const ofText: Problem[] = [];
  const what = `The environment file ${JSON.stringify(path)}`;
  const { path: absolute, is } = namedPath(path, document);
  const made = translation();
  for (const [key, member] of Object.entries(value))
    if (key !== "environment") made.put([key], member, { document, path: [key] });
  if (is === "file") {
    const read = readDocuments(readFileSync(absolute, "utf8"), {
      file: shownPath(document, path),
      folder: document.folder,
      root: document.root,
    });
    const [environment] = read.documents;
    ofText.push(...read.problems);
    if (isMapping(environment?.value))
      made.put(["environment"], environment.value, { document: environment, path: [] });
    else if (read.problems.length === 0)
      add("wrong-file", ["environment"], `${what} is not a mapping.`, "Write an environment of the first SDK.");
  } else if (is === "outside") add("outside", ["environment"], `${what} ${leadsOutside}.`, keepInside);
  else
    add(
      "missing-file",
      ["environment"],
      `${what} does not exist.`,
      `Fix the path; it is relative to ${sourceFolder(document)}.`,
    );
  return { document: translatedDocument(made, root), problems: [...ofText, ...found] };
}

function readFramework({ value: { framework }, add }: RunConfigurationReader): void {
  if (framework === "CNTK")
    notCarriedOver(add, ["framework"], "the script is run with Python.", "Put what it needs into the environment.");
}

/** What to do where az ml has the thing under another name. */
const instead = new Map<string, string>([
  ["kubernetescompute.instanceType", "Write overrides: { resources.instance_type: … } beside run."],
  ["amlcompute.vmPriority", "Write overrides: { queue_settings.job_tier: spot } beside run."],
  ["credentialPassthrough", "Write an az ml job with identity: { type: user_identity }."],
  ["applicationEndpoints", "Write an az ml job with services."],
  ["environment.docker.baseImageRegistry.address", "Write the registry in front of the image: ADDRESS/IMAGE."],
  ["environment.python.interpreterPath", "Write command in place of script, with that interpreter."],
]);

function warnOfUnused(path: NodePath, { add }: RunConfigurationReader): void {
  const key = path.map(String).join(".");
  if (key.endsWith(".environmentVariableName")) return;
  notCarriedOver(
    add,
    path,
    "az ml jobs have no counterpart for it.",
    instead.get(key) ?? "Remove it once the run does without it.",
  );
}
