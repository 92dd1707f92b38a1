import type { Azure } from "../azure/azure.ts";
import type { SignInDiagnosis, WorkspaceDiagnosis } from "../azure/diagnosis.ts";
import type { WorkspaceRef } from "../azure/workspace.ts";
import type { Clock } from "../clock.ts";
import type { Declaration } from "../declaration/declaration.ts";
import type { ResolveSecret } from "../secret/secret.ts";
import type { ChangedFiles } from "../github/changed-files.ts";
import type { GithubContext } from "../github/context.ts";
import type { Inputs } from "../inputs.ts";
import type { Log } from "../github/log.ts";
import type { Failure, LeftGoing, Result } from "../report/result.ts";

/** What every command is handed: the inputs, and the edges of the world it may touch. */
export type CommandContext = {
  readonly inputs: Inputs;
  readonly github: GithubContext;
  readonly log: Log;
  readonly clock: Clock;
  /** Ids that nobody else has. */
  readonly newId: () => string;
  /** Aborts when the workflow is cancelled. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch after which every wait ends. */
  readonly deadline: number;
  /** Whether that is the job's own end, before which whatever is running is handed over; else it is `timeout-minutes`. */
  readonly handsOver: boolean;
  /** Absolute folder that paths are relative to. */
  readonly workingDirectory: string;
  /** Absolute folder of the repository that the working directory is in. */
  readonly repositoryRoot: () => Promise<string>;
  /** Folder that is kept until the job ends. */
  readonly temporaryFolder: string;
  /** Folder that is kept between jobs on one machine. */
  readonly toolCache: string;
  /** The environment of the step: what runs on the runner inherits it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The workspace as credentials and environment name it: what inputs and declarations leave open. */
  readonly fallbackWorkspace: { readonly [Part in keyof WorkspaceRef]: string | undefined };
  /**
   * Reads every declaration, from files and inputs. Needs no network.
   *
   * @param changed absolute paths: only these files, and files that refer to them, are reported on.
   */
  readonly declare: (changed?: readonly string[]) => Promise<Declaration>;
  /** What the pull request changes, as absolute paths. Calls the GitHub API. */
  readonly changedFiles: () => Promise<ChangedFiles>;
  /** Signs in and reads the workspace. Loads the Azure libraries, which `validate` never does. */
  readonly connect: (workspace: WorkspaceRef) => Promise<Azure>;
  /** The same in parts, for `doctor`: each failure is a value, and the checks after it run all the same. */
  readonly diagnose: () => Promise<Diagnose>;
  /** Hides a value in everything that is shown from now on. */
  readonly mask: (secret: string) => void;
  /** Without a connection, references to vaults cannot be resolved. */
  readonly resolveSecretWith: (azure?: Azure) => ResolveSecret;
  /** Where the resume of a later process finds what this one started. */
  readonly state: SavedState;
};

export type Diagnose = {
  readonly signIn: () => Promise<SignInDiagnosis>;
  /** Throws what signing in throws. */
  readonly workspace: (workspace: WorkspaceRef) => Promise<WorkspaceDiagnosis>;
};

/** What `post` must know when `main` could not finish. */
export type SavedState = {
  readonly runStarting: (run: { readonly name: string; readonly workspace: WorkspaceRef }) => void;
  readonly runEnded: () => void;
  /** Name of the run whose submission has begun in this process. */
  readonly startedRun: () => string | undefined;
  /** A container on the runner, before it is created; nothing once it is gone. */
  readonly container: (name?: string) => void;
  /** The folder of the records of servers on the runner, before one is started. */
  readonly serving: (recordsFolder: string) => void;
};

/** What a command contributes to the result; the rest is filled in by the caller. */
export type CommandResult = Partial<
  Pick<
    Result,
    "workspace" | "files" | "skipped" | "problems" | "plan" | "targets" | "assets" | "run" | "deployments" | "doctor"
  >
> & {
  readonly failures: readonly Failure[];
  readonly leftGoing?: readonly LeftGoing[];
};

export const nothing: CommandResult = { failures: [] };

/** Joins the results of two parts of one command: lists are concatenated, single values of `b` win. */
export function join(a: CommandResult, b: CommandResult): CommandResult {
  return {
    ...a,
    ...b,
    failures: [...a.failures, ...b.failures],
    leftGoing: [...(a.leftGoing ?? []), ...(b.leftGoing ?? [])],
    targets: [...(a.targets ?? []), ...(b.targets ?? [])],
    assets: [...(a.assets ?? []), ...(b.assets ?? [])],
    deployments: [...(a.deployments ?? []), ...(b.deployments ?? [])],
    problems: [...(a.problems ?? []), ...(b.problems ?? [])],
  };
}
