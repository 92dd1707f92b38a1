import type { Clock } from "../clock.ts";
import type { GithubContext } from "../github/context.ts";
import type { Log } from "../github/log.ts";
import type { Inputs } from "../inputs.ts";

/** What publishing needs to know of the call besides its result. A command's own context has all of it. */
export type PublishContext = {
  readonly inputs: Inputs;
  readonly github: GithubContext;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute folder that paths are relative to. */
  readonly workingDirectory: string;
  /** Absolute folder of the repository that the working directory is in. */
  readonly repositoryRoot: () => Promise<string>;
  /** The workspace as credentials and environment name it. */
  readonly fallbackWorkspace: {
    readonly subscriptionId: string | undefined;
    readonly resourceGroup: string | undefined;
    readonly name: string | undefined;
  };
};
