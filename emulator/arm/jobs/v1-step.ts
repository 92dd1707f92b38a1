import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runLogged } from "../../../src/run/on-runner/process.ts";
import { v1Collections, type V1Module, type V1Node, type V1Snapshot } from "../../data-plane/v1-graph.ts";
import { armError } from "../../server/reply.ts";
import { variablesOf } from "./command.ts";
import { artifactContainer } from "./document.ts";
import { fetchData, finishProcess } from "./files.ts";
import { JobFailed, type EmulatedJobType, type JobRun } from "./type.ts";

type Step = {
  readonly module: V1Module;
  readonly node: V1Node;
  readonly inputs: Readonly<Record<string, { readonly store: string; readonly path: string }>>;
  readonly assignments: Readonly<Record<string, string>>;
  /** An earlier run of it takes its place: nothing runs. */
  readonly isReused: boolean;
};

/** A step of a pipeline of the first SDK. What needs a cluster of another service fails, and says so. */
export const v1Step: EmulatedJobType = {
  jobType: "V1Step",
  runType: "azureml.StepRun",
  check: ({ step }) =>
    step === undefined ? armError(400, "UserError", "Jobs of ARM have no type V1Step.") : undefined,
  run: async (run) => {
    const { job, folder, signal } = run;
    const step = job.properties["step"] as Step;
    if (step.isReused) return;
    const program = programOf(step);
    const code = join(folder, "code");
    await mkdir(join(code, "outputs"), { recursive: true });
    await fetchSnapshot(step.module.StorageId, code, run);
    const ports = await fetchPorts(step, run);
    run.setStatus("Running");
    const std = await run.log("user_logs/std_log.txt");
    std.line(`${program.remark} Packages of its environment are not installed.`);
    const args = program.isStructured ? argumentsOf(step, ports) : program.args;
    const end = await runLogged(program.command, [...program.first, ...args], {
      cwd: code,
      env: { ...variablesOf(run), PATH: process.env["PATH"], ...parametersOf(step), ...variablesOfPorts(ports) },
      onLine: std.line,
      signal,
    }).catch((error: unknown) => {
      throw new JobFailed("UserError", `${program.command} could not be started here: ${String(error)}`);
    });
    await finishProcess(
      run,
      code,
      end.code,
      `Execution failed. The process exited with status code ${String(end.code)}. Please check log file 'user_logs/std_log.txt' for error details.`,
    );
  },
};

type Program = {
  readonly command: string;
  readonly first: readonly string[];
  readonly args: readonly string[];
  /** Its arguments are those of the module. */
  readonly isStructured: boolean;
  readonly remark: string;
};

/** What stands for the step on this machine. @throws JobFailed for what cannot run here. */
function programOf({ module, node }: Step): Program {
  const value = (name: string) => node.ModuleParameters.find(({ Name }) => Name === name)?.Value;
  const notHere = (what: string) =>
    new JobFailed("UserError", `The emulator has no ${what}: the step ${module.Name} cannot run.`);
  switch (module.StepType) {
    case "PythonScriptStep":
      return {
        command: "python3",
        first: [value("Script") ?? ""],
        args: [],
        isStructured: true,
        remark: "The emulator runs the script with this machine's Python.",
      };
    case "DatabricksStep": {
      const script = value("python_script_name");
      if (script === undefined)
        throw notHere(`Databricks workspace with ${value("notebook_path") ?? value("python_script_path") ?? "JARs"}`);
      const params = value("python_script_params");
      return {
        command: "python3",
        first: [script],
        args: params === undefined ? [] : params.split("||").map((one) => one.replaceAll("|-", "|")),
        isStructured: false,
        remark: "The emulator has no Databricks: the script runs as a plain process of this machine, without Spark.",
      };
    }
    case "AzureBatchStep": {
      const executable = value("Executable") ?? "";
      if (!/\.(sh|py)$/.test(executable)) throw notHere(`pool of Azure Batch to run ${executable}`);
      return {
        command: executable.endsWith(".py") ? "python3" : "sh",
        first: [executable],
        args: [],
        isStructured: true,
        remark: "The emulator has no Azure Batch: the executable runs as a plain process of this machine.",
      };
    }
    default:
      throw notHere(`service for steps of the type ${module.StepType}`);
  }
}

/** The files of a snapshot of the first SDK. */
export async function fetchSnapshot(id: string | undefined, folder: string, { options }: JobRun): Promise<void> {
  if (id === undefined) return;
  const files = options.store.get<V1Snapshot>(v1Collections.snapshots, id)?.files ?? {};
  const container = (await options.storage.service()).getContainerClient(artifactContainer);
  for (const [name, blob] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await container.getBlobClient(blob).downloadToFile(path);
  }
}

/** Folders and files by the names of ports. */
type Ports = { readonly inputs: ReadonlyMap<string, string>; readonly outputs: ReadonlyMap<string, string> };

async function fetchPorts({ inputs, module }: Step, { folder, options }: JobRun): Promise<Ports> {
  const fetched = new Map<string, string>();
  for (const [name, { store, path }] of Object.entries(inputs)) {
    const address = `azureml://datastores/${store}/paths/${path}`;
    fetched.set(name, await fetchData(address, join(folder, "inputs", name), options));
  }
  const outputs = new Map<string, string>();
  for (const { Name, SkipProcessing } of module.StructuredInterface.Outputs) {
    if (SkipProcessing === true) continue;
    const path = join(folder, "named-outputs", Name);
    await mkdir(path, { recursive: true });
    outputs.set(Name, path);
  }
  return { inputs: fetched, outputs };
}

function argumentsOf({ module }: Step, { inputs, outputs }: Ports): readonly string[] {
  return (module.StructuredInterface.Arguments ?? []).map(({ ValueType, Value }) => {
    if (ValueType === "Input") return inputs.get(Value) ?? "";
    return ValueType === "Output" ? (outputs.get(Value) ?? "") : Value;
  });
}

/** Parameters that a script finds in its environment. */
function parametersOf({ module, node, assignments }: Step): Readonly<Record<string, string>> {
  return Object.fromEntries(
    module.StructuredInterface.Parameters.flatMap(
      ({ Name, EnvironmentVariableOverride: variable, DefaultValue = "" }) => {
        if (variable === undefined) return [];
        const set = node.ModuleParameters.find((one) => one.Name === Name);
        const value = set?.ValueType === "1" ? assignments[set.Value ?? ""] : set?.Value;
        return [[variable, value ?? DefaultValue]];
      },
    ),
  );
}

function variablesOfPorts({ inputs, outputs }: Ports): Readonly<Record<string, string>> {
  return Object.fromEntries([...inputs, ...outputs].map(([name, path]) => [`AZUREML_DATAREFERENCE_${name}`, path]));
}
