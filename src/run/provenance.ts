import { createHash } from "node:crypto";
import { defined } from "../azure/defined.ts";
import type { LiveJob } from "../azure/jobs.ts";
import type { Provenance } from "../job/resolved.ts";
import { canonicalJson } from "../canonical-json.ts";

/** The workflow run that submits, as far as it counts. */
export type WorkflowRun = {
  /** GitHub's event name. */
  readonly event: string;
  /** The commit; on pull requests the head commit and not the merge commit. */
  readonly commit: string;
  /** `refs/heads/main`, `refs/pull/7/merge` */
  readonly ref: string;
  readonly repository: string;
  readonly runId: string;
  /** Address of the workflow run; absent outside GitHub. */
  readonly runUrl?: string;
  readonly pullRequest?: number;
  /** Who started the workflow run. */
  readonly actor?: string;
};

/** What is declared, by its files as the repository has them: runs of the same files are compared with each other. */
export type Configuration = {
  /** The input `config`. */
  readonly declaration: string;
  /** The file that has the job; the declaration's own for an inline run. */
  readonly jobFile: string;
};

/** The property that tells one definition from another under the same name. */
export const definitionProperty = "azureml-targets.definition";

/** Tags by which later processes find runs and know where they come from. */
export const runTags = {
  /** Id and attempt of the workflow run: `123-1`. */
  workflowAttempt: "azureml-targets.workflow-attempt",
  workflowRun: "azureml-targets.workflow-run",
  repository: "azureml-targets.repository",
  event: "azureml-targets.event",
  ref: "azureml-targets.ref",
  commit: "azureml-targets.commit",
  pullRequest: "azureml-targets.pull-request",
  actor: "azureml-targets.actor",
  declaration: "azureml-targets.declaration",
  jobFile: "azureml-targets.job-file",
  definition: "azureml-targets.definition",
  /** From 1: how many runs before this one were preempted and are counted against `retries`; absent for none. */
  preemptions: "azureml-targets.preemptions",
  /** Of a run whose id the service chooses: the name that it would have. */
  run: "azureml-targets.run",
} as const;

/** Everything that the action adds to a job beside what its declaration says: where it comes from, and what it is. */
export function provenanceOf(
  github: WorkflowRun,
  definition: unknown,
  workflowAttempt: string,
  configuration: Configuration,
  preemptions?: number,
): Provenance {
  const digest = createHash("sha256").update(canonicalJson(definition)).digest("hex");
  const known = (text: string | undefined) => (text === "" ? undefined : text);
  const properties = defined({
    [definitionProperty]: digest,
    "azureml-targets.commit": known(github.commit),
    "azureml-targets.repository": known(github.repository),
    "azureml-targets.workflow-run": github.runUrl,
  });
  const tags = defined({
    [runTags.workflowAttempt]: workflowAttempt,
    [runTags.workflowRun]: github.runUrl,
    [runTags.repository]: known(github.repository),
    [runTags.event]: known(github.event),
    [runTags.ref]: known(github.ref),
    [runTags.commit]: known(github.commit),
    [runTags.pullRequest]: github.pullRequest === undefined ? undefined : String(github.pullRequest),
    [runTags.actor]: known(github.actor),
    [runTags.declaration]: known(configuration.declaration),
    [runTags.jobFile]: known(configuration.jobFile),
    [runTags.definition]: digest,
    [runTags.preemptions]: preemptions === undefined ? undefined : String(preemptions),
  });
  return { properties, tags };
}

/** How many of the `retries` were used up when a run was submitted, whoever submitted it. */
export function preemptionsBefore({ tags }: Pick<LiveJob, "tags">): number {
  const count = Number(tags[runTags.preemptions] ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** True for a run that was submitted by the same files of the same repository. */
export function isOfConfiguration(
  { tags }: Pick<LiveJob, "tags">,
  { repository }: Pick<WorkflowRun, "repository">,
  { declaration, jobFile }: Configuration,
): boolean {
  return (
    tags[runTags.repository] === repository &&
    tags[runTags.declaration] === declaration &&
    tags[runTags.jobFile] === jobFile
  );
}

/** As the official client says where files come from. */
export function gitProperties({ commit, ref, runUrl, repository }: WorkflowRun): Readonly<Record<string, string>> {
  const [, server] = /^(https:\/\/[^/]+)\//.exec(runUrl ?? "") ?? [];
  const uri = server === undefined || repository === "" ? undefined : `${server}/${repository}`;
  const branch = ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : undefined;
  const sha = commit === "" ? undefined : commit;
  return defined({
    "azureml.git.repository_uri": uri,
    "mlflow.source.git.repoURL": uri,
    "azureml.git.branch": branch,
    "mlflow.source.git.branch": branch,
    "azureml.git.commit": sha,
    "mlflow.source.git.commit": sha,
  });
}
