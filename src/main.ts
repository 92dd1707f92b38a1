import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "./azure/clock.ts";
import type { WorkspaceRef } from "./azure/workspace.ts";
import type { CommandContext, CommandResult } from "./commands/context.ts";
import { conclude } from "./commands/conclude.ts";
import { failureOfError } from "./commands/thrown.ts";
import { runCommand } from "./commands/run-command.ts";
import { repositoryRoot, wayTo } from "./yaml/files.ts";
import { readDeclaration } from "./declaration/read-declaration.ts";
import { createSecretResolver } from "./secret/resolve.ts";
import { githubContext } from "./github/context.ts";
import { createLog, type Log } from "./github/log.ts";
import { mask } from "./github/mask.ts";
import { saveCancelled, saveRunSettled, saveStartedRun } from "./github/state.ts";
import { earlySecrets, signInOf } from "./identity.ts";
import { InvalidInputs, readInputs, workingDirectory, type Environment, type Inputs } from "./inputs.ts";
import { logGroups } from "./report/render/log.ts";
import type { Failure, Result } from "./report/result.ts";
import { metricsSection } from "./report/sections/metrics.ts";
import { targetsSection } from "./report/sections/targets.ts";
import { writeReports } from "./publish/report-files.ts";

/** One call of the action: inputs → command → reports → exit code. */
export async function main(environment: Environment): Promise<number> {
  for (const secret of earlySecrets(environment)) mask(secret);
  const log = createLog();
  const startedAt = systemClock.now();
  const cancelled = cancellation();
  let inputs: Inputs | undefined;
  let context: CommandContext | undefined;
  let outcome: CommandResult;
  try {
    inputs = readInputs(environment);
    context = await contextOf(inputs, environment, log, cancelled.signal);
    outcome = await runCommand(inputs.command, context);
  } catch (error) {
    outcome = { failures: [failureOfError(error, cancelled.signal)] };
    if (error instanceof InvalidInputs)
      outcome = { failures: error.faults.map((message) => ({ reason: "invalid-input", message })) };
  }
  const concluded = () => conclude(inputs?.command ?? "up", outcome, startedAt, systemClock.now());
  if (context !== undefined) {
    // Behind the command's own failures: the first one decides how the step ends.
    outcome = { ...outcome, failures: [...outcome.failures, ...(await publish(concluded(), context))] };
  }
  const result = concluded();
  show(result, log);
  await writeReports(result, {
    temporaryFolder: temporaryFolder(environment),
    summary: inputs?.summary ?? true,
    environment,
  });
  cancelled.stopListening();
  return result.conclusion === "success" ? 0 : 1;
}

/** What others than the runner are told, and what went wrong with that. */
async function publish(result: Result, context: CommandContext): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  if (context.inputs.sarifPath !== undefined)
    failures.push(...(await (await import("./publish/sarif.ts")).writeSarif(result, context)));
  if (context.inputs.comment !== false)
    failures.push(...(await (await import("./publish/comment.ts")).keepComment(result, context)));
  return failures;
}

/** The runner sends SIGINT, 7.5 s later SIGTERM, 2.5 s later it kills: the first one starts the ending. */
function cancellation(): { readonly signal: AbortSignal; readonly stopListening: () => void } {
  const controller = new AbortController();
  const cancel = () => {
    if (controller.signal.aborted) return;
    // Saved first: should this process be killed before it is done, `post` knows what was wanted.
    saveCancelled();
    controller.abort(new Error("The workflow was cancelled."));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, cancel);
  return {
    signal: controller.signal,
    stopListening: () => {
      for (const signal of signals) process.off(signal, cancel);
    },
  };
}

async function contextOf(
  inputs: Inputs,
  environment: Environment,
  log: Log,
  signal: AbortSignal,
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
  return {
    inputs,
    github,
    log,
    clock: systemClock,
    newId: randomUUID,
    signal,
    deadline: systemClock.now() + inputs.timeoutMinutes * 60_000,
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
        set: inputs.set,
        // `detach` names what is live, declared or not.
        only: inputs.command === "detach" ? [] : inputs.only,
        workingDirectory: folder,
        checkout: environment["GITHUB_WORKSPACE"] ?? folder,
        subscriptionId: inputs.subscriptionId ?? fallback.subscriptionId,
        resourceGroup: inputs.resourceGroup ?? fallback.resourceGroup,
        optional: ["detach", "doctor"].includes(inputs.command) || inputs.runName !== undefined,
        changed,
      });
      const place = wayTo(folder, await root());
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
    resolveSecretWith: (azure) =>
      createSecretResolver({
        environment,
        readFile: (path) => readFile(path, "utf8"),
        keyVault:
          azure?.keyVault ??
          (() => Promise.reject(new Error("a run on the runner signs in nowhere; use { env: NAME }"))),
        mask,
      }),
    state: savedState(),
  };
}

function savedState(): CommandContext["state"] {
  let started: string | undefined;
  return {
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

function temporaryFolder(environment: Environment): string {
  return join(environment["RUNNER_TEMP"] ?? "/tmp", "azureml-targets");
}

/** The end of the step's log: what was done, then every failure as an annotation. */
function show(result: Result, log: Log): void {
  const blocks = [...targetsSection(result), ...metricsSection(result)].flatMap((section) => section.blocks);
  for (const { title, lines } of logGroups(blocks)) log.group(title, lines);
  for (const { what, next } of result.leftGoing) log.annotate("warning", `${what}. ${next}`);
  for (const failure of result.failures) log.annotate("error", failure);
  log.info(
    result.conclusion === "success"
      ? `${result.command} succeeded.`
      : `${result.command} did not succeed: ${result.failureReason ?? ""}.`,
  );
}
