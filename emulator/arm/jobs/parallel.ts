import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runLogged } from "../../../src/run/on-runner/process.ts";
import { bind, variablesOf } from "./command.ts";
import { buildEnvironment } from "./environment.ts";
import { fetchCode, finishProcess } from "./files.ts";
import { JobFailed, type EmulatedJobType } from "./type.ts";

type Members = Readonly<Record<string, unknown>>;

const logFile = "logs/user/stdout/0/process000.stdout.txt";

/** Where the rows of all mini-batches are put, as the service calls it. */
const rowsFile = "parallel_run_step.txt";

/**
 * Cuts files into mini-batches, and hands each to the entry script's `run`, one after the other: a batch that fails is tried
 * again, and what fails for good counts towards the thresholds.
 */
export const miniBatchDriver = String.raw`
import importlib.util, json, os, sys, traceback
def rows_of(result):
    table = result.to_csv(header=False, index=False, sep=" ") if hasattr(result, "to_csv") else None
    return list(result) if table is None else table.splitlines()
settings = json.loads(os.environ.pop("EMULATOR_PARALLEL"))
path = settings["input"]
files = [path] if os.path.isfile(path) else sorted(
    os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
size = max(1, settings["size"])
batches = [files[start:start + size] for start in range(0, len(files), size)]
sys.path.insert(0, os.getcwd())
spec = importlib.util.spec_from_file_location("entry", settings["entry"])
entry = importlib.util.module_from_spec(spec)
spec.loader.exec_module(entry)
if hasattr(entry, "init"):
    entry.init()
rows, failed_items, failed_batches = [], 0, 0
for number, batch in enumerate(batches):
    for attempt in range(settings["retries"] + 1):
        try:
            result = rows_of(entry.run(list(batch)))
        except Exception:
            traceback.print_exc()
            continue
        rows.extend(str(row) for row in result)
        failed_items += max(0, len(batch) - len(result))
        break
    else:
        failed_items += len(batch)
        failed_batches += 1
if hasattr(entry, "shutdown"):
    entry.shutdown()
print(f"{len(batches)} mini-batches, {failed_batches} of them failed; {failed_items} items failed.")
if settings["rows"]:
    with open(settings["rows"], "w") as out:
        out.writelines(row + "\n" for row in rows)
for count, limit, what in ((failed_items, settings["items"], "items"), (failed_batches, settings["batches"], "mini-batches")):
    if 0 <= limit < count:
        sys.exit(f"{count} {what} failed, more than the threshold of {limit}.")
`;

/** A step that works on its input in mini-batches, on this machine in one process. */
export const parallel: EmulatedJobType = {
  jobType: "Parallel",
  runType: "azureml.parallelrun",
  check: () => undefined,
  run: async (run) => {
    const { job, folder, signal, options } = run;
    const { properties } = job;
    const task = (properties["task"] ?? {}) as Members;
    const [, name = ""] = /^\$\{\{\s*inputs\.(\w+)\s*\}\}$/.exec(String(properties["input_data"])) ?? [];
    if (name === "") throw new JobFailed("UserError", "The step does not say by input_data which input is cut up.");
    const code = join(folder, "code");
    await mkdir(join(code, "outputs"), { recursive: true });
    await fetchCode(job, code, options);
    const path = await buildEnvironment(run);
    const input = await bind(run, `\${{inputs.${name}}}`);
    const rows = await bind(run, textOf(task["append_row_to"]));
    const args = await bind(run, textOf(task["program_arguments"]));
    run.setStatus("Running");
    const { line } = await run.log(logFile);
    line("Emulator: the mini-batches run one after the other in one process of this machine.");
    const main = join(folder, "driver.py");
    await writeFile(main, miniBatchDriver);
    const retries = (properties["retry_settings"] ?? {}) as Members;
    const settings = {
      input,
      entry: textOf(task["entry_script"]),
      size: numberOf(properties["mini_batch_size"], 10),
      retries: numberOf(retries["max_retries"], 3),
      items: numberOf(properties["error_threshold"], -1),
      batches: numberOf(properties["mini_batch_error_threshold"], -1),
      rows: rows === "" ? "" : join(rows, rowsFile),
    };
    const env = {
      ...variablesOf(run),
      PATH: [path, process.env["PATH"]].filter((part) => part !== undefined).join(delimiter),
      EMULATOR_PARALLEL: JSON.stringify(settings),
    };
    const end = await runLogged("bash", ["-c", `python3 "$0" ${args}`, main], { cwd: code, env, onLine: line, signal });
    await finishProcess(
      run,
      code,
      end.code,
      `The parallel step ended with exit code ${String(end.code)}. See ${logFile}.`,
    );
  },
};

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

function numberOf(value: unknown, otherwise: number): number {
  return value === undefined || value === null || Number.isNaN(Number(value)) ? otherwise : Number(value);
}
