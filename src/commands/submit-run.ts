import { basename } from "node:path";
import type { Azure } from "../azure/azure.ts";
import { failed, succeeded, type Outcome } from "../azure/outcome.ts";
import { SecretUnavailable } from "../secret/secret.ts";
import { workflowAttempt } from "../github/context.ts";
import { isSecret, type CommandJob } from "../job/definition.ts";
import { ensureEnvironment, resolveCode, resolveInputs, type DependencyDeps } from "../job/dependencies.ts";
import { anonymousVersion } from "../asset/environment/version.ts";
import { provenanceOf } from "../run/provenance.ts";
import { jobRequest, plainVariables } from "../job/request.ts";
import { runName } from "../run/name.ts";
import { inputUri, takeLocalParts, type LocalParts } from "../job/local-parts.ts";
import { SnapshotRefused } from "../asset/upload/snapshot.ts";
import { submitOnce, type Submitted } from "../run/submit.ts";
import type { LiveNames } from "./ensure-targets.ts";
import type { CommandContext } from "./context.ts";

/** The workspace, and the names under which the declared targets are live in it. */
export type Prepared = { readonly azure: Azure; readonly liveNames: LiveNames };

/** Submits the run under a name that is derived from the commit and the definition. */
export async function submitRun(
  job: CommandJob,
  context: CommandContext,
  { azure, liveNames }: Prepared,
): Promise<Outcome<Submitted>> {
  const { github, inputs } = context;
  let local: LocalParts;
  try {
    local = await takeLocalParts(job);
  } catch (error) {
    if (!(error instanceof SnapshotRefused)) throw error;
    return failed({ reason: "refused", error: { code: "SnapshotRefused", message: error.message, details: [] } });
  }
  const compute = job.compute === undefined ? undefined : (liveNames.get(job.compute.toLowerCase()) ?? job.compute);
  const definition = definitionOf(job, local, azure.workspace.id, compute);
  const attemptOfWorkflow = workflowAttempt(github);
  const name = runName({
    prefix: job.name,
    commit: github.commit,
    definition,
    event: github.event,
    workflowRunId: github.runId,
  });
  const deps: DependencyDeps = {
    assets: azure.assets,
    blobs: azure.blobs,
    datastores: azure.datastores,
    workspaceId: azure.workspace.id,
    signal: context.signal,
    onProgress: (message) => context.log.info(message),
  };
  return submitOnce(
    {
      name,
      rerun: inputs.rerun,
      workflowAttempt: attemptOfWorkflow,
      bodyFor: (attempt) =>
        assemble(
          job,
          attempt,
          { local, compute, definition, workflowAttempt: attemptOfWorkflow },
          context,
          azure,
          deps,
        ),
    },
    {
      jobs: azure.jobs,
      clock: context.clock,
      signal: context.signal,
      beforeSubmit: (attempt) => context.state.runStarting({ name: attempt, workspace: azure.workspace }),
    },
  );
}

/** What makes two runs the same: everything that is asked of the service, and nothing of when and by whom. */
function definitionOf(job: CommandJob, local: LocalParts, workspaceId: string, compute: string | undefined): unknown {
  const environment =
    job.environment.from === "reference"
      ? job.environment.id
      : anonymousVersion(job.environment.definition, local.context?.blobPath);
  return jobRequest(job, {
    workspaceId,
    runName: "",
    fallbackExperiment: "",
    environmentId: JSON.stringify(environment),
    ...(job.code === undefined
      ? {}
      : { codeId: job.code.from === "reference" ? job.code.id : (local.code?.hash ?? "") }),
    ...(compute === undefined ? {} : { compute }),
    inputUris: Object.fromEntries(
      Object.entries(job.inputs).flatMap(([name, input]) => {
        const upload = local.inputs[name];
        return input.kind === "data" && upload !== undefined ? [[name, inputUri(input, upload)]] : [];
      }),
    ),
    environmentVariables: plainVariables(job.environmentVariables),
    provenance: { properties: {}, tags: {} },
  });
}

type Assembly = {
  readonly local: LocalParts;
  readonly compute: string | undefined;
  readonly definition: unknown;
  readonly workflowAttempt: string;
};

/** Brings about what the run depends on, and makes the request of it. */
async function assemble(
  job: CommandJob,
  name: string,
  { local, compute, definition, workflowAttempt }: Assembly,
  context: CommandContext,
  azure: Azure,
  deps: DependencyDeps,
): Promise<Outcome<unknown>> {
  const [code, environment, inputs, variables] = await Promise.all([
    job.code === undefined ? succeeded(undefined) : resolveCode(job.code, local.code, deps),
    ensureEnvironment(job, local, deps),
    resolveInputs(job, local, deps),
    resolveVariables(job, context, azure),
  ]);
  if (!code.ok) return code;
  if (!environment.ok) return environment;
  if (!inputs.ok) return inputs;
  if (!variables.ok) return variables;
  return succeeded(
    jobRequest(job, {
      workspaceId: azure.workspace.id,
      runName: name,
      fallbackExperiment: basename(context.workingDirectory),
      environmentId: environment.value,
      ...(code.value === undefined ? {} : { codeId: code.value }),
      ...(compute === undefined ? {} : { compute }),
      inputUris: inputs.value,
      environmentVariables: variables.value,
      provenance: provenanceOf(context.github, definition, workflowAttempt),
    }),
  );
}

async function resolveVariables(
  job: CommandJob,
  context: CommandContext,
  azure: Azure,
): Promise<Outcome<Readonly<Record<string, string | number | boolean>>>> {
  const resolveSecret = context.resolveSecretWith(azure);
  try {
    const entries = await Promise.all(
      Object.entries(job.environmentVariables).map(
        async ([name, value]) => [name, isSecret(value) ? await resolveSecret(value) : value] as const,
      ),
    );
    return succeeded(Object.fromEntries(entries));
  } catch (error) {
    if (!(error instanceof SecretUnavailable)) throw error;
    return failed({ reason: "refused", error: { code: "SecretUnavailable", message: error.message, details: [] } });
  }
}
