import { listed } from "../../yaml/wording.ts";
import { typesThatRun } from "../../compute/target.ts";
import { readFolder } from "../v1-pipeline/folder.ts";
import { wholeRunconfig } from "../v1-pipeline/runconfig-text.ts";
import type { StepParts, StepReader } from "../v1-pipeline/step.ts";
import { asWritten, checkScript } from "./command.ts";
import { notCarriedOver, type RunConfigurationReader } from "./reader.ts";
import { checkSecrets } from "./secrets.ts";

/** A run configuration that goes to the execution service of the first SDK as it is. */
export type V1Run = {
  /** Every key that the SDK knows. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Name of the compute. */
  readonly target: string;
  /** What the script finds around it. */
  readonly folder: NonNullable<StepParts["folder"]>;
};

/** Reads a run configuration that is sent whole. @returns nothing where the service could not take it. */
export function readV1Run(
  { node, value, add }: Omit<RunConfigurationReader, "job">,
  addProblems: StepReader<unknown>["addProblems"],
): V1Run | undefined {
  checkSecrets(node, add);
  const target = readTarget(value.target ?? "local", add);
  const script = (value.script ?? "").replaceAll("\\", "/");
  const isCommand = Array.isArray(value.command) ? value.command.length > 0 : (value.command ?? "") !== "";
  if (script !== "" && isCommand)
    add("wrong-value", ["command"], "The run configuration has a command and a script.", "Keep one of the two.");
  else if (script !== "") checkScript(script, { node, add });
  else if (!isCommand) add("missing-key", [], 'The key "script" is missing.', "Add script, or command.");
  if (typeof value.environment === "string")
    add("wrong-value", ["environment"], "The environment is a path.", "Write the environment in its place.");
  if (value.credentialPassthrough === true)
    notCarriedOver(add, ["credentialPassthrough"], "the run does not act as whoever submits it.", "Remove it.");
  if (value.history?.snapshotProject === false)
    notCarriedOver(add, ["history", "snapshotProject"], "the script is uploaded with its folder.", "Remove it.");
  const folder = readFolder(undefined, { node, add });
  const whole = wholeRunconfig(node, add, addProblems);
  if (target === undefined || folder === undefined) return undefined;
  const words = (value.arguments ?? []).map((word, index) => asWritten({ node }, word, ["arguments", index]));
  return {
    configuration: {
      ...whole,
      script: script === "" ? null : script,
      arguments: words,
      target,
      dataReferences: Object.fromEntries(
        Object.entries(value.dataReferences ?? {}).map(([name, reference]) => [name, { ...ofReference, ...reference }]),
      ),
      history: { ...(whole["history"] as object), snapshotProject: true },
      credentialPassthrough: false,
    },
    target,
    folder,
  };
}

/** What the SDK fills in for data that a run configuration names. */
const ofReference = { pathOnDataStore: null, mode: "mount", overwrite: false, pathOnCompute: null };

/** The SDK ran these on its own machine too, and made clusters for single runs: neither is there any more. */
function readTarget(target: string, add: RunConfigurationReader["add"]): string | undefined {
  if (!["local", "amlcompute"].includes(target.toLowerCase())) return target;
  add(
    "wrong-compute",
    ["target"],
    `The target is ${target}, and a run configuration of the framework PySpark runs on a cluster of Spark.`,
    `Name a target of type ${listed(typesThatRun("pyspark"))}.`,
  );
  return undefined;
}
