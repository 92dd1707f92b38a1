import { enableCompileCache } from "node:module";
import { join } from "node:path";

/**
 * What the runner calls, once for the step and once for its post step. V8's compiled code is kept between calls, and that
 * is switched on before anything else is loaded: later steps of a job, and later jobs of a machine that stays, start
 * sooner. A cache that cannot be written is done without.
 */
const kept = process.env["RUNNER_TOOL_CACHE"];
if (kept !== undefined && kept !== "") enableCompileCache(join(kept, "azureml-targets", "compile-cache"));

const { isPostStep } = await import("./github/state.ts");
if (isPostStep()) await (await import("./post.ts")).post(process.env);
else process.exitCode = await (await import("./main.ts")).main(process.env);
