import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommandContext } from "../../src/commands/context.ts";
import type { Clock } from "../../src/clock.ts";
import type { Result } from "../../src/report/result.ts";
import { fastClock } from "./fast-clock.ts";
import type { Source } from "./source.ts";

/** The result of one run. */
export type Ran = {
  readonly result: Pick<
    Result,
    "conclusion" | "deployments" | "failures" | "failureReason" | "leftGoing" | "plan" | "problems" | "targets" | "run"
  >;
  /** Everything that can be read of it: log, summary, report, outputs, result file. Before anything is masked. */
  readonly text: string;
  /** What was given to the runner to be masked. */
  readonly masks: readonly string[];
  /** Name of the run that the post step would have to look after. */
  readonly unsettled?: string;
};

export type RunOptions = {
  readonly command: "plan" | "apply" | "train" | "deploy" | "up" | "detach" | "doctor";
  /** Absolute folder of the checkout. */
  readonly checkout: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds of the clock after which every wait ends. */
  readonly seconds?: number;
  /** Real seconds that one request may take; default: more than any takes that is answered at all. */
  readonly requestSeconds?: number;
  readonly runId?: string;
  readonly pullRequest?: number | undefined;
  readonly clock?: Clock;
  /** Aborts when the workflow is cancelled. */
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
};

/**
 * One command with the wiring of `main.ts`, in this process and by a fast clock: the same code over the same wire, without
 * the start of a process.
 */
export async function run(source: Source, options: RunOptions): Promise<Ran> {
  const { checkout } = options;
  const environment: Readonly<Record<string, string>> = {
    GITHUB_WORKSPACE: checkout,
    GITHUB_EVENT_NAME: "push",
    GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
    GITHUB_REPOSITORY: "octo-org/octo-repo",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_RUN_ID: options.runId ?? "1001",
    ...options.environment,
    ...Object.fromEntries(
      Object.entries({ command: options.command, ...options.inputs }).map(([name, value]) => [
        `INPUT_${name.toUpperCase()}`,
        value,
      ]),
    ),
  };
  const { clock = fastClock(), requestSeconds = 30 } = options;
  const startedAt = clock.now();
  const lines: string[] = [];
  let started: string | undefined;
  let unsettled: string | undefined;
  const masks = new Set<string>();
  const mask = (secret: string) => void masks.add(secret);
  const inputs = source.readInputs(environment);
  const signIn = source.signInOf(inputs, environment);
  const { signal = new AbortController().signal, onLine } = options;
  const log: CommandContext["log"] = {
    info: (text) => {
      lines.push(text);
      onLine?.(text);
    },
    group: (title, grouped) => void lines.push(title, ...grouped),
    startGroup: (title) => void lines.push(title),
    endGroup: () => undefined,
    annotate: (_, text) => void lines.push(text),
    problem: (problem) => void lines.push(source.formatProblem(problem)),
    failure: ({ message }) => void lines.push(message),
  };
  const connectOptions = { ...signIn, clock, random: Math.random, signal, mask, requestSeconds };
  const context: CommandContext = {
    inputs,
    github: source.githubContext(environment, {
      pull_request: { number: options.pullRequest, head: { sha: environment["GITHUB_SHA"] } },
    }),
    log,
    clock,
    newId: randomUUID,
    mask,
    signal,
    deadline: startedAt + (options.seconds ?? 1800) * 1000,
    handsOver: false,
    workingDirectory: checkout,
    temporaryFolder: join(checkout, ".temporary"),
    toolCache: join(checkout, ".tools"),
    environment,
    fallbackWorkspace: {
      subscriptionId: environment["AZURE_SUBSCRIPTION_ID"],
      resourceGroup: environment["AZURE_RESOURCE_GROUP"],
      name: environment["AZURE_ML_WORKSPACE"],
    },
    declare: () =>
      source.readDeclaration({
        config: inputs.config,
        inlineTargets: inputs.targets,
        run: inputs.run,
        set: inputs.set,
        only: inputs.command === "detach" ? [] : inputs.only,
        workingDirectory: checkout,
        checkout,
        subscriptionId: environment["AZURE_SUBSCRIPTION_ID"],
        resourceGroup: environment["AZURE_RESOURCE_GROUP"],
        optional: ["detach", "doctor"].includes(inputs.command) || inputs.runName !== undefined,
      }),
    repositoryRoot: () => Promise.resolve(checkout),
    changedFiles: () => Promise.reject(new Error("there is no pull request")),
    diagnose: () =>
      Promise.resolve({
        signIn: () => source.diagnoseSignIn(connectOptions),
        workspace: (workspace) => source.diagnoseWorkspace(workspace, connectOptions),
      }),
    connect: (workspace) => source.connect(workspace, connectOptions),
    resolveSecretWith: (azure) =>
      source.createSecretResolver({
        environment,
        readFile: (path) => readFile(path, "utf8"),
        keyVault: azure?.keyVault ?? (() => Promise.reject(new Error("there is no vault"))),
        mask,
      }),
    state: {
      runStarting: ({ name }) => {
        unsettled = name;
        started = name;
      },
      runEnded: () => (unsettled = undefined),
      startedRun: () => started,
      container: () => undefined,
      serving: () => undefined,
    },
  };
  let outcome;
  try {
    outcome = await source.runCommand(inputs.command, context);
  } catch (error) {
    outcome = { failures: [source.failureOfThrown(error, signal)] };
  }
  const result = source.toResult(inputs.command, outcome, startedAt, clock.now());
  const text = [
    ...lines,
    ...result.failures,
    ...source.markdownSections(source.reportOf(result)).map((section) => section.text),
    source.renderHtml(source.reportOf(result)),
    JSON.stringify(source.outputsOf(result)),
    JSON.stringify(result),
  ].join("\n");
  return { result, text, masks: [...masks], ...(unsettled === undefined ? {} : { unsettled }) };
}
