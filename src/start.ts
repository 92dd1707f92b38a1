import { enableCompileCache } from "node:module";
import { join } from "node:path";

/**
 * What the runner calls, once for the step and once for its post step; and what `bin/` calls, which is told by arguments:
 * the runner gives none. V8's compiled code is kept between calls; the cache is enabled before anything else is loaded, so
 * that later steps of a job, and later jobs on the same machine, start sooner. It is optional: a cache that cannot be
 * written changes nothing else.
 */
async function start(): Promise<void> {
  const isCommandLine = process.argv.length > 2;
  const kept = isCommandLine ? userCache() : process.env["RUNNER_TOOL_CACHE"];
  if (kept !== undefined && kept !== "") enableCompileCache(join(kept, "azureml-targets", "compile-cache"));
  if (isCommandLine) {
    process.exitCode = await (await import("./command-line/process.ts")).runProcess();
    return;
  }
  const { isPostStep } = await import("./github/state.ts");
  if (isPostStep()) await (await import("./post.ts")).post(process.env);
  else process.exitCode = await (await import("./main.ts")).main(process.env);
}

/** A folder of the user's own: what is compiled there is executed. */
function userCache(): string | undefined {
  const { XDG_CACHE_HOME: cache, HOME: home, LOCALAPPDATA: local } = process.env;
  return cache || local || (home ? join(home, ".cache") : undefined);
}

/** The runner brings the version that `action.yml` names; whoever runs the file by hand may have an older one. */
if (Number.parseInt(process.versions.node, 10) >= 24) await start();
else {
  console.error(
    `This action needs Node 24, and this is Node ${process.versions.node}. Run it by: npx node@24 dist/index.js`,
  );
  process.exitCode = 1;
}
