import { enableCompileCache } from "node:module";
import { join } from "node:path";

/**
 * What the runner calls, once for the step and once for its post step. V8's compiled code is kept between calls; the cache
 * is enabled before anything else is loaded, so that later steps of a job, and later jobs on the same machine, start
 * sooner. It is optional: a cache that cannot be written changes nothing else.
 */
async function start(): Promise<void> {
  const kept = process.env["RUNNER_TOOL_CACHE"];
  if (kept !== undefined && kept !== "") enableCompileCache(join(kept, "azureml-targets", "compile-cache"));
  const { isPostStep } = await import("./github/state.ts");
  if (isPostStep()) await (await import("./post.ts")).post(process.env);
  else process.exitCode = await (await import("./main.ts")).main(process.env);
}

/** The runner brings the version that `action.yml` names; whoever runs the file by hand may have an older one. */
if (Number.parseInt(process.versions.node, 10) >= 24) await start();
else {
  console.error(
    `This action needs Node 24, and this is Node ${process.versions.node}. Run it by: npx node@24 dist/index.js`,
  );
  process.exitCode = 1;
}
