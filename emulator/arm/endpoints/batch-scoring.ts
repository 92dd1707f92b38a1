import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runLogged } from "../../../src/run/on-runner/process.ts";
import { fetchCodeFolder, fetchModel, versionAt } from "../../serving/content.ts";
import type { Json } from "../computes/document.ts";
import { variablesOf } from "../jobs/command.ts";
import type { JobDocument } from "../jobs/document.ts";
import { buildCondaEnvironment, buildEnvironment } from "../jobs/environment.ts";
import { fetchCode, fetchData, finishProcess } from "../jobs/files.ts";
import { miniBatchDriver } from "../jobs/parallel.ts";
import { JobFailed, type EmulatedJobType, type JobRun } from "../jobs/type.ts";

/** An invocation of a deployment of a model, as its job has it. */
export type BatchWork = {
  /** Address of the data. */
  readonly input: string;
  /** What is set on the deployment. */
  readonly deployment: Json;
  readonly model: string;
  readonly fileName: string;
  /** Where its rows are to be put; default: below the job. */
  readonly outputUri?: string;
};

const logFile = "logs/user/stdout/0/process000.stdout.txt";
const output = "score";

/** The job of an invocation: a pipeline with one step, as the service makes it. */
export const batchInvocation: EmulatedJobType = {
  jobType: "BatchInvocation",
  runType: "azureml.PipelineRun",
  check: () => undefined,
  run: async (run) => {
    const { job, options, signal } = run;
    const { line } = await run.log("logs/azureml/executionlogs.txt");
    run.setStatus("Running");
    const id = randomUUID();
    line(`[${new Date().toISOString()}] The step batchscoring starts as the run ${id}.`);
    const work = options.store.get<BatchWork>("batch-work", job.name);
    const step = run.child(id, {
      jobType: "BatchScoring",
      displayName: "batchscoring",
      experimentName: job.properties["experimentName"],
      computeId: work?.deployment["compute"],
      environmentId: work?.deployment["environmentId"],
      codeId: ((work?.deployment["codeConfiguration"] ?? {}) as Json)["codeId"],
      environmentVariables: work?.deployment["environmentVariables"] ?? {},
      outputs: { [output]: { jobOutputType: "uri_folder", uri: work?.outputUri ?? null } },
      properties: { "azureml.pipelinerunid": job.name, "azureml.moduleName": "batchscoring" },
    });
    const cancel = () => step.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    await step.done;
    signal.removeEventListener("abort", cancel);
    const ended = options.store.get<JobDocument>("jobs", id);
    line(`[${new Date().toISOString()}] The step batchscoring has ended: ${String(ended?.status)}.`);
    if (ended?.status === "Completed") run.putOutputs(ended.outputs ?? {});
    else if (!signal.aborted)
      throw new JobFailed(
        "UserError",
        "Pipeline has some failed steps: batchscoring. See child runs or execution logs for more details.",
      );
  },
};

/** Its step: the scoring script's `init`, and `run` over mini-batches of the files, with the model where the service puts it. */
export const batchScoring: EmulatedJobType = {
  jobType: "BatchScoring",
  runType: "azureml.parallelrun",
  check: () => undefined,
  run: async (run) => {
    const { job, folder, signal, options } = run;
    const work = options.store.get<BatchWork>("batch-work", job.parent ?? "");
    if (work === undefined) throw new JobFailed("SystemError", "The invocation of the step is not known.");
    const modelFolder = await modelOf(work.model, run);
    const code = join(folder, "code");
    await mkdir(join(code, "outputs"), { recursive: true });
    const { entry, path } = await prepared(work, code, modelFolder, run);
    const input = await inputOf(work.input, join(folder, "inputs", "data"), run);
    const place = join(folder, "named-outputs", output);
    await mkdir(place, { recursive: true });
    run.setStatus("Running");
    const { line } = await run.log(logFile);
    line("Emulator: the mini-batches run one after the other in one process of this machine.");
    const main = join(folder, "driver.py");
    await writeFile(main, miniBatchDriver);
    const { miniBatchSize, retrySettings, errorThreshold, outputAction } = work.deployment;
    const settings = {
      ...{ input, entry },
      size: Number(miniBatchSize ?? 10),
      retries: Number((retrySettings as Json | undefined)?.["maxRetries"] ?? 3),
      items: Number(errorThreshold ?? -1),
      batches: -1,
      rows: String(outputAction).toLowerCase() === "summaryonly" ? "" : join(place, work.fileName),
    };
    const end = await runLogged("python3", [main], {
      cwd: code,
      env: {
        ...variablesOf(run),
        PATH: [path, process.env["PATH"]].filter((part) => part !== undefined).join(delimiter),
        AZUREML_MODEL_DIR: modelFolder,
        AZUREML_BI_OUTPUT_PATH: place,
        EMULATOR_PARALLEL: JSON.stringify(settings),
      },
      onLine: line,
      signal,
    });
    await finishProcess(
      run,
      code,
      end.code,
      `The batch scoring step ended with exit code ${String(end.code)}. See ${logFile}.`,
    );
  },
};

