import { join } from "node:path";
import type { ArmParts } from "./arm/arm.ts";
import { createAssets } from "./arm/assets.ts";
import { createComputes } from "./arm/computes/computes.ts";
import { createEndpoints } from "./arm/endpoints/endpoints.ts";
import { createServers, type DeploymentServers } from "./arm/endpoints/servers.ts";
import { createJobs } from "./arm/jobs/jobs.ts";
import { createRunner, type Runner } from "./arm/jobs/runner.ts";
import { createOtherWorkspaces } from "./arm/other-workspaces.ts";
import { createInference, type Inference } from "./data-plane/inference.ts";
import { createWebServices, type WebServices } from "./data-plane/v1-services.ts";
import type { EntraSettings } from "./entra.ts";
import { seed } from "./seed.ts";
import { seeded, type EmulatorOptions } from "./settings.ts";
import { createStorage } from "./storage.ts";
import { openStore } from "./store.ts";
import { createTokens, type Tokens } from "./tokens.ts";

/** The services of the cloud, with what they keep. */
export type Services = ArmParts & {
  readonly tokens: Tokens;
  readonly runner: Runner;
  /** What serves online deployments. */
  readonly servers: DeploymentServers;
  readonly inference: Inference;
  /** Of the first SDK. */
  readonly webServices: WebServices;
  readonly entra: EntraSettings;
};

export function createServices(
  options: EmulatorOptions,
  {
    stateFolder,
    caFile,
    origin,
  }: { readonly stateFolder: string; readonly caFile: string; readonly origin: () => string },
): Services {
  const { pageSize = 50, durations = {}, maxParallelJobs = 2 } = options;
  const store = openStore(join(stateFolder, "state.sqlite"));
  seed(store);
  const tokens = createTokens(store);
  const storage = createStorage(join(stateFolder, "blobs"), options.azurites);
  const assets = createAssets(store, storage, pageSize);
  const otherWorkspaces = createOtherWorkspaces(store, { durations, pageSize }, storage);
  const computes = createComputes(store, {
    durations,
    pageSize,
    isTakenElsewhere: otherWorkspaces.holdsRegionalName,
  });
  const servers = createServers({
    ...{ store, storage, assets },
    folder: join(stateFolder, "served"),
    mode: options.serving ?? "process",
    environmentsFolder: options.environmentsFolder,
  });
  const runner = createRunner({
    store,
    storage,
    assets,
    folder: join(stateFolder, "jobs"),
    maxParallel: maxParallelJobs,
    caFile,
    origin,
    issueToken: () => tokens.issueAccess({ aud: "run" }, 24 * 3600),
  });
  const endpoints = createEndpoints({ store, assets, tokens, servers }, { durations, pageSize });
  return {
    store,
    tokens,
    storage,
    assets,
    computes,
    otherWorkspaces,
    runner,
    servers,
    endpoints,
    inference: createInference({ endpoints, servers, tokens }),
    jobs: createJobs(store, runner, pageSize),
    webServices: createWebServices({
      store,
      storage,
      assets,
      tokens,
      folder: join(stateFolder, "web-services"),
      mode: options.serving,
      environmentsFolder: options.environmentsFolder,
      seconds: durations["WebService"] ?? durations["default"] ?? 1,
      pageSize,
    }),
    pageSize,
    entra: {
      accessTokenSeconds: options.accessTokenSeconds ?? 3600,
      federatedSubjects: options.federatedSubjects ?? [seeded.subject],
    },
  };
}
