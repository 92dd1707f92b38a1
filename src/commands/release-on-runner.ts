import { join } from "node:path";
import type { Azure } from "../azure/azure.ts";
import { createScoring } from "../azure/scoring.ts";
import { defined } from "../azure/defined.ts";
import type { Outcome } from "../azure/outcome.ts";
import type { LocalDeployment } from "../deployment/local/definition.ts";
import type { PlannedRelease, ReleasedRun } from "../release/kind.ts";
import type { CommandContext } from "./context.ts";

/** Of the run that comes before: nothing where there is none. */
type Before = { readonly run?: ReleasedRun | undefined; readonly isRunToCome?: boolean | undefined };

/** What serving a model on the runner comes to. Only reads. @param azure absent where no model is kept in a workspace. */
export async function planOnRunner(
  deployment: LocalDeployment,
  context: CommandContext,
  azure: Azure | undefined,
  { run, isRunToCome }: Before,
): Promise<Outcome<PlannedRelease>> {
  const { planLocalRelease } = await import("../release/local-release.ts");
  const { clock, signal, deadline, newId, log, environment, temporaryFolder, toolCache, state } = context;
  const said = (message: string) => `${deployment.name}: ${message}`;
  return planLocalRelease(deployment, {
    ...{ clock, signal, deadline, newId, environment, temporaryFolder },
    ...defined({ azure, run, isRunToCome }),
    scoring: createScoring(undefined, signal),
    cacheFolder: join(toolCache, "environments"),
    resolveSecret: context.resolveSecretWith(azure),
    onProgress: (message) => log.info(said(message)),
    onGroup: (title, lines) => log.group(said(title), lines),
    onServing: state.serving,
  });
}