async function modelOf(model: string, { folder, options }: JobRun): Promise<string> {
  const uri = versionAt("models", model, options)?.["modelUri"];
  const [, name = "model", version = "1"] = /\/models\/([^/]+)\/versions\/([^/]+)$/.exec(model) ?? [];
  const fetched = typeof uri === "string" ? await fetchModel({ name, version, uri }, folder, options) : undefined;
  if (fetched === undefined) throw new JobFailed("UserError", `Unable to download user model '${model}'.`);
  return fetched;
}

/** The code of the deployment with its environment; for an MLflow model without code those that the service makes. */
async function prepared(
  { deployment }: BatchWork,
  code: string,
  modelFolder: string,
  run: JobRun,
): Promise<{ readonly entry: string; readonly path: string | undefined }> {
  const { scoringScript } = (deployment["codeConfiguration"] ?? {}) as { readonly scoringScript?: string };
  if (scoringScript !== undefined) {
    await fetchCode(run.job, code, run.options);
    return { entry: scoringScript, path: await buildEnvironment(run) };
  }
  await writeFile(join(code, "mlflow_batch_script.py"), mlflowBatchScript);
  const names = await readdir(modelFolder, { recursive: true });
  const conda = names.filter((name) => /(^|\/)conda\.ya?ml$/.test(name)).sort((a, b) => a.length - b.length)[0];
  const path =
    conda === undefined
      ? undefined
      : await buildCondaEnvironment(await readFile(join(modelFolder, conda), "utf8"), run);
  return { entry: "mlflow_batch_script.py", path };
}

/** @returns where the data are on this machine. */
async function inputOf(uri: string, target: string, { options }: JobRun): Promise<string> {
  const fetched = /^https:\/\/[^/]*(\.blob\.core\.windows\.net|:\d+)\//i.test(uri)
    ? await fetchCodeFolder(uri, target, options)
    : await fetchData(uri, target, options);
  if (fetched === undefined || fetched === uri || (await readdir(target).catch(() => [])).length === 0)
    throw new JobFailed("UserError", `The input data at ${uri} could not be read: nothing is there.`);
  return fetched;
}

const mlflowBatchScript = String.raw`
import os
import mlflow.pyfunc
import pandas

model = None

def init():
    global model
    root = os.environ["AZUREML_MODEL_DIR"]
    folders = [folder for folder, _, names in os.walk(root) if "MLmodel" in names]
    if not folders:
        raise FileNotFoundError(f"There is no MLmodel file below {root}.")
    model = mlflow.pyfunc.load_model(sorted(folders, key=len)[0])

def run(mini_batch):
    parts = []
    for path in mini_batch:
        frame = pandas.read_parquet(path) if path.endswith(".parquet") else pandas.read_csv(path)
        predicted = model.predict(frame)
        parts.append(pandas.DataFrame({"row": range(len(frame)), "prediction": predicted, "file": os.path.basename(path)}))
    return pandas.concat(parts)
`;
