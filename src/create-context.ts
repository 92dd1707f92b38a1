import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { systemClock } from "./azure/clock.ts";
import type { Azure } from "./azure/azure.ts";
import { defined } from "./azure/defined.ts";
import type { WorkspaceRef } from "./azure/workspace.ts";
import type { CommandContext } from "./commands/context.ts";
import type { Declaration } from "./declaration/declaration.ts";
import { readDeclaration } from "./declaration/read-declaration.ts";
import { lastMomentOfJob } from "./github/job-end.ts";
import { githubContext } from "./github/context.ts";
import type { Log } from "./github/log.ts";
import { mask as maskInLog } from "./github/mask.ts";
import { saveContainer, saveRunSettled, saveServing, saveStartedRun } from "./github/state.ts";
import { signInOf } from "./identity.ts";
import { workingDirectory, type Environment, type Inputs } from "./inputs.ts";
import type { ResolveSecret } from "./secret/secret.ts";
import { createSecretResolver } from "./secret/resolve.ts";
import { checkoutOf, repositoryRoot, folderInRepository } from "./yaml/files.ts";
import { secretReferencesOf } from "./declaration/secret-references.ts";

/**
 * Everything that a command is given, wired to the runner, to GitHub and to Azure. Nothing is called yet.
 *
 * @param mask hides a secret where a command shows anything; by default the runner is told of it as well.
 * @param isListed says of the files of `config` that a tool has listed them, as {@link DeclarationRequest} has it.
 */
export async function createContext(
  inputs: Inputs,
  environment: Environment,
  {
    log,
    signal,
    mask = maskInLog,
    isListed,
  }: {
    readonly log: Log;
    readonly signal: AbortSignal;
    readonly mask?: (secret: string) => void;
    readonly isListed?: boolean;
  },
): Promise<CommandContext> {
  const folder = workingDirectory(inputs, environment);
  const signIn = signInOf(inputs, environment);
  const variable = (name: string) => (environment[name] === "" ? undefined : environment[name]);
  const fallback = {
    subscriptionId: signIn.subscriptionId ?? variable("AZURE_SUBSCRIPTION_ID"),
    resourceGroup: variable("AZURE_RESOURCE_GROUP"),
    name: variable("AZURE_ML_WORKSPACE"),
  };
  const github = githubContext(environment, await eventPayload(environment));
  const root = () => repositoryRoot(folder, environment["GITHUB_WORKSPACE"] ?? folder);
  const connectOptions = {
    ...signIn,
    clock: systemClock,
    random: Math.random,
    signal,
    mask,
    onWait: (message: string) => log.info(message),
  };
  const startedAt = systemClock.now();
  const limit = startedAt + inputs.timeoutMinutes * 60_000;
  const lastMoment = lastMomentOfJob(environment, startedAt);
  return {
    inputs,
    github,
    log,
    clock: systemClock,
    newId: randomUUID,
    signal,
    deadline: Math.min(limit, lastMoment),
    handsOver: lastMoment < limit,
    workingDirectory: folder,
    temporaryFolder: temporaryFolder(environment),
    toolCache: join(environment["RUNNER_TOOL_CACHE"] ?? temporaryFolder(environment), "azureml-targets"),
    environment,
    fallbackWorkspace: fallback,
    repositoryRoot: root,
    declare: async (changed) => {
      const declaration = await readDeclaration({
        config: inputs.config,
        inlineTargets: inputs.targets,
        run: inputs.run,
        deploy: inputs.deploy,
        set: inputs.set,
        // `detach` names what is live, declared or not.
        only: inputs.command === "detach" ? [] : inputs.only,
        workingDirectory: folder,
        checkout: await checkoutOf(folder, environment["GITHUB_WORKSPACE"]),
        subscriptionId: inputs.subscriptionId ?? fallback.subscriptionId,
        resourceGroup: inputs.resourceGroup ?? fallback.resourceGroup,
        optional: ["detach", "doctor"].includes(inputs.command) || inputs.runName !== undefined || isListed === true,
        github,
        variables: Object.keys(environment).filter((name) => variable(name) !== undefined),
        isCheck: inputs.command === "validate",
        changed,
        ...defined({ isListed }),
      });
      for (const secret of await declaredSecrets(declaration, environment)) mask(secret);
      const place = await folderInRepository({ workingDirectory: folder, repositoryRoot: root });
      for (const problem of declaration.problems) log.problem(problem, place);
      return declaration;
    },
    changedFiles: async () => {
      const { listChangedFiles } = await import("./github/changed-files.ts");
      const listed = await listChangedFiles(github, inputs.githubToken, { clock: systemClock, signal });
      const at = await root();
      return listed.known ? { ...listed, files: listed.files.map((file) => join(at, file)) } : listed;
    },
    connect: async (workspace: WorkspaceRef) => {
      const { connect } = await import("./azure/azure.ts");
      return connect(workspace, connectOptions);
    },
    diagnose: async () => {
      const { diagnoseSignIn, diagnoseWorkspace } = await import("./azure/diagnosis.ts");
      return {
        signIn: () => diagnoseSignIn(connectOptions),
        workspace: (workspace) => diagnoseWorkspace(workspace, connectOptions),
      };
    },
    mask,
    resolveSecretWith: resolversOf(environment, folder, mask),
    state: savedState(),
  };
}

/** One resolver for each connection: what was read before the first write is not read again for it. */
function resolversOf(
  environment: Environment,
  folder: string,
  mask: (secret: string) => void,
): CommandContext["resolveSecretWith"] {
  const resolvers = new Map<Azure | undefined, ResolveSecret>();
  return (azure) => {
    const resolver =
      resolvers.get(azure) ??
      createSecretResolver({
        environment,
        // A relative path starts from the checkout, in whatever folder the process was started.
        readFile: (path) => readFile(resolve(environment["GITHUB_WORKSPACE"] ?? folder, path), "utf8"),
        keyVault:
          azure?.keyVault ??
          (() => Promise.reject(new Error("a run on the runner does not sign in to Azure; use { env: NAME }"))),
        mask,
      });
    resolvers.set(azure, resolver);
    return resolver;
  };
}

/** What the step is given for its targets, its run and its deployments: what the service was sent before, it may repeat at any time. */
async function declaredSecrets(declaration: Declaration, environment: Environment): Promise<readonly string[]> {
  return (await secretReferencesOf(declaration)).flatMap((reference) =>
    reference.from === "env" ? (environment[reference.name] ?? []) : [],
  );
}

function savedState(): CommandContext["state"] {
  let started: string | undefined;
  return {
    container: (name = "") => saveContainer(name),
    serving: saveServing,
    runStarting: (run) => {
      started = run.name;
      saveStartedRun(run);
    },
    runEnded: saveRunSettled,
    startedRun: () => started,
  };
}

async function eventPayload(environment: Environment): Promise<unknown> {
  const path = environment["GITHUB_EVENT_PATH"];
  if (path === undefined || path === "") return undefined;
  try {
    return JSON.parse(await readFile(path, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}

/** Where files go that are kept until the job ends. */
export function temporaryFolder(environment: Environment): string {
  return join(environment["RUNNER_TEMP"] ?? "/tmp", "azureml-targets");
}
