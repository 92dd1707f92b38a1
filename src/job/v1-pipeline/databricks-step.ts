import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { pythonText } from "../../yaml/python-text.ts";
import { shape, text } from "../../yaml/shape.ts";
import { listed } from "../../yaml/wording.ts";
import { checkCluster, clusterKeys, clusterSettings, clusterShape, type Values } from "./databricks-cluster.ts";
import { readDatabricksPart, type DatabricksPart } from "./databricks-runconfig.ts";
import { checkScript, readFolder } from "./folder.ts";
import { stepKeys, texts, whole, words } from "./shape.ts";
import type { StepParameter, StepParts, StepReader } from "./step.ts";

export const type = "DatabricksStep";
export const executionType = "databrickscloud";
export const workload = "databricks-step";

const inRunconfig = "Put it under environment.databricks of a file, and name that as runconfig.";

/** The official client does not take them from this file. */
const libraryKeys = () => {
  const refused = () => z.undefined({ error: `Libraries are not read from this file. ${inRunconfig}` }).optional();
  const ignored = () => z.unknown().optional();
  return {
    pypi_libraries: refused(),
    egg_libraries: refused(),
    jar_libraries: refused(),
    maven_libraries: ignored(),
    rcran_libraries: ignored(),
  };
};

export const schema = shape(() =>
  z.strictObject({
    ...stepKeys(type),
    name: text(),
    runconfig: text().optional(),
    run_name: text().optional(),
    timeout_seconds: whole().optional(),
    notebook_path: text().optional(),
    notebook_params: words().optional(),
    python_script_path: text().optional(),
    python_script_name: text().optional(),
    python_script_params: texts().optional(),
    main_class_name: text().optional(),
    jar_params: texts().optional(),
    ...clusterShape(),
    ...libraryKeys(),
  }),
);
type Keys = z.infer<ReturnType<typeof schema>>;

export const unsent = {
  parameters: "Remove it, and give the values as notebook_params, python_script_params or jar_params.",
  arguments: "Remove it, and give the values as notebook_params, python_script_params or jar_params.",
  maven_libraries: inRunconfig,
  rcran_libraries: inRunconfig,
  hash_paths: "Remove it; all files of source_directory count.",
} as const;

const whats = ["notebook_path", "python_script_path", "python_script_name", "main_class_name"] as const;

/** What goes with which of them. */
const parametersOf = {
  notebook_path: "notebook_params",
  python_script_path: "python_script_params",
  python_script_name: "python_script_params",
  main_class_name: "jar_params",
} as const;

/** A notebook, a script or a JAR that runs on a cluster of an Azure Databricks workspace. */
export function read(reader: StepReader<Keys>): StepParts | undefined {
  const { value, add, node, compute } = reader;
  const what = checkWhat(reader);
  const { libraries, cluster }: DatabricksPart =
    value.runconfig === undefined ? { libraries: [] } : readDatabricksPart(value.runconfig, reader);
  const twice = cluster === undefined ? [] : clusterKeys.filter((key) => value[key] !== undefined);
  for (const key of twice)
    add(
      "wrong-value",
      [key],
      `The cluster is described here by ${key}, and by the file ${JSON.stringify(value.runconfig)}.`,
      "Describe it in one of the two.",
    );
  const described = cluster ?? value;
  if (cluster === undefined) checkCluster(reader);
  const folder =
    value.python_script_name === undefined || value.source_directory === undefined
      ? undefined
      : readFolder(value.source_directory, reader);
  if (value.python_script_name !== undefined) {
    if (value.source_directory === undefined)
      add(
        "missing-key",
        ["python_script_name"],
        "The script is one of this machine, and the step has no source_directory.",
        "Add source_directory, or name a script on DBFS as python_script_path.",
      );
    checkScript("python_script_name", value.python_script_name, folder, reader);
  }
  if (what === undefined) return undefined;
  const parameterKey = parametersOf[what];
  for (const key of new Set(Object.values(parametersOf)))
    if (key !== parameterKey && value[key] !== undefined)
      add("unused-key", [key], `${key} is for another kind of program than ${what}.`, "Remove it.", "warning");
  const sourceText = (...path: readonly string[]) => node.document.textAt?.([...node.path, ...path]);
  const own = cluster === undefined;
  const pairs = (key: "notebook_params" | "spark_conf" | "spark_env_variables", values: Values) =>
    Object.entries(values)
      .map(
        ([name, one]) =>
          `${name}=${pythonText(one, own || key === "notebook_params" ? sourceText(key, name) : undefined)}`,
      )
      .join(";");
  const values =
    what === "notebook_path"
      ? pairs("notebook_params", value.notebook_params ?? {})
      : joined(value[parameterKey] as readonly string[] | undefined);
  const program: Readonly<Record<string, string>> = {
    ...(value[what] === undefined ? {} : { [what]: value[what] }),
    ...(values === "" ? {} : { [what === "notebook_path" ? "base_parameters" : parameterKey]: values }),
  };
  const settings: Readonly<Record<string, string>> = defined({
    timeout_seconds: value.timeout_seconds === undefined ? undefined : String(value.timeout_seconds),
    run_name: value.run_name,
    ...clusterSettings(described, pairs),
    ...Object.fromEntries(libraries),
    compute_name: compute,
  });
  return {
    name: value.name,
    parameters: Object.entries(program).map(given),
    metadata: Object.entries(settings).map(given),
    ...defined({ version: value.version, folder }),
  };
}

/** The module has every value as its default, and the node says it again. */
function given([name, value]: readonly [string, string]): StepParameter {
  return { name, isOptional: false, default: value, value };
}

/** With the client's signs between them; its own sign within them becomes another. */
function joined(values: readonly string[] = []): string {
  return values.map((value) => value.replaceAll("|", "|-")).join("||");
}

function checkWhat({ value, add }: StepReader<Keys>): (typeof whats)[number] | undefined {
  const [first, ...others] = whats.filter((key) => value[key] !== undefined);
  if (first === undefined) add("missing-key", [], "The step names nothing to run.", `Add one of ${listed(whats)}.`);
  for (const key of others)
    add("wrong-value", [key], `The step has ${first} and ${key}, but runs only one program.`, "Keep one of the two.");
  return first;
}
