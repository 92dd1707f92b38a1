import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { runLogged } from "../../../src/run/on-runner/process.ts";
import { armError, type Reply } from "../../server/reply.ts";
import type { Store } from "../../store.ts";
import { kindOf } from "../computes/kinds.ts";
import { checkCompute } from "./checks.ts";
import { bind, variablesOf } from "./command.ts";
import type { JobDocument } from "./document.ts";
import { buildEnvironment } from "./environment.ts";
import { fetchCode, finishProcess } from "./files.ts";
import type { EmulatedJobType } from "./type.ts";

const logFile = "logs/azureml/driver/stdout";

/**
 * A Spark job. Where this machine has Java and PySpark, it runs by Spark on this machine, with the job's settings; else its
 * entry runs as a plain Python process. The log begins with which of the two it was.
 */
export const spark: EmulatedJobType = {
  jobType: "Spark",
  runType: "azureml.SparkRun",
  check: (properties, store) => checkEntry(properties) ?? checkPlace(properties, store),
  run: async (run) => {
    const { job, folder, signal, options } = run;
    const code = join(folder, "code");
    await mkdir(join(code, "outputs"), { recursive: true });
    await fetchCode(job, code, options);
    const own = job.properties["environmentId"] === undefined ? undefined : await buildEnvironment(run);
    const args = await bind(run, textOf(job.properties["args"]) ?? "");
    run.setStatus("Running");
    const { line } = await run.log(logFile);
    const path = [own, process.env["PATH"]].filter((part) => part !== undefined).join(delimiter);
    const pySpark = await findPySpark(path);
    line(
      pySpark === undefined
        ? "Emulator: this machine has no PySpark with Java, so the entry runs as a plain Python process."
        : `Emulator: the entry runs by PySpark ${pySpark} on this machine.`,
    );
    const env = {
      ...variablesOf(run),
      PATH: path,
      JAVA_HOME: process.env["JAVA_HOME"],
      PYTHONPATH: [code, ...listOf(job.properties["pyFiles"]).map((file) => join(code, file))].join(delimiter),
      ...(pySpark === undefined ? {} : { PYSPARK_SUBMIT_ARGS: submitArguments(job.properties) }),
    };
    const { file } = job.properties["entry"] as { readonly file: string };
    const end = await runLogged("bash", ["-c", `python3 "$0" ${args}`, file], { cwd: code, env, onLine: line, signal });
    await finishProcess(
      run,
      code,
      end.code,
      `The Spark application ended with exit code ${String(end.code)}. See the driver's log ${logFile}.`,
    );
  },
};

function checkEntry({ entry }: JobDocument["properties"]): Reply | undefined {
  const { sparkJobEntryType: type, file } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (type === "SparkJobPythonEntry" && typeof file === "string" && file !== "") return undefined;
  return armError(400, "UserError", "The entry of the Spark job is missing, or is not a Python file.");
}

/** A pool that is attached, or serverless nodes; never another kind of compute. */
function checkPlace(properties: JobDocument["properties"], store: Store): Reply | undefined {
  const { computeId, resources } = properties;
  if (typeof computeId !== "string") {
    const { instanceType } = (resources ?? {}) as { readonly instanceType?: unknown };
    return typeof instanceType === "string"
      ? undefined
      : armError(400, "UserError", "A Spark job needs a compute, or resources with an instance type.");
  }
  const missing = checkCompute(properties, store);
  if (missing !== undefined) return missing;
  const name = computeId.split("/").at(-1)?.toLowerCase() ?? "";
  const compute = store.get<{ readonly properties?: Readonly<Record<string, unknown>> }>("computes", name);
  return kindOf(compute?.properties ?? {})?.takesSparkJobs === true
    ? undefined
    : armError(400, "UserError", `The compute '${name}' takes no Spark jobs.`);
}

/** @returns the version; nothing where it, or the Java that it needs, cannot be started. */
export async function findPySpark(path: string): Promise<string | undefined> {
  const run = promisify(execFile);
  const options = { env: { ...process.env, PATH: path }, timeout: 20_000 };
  try {
    await run("java", ["-version"], options);
    const { stdout } = await run("python3", ["-c", "import pyspark; print(pyspark.__version__)"], options);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/** As `spark-submit` takes them. Sizes of a cluster mean nothing on one machine: all is done by its own threads. */
export function submitArguments(properties: JobDocument["properties"]): string {
  const conf = (properties["conf"] ?? {}) as Readonly<Record<string, string>>;
  const settings = Object.entries(conf).filter(([name]) => !/^spark\.(driver|executor|dynamicAllocation)\./.test(name));
  const jars = listOf(properties["jars"]);
  return [
    "--master local[*]",
    ...settings.map(([name, value]) => `--conf ${JSON.stringify(`${name}=${value}`)}`),
    ...(jars.length === 0 ? [] : [`--jars ${jars.join(",")}`]),
    "pyspark-shell",
  ].join(" ");
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
