import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { connect } from "../../commands/workspace.ts";
import { createContext } from "../../create-context.ts";
import type { Log } from "../../github/log.ts";
import { hide, withoutSecrets } from "../../github/mask.ts";
import type { Environment, Inputs } from "../../inputs.ts";
import { failureOf, failureOfThrown } from "../../report/failure.ts";
import type { Failure } from "../../report/result.ts";
import { isOutside } from "../../yaml/is-outside.ts";
import { inertLines, type Streams } from "../terminal.ts";
import { count } from "../../report/format.ts";

type InitDeps = {
  readonly inputs: Inputs;
  readonly environment: Environment;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly streams: Streams;
};

/** A declaration, and what there is to say about it. */
type Drafted = { readonly text: string; readonly said: readonly string[] };

/**
 * `azureml-targets init`: writes a declaration for what is there already.
 *
 * @param given options by name.
 * @returns false when nothing was written, and the log says why.
 */
export async function init(given: ReadonlyMap<string, string>, deps: InitDeps): Promise<boolean> {
  const { inputs, log, streams } = deps;
  const named = given.get("output") ?? "azureml.yml";
  const folder = inputs.workingDirectory;
  const path = named === "-" ? undefined : resolve(folder, named);
  const fail = (failure: Failure) => {
    log.failure(failure, "");
    return false;
  };
  if (path !== undefined && isOutside(folder, path))
    return fail({
      reason: "invalid-input",
      message: `${named} is outside the folder of the declarations. Name a file inside it, or set --working-directory.`,
    });
  let drafted: Drafted | Failure;
  try {
    drafted = await (given.get("from-workspace") === "true" ? fromWorkspace(deps) : fromFolder(deps, path));
  } catch (error) {
    drafted = failureOfThrown(error, deps.signal);
  }
  if ("reason" in drafted) return drafted.reason === "cancelled" ? false : fail(drafted);
  const text = withoutSecrets(drafted.text);
  if (path === undefined) streams.out(text.trimEnd());
  else {
    const fault = await written(path, text, given.get("force") === "true");
    if (fault !== undefined) return fail({ reason: "invalid-input", message: `${named} ${fault}` });
  }
  const say = path === undefined ? streams.err : streams.out;
  if (path !== undefined) say(`Wrote ${relative(folder, path)}.`);
  for (const line of drafted.said) say(inertLines(line));
  return true;
}

/** @returns what kept it from being written, as the rest of a sentence. */
async function written(path: string, text: string, overwrites: boolean): Promise<string | undefined> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: overwrites ? "w" : "wx" });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      return "exists already, and was left as it is. Overwrite it with --force, or name another file with --output.";
    return `could not be written: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

async function fromWorkspace({ inputs, environment, log, signal }: InitDeps): Promise<Drafted | Failure> {
  const context = await createContext(inputs, environment, { log, signal, mask: (secret) => void hide(secret) });
  const azure = await connect(context, { workspace: {} });
  const live = await azure.computes.list();
  if (!live.ok) return failureOf(live.failure, "The computes of the workspace could not be listed");
  const { declareWorkspace } = await import("./from-workspace.ts");
  const { text, targets, secrets, left } = await declareWorkspace(live.value, azure.workspace, inputs.workingDirectory);
  if (targets === 0)
    return {
      reason: "invalid-input",
      message: [
        `${azure.workspace.name} has no compute that can be declared.`,
        ...left.map(({ name, why }) => `${name}: ${why}`),
      ].join(" "),
    };
  return {
    text,
    said: [
      `${count(targets, "compute")} of ${azure.workspace.name} declared${left.length === 0 ? "" : `, ${left.length} not`}.`,
      ...left.map(({ name, why }) => `Not declared: ${name}: ${why}`),
      ...(secrets.length === 0
        ? []
        : [`Secrets are expected in ${secrets.join(", ")} when a target is attached again.`]),
      "Next: azureml-targets plan, which should show no changes.",
    ],
  };
}

async function fromFolder({ inputs }: InitDeps, path: string | undefined): Promise<Drafted | Failure> {
  const { declareFolder } = await import("./from-folder.ts");
  const folder = inputs.workingDirectory;
  const output = path === undefined ? { folder } : { folder: dirname(path), path };
  const { subscriptionId, resourceGroup, workspace: name } = inputs;
  const { text, targets, jobs, deployed } = await declareFolder(folder, output, {
    subscriptionId,
    resourceGroup,
    name,
  });
  if (targets + jobs + deployed === 0)
    return {
      reason: "invalid-input",
      message:
        "No file here declares a compute, a job, an endpoint or a deployment. Call it in the folder of the az ml files, or with --from-workspace for what is live.",
    };
  return {
    text,
    said: [
      `It refers to ${count(targets, "compute file")}, ${count(jobs, "job file")} and ${count(deployed, "file")} of deployments.`,
      "Next: azureml-targets validate.",
    ],
  };
}
